/* detach.h - hands queued runs to a worker of their own: `combolab work` in a session of its own,
 * without a terminal, which goes on when the terminal is closed. What it prints goes to a log file
 * beside the database. Main thread, with no other thread of ours that forks. */
#ifndef COMBOLAB_SRC_DETACH_H
#define COMBOLAB_SRC_DETACH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct err;

/* Starts it for these runs (at least one), waits until it has begun the first, and says so on `to`
 * (NULL = nowhere). -1 when it ended before: the err has the last line of its log. The runs then
 * wait in the queue. */
int detach_runs(const char *db_path, const int64_t *runs, size_t n, FILE *to, struct err *e);

/* This program, to be begun anew. */
void detach_program(char *to, size_t room);

#endif
