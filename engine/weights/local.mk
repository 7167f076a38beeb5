noinst_LIBRARIES += libweights.a
libweights_a_SOURCES = \
	engine/weights/dtype.c \
	engine/weights/init.c engine/weights/init.h \
	engine/weights/look.c engine/weights/look.h \
	engine/weights/match.c engine/weights/match.h \
	engine/weights/naming.c engine/weights/naming.h \
	engine/weights/safetensors_read.c \
	engine/weights/safetensors_write.c \
	engine/weights/source.c engine/weights/source.h \
	engine/weights/weights.c engine/weights/weights.h
libweights_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
