/* history.h - the statements that were run, of all screens and databases of a user: a file of
 * lines, in which any number of processes add. Any thread; waits for a file lock, a moment.
 */
#ifndef COMBOLAB_SRC_HISTORY_H
#define COMBOLAB_SRC_HISTORY_H

#include <stddef.h>

struct err;

#define HISTORY_MOST 1000 /* that are read, and kept when the file is made shorter */

/* $XDG_STATE_HOME/combolab/sql-history, or ~/.local/state/... 0 or -1. */
int history_path(char *to, size_t room, struct err *e);

/* Adds a statement behind all others, unless it is the last one there. The folder is made. */
int history_add(const char *path, const char *text, struct err *e);

/* The last ones, the oldest first; none where there is no file. Freed with history_free. */
int history_read(const char *path, char ***texts, size_t *n, struct err *e);
void history_free(char **texts, size_t n);

#endif
