/* ahead.h - rows of work done by a thread of its own while the OpenMP team computes something else;
 * what it has not come to when the rows are needed, the team does with it. Every row is done once,
 * by one thread, and all are done when ahead_end returns. All calls come from one thread.
 */
#ifndef COMBOLAB_CPU_AHEAD_H
#define COMBOLAB_CPU_AHEAD_H

#include "base/err.h"

struct ahead;

int ahead_open(struct ahead **out, struct err *e);
void ahead_close(struct ahead *a); /* NULL is allowed; not between begin and end */

/* Begins to call row(context, 0), ..., row(context, rows - 1), in any order; context stays as it is
 * until ahead_end or ahead_drop. */
void ahead_begin(struct ahead *a, int rows, void (*row)(const void *context, int r),
                 const void *context);
/* Does the rest with all of the OpenMP team. */
void ahead_end(struct ahead *a);
/* Leaves the rest undone. */
void ahead_drop(struct ahead *a);

#endif
