/* event.h - what a training run says while it goes on. Plain data.
 *
 * Events are lossless and in order: started, then epochs, checkpoints, log lines, then one
 * finished. A checkpoint's event comes once its weight file is on disk: after that of its epoch,
 * but perhaps after those of later ones, which were trained meanwhile; all come before finished. A
 * best epoch has none where a better one came before its weights were written. A snapshot is
 * latest-wins, for progress on a screen, and so are the losses by step of the epoch in progress.
 * Events own what they point to: whoever pops one calls event_fini.
 */
#ifndef COMBOLAB_ENGINE_EVENT_H
#define COMBOLAB_ENGINE_EVENT_H

#include "base/log.h"
#include "engine/core/loss.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
    EVENT_STARTED,
    EVENT_EPOCH,
    EVENT_CHECKPOINT,
    EVENT_LOG,
    EVENT_STATE,
    EVENT_FINISHED
};

/* What a data set holds, for people who choose settings. */
struct data_facts {
    char name[320];
    int64_t train, test;
    int classes; /* 0 = unknown */
    double value[LOSS_MAX_CLASSES], weight[LOSS_MAX_CLASSES];
    int64_t count[LOSS_MAX_CLASSES]; /* training images */
    bool weighted;                   /* the loss uses the weights */
};

/* The states of a run; the database has the same names. */
enum run_state {
    RUN_QUEUED,
    RUN_RUNNING,
    RUN_PAUSED,
    RUN_STOPPED,
    RUN_FINISHED,
    RUN_DIVERGED,
    RUN_FAILED,
    RUN_LOST,
    RUN_STATES
};

/* "queued", "running" ... and back (-1 when there is no such state). */
const char *run_state_name(enum run_state state);
int run_state_of_name(const char *name);

/* True when a run in state `from` may become `to`: the one table of allowed changes. */
bool run_state_allows(enum run_state from, enum run_state to);

/* No more changes but by resume: finished, diverged, failed, stopped, lost. */
bool run_state_ended(enum run_state state);

/* One test image, as the data set has it. */
struct event_image {
    char *name; /* owned */
    double truth;
};

/* What the run turned out to be made of, once data and backend are open. */
struct event_started {
    char set[256];      /* the data set's name: "SCUT-FBP5500" */
    char protocol[16];  /* "60-40" */
    int fold;           /* 0 = the protocol has none */
    int classes;        /* 0 = the loss has none */
    char device[256];   /* "cpu: AMD EPYC, avx2, 2 threads" */
    char library[64];   /* "oneDNN 2.6.3" */
    char precision[8];  /* that it computes in: "f32" */
    char data_hash[17]; /* fingerprint of names, scores, split and pictures, hexadecimal */
    char init_hash[17]; /* of the content of the file that it began with; "" = none */
    int64_t train_images, test_images;
    int64_t parameters;
    double score_least, score_most; /* over the whole set */
    int64_t skipped_images;         /* damaged ones left out by --skip-bad-images */
    int64_t val_images;             /* held out by --select val */
    bool resumed;                   /* it goes on from a checkpoint */
    /* Epochs that were done before: 0, or for a resumed run those of its checkpoint. Rows of later
     * epochs are void. */
    int resumed_epoch;
    /* Owned: the test split's images in its order, damaged ones left out. Predictions speak of them
     * by their places. */
    struct event_image *images;
    size_t n_images;
    char *algorithms; /* owned: what its backend computes by, see backend.h; NULL = no choice */
};

/* One phase of an epoch. NaN where a figure does not exist (the correlation of constants). */
struct event_phase {
    int64_t images;
    double seconds;
    double total;                    /* weighted sum of the terms */
    double term[LOSS_MAX_TERMS];     /* unweighted means over the phase's images */
    double weighted[LOSS_MAX_TERMS]; /* weight x term: they add up to the total */
    double mae, rmse, pc;
    /* Of training alone: the gradients of the weighted terms by the pooled features, as the root of
     * the mean square over images, and cosines between those of terms 1 and 2, 1 and 3, 2 and 3. */
    double gradient[LOSS_MAX_TERMS], cosine[LOSS_MAX_PAIRS];
};

struct event_epoch {
    int epoch;  /* from 1 */
    int epochs; /* planned */
    double learning_rate;
    int terms;
    bool tested;    /* false between evaluations: then test and val hold nothing */
    bool validated; /* val holds something too */
    struct event_phase train, val, test;
    bool best;          /* highest PC so far, of val if validated, else of test */
    float *test_scores; /* owned: predictions in the split's order, n of them; NULL if not tested */
    size_t n;
};

/* One test image's prediction. */
struct event_prediction {
    int64_t place; /* in the test split's order: see event_started.images */
    double predicted;
    double expectation;              /* NaN without a class head */
    int predicted_class, true_class; /* 1-based, 0 without classes */
};

struct event_checkpoint {
    bool best; /* else last */
    int epoch;
    char path[1024]; /* of the weight file */
    /* Owned: n of them, in the split's order. None when the weights were saved in the middle of an
     * epoch, at a stop or on demand: no test has been made with them. */
    struct event_prediction *predictions;
    size_t n;
};

/* How the line of the log begins that says so of a checkpoint that people asked for. */
#define EVENT_SAVED "a checkpoint was saved, as was asked for"

struct event_log {
    enum log_level level;
    char text[LOG_TEXT_BYTES];
};

struct event_finished {
    enum run_state state; /* finished, stopped, diverged, failed */
    int epochs;           /* completed */
    bool dead;            /* ERR_DEAD: this process cannot use the run's device any more */
    /* Why, when not finished: names epoch and term. When finished, why before the last epoch
     * planned: names the best; else "". */
    char text[512];
};

struct event {
    enum event_kind kind;
    int64_t run;
    double time_s; /* since 1970 */
    union {
        struct event_started started;
        struct event_epoch epoch;
        struct event_checkpoint checkpoint;
        struct event_log log;
        enum run_state state; /* EVENT_STATE: paused or running again */
        struct event_finished finished;
    };
};

/* Frees what the event owns. */
void event_fini(struct event *event);

enum snapshot_phase {
    SNAPSHOT_IDLE,
    SNAPSHOT_DECODING,
    SNAPSHOT_PLANNING, /* the backend settles memory and algorithms */
    SNAPSHOT_TRAIN,
    SNAPSHOT_TEST,
    SNAPSHOT_SAVING,
};

struct snapshot {
    int64_t run; /* 0 when idle */
    enum snapshot_phase phase;
    bool paused;
    int64_t step, steps; /* within the phase: steps, or images when decoding */
    int epoch, epochs;
    int terms;
    double total, term[LOSS_MAX_TERMS]; /* running means of this phase */
    double images_per_s;
    double elapsed_s, eta_s; /* of the whole run; NaN when unknown */
    uint64_t device_bytes;
    double load, temperature_c, power_w; /* of the device: 0..1, degrees, watts; NaN when unknown */
};

const char *snapshot_phase_name(enum snapshot_phase phase);

#define SNAPSHOT_MOST_STEPS 1024

/* The losses of the training steps of one epoch, in order: of every step or, where they are more
 * than there is room for, the means of `each` steps after one another. */
struct snapshot_steps {
    int64_t run;
    int epoch; /* 0 before the first */
    int each;
    int n;
    struct snapshot_step {
        int step; /* the last of them, from 1 */
        double total, term[LOSS_MAX_TERMS];
    } at[SNAPSHOT_MOST_STEPS];
};

#endif
