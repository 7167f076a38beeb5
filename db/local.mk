noinst_LIBRARIES += libdb.a
libdb_a_SOURCES = \
	db/db.h \
	db/db_alike.c \
	db/db_beside.c \
	db/db_checkpoint.c \
	db/db_claim.c \
	db/db_columns.c \
	db/db_disk.c \
	db/db_edit.c \
	db/db_epoch.c \
	db/db_experiment.c \
	db/db_fail.c \
	db/db_files.c \
	db/db_functions.c \
	db/db_identity.c \
	db/db_import.c \
	db/db_life.c \
	db/db_merge.c \
	db/db_merge.h \
	db/db_merge_look.c \
	db/db_merge_priv.h \
	db/db_network.c \
	db/db_open.c \
	db/db_owner.c \
	db/db_priv.h \
	db/db_query.c \
	db/db_read.c \
	db/db_reference.c \
	db/db_run.c \
	db/db_runs.c \
	db/db_schema.c \
	db/db_speed.c \
	db/db_spent.c \
	db/db_split.c \
	db/db_sql.c \
	db/db_sql.h \
	db/db_sql_dot.c \
	db/db_sql_priv.h \
	db/db_sql_rights.c \
	db/db_state.c \
	db/rows.c \
	db/rows.h
libdb_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)

# In the order the linker wants them.
DB_LIBS = libdb.a libbase.a $(SQLITE_LIBS)

# The schema and the published results stay what they are, SQL and CSV, and become C when built.
SCHEMA = db/schema_1.sql db/schema_2.sql db/schema_3.sql db/schema_4.sql db/schema_5.sql \
	db/schema_6.sql db/schema_7.sql
EXTRA_DIST += $(SCHEMA) db/lines.awk db/reference.csv db/reference.awk
BUILT_SOURCES += db/schema.inc db/reference.inc
CLEANFILES += db/schema.inc db/reference.inc

db/schema.inc: $(SCHEMA) $(srcdir)/db/lines.awk
	$(AM_V_GEN)$(MKDIR_P) db && \
	(cd $(srcdir) && LC_ALL=C $(AWK) -f db/lines.awk $(SCHEMA)) > $@.tmp && mv $@.tmp $@

db/reference.inc: $(srcdir)/db/reference.csv $(srcdir)/db/reference.awk
	$(AM_V_GEN)$(MKDIR_P) db && \
	LC_ALL=C $(AWK) -f $(srcdir)/db/reference.awk $(srcdir)/db/reference.csv > $@.tmp && \
	mv $@.tmp $@

db/libdb_a-db_schema.$(OBJEXT): db/schema.inc
db/libdb_a-db_reference.$(OBJEXT): db/reference.inc
