check_PROGRAMS += tests/core/test_net
tests_core_test_net_SOURCES = tests/core/test_net.c
tests_core_test_net_LDADD = libcore.a libbase.a
TESTS += tests/core/test_net

EXTRA_DIST += tests/golden/torchvision_resnet18.txt tests/golden/torchvision_resnet50.txt \
	tests/golden/torchvision_resnext50_32x4d.txt tests/golden/timm_seresnext50_32x4d.txt

check_PROGRAMS += tests/core/test_loss
tests_core_test_loss_SOURCES = tests/core/test_loss.c
tests_core_test_loss_LDADD = $(KIT_LIBS) libcore.a libbase.a
TESTS += tests/core/test_loss

EXTRA_DIST += tests/golden/make_loss_golden.py tests/golden/loss_torch.txt

check_PROGRAMS += tests/core/test_augment
tests_core_test_augment_SOURCES = tests/core/test_augment.c
tests_core_test_augment_LDADD = $(KIT_LIBS) libcore.a libbase.a
TESTS += tests/core/test_augment

EXTRA_DIST += tests/golden/augment_torch.txt tests/golden/make_augment_golden.py

check_PROGRAMS += tests/core/test_arena
tests_core_test_arena_SOURCES = tests/core/test_arena.c
tests_core_test_arena_LDADD = libcore.a libbase.a
TESTS += tests/core/test_arena

check_PROGRAMS += tests/core/test_lifetimes
tests_core_test_lifetimes_SOURCES = tests/core/test_lifetimes.c
tests_core_test_lifetimes_LDADD = $(KIT_LIBS) libcore.a libbase.a
TESTS += tests/core/test_lifetimes

check_PROGRAMS += tests/core/test_lifetimes_stamps
tests_core_test_lifetimes_stamps_SOURCES = tests/core/test_lifetimes_stamps.c
tests_core_test_lifetimes_stamps_LDADD = $(KIT_LIBS) libcore.a libbase.a
TESTS += tests/core/test_lifetimes_stamps
