check_PROGRAMS += tests/dataset/test_dataset
tests_dataset_test_dataset_SOURCES = tests/dataset/test_dataset.c
tests_dataset_test_dataset_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/dataset/test_dataset

check_PROGRAMS += tests/dataset/test_classes
tests_dataset_test_classes_SOURCES = tests/dataset/test_classes.c
tests_dataset_test_classes_LDADD = $(ENGINE_LIBS)
TESTS += tests/dataset/test_classes

check_PROGRAMS += tests/dataset/test_pictures
tests_dataset_test_pictures_SOURCES = tests/dataset/test_pictures.c
tests_dataset_test_pictures_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/dataset/test_pictures
