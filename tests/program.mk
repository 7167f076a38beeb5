check_PROGRAMS += tests/test_table
tests_test_table_SOURCES = tests/test_table.c src/table.c src/table_export.c
tests_test_table_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_test_table_LDADD = libbase.a $(JANSSON_LIBS)
TESTS += tests/test_table

# Makes the database that test_cli.sh looks at.
check_PROGRAMS += tests/cli_db
tests_cli_db_SOURCES = tests/cli_db.c
tests_cli_db_LDADD = $(DB_LIBS)

TESTS += tests/test_cli.sh tests/test_man.sh
EXTRA_DIST += tests/test_cli.sh tests/test_man.sh
