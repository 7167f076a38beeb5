noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	base/clock.h \
	base/err.c base/err.h \
	base/file.c base/file.h \
	base/gate.c base/gate.h \
	base/hash.h \
	base/intern.c base/intern.h \
	base/log.c base/log.h \
	base/mem.c base/mem.h \
	base/nearest.c base/nearest.h \
	base/opt.c base/opt.h \
	base/opt_help.c \
	base/philox.h \
	base/pool.c base/pool.h \
	base/queue.c base/queue.h \
	base/shared.h \
	base/str.c base/str.h \
	base/str_figure.c \
	base/thread.h
