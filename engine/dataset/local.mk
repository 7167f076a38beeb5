noinst_LIBRARIES += libdataset.a
libdataset_a_SOURCES = \
	engine/dataset/alike.c \
	engine/dataset/classes.c engine/dataset/classes.h \
	engine/dataset/csv.c \
	engine/dataset/csv_priv.h \
	engine/dataset/dataset_by_name.c \
	engine/dataset/dataset.c engine/dataset/dataset.h \
	engine/dataset/dataset_csv.c \
	engine/dataset/dataset_format.h \
	engine/dataset/dataset_hotornot.c \
	engine/dataset/dataset_priv.h \
	engine/dataset/dataset_rows.c \
	engine/dataset/dataset_ratings.c \
	engine/dataset/dataset_scut.c \
	engine/dataset/dataset_scut_fbp.c \
	engine/dataset/dataset_utkface.c \
	engine/dataset/table.c engine/dataset/table_priv.h \
	engine/dataset/xlsx.c engine/dataset/xlsx_priv.h
libdataset_a_CPPFLAGS = $(AM_CPPFLAGS) $(ZIP_CFLAGS) $(EXPAT_CFLAGS)
