noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	engine/backend_load.c engine/backend_load.h \
	engine/config.c engine/config.h \
	engine/config_alike.c \
	engine/config_classes.c engine/config_classes.h \
	engine/config_preset.c \
	engine/config_sweep.c \
	engine/config_uses.c \
	engine/event.c engine/event.h \
	engine/snapshot_file.c engine/snapshot_file.h
libengine_a_CPPFLAGS = $(AM_CPPFLAGS) -DMODULE_DIR='"$(moduledir)"'

include engine/core/local.mk
include engine/dataset/local.mk
include engine/image/local.mk
include engine/weights/local.mk
include engine/predict/local.mk
include engine/train/local.mk
include engine/synth/local.mk

# In the order the linker wants them.
ENGINE_LIBS = libtrain.a libpredict.a libsynth.a libimage.a libdataset.a libweights.a libengine.a libcore.a libbase.a \
	$(JPEG_LIBS) $(PNG_LIBS) $(JANSSON_LIBS) $(ZIP_LIBS) $(EXPAT_LIBS)
