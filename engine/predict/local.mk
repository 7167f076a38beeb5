noinst_LIBRARIES += libpredict.a
libpredict_a_SOURCES = \
	engine/predict/predict.c engine/predict/predict.h \
	engine/predict/predict_open.c \
	engine/predict/predict_priv.h
