check_PROGRAMS += tests/session/test_session
tests_session_test_session_SOURCES = tests/session/test_session.c
tests_session_test_session_LDADD = $(KIT_LIBS) libsession.a $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/session/test_session

check_PROGRAMS += tests/session/test_session_many
tests_session_test_session_many_SOURCES = tests/session/test_session_many.c
tests_session_test_session_many_LDADD = $(KIT_LIBS) libsession.a $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/session/test_session_many

check_PROGRAMS += tests/session/test_session_post
tests_session_test_session_post_SOURCES = tests/session/test_session_post.c
tests_session_test_session_post_LDADD = $(KIT_LIBS) libsession.a $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/session/test_session_post

check_PROGRAMS += tests/session/test_session_faults
tests_session_test_session_faults_SOURCES = tests/session/test_session_faults.c
tests_session_test_session_faults_LDADD = $(KIT_LIBS) libsession.a $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/session/test_session_faults

check_PROGRAMS += tests/session/test_session_leave
tests_session_test_session_leave_SOURCES = tests/session/test_session_leave.c
tests_session_test_session_leave_LDADD = $(KIT_LIBS) libsession.a $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/session/test_session_leave

check_PROGRAMS += tests/session/test_session_resume
tests_session_test_session_resume_SOURCES = tests/session/test_session_resume.c
tests_session_test_session_resume_LDADD = $(KIT_LIBS) libsession.a $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/session/test_session_resume
