noinst_LIBRARIES += libimage.a
libimage_a_SOURCES = \
	engine/image/image.c engine/image/image.h \
	engine/image/image_check.c engine/image/image_check.h \
	engine/image/image_crop.c engine/image/image_crop.h \
	engine/image/image_digest.c \
	engine/image/image_exif.c \
	engine/image/image_grey.c \
	engine/image/image_jpeg.c \
	engine/image/image_png.c \
	engine/image/image_priv.h \
	engine/image/image_resize.c \
	engine/image/image_resize_pass.c \
	engine/image/image_resize_priv.h \
	engine/image/store.c engine/image/store.h \
	engine/image/store_build.c \
	engine/image/store_check.c \
	engine/image/store_clean.c \
	engine/image/store_memory.c \
	engine/image/store_priv.h \
	engine/image/store_window.c \
	engine/image/store_window_priv.h
libimage_a_CPPFLAGS = $(AM_CPPFLAGS) $(JPEG_CFLAGS) $(PNG_CFLAGS)
