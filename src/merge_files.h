/* merge_files.h - the files of a run's weights and checkpoints, copied from the folder of another
 * database.
 *
 * Order of calls: merge_files_init, for every run merge_files_fetch, merge_files_place with the
 * folder that they belong to, merge_files_settle, and at the end merge_files_fini. What is fetched
 * lies in a folder of its own beside the runs' folders, on the disk, until it is placed by
 * renaming: a full disk, a signal or a crash leaves nothing half in a run's folder. One process at
 * a time.
 */
#ifndef COMBOLAB_SRC_MERGE_FILES_H
#define COMBOLAB_SRC_MERGE_FILES_H

#include "base/file.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct err;

/* Of all runs so far. */
struct merge_sum {
    size_t copied, there, missing; /* files */
    uint64_t bytes;                /* that were copied */
};

struct merge_files {
    struct db *to, *from;
    const atomic_bool *cancel;
    char folder[FILE_PATH_BYTES]; /* of what is fetched; "" until something is */
    char source[FILE_PATH_BYTES]; /* the folder there of the run that was fetched last */
    char placed[FILE_PATH_BYTES]; /* of the run whose files were placed last; "" = of none */
    int lock;                     /* on it, or -1 */
    struct merge_sum sum, former; /* as it was before the run that was fetched last */
};

void merge_files_init(struct merge_files *f, struct db *to, struct db *from,
                      const atomic_bool *cancel);

/* Copies what run `there` of `from` has and run `here` (0 = a new one) has not, told by size and
 * checksum. 0; 1 when cancelled; -1: nothing is left of it. */
int merge_files_fetch(struct merge_files *f, int64_t there, int64_t here, struct err *e);

/* For db_merge_take: context is the struct merge_files. */
int merge_files_place(void *context, const char *folder, struct err *e);

/* It is in: removes the checkpoints here that the run has left behind there, so that it does not go
 * on from them. Where its files did not come, all stay. */
int merge_files_settle(struct merge_files *f, int64_t here, struct err *e);

/* The run could not be brought in: removes what was fetched and, of a new one, what was placed. */
void merge_files_undo(struct merge_files *f, bool anew);

/* Removes what was fetched and not placed. */
void merge_files_fini(struct merge_files *f);

#endif
