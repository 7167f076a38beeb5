# What the engine and every backend agree on; linked into modules too.
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	engine/core/arena.c engine/core/arena.h \
	engine/core/augment.c engine/core/augment.h \
	engine/core/backend.h \
	engine/core/batches.c engine/core/batches.h \
	engine/core/door.c engine/core/door.h \
	engine/core/door_priv.h \
	engine/core/door_rules.c \
	engine/core/images.h \
	engine/core/lifetimes.c engine/core/lifetimes.h \
	engine/core/loss.c engine/core/loss.h \
	engine/core/loss_math.h \
	engine/core/net.c engine/core/net.h \
	engine/core/net_init.c \
	engine/core/net_tables.c \
	engine/core/loss/combo.h \
	engine/core/loss/combo_released.h \
	engine/core/loss/l1.h \
	engine/core/loss/mse.h \
	engine/core/loss/sample.h \
	engine/core/loss/smooth_huber.h \
	engine/core/loss/smooth_l1.h
