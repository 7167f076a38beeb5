/* toy_backend.h - a backend that learns  score = w * grey + b  from the mean grey of each crop,
 * quickly.
 *
 * For tests of the trainer and the session: loss, gradient and SGD are real, on fc.weight[0],
 * fc.bias[0] and fc_cls.bias; all other parameters are only stored. It checks what the engine
 * promises beyond the rules that the door keeps, and counts what is broken; and it can be slow,
 * fail, lose its numbers or predict constants on demand. One at a time: what it counts is in one
 * struct, to be read when no run is going on.
 */
#ifndef COMBOLAB_TESTS_KIT_TOY_BACKEND_H
#define COMBOLAB_TESTS_KIT_TOY_BACKEND_H

#include "engine/core/backend.h"

struct toy {
    /* orders */
    atomic_int step_us;     /* a step takes that long; may change while a run goes on */
    long nan_train_step;    /* that training step of the run gives NaN; 0 = none */
    long inf_test_step;     /* that evaluation step gives infinity */
    long fail_train_step;   /* that training step fails */
    long poison_train_step; /* that one makes a weight NaN, unnoticed by its loss */
    bool dies;              /* by that failure */
    bool fail_open;
    const char *notes;      /* what it leaves out, lines; NULL = nothing */
    const char *remarks;    /* what else it says of that */
    const char *algorithms; /* what it computes by unless told otherwise; NULL = it has no choice */
    bool forgot;            /* what it is told to compute by it has no more */
    /* Every prediction is 3 + 1/8 for each plan begun since open, exactly: so there is no
     * correlation, no best epoch and only one weight file to write. */
    bool constant;
    /* findings */
    bool told; /* at the last opening, by what to compute */
    long opened, closed, trained, evaluated;
    int in_flight_most;
    int images_most; /* in a step */
    int violations;
    char violation[200]; /* the first */
};

extern struct toy toy;

const struct backend_ops *toy_backend(void);

#endif
