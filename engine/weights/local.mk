noinst_LIBRARIES += libweights.a
libweights_a_SOURCES = \
	engine/weights/dtype.c \
	engine/weights/init.c engine/weights/init.h \
	engine/weights/look.c engine/weights/look.h \
	engine/weights/match.c engine/weights/match.h \
	engine/weights/naming.c engine/weights/naming.h \
	engine/weights/pickle.c engine/weights/pickle.h engine/weights/pickle_priv.h \
	engine/weights/pickle_names.c engine/weights/pickle_node.c engine/weights/pickle_objects.c \
	engine/weights/pickle_stack.c engine/weights/pickle_values.c \
	engine/weights/safetensors_read.c \
	engine/weights/safetensors_write.c \
	engine/weights/source.c engine/weights/source.h \
	engine/weights/torch_dict.c engine/weights/torch_file.c engine/weights/torch_priv.h \
	engine/weights/torch_legacy.c \
	engine/weights/torch_tensor.c \
	engine/weights/torch_zip.c \
	engine/weights/weights.c engine/weights/weights.h
libweights_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(ZIP_CFLAGS)
