/* sweep.h - what a command line with lists comes to, before anything is started: which runs, what
 * varies, which of them this experiment has already, and about how long the others take. Main
 * thread.
 */
#ifndef COMBOLAB_SRC_SWEEP_H
#define COMBOLAB_SRC_SWEEP_H

#include "src/command.h"

struct db;
struct err;

struct sweep_item {
    int64_t train;  /* images; 0 = not known */
    int64_t there;  /* a run of the same settings and data, 0 = none */
    int state;      /* of that: enum run_state */
    double seconds; /* that it takes; NaN = no past run to judge by */
    bool added;     /* it is to be launched */
};

struct sweep {
    const struct invocation *in; /* whose configs these are, in their order; borrowed */
    struct sweep_item *items;
    size_t n;
    int64_t judged_by; /* a past run, 0 = none */
};

/* `train`: the training images of each config. With `missing` only those are added that are not
 * there. `db` may be NULL: there is none yet. */
int sweep_init(struct sweep *s, const struct invocation *in, const int64_t *train, bool missing,
               struct db *db, struct err *e);
void sweep_fini(struct sweep *s);

size_t sweep_added(const struct sweep *s);

/* The lines about it, on standard error. */
void sweep_say(const struct sweep *s);

/* A row for each run, on standard output. */
int sweep_print(const struct sweep *s, struct err *e);

#endif
