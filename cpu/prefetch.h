/* prefetch.h - rows of work done by a thread of its own while the OpenMP team computes something
 * else; what it has not come to when the rows are needed, the team does with it. Every row is done
 * once, by one thread, and all are done when prefetch_end returns. All calls come from one thread.
 */
#ifndef COMBOLAB_CPU_PREFETCH_H
#define COMBOLAB_CPU_PREFETCH_H

#include "base/err.h"

struct prefetch;

int prefetch_open(struct prefetch **out, struct err *e);
void prefetch_close(struct prefetch *a); /* NULL is allowed; not between begin and end */

/* Begins to call row(context, 0), ..., row(context, rows - 1), in any order; context stays as it is
 * until prefetch_end or prefetch_drop. */
void prefetch_begin(struct prefetch *a, int rows, void (*row)(const void *context, int r),
                    const void *context);
/* Does the rest with all of the OpenMP team. */
void prefetch_end(struct prefetch *a);
/* Leaves the rest undone. */
void prefetch_drop(struct prefetch *a);

#endif
