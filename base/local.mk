noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	base/err.c base/err.h \
	base/hash.h \
	base/log.c base/log.h \
	base/mem.c base/mem.h \
	base/opt.c base/opt_help.c base/opt.h \
	base/philox.h \
	base/queue.c base/queue.h \
	base/shared.h \
	base/str.c base/str.h
