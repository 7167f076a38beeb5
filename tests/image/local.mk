check_PROGRAMS += tests/image/test_resize
tests_image_test_resize_SOURCES = tests/image/test_resize.c
tests_image_test_resize_LDADD = $(ENGINE_LIBS)
TESTS += tests/image/test_resize

EXTRA_DIST += tests/golden/resize.txt tests/golden/make_resize_golden.py

check_PROGRAMS += tests/image/test_image
tests_image_test_image_SOURCES = tests/image/test_image.c
tests_image_test_image_CPPFLAGS = $(AM_CPPFLAGS) $(JPEG_CFLAGS) $(PNG_CFLAGS)
tests_image_test_image_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/image/test_image

EXTRA_DIST += tests/golden/jpeg.txt tests/golden/make_jpeg_golden.py

check_PROGRAMS += tests/image/test_store
tests_image_test_store_SOURCES = tests/image/test_store.c
tests_image_test_store_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/image/test_store

# Sets larger than memory, up to a run of the trainer.
check_PROGRAMS += tests/image/test_store_memory
tests_image_test_store_memory_SOURCES = tests/image/test_store_memory.c
tests_image_test_store_memory_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/image/test_store_memory

check_PROGRAMS += tests/image/test_image_limits
tests_image_test_image_limits_SOURCES = tests/image/test_image_limits.c
tests_image_test_image_limits_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/image/test_image_limits
