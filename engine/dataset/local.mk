noinst_LIBRARIES += libdataset.a
libdataset_a_SOURCES = \
	engine/dataset/alike.c \
	engine/dataset/classes.c engine/dataset/classes.h \
	engine/dataset/csv.c \
	engine/dataset/csv_priv.h \
	engine/dataset/dataset.c engine/dataset/dataset.h \
	engine/dataset/dataset_csv.c \
	engine/dataset/dataset_format.h \
	engine/dataset/dataset_priv.h \
	engine/dataset/dataset_rows.c \
	engine/dataset/dataset_scut.c
