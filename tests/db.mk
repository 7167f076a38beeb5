noinst_HEADERS += tests/db_help.h

check_PROGRAMS += tests/test_db
tests_test_db_SOURCES = tests/test_db.c
tests_test_db_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_test_db_LDADD = libengine.a $(DB_LIBS)
TESTS += tests/test_db
