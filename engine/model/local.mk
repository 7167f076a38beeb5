libcore_a_SOURCES += \
	engine/model/net.c engine/model/net.h \
	engine/model/net_init.c \
	engine/model/net_tables.c
