/* checkpoint_priv.h - all that it takes to go on with a run as if it had never stopped, in one file
 * checkpoint-EPOCH[-STEP].safetensors: epochs done, and steps done of the next.
 *
 * Tensors: the parameters, named as in last.safetensors; momentum/NAME for each that is trained;
 * within an epoch `scores`, the predictions of its steps so far; and `checksum`, four numbers of 16
 * bits, over metadata and all other data. Metadata: struct progress, the sums of an epoch in
 * progress, the backend's algorithms, and what checkpoint_match.h compares. Reals are hexadecimal,
 * so that they read back to the same bits.
 *
 * A file appears whole or not at all, and older ones are removed only once it is there: whenever a
 * run is killed, what it went on from last is still to be found.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_CHECKPOINT_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_CHECKPOINT_PRIV_H

#include "engine/train/run_priv.h"

#define CHECKPOINT_FORMAT "1"
#define CHECKPOINT_STEM "checkpoint-" /* of names */
#define CHECKPOINT_MOMENTUM "momentum/"
#define CHECKPOINT_PIECES 4 /* of the checksum */

struct weights;

/* A checkpoint of where the run is. `values` begin with all parameters and the momenta of those
 * that are trained, which the caller has filled in, and have room for a training epoch's
 * predictions and the checksum; they stay the caller's. From the engine thread. */
int checkpoint_make(const struct run *run, float *values, struct weights **out, struct err *e);

/* Completes the checksum, writes the file, and removes what checkpoint_prune does not keep. On -1
 * the former ones stay as they were. Any thread. */
int checkpoint_write(struct weights *w, const char *folder, const struct progress *at, int64_t keep,
                     int stored, const struct log *log, struct err *e);

/* The checksum's parts. */
uint64_t checkpoint_hash_meta(const struct weights *w);
void checkpoint_hash_write(uint64_t hash, float to[CHECKPOINT_PIECES]);

/* --- the files of a folder (checkpoint_list.c) --- */

struct checkpoint_file {
    int epoch;
    size_t step;
    char name[80];
};

/* Lists the folder's checkpoints, newest (furthest) first; freed with mem_free. */
int checkpoint_list(struct checkpoint_file **out, size_t *n, const char *folder, struct err *e);

void checkpoint_name(const struct progress *at, char to[80]);

/* False for a name that is not the one which its numbers give. */
bool checkpoint_parse(const char *name, struct checkpoint_file *out);

/* Removes, now that the checkpoint of `at` is there: those further than it, which belong to what
 * was given up by going on from an earlier one; all but the `keep` newest (0 = all) of the rest and
 * the newest of no more than `stored` epochs, which the record can go on from; and what a kill left
 * of files half written. What can't be removed is warned of. */
void checkpoint_prune(const char *folder, const struct progress *at, int64_t keep, int stored,
                      const struct log *log);

#endif
