/* pass_priv.h - one pass over a plan's images: training, or an evaluation. */
#ifndef COMBOLAB_ENGINE_TRAIN_PASS_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_PASS_PRIV_H

#include "engine/train/run_priv.h"

struct pass {
    const struct plan *plan;
    struct tally *tally;
    const char *what; /* before "step" in messages: "", "val ", "test " */
    bool trains;      /* else evaluates */
    double learning_rate;
    size_t later_images; /* to be evaluated in this epoch once the pass is over */
    /* Steps that were done before the run was resumed: their images are in the tally already. */
    size_t skip;
    double skipped_s; /* seconds they took */
    /* the pass's own */
    double began_s;        /* on the run's clock */
    double image_before_s; /* seconds an image, of the pass before of the same kind; NaN */
    size_t steps, begun, done;
    size_t measured; /* the step, from 1, that the heads' weights were read for; 0 = none */
};

/* Runs all steps but those skipped and fills in the figures. 0; 1 when people asked for a stop; -1
 * on an error, with run->diverged set where a loss is no longer finite. */
int pass_run(struct run *run, struct pass *pass, struct event_phase *figures, struct err *e);

/* Seconds an image, as the mean over one pass: of this one's `images` so far, which took spent_s,
 * and for the `left` ones to come what the pass before had (NaN: there was none). So it is a pass's
 * own mean at its end and where the next begins, and a single slow step moves it by no more than
 * its share. */
double pass_image_s(double spent_s, double images, double left, double before_s);

#endif
