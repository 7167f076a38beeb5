# The session between engine and database: a library, so that tests can open one.
noinst_LIBRARIES += libsession.a
libsession_a_SOURCES = \
	src/session.c src/session.h src/session_own.h \
	src/session_config.c src/session_config.h \
	src/session_request.c \
	src/session_run.c \
	src/session_store.c \
	src/session_watch.c src/session_watch.h

combolab_SOURCES += \
	src/model.c src/model.h \
	src/session_headless.c src/session_headless.h
