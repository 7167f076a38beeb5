libcore_a_SOURCES += \
	engine/train/loss.c engine/train/loss.h \
	engine/train/loss_math.h

libengine_a_SOURCES += \
	engine/train/metrics.c engine/train/metrics.h
