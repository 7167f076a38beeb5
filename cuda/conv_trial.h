/* conv_trial.h - a job's ways run on the device, on random data: whether a way computes what the
 * reference computes, and how long it takes. Order: open, then check and time in any order, close.
 * What a trial holds is the job's operands twice at most; nothing else may be queued meanwhile. */
#ifndef COMBOLAB_CUDA_CONV_TRIAL_H
#define COMBOLAB_CUDA_CONV_TRIAL_H

#include "cuda/conv.h"

enum trial_piece {
    TRIAL_X,
    TRIAL_W,
    TRIAL_Y,
    TRIAL_OUT,
    TRIAL_WORKSPACE,
    TRIAL_MOMENTS,
    TRIAL_WANTED_MOMENTS,
    TRIAL_DIFFERENCE,
    TRIAL_FLUSH,
    TRIAL_PIECES
};

struct conv_trial {
    struct conv_tools *tools;
    struct conv_job job;
    enum trial_piece output; /* what the job makes: the reference's is in this piece */
    enum element type;       /* of the output */
    size_t count;            /* elements of the output */
    bool moments;            /* some way makes them, so that the others' are timed too */
    void *block;
    void *piece[TRIAL_PIECES];
    size_t bytes[TRIAL_PIECES];
};

/* Takes memory for the n ways and the reference, and runs the reference. */
int conv_trial_open(struct conv_trial *r, struct conv_tools *t, const struct conv_way *reference,
                    const struct conv_way *list, int n, struct err *e);
void conv_trial_close(struct conv_trial *r);

/* Runs a way twice into outputs of NaN. One that fails, is off or differs from itself is not *good
 * and is said to be dropped; an error is that nothing can be run. */
int conv_trial_check(struct conv_trial *r, const struct conv_way *way, bool *good, struct err *e);

/* Median of a few runs with nothing in the device's cache, with a pass for moments where the way
 * doesn't make them and others do. After a first run of more than twice
 * `enough_s` there is no second. 0 on a device that has no clock. */
int conv_trial_time(struct conv_trial *r, const struct conv_way *way, double enough_s,
                    double *seconds, struct err *e);

#endif
