/* resume_kit.h - what tests of resuming share: a whole run to compare with, a backend that asks for
 * a stop at a given step, and the comparison of what came after. */
#ifndef COMBOLAB_TESTS_KIT_RESUME_KIT_H
#define COMBOLAB_TESTS_KIT_RESUME_KIT_H

#include "tests/kit/trainer_rig.h"

#define KIT_EPOCHS 12

/* A run that was never stopped: what it said of each epoch, and its predictions. */
struct whole {
    char folder[40]; /* of its weights */
    int epochs;
    struct event_epoch epoch[KIT_EPOCHS];
    float *scores[KIT_EPOCHS]; /* NULL where there was no evaluation */
    size_t n;
    struct event_finished finished;
    double predicted[RIG_TEST]; /* by the last weights */
    int steps;                  /* of training */
};

/* Runs rig->job to its end in that folder. Returns 0, or -1 when it did not finish. */
int kit_whole(struct rig *rig, struct whole *w, const char *folder);
void kit_free(struct whole *w);

/* `ops` with a counter before it: see kit_stop_at. One at a time. */
const struct backend_ops *kit_counted(const struct backend_ops *ops);

/* The next run is asked to stop right after its n-th training step (or evaluation step) has been
 * started; 0 = never. kit_steps: training steps since. */
void kit_stop_at(struct rig *rig, long train_step, long test_step);
long kit_steps(void);

/* Runs rig->job in a new folder until it is stopped there; true when it was. */
int kit_stopped(struct rig *rig, const char *folder, long train_step, long test_step);

/* Resumes rig->job in `folder` and runs it to its end; then the epochs after started.resumed_epoch,
 * the end, the predictions and the weight files must be those of the whole run, bit for bit, times
 * apart. Says what differs. */
int kit_resume(struct rig *rig, const struct whole *w, const char *folder);

/* Files of a folder whose name contains `part`; makes a folder with links to all files of
 * another. */
int kit_files(const char *folder, const char *part);
void kit_link(const char *from, const char *to);

/* A log line of the last run that contains `part`. */
const struct event *kit_log(const struct rig *rig, const char *part);

#endif
