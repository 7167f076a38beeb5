/* outcome.h - what the runs that a command is about came to, as its exit status. Any thread. */
#ifndef COMBOLAB_SRC_OUTCOME_H
#define COMBOLAB_SRC_OUTCOME_H

#include "db/rows.h"
#include "src/command.h"

/* Of a run that has ended; EXIT_ERROR for one that has not. */
int outcome_of(const struct run_row *run);

/* The worse of two. */
int outcome_worse(int a, int b);

/* "run 5: stopped after 2 of 9 epochs": how a run is or ended, for a line. Visible characters. */
void outcome_line(const struct run_row *run, char *to, size_t room);

#endif
