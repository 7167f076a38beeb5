check_PROGRAMS += tests/weights/test_weights
tests_weights_test_weights_SOURCES = tests/weights/test_weights.c
tests_weights_test_weights_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/weights/test_weights

# The names of other programs' files, and what a run can begin with.
check_PROGRAMS += tests/weights/test_match
tests_weights_test_match_SOURCES = tests/weights/test_match.c
tests_weights_test_match_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/weights/test_match
EXTRA_DIST += tests/golden/pytorchcv_seresnext50_32x4d.txt tests/golden/cadene_se_resnext50_32x4d.txt

# Files of PyTorch's own.
check_PROGRAMS += tests/weights/test_torch
tests_weights_test_torch_SOURCES = tests/weights/test_torch.c
tests_weights_test_torch_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/weights/test_torch
EXTRA_DIST += tests/golden/make_pth_golden.py tests/golden/pth_torch.txt tests/golden/pth_new.txt

# Small files of it that unpack to much.
check_PROGRAMS += tests/weights/test_torch_bomb
tests_weights_test_torch_bomb_SOURCES = tests/weights/test_torch_bomb.c
tests_weights_test_torch_bomb_CPPFLAGS = $(AM_CPPFLAGS) $(ZIP_CFLAGS)
tests_weights_test_torch_bomb_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/weights/test_torch_bomb
