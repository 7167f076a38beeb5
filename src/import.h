/* import.h - curves of runs that were trained elsewhere: from TensorBoard's event files and from
 * CSV, to rows of epochs. For one thread.
 *
 * Order of calls: import_init, import_events or import_csv (several event files of one run may
 * follow each other), import_epochs, import_fini. Every reader gives points to import_point by the
 * name of their curve, a tag or a column; which figure that is, --map says or its words do. What no
 * figure belongs to is counted and not kept, so memory grows with what is wanted alone.
 */
#ifndef COMBOLAB_SRC_IMPORT_H
#define COMBOLAB_SRC_IMPORT_H

#include "db/rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define IMPORT_TAG_BYTES 256
#define IMPORT_MOST_TAGS 4096
#define IMPORT_MOST_POINTS 4000000
#define IMPORT_MOST_EPOCHS 100000

/* Which figure: a phase (train, val, test) x a metric; or one of these. */
enum import_metric { IMPORT_LOSS, IMPORT_MAE, IMPORT_RMSE, IMPORT_PC, IMPORT_METRICS };
enum import_target {
    IMPORT_NONE = -1,
    IMPORT_LR = ROW_PHASES * IMPORT_METRICS,
    IMPORT_EPOCH, /* of a CSV column: which epoch a line is of */
    IMPORT_TARGETS
};

struct import_point {
    int64_t step;
    size_t order; /* of points of one step the latest counts */
    double value, time;
};

struct import_tag {
    char name[IMPORT_TAG_BYTES];
    int target; /* of enum import_target */
    bool told;  /* by --map */
    struct import_point *points;
    size_t n, room;
    size_t seen; /* points, also those that were not kept */
};

struct import {
    const char *map; /* "TAG=test.pc,OTHER=none", borrowed */
    struct import_tag *tags;
    size_t n, points;
    double first_s, last_s; /* when they were written; NaN = not known */
    bool epochs;            /* steps are epochs already, */
    bool epochs_told;       /* which --map said: then they may be steps all the same */
    bool val_as_test;       /* there was no test, so val is taken for it */
    size_t not_finite;      /* points that were left out */
    size_t twice;           /* points whose step came again */
    size_t cut;             /* files that end within a record, as while they are written */
    size_t large;           /* records that were passed over, such as images */
};

/* ERR_USAGE where `map` cannot be understood. */
int import_init(struct import *m, const char *map, struct err *e);
void import_fini(struct import *m);

/* "test.pc", "lr"; "none". */
void import_target_name(int target, char *to, size_t room);

/* The curve of that name, NULL with an error when there are too many. */
struct import_tag *import_tag(struct import *m, const char *name, struct err *e);

/* A point of it; one that is not finite is counted and left out. */
int import_point(struct import *m, struct import_tag *tag, int64_t step, double value, double time,
                 struct err *e);

/* Reads a file to its end. Messages name file and byte, or line. */
int import_events(struct import *m, const char *path, struct err *e);
int import_csv(struct import *m, const char *path, struct err *e);

/* The name of an event file has this in it. */
#define IMPORT_EVENTS "tfevents"

/* The rows, ascending, with `best` the best so far on the phase (ROW_VAL, ROW_TEST): by PC or,
 * where there is none, MAE, RMSE, loss. With `steps` > 0 so many are an epoch, of which training
 * figures are the mean and others the last; otherwise each step is one. Freed with mem_free. */
int import_epochs(struct import *m, int64_t steps, int best_on, struct epoch_row **out, size_t *n,
                  struct err *e);

#endif
