libcore_a_SOURCES += \
	engine/data/augment.c engine/data/augment.h
