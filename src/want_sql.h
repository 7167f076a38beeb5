/* want_sql.h - what wants of statements and of their names share. */
#ifndef COMBOLAB_SRC_WANT_SQL_H
#define COMBOLAB_SRC_WANT_SQL_H

#include "src/want.h"

/* Opens the connection that takes statements of a user, unless it is open. Reader thread. */
int want_sql_open(struct want_source *s, struct err *e);

/* The path with "~/" replaced. */
void want_path_home(const char *path, char *to, size_t room);

#endif
