/* db_sql_priv.h - what the files about statements of a user share. */
#ifndef COMBOLAB_DB_DB_SQL_PRIV_H
#define COMBOLAB_DB_DB_SQL_PRIV_H

#include "db/db_priv.h"

/* --- db_sql_rights.c --- */

/* From now on statements that do more than read are refused when they are prepared;
 * d->sql_refused says what it was. */
int sql_rights_restrict(struct db *d, struct err *e);

/* --- db_sql_dot.c --- */

/* Adds the statement that a line such as ".schema run" stands for. */
int sql_dot(struct str *to, const char *line, struct err *e);

#endif
