noinst_HEADERS += tests/db_help.h

DB_TESTS = tests/test_db tests/test_db_open tests/test_db_share tests/test_db_faults \
	tests/test_db_migrate tests/test_db_resume
check_PROGRAMS += $(DB_TESTS)
TESTS += $(DB_TESTS)

tests_test_db_SOURCES = tests/test_db.c
tests_test_db_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_test_db_LDADD = libengine.a $(DB_LIBS)

tests_test_db_open_SOURCES = tests/test_db_open.c
tests_test_db_open_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_test_db_open_LDADD = $(DB_LIBS)

tests_test_db_share_SOURCES = tests/test_db_share.c
tests_test_db_share_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_test_db_share_LDADD = $(DB_LIBS)

tests_test_db_faults_SOURCES = tests/test_db_faults.c
tests_test_db_faults_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_test_db_faults_LDADD = $(DB_LIBS)

tests_test_db_migrate_SOURCES = tests/test_db_migrate.c
tests_test_db_migrate_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_test_db_migrate_LDADD = $(DB_LIBS)

tests_test_db_resume_SOURCES = tests/test_db_resume.c
tests_test_db_resume_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_test_db_resume_LDADD = $(DB_LIBS)
