/* sql_priv.h - what the files of `combolab sql` share. */
#ifndef COMBOLAB_SRC_COMMANDS_SQL_PRIV_H
#define COMBOLAB_SRC_COMMANDS_SQL_PRIV_H

#include "base/str.h"
#include "src/command.h"

struct db;
struct err;

struct sql_options {
    char file[OPT_TEXT_BYTES];
    int64_t limit;
    double timeout;
};

/* Ctrl-C was pressed; sql_forget takes that back. */
bool sql_interrupted(void);
void sql_forget(void);

/* Runs the statements of a text and prints their rows. What is wrong is told, with the place in the
 * text. Returns an exit status; what was cancelled ends with EXIT_STOPPED. */
int sql_run(const struct invocation *in, struct db *db, const char *text);

/* --- sql_ask.c: where statements come from --- */

/* The text of a file, or of standard input for "-". 0 or -1. */
int sql_read(const char *path, struct str *to, struct err *e);

/* Asks for statements on the terminal until there are no more. */
int sql_ask(const struct invocation *in, struct db *db);

#endif
