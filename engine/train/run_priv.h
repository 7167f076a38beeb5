/* run_priv.h - one run while it goes on: what it has opened and how far it is; all from the engine
 * thread, but for the writer.
 *
 * Who does what:  run.c opens, trains, closes, and says how it ended;  run_data.c opens data set
 * and store;  run_net.c opens net and backend;  epoch.c is the loop over epochs, pass.c that over
 * steps;  plan.c, tally.c, save.c and trace.c serve them;  checkpoint.c is what it takes to go on,
 * and resume.c goes on;  begin.c brings in the weights of a file;  algorithms.c keeps what the
 * backend chose;  writer.c puts weights and checkpoints on disk, from a thread of its own.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_RUN_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_RUN_PRIV_H

#include "base/file.h"
#include "engine/core/door.h"
#include "engine/dataset/classes.h"
#include "engine/dataset/dataset.h"
#include "engine/image/store.h"
#include "engine/train/plan.h"
#include "engine/train/tally_priv.h"
#include "engine/train/tell_priv.h"
#include "engine/train/trainer.h"
#include "engine/train/verbs_priv.h"

struct publisher;
struct trace;
struct writer;

/* The images of one split, damaged ones left out; ascending places. */
struct split {
    size_t n;
    uint32_t *places;
};

/* Test images whose picture, under another name, trains too. */
struct leak {
    size_t n;
    uint32_t test, train; /* places of the first */
};

/* How far a run is: what the loop knows besides the weights, their momenta and the sums of an epoch
 * in progress. Checkpoints keep it. */
struct progress {
    int epochs_done;
    size_t step;    /* training steps done of the epoch after those */
    double train_s; /* seconds they took */
    double best_pc; /* -inf before there is one */
    int best_epoch; /* 0 before there is one */
    int worse;      /* evaluations since, without a better one */
};

/* What a run that goes on was computed by, as its checkpoint has it; empty where none says. */
struct recalled {
    char backend[32], precision[16];
    char *algorithms; /* for the door; NULL where they are chosen anew */
};

struct notes;

struct run {
    const struct trainer_job *job;
    const struct run_config *config; /* the job's */
    struct tell *tell;
    struct verbs *verbs;
    const struct log *log; /* of `tell` */
    struct publisher *publisher;

    /* run_data.c */
    struct dataset *data;
    struct store *store;
    const struct image_set *images;
    struct split train_split, test_split;
    struct split val_split;  /* held out of the training images; empty unless asked for */
    size_t skipped;          /* damaged images left out */
    struct leak leak;        /* pictures that train and test */
    float *scores;           /* of all images, for the backend */
    struct classes division; /* of scores into classes; n = 0 for a loss without */
    int *classes;            /* of all images, 0-based; NULL for a loss without */
    double *truth;           /* a batch's scores, gathered */
    int *batch_classes;      /* and its classes; NULL for a loss without */

    /* run_net.c */
    struct loss_spec loss;
    struct augment_spec augment;
    struct net net;
    char cache[FILE_PATH_BYTES]; /* folder of what is kept from run to run */
    struct recalled recalled;
    struct door *door;
    struct gradients_heads heads;
    struct err passed;               /* why device auto is that backend and not the first, or "" */
    const struct net_params *params; /* the door's */
    double usage_s;                  /* when the device was asked for its load last */

    /* the loop's */
    struct plan train_plan, val_plan, test_plan;
    struct tally train_tally, val_tally, test_tally;
    struct trace *trace;                /* NULL unless asked for */
    double train_image_s, test_image_s; /* seconds an image, measured; NaN before */
    int epoch;                          /* in progress, from 1 */
    struct progress at;
    bool tested; /* the present weights are those that test_tally was made with */

    /* save.c, resume.c */
    struct writer *writer;
    struct progress saved; /* what the newest checkpoint holds, or will once it is written */
    bool has_saved;
    double saved_s;                  /* when it was made, or the loop began; by clock_s */
    int resumed_epoch;               /* epochs that were done before the run was resumed */
    bool score_given, classes_given; /* heads that the file of init had */
    char init_hash[17];              /* fingerprint of the file that it began with, or "" */
    struct notes *notes;             /* what there is to say once it has started */

    bool diverged;
    bool warned_far; /* of errors beyond all scores: warn.c */
};

/* Opens and trains; emits every event, EVENT_FINISHED apart: that is filled in for the caller. */
void run_job(const struct trainer_job *job, struct tell *tell, struct verbs *verbs,
             struct event_finished *finished);

/* Data set, store, splits without damaged images, labels. 0, -1, or 1 when stopped. */
int run_open_data(struct run *run, struct err *e);
void run_close_data(struct run *run);
void run_log_data(struct run *run); /* images left out, or not kept in memory */

/* Loss, net, backend with images and initial weights. 0, -1, or 1 when stopped. */
int run_open_net(struct run *run, struct err *e);
void run_close_net(struct run *run);
void run_look_at_device(struct run *run); /* memory, load and so on into the snapshot, by seconds */
void run_log_net(struct run *run);        /* class sizes and weights, scores out of range, memory */

/* Images of a training epoch, after the last, smaller batch is dropped where it is to be. */
size_t run_epoch_images(const struct run *run);

/* How many images a step takes at most, given the split's size. */
int run_batch(const struct run *run, size_t images);

#endif
