# The session between engine and database: a library, so that tests can open one.
noinst_LIBRARIES += libsession.a
libsession_a_SOURCES = \
	src/session/session.c src/session/session.h \
	src/session/session_config.c src/session/session_config_priv.h \
	src/session/session_data.c \
	src/session/session_delete.c \
	src/session/session_device.c \
	src/session/session_leave.c \
	src/session/session_mailbox.c \
	src/session/session_order.c \
	src/session/session_priv.h \
	src/session/session_carry_out.c \
	src/session/session_provenance.c \
	src/session/session_run.c \
	src/session/session_store.c \
	src/session/session_watch.c \
	src/session/session_watch_priv.h
