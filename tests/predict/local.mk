# Predictions against PyTorch and Pillow, on the reference backend and on the CPU's.
check_PROGRAMS += tests/predict/test_predict
tests_predict_test_predict_SOURCES = tests/predict/test_predict.c
tests_predict_test_predict_LDADD = $(KIT_LIBS) libref.a $(ENGINE_LIBS)
TESTS += tests/predict/test_predict
EXTRA_DIST += tests/golden/make_predict_golden.py tests/golden/predict_torch.txt
