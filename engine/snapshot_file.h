/* snapshot_file.h - what a run does at present, for other processes to look at: its snapshot and
 * the losses by step of its epoch in progress, in the file `progress` of its folder of weights.
 *
 * The file is there while the run goes on. Nobody waits for anybody: a reader that comes while it
 * is written sees by a hash that it is not whole, and looks again. What is left behind by a process
 * that was killed says nothing of a run; that it lives is told by the database. Nothing is synced:
 * after a crash of the machine nobody wants it. It is written and read, never mapped, so that
 * somebody who cuts it short or fills the disk ends no process.
 */
#ifndef COMBOLAB_ENGINE_SNAPSHOT_FILE_H
#define COMBOLAB_ENGINE_SNAPSHOT_FILE_H

#include "base/file.h"
#include "engine/event.h"

struct err;

struct snapshot_file {
    int fd; /* -1 while it is not open */
    char path[FILE_PATH_BYTES];
};

/* Makes the file anew in that folder. From one thread, as the next two. */
int snapshot_file_open(struct snapshot_file *f, const char *folder, struct err *e);

/* Says how things stand now. One that cannot be written is dropped: the next may be. */
void snapshot_file_put(const struct snapshot_file *f, const struct snapshot *now,
                       const struct snapshot_steps *steps);

/* Removes the file. */
void snapshot_file_close(struct snapshot_file *f);

/* Removes what a process that was killed left behind. */
void snapshot_file_remove(const char *folder);

/* Reads what run `run` said last in that folder; `steps` may be NULL. False when there is nothing
 * to be had: no file, one that is another run's, damaged or no file of this kind. Any thread; waits
 * for nothing but the disk. */
bool snapshot_file_read(const char *folder, int64_t run, struct snapshot *now,
                        struct snapshot_steps *steps);

#endif
