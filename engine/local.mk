noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	engine/backend.h engine/backend_load.c \
	engine/config.c engine/config.h \
	engine/event.c engine/event.h
libengine_a_CPPFLAGS = $(AM_CPPFLAGS) $(JPEG_CFLAGS) $(PNG_CFLAGS) $(JANSSON_CFLAGS) \
	-DMODULE_DIR='"$(moduledir)"'

# What the engine and the backends both need: nets, losses, augmentation. Linked into modules too.
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES =

include engine/data/local.mk
include engine/model/local.mk
include engine/train/local.mk

# In the order the linker wants them.
ENGINE_LIBS = libengine.a libcore.a libbase.a $(JPEG_LIBS) $(PNG_LIBS) $(JANSSON_LIBS)
