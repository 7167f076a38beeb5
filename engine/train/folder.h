/* folder.h - what lies in a run's folder of weights, by the names that the engine gives: for who
 * counts or removes files. Any thread; nobody may be training in the folder when it removes.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_FOLDER_H
#define COMBOLAB_ENGINE_TRAIN_FOLDER_H

#include <stddef.h>
#include <stdint.h>

struct err;

enum folder_kind {
    FOLDER_WEIGHTS = 1, /* best and last */
    FOLDER_CHECKPOINTS = 2,
    FOLDER_HALVES = 4, /* what a kill left half written */
    FOLDER_ALL = 7,
};

/* Which of them a file of that name is; 0 = none. */
unsigned folder_kind(const char *name);

struct folder_sum {
    size_t files;
    uint64_t bytes;
};

/* How many files of these kinds (enum folder_kind) there are; none where there is no folder. */
int folder_count(const char *folder, unsigned kinds, struct folder_sum *sum, struct err *e);

/* Removes them; *sum is what went. -1 when one stays: the others are gone all the same. */
int folder_remove(const char *folder, unsigned kinds, struct folder_sum *sum, struct err *e);

#endif
