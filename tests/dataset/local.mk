check_PROGRAMS += tests/dataset/test_dataset
tests_dataset_test_dataset_SOURCES = tests/dataset/test_dataset.c
tests_dataset_test_dataset_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/dataset/test_dataset

check_PROGRAMS += tests/dataset/test_scut
tests_dataset_test_scut_SOURCES = tests/dataset/test_scut.c
tests_dataset_test_scut_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/dataset/test_scut

check_PROGRAMS += tests/dataset/test_classes
tests_dataset_test_classes_SOURCES = tests/dataset/test_classes.c
tests_dataset_test_classes_LDADD = $(ENGINE_LIBS)
TESTS += tests/dataset/test_classes

check_PROGRAMS += tests/dataset/test_pictures
tests_dataset_test_pictures_SOURCES = tests/dataset/test_pictures.c
tests_dataset_test_pictures_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/dataset/test_pictures

check_PROGRAMS += tests/dataset/test_tables
tests_dataset_test_tables_SOURCES = tests/dataset/test_tables.c
tests_dataset_test_tables_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/dataset/test_tables

check_PROGRAMS += tests/dataset/test_sets
tests_dataset_test_sets_SOURCES = tests/dataset/test_sets.c
tests_dataset_test_sets_CPPFLAGS = $(AM_CPPFLAGS) $(ZIP_CFLAGS)
tests_dataset_test_sets_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/dataset/test_sets
EXTRA_DIST += tests/golden/make_xlsx_golden.py tests/golden/scut_fbp.xlsx
