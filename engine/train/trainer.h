/* trainer.h - the engine thread: trains one run at a time and says how it goes.
 *
 * Order of calls: trainer_new (starts the thread), trainer_start, trainer_verb as people like,
 * events popped from the queue by the one consumer, after EVENT_FINISHED the next trainer_start;
 * trainer_free (stops a run in progress first, then joins). trainer_start, _verb and _snapshot are
 * safe from any thread and never wait for computing.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_TRAINER_H
#define COMBOLAB_ENGINE_TRAIN_TRAINER_H

#include "engine/config.h"
#include "engine/core/backend.h"
#include "engine/event.h"

struct trainer;
struct queue;

#define TRAINER_SAVE_AFTER_S 300 /* what people get */

enum verb { VERB_START, VERB_PAUSE, VERB_RESUME, VERB_STOP, VERB_CHECKPOINT };

struct trainer_job {
    int64_t run; /* number in the database; labels events */
    struct run_config config;
    /* Where best.safetensors, last.safetensors and the run's checkpoints go; made if missing. A
     * folder belongs to one run. */
    char weights_dir[1024];
    /* Go on from the newest whole checkpoint in weights_dir, bit for bit as if the run had never
     * stopped. If there is none the run fails, unless no more than an epoch is known: the second
     * does not begin before the first one's checkpoint is there. Then it begins. Without `resume`,
     * checkpoints that are there go once the first new one is saved. With options of influence on
     * the numbers other than those it was begun with, the run fails and names the option. */
    bool resume;
    /* With resume: epochs that the caller has a record of; checkpoints of more are passed over, so
     * that none is missing there. */
    int known_epochs;
    /* With resume: let the backend choose again what it computes by, instead of what the checkpoint
     * says, and which it may not have any more. */
    bool algorithms_anew;
    /* Epochs that are on record by now, counted on by the caller while the run goes on; NULL: all
     * that events have told. The newest checkpoint that is not ahead of it is kept, whatever `keep`
     * says: while results can't be stored, it is the one that a resume could go on from. */
    const atomic_int *stored_epochs;
    /* Seconds from one checkpoint to the next at most, so that a kill loses no more, however long
     * an epoch takes; 0 = as long as they take. */
    double save_after_s;
    const struct backend_ops *backend; /* tests; NULL = by config.device */
};

/* The queue carries struct event and is owned by the trainer. */
int trainer_new(struct trainer **out, struct err *e);
void trainer_free(struct trainer *t);
struct queue *trainer_events(struct trainer *t);

/* Hands a job over (copied). ERR_STATE while another run is going on. */
int trainer_start(struct trainer *t, const struct trainer_job *job, struct err *e);

/* Pause and stop take effect after the step in progress; checkpoint saves the last weights at once.
 * Of no effect when no run is going on. */
void trainer_verb(struct trainer *t, enum verb verb);

/* The folder has a checkpoint, whole or not. Any thread. */
bool trainer_has_checkpoint(const char *weights_dir);

void trainer_snapshot(struct trainer *t, struct snapshot *out);

#endif
