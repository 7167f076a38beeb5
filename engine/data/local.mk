libcore_a_SOURCES += \
	engine/data/augment.c engine/data/augment.h
libengine_a_SOURCES += \
	engine/data/csv.c engine/data/csv.h \
	engine/data/dataset.c engine/data/dataset.h engine/data/dataset_rows.h \
	engine/data/dataset_csv.c engine/data/dataset_scut.c \
	engine/data/file.c engine/data/file.h \
	engine/data/image.c engine/data/image.h engine/data/image_codec.h \
	engine/data/image_exif.c engine/data/image_jpeg.c engine/data/image_png.c \
	engine/data/image_resize.c \
	engine/data/image_resize_pass.c engine/data/image_resize_pass.h \
	engine/data/pool.c engine/data/pool.h
libengine_a_SOURCES += \
	engine/data/store.c engine/data/store.h engine/data/store_file.h \
	engine/data/store_build.c \
	engine/data/store_memory.c \
	engine/data/store_window.c engine/data/store_window.h
libengine_a_SOURCES += \
	engine/data/synth.c engine/data/synth.h \
	engine/data/synth_draw.c engine/data/synth_write.c \
	engine/data/synth_paint.c engine/data/synth_paint.h
