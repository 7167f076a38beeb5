check_PROGRAMS += tests/db/test_db
tests_db_test_db_SOURCES = tests/db/test_db.c
tests_db_test_db_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_LDADD = $(KIT_LIBS) $(DB_LIBS) libengine.a libcore.a libbase.a
TESTS += tests/db/test_db

check_PROGRAMS += tests/db/test_db_faults
tests_db_test_db_faults_SOURCES = tests/db/test_db_faults.c
tests_db_test_db_faults_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_faults_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_faults

check_PROGRAMS += tests/db/test_db_merge
tests_db_test_db_merge_SOURCES = tests/db/test_db_merge.c
tests_db_test_db_merge_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_merge_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_merge

check_PROGRAMS += tests/db/test_db_migrate
tests_db_test_db_migrate_SOURCES = tests/db/test_db_migrate.c
tests_db_test_db_migrate_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_migrate_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_migrate

check_PROGRAMS += tests/db/test_db_open
tests_db_test_db_open_SOURCES = tests/db/test_db_open.c
tests_db_test_db_open_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_open_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_open

check_PROGRAMS += tests/db/test_db_resume
tests_db_test_db_resume_SOURCES = tests/db/test_db_resume.c
tests_db_test_db_resume_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_resume_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_resume

check_PROGRAMS += tests/db/test_db_runs
tests_db_test_db_runs_SOURCES = tests/db/test_db_runs.c
tests_db_test_db_runs_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_runs_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_runs

check_PROGRAMS += tests/db/test_db_share
tests_db_test_db_share_SOURCES = tests/db/test_db_share.c
tests_db_test_db_share_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_share_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_share

check_PROGRAMS += tests/db/test_db_life
tests_db_test_db_life_SOURCES = tests/db/test_db_life.c
tests_db_test_db_life_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_life_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_life

check_PROGRAMS += tests/db/test_db_identity
tests_db_test_db_identity_SOURCES = tests/db/test_db_identity.c
tests_db_test_db_identity_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_identity_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_identity

# Statements of a user.
check_PROGRAMS += tests/db/test_db_sql
tests_db_test_db_sql_SOURCES = tests/db/test_db_sql.c
tests_db_test_db_sql_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_sql_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_sql

# What people change by hand: tags, notes, the archive, the trash.
check_PROGRAMS += tests/db/test_db_edit
tests_db_test_db_edit_SOURCES = tests/db/test_db_edit.c
tests_db_test_db_edit_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_edit_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_edit

check_PROGRAMS += tests/db/test_db_query
tests_db_test_db_query_SOURCES = tests/db/test_db_query.c
tests_db_test_db_query_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_db_test_db_query_LDADD = $(KIT_LIBS) $(DB_LIBS)
TESTS += tests/db/test_db_query
