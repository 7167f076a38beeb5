libcore_a_SOURCES += \
	engine/model/net.c engine/model/net.h \
	engine/model/net_init.c \
	engine/model/net_tables.c

libengine_a_SOURCES += \
	engine/model/weights.c engine/model/weights.h \
	engine/model/weights_read.c \
	engine/model/weights_write.c
