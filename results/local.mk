noinst_LIBRARIES += libresults.a
libresults_a_SOURCES = \
	results/table.c results/table.h \
	results/table_export.c
libresults_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)

# In the order the linker wants them.
RESULTS_LIBS = libresults.a libbase.a $(JANSSON_LIBS)
