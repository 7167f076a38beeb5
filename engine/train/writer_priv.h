/* writer_priv.h - a thread that puts a run's weights and checkpoints on disk while the next epoch
 * is trained: from complete copies, of which there are two.
 *
 * Order of calls, all from the engine thread: writer_new; { writer_claim, fill the copy in,
 * writer_hand_over }, writer_check and writer_wait at any time; writer_free.
 *
 * At most one copy waits while one is written. Of a copy the weights are written first, then
 * EVENT_CHECKPOINT says that they are on disk, then the checkpoint is written and older ones go:
 * whatever the moment of a kill, the best weights that a checkpoint speaks of, or better ones, are
 * there before it. Copies are written in the order in which they were handed over. A newer one
 * takes the place of the one that waits where it makes all of that one's files anew: best weights
 * by better ones, and a checkpoint that nobody asked for by a later one. Else, as when a checkpoint
 * alone is due after a best epoch whose weights still wait, or after a checkpoint that --save-every
 * asked for, claiming waits until the writer has taken it.
 *
 * After its first error the writer drops what waits and writes no more; the former files stay as
 * they were. The engine thread gets the error from its next call here.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_WRITER_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_WRITER_PRIV_H

#include "engine/train/run_priv.h"

struct weights;
struct writer;

/* Files of a copy, as bits. */
enum { WRITER_BEST = 1, WRITER_LAST = 2, WRITER_CHECKPOINT = 4 };

struct writer_copy {
    unsigned files;
    bool firm; /* the checkpoint was asked for: it gives way to no later one */
    /* All values, one after another: parameters, momenta of those that are trained, predictions of
     * an epoch in progress, checksum. */
    float *values;
    struct weights *weights;    /* of WRITER_BEST or _LAST; they lie in `values`, as do those of */
    struct weights *checkpoint; /* WRITER_CHECKPOINT, whose checksum is still to be made */
    struct event event;         /* once the weights are on disk: its path is where to */
    struct progress at;         /* of the checkpoint */
};

/* Starts the thread, with copies that have room for `count` values each. Folder, --keep, log and
 * queue are the run's. */
int writer_new(struct writer **out, const struct run *run, size_t count, struct err *e);

/* Writes what waits, ends the thread and frees; NULL is allowed. An error that nobody was given is
 * logged. */
void writer_free(struct writer *w);

uint64_t writer_bytes(const struct writer *w); /* of both copies */

/* A copy to be filled in for `files`: empty but for its values. It is the caller's until it is
 * handed over, or claimed again. */
int writer_claim(struct writer *w, unsigned files, struct writer_copy **out, struct err *e);
void writer_hand_over(struct writer *w, struct writer_copy *c);

/* Frees what a copy owns, its values apart. */
void writer_copy_clear(struct writer_copy *c);

/* True while a copy waits: what is claimed now may take its place. */
bool writer_is_behind(struct writer *w);

/* The error of a file handed over before; writer_wait waits first until all are on disk. */
int writer_check(struct writer *w, struct err *e);
int writer_wait(struct writer *w, struct err *e);

#endif
