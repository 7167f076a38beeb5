/* trainer_rig.h - what tests of the trainer share: a small data set on disk, runs from start to
 * finish, and their events. */
#ifndef COMBOLAB_TESTS_KIT_TRAINER_RIG_H
#define COMBOLAB_TESTS_KIT_TRAINER_RIG_H

#include "engine/train/trainer.h"

#define RIG_TRAIN 15 /* images; the 4th is in the test split, and so on */
#define RIG_TEST 8
#define RIG_EVENTS 200

struct rig {
    struct trainer *trainer;
    struct trainer_job job; /* ready to start: combo, 3 epochs, batches of 4, the toy backend */
    struct event events[RIG_EVENTS];
    int n;
};

/* Makes the scratch folder and writes the data set into its data/: grey pictures 40 x 36 whose
 * score follows their brightness. */
int rig_init(struct rig *r);
void rig_fini(struct rig *r); /* removes everything */

/* Sets the folder of the weights, "r1" say. */
void rig_weights(struct rig *r, const char *name);

/* Starts r->job, and collects events until it has finished (or until one of `kind` comes). The
 * former events are freed. Return the last event. */
const struct event *rig_start(struct rig *r);
const struct event *rig_until(struct rig *r, enum event_kind kind);
const struct event *rig_run(struct rig *r);

/* Frees the events collected so far. */
void rig_forget(struct rig *r);

/* The i-th event of a kind (from 0), or NULL; their number. */
const struct event *rig_event(const struct rig *r, enum event_kind kind, int i);
int rig_count(const struct rig *r, enum event_kind kind);

/* The whole file, freed with mem_free; NULL when it is not there. */
char *rig_file(const char *path, size_t *bytes);
int rig_same_file(const char *a, const char *b);

#endif
