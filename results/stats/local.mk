# Numbers in, numbers out.
noinst_LIBRARIES += libstats.a
libstats_a_SOURCES = \
	results/stats/bootstrap.c results/stats/bootstrap.h \
	results/stats/describe.c results/stats/describe.h \
	results/stats/distribution.c results/stats/distribution.h \
	results/stats/looks.c results/stats/looks.h \
	results/stats/paired.c results/stats/paired.h

STATS_LIBS = libstats.a libbase.a
