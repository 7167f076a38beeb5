noinst_LIBRARIES += libweights.a
libweights_a_SOURCES = \
	engine/weights/safetensors_read.c \
	engine/weights/safetensors_write.c \
	engine/weights/weights.c engine/weights/weights.h
libweights_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
