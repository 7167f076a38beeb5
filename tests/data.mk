check_PROGRAMS += tests/test_data_resize tests/test_data_image tests/test_data_set \
	tests/test_data_store tests/test_data_synth
TESTS += tests/test_data_resize tests/test_data_image tests/test_data_set \
	tests/test_data_store tests/test_data_synth
noinst_HEADERS += tests/scratch.h

tests_test_data_resize_SOURCES = tests/test_data_resize.c
tests_test_data_resize_LDADD = $(ENGINE_LIBS)
tests_test_data_image_SOURCES = tests/test_data_image.c
tests_test_data_image_CPPFLAGS = $(AM_CPPFLAGS) $(JPEG_CFLAGS) $(PNG_CFLAGS)
tests_test_data_image_LDADD = $(ENGINE_LIBS)
tests_test_data_set_SOURCES = tests/test_data_set.c
tests_test_data_set_LDADD = $(ENGINE_LIBS)
tests_test_data_store_SOURCES = tests/test_data_store.c
tests_test_data_store_LDADD = $(ENGINE_LIBS)
tests_test_data_synth_SOURCES = tests/test_data_synth.c
tests_test_data_synth_LDADD = $(ENGINE_LIBS)

# Sets larger than memory, up to a run of the trainer.
check_PROGRAMS += tests/test_data_memory
TESTS += tests/test_data_memory
tests_test_data_memory_SOURCES = tests/test_data_memory.c \
	tests/toy_backend.c tests/toy_backend.h \
	tests/trainer_rig.c tests/trainer_rig.h
tests_test_data_memory_LDADD = $(ENGINE_LIBS)

# What happens to a decoded image on its way into a net.
check_PROGRAMS += tests/test_augment tests/test_augment_cpu
TESTS += tests/test_augment tests/test_augment_cpu
tests_test_augment_SOURCES = tests/test_augment.c
tests_test_augment_LDADD = libcore.a libbase.a
tests_test_augment_cpu_SOURCES = tests/test_augment_cpu.c tests/backend_case.c tests/backend_case.h
tests_test_augment_cpu_LDADD = libref.a $(ENGINE_LIBS)
EXTRA_DIST += tests/golden/augment_torch.txt tests/golden/make_augment_golden.py

EXTRA_DIST += tests/golden/resize.txt tests/golden/make_resize_golden.py \
	tests/golden/jpeg.txt tests/golden/make_jpeg_golden.py
