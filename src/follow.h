/* follow.h - waits for what other processes do with runs. Reads only: also in a database that may
 * not be written to. Main thread.
 *
 * A change of the database is seen within a tenth of a second; that a process is dead, which no row
 * tells, within a second. */
#ifndef COMBOLAB_SRC_FOLLOW_H
#define COMBOLAB_SRC_FOLLOW_H

#include "db/rows.h"
#include "engine/event.h"

struct db;
struct err;

struct follow {
    struct db *db; /* borrowed */
    int64_t version;
    /* Called a few times a second while it waits; may be NULL. */
    void (*tick)(void *context);
    void *context;
};

/* Sleeps until the database has changed, a second is over or a signal was caught. */
int follow_wait(struct follow *f, struct err *e);

/* Waits until the run is in none of these states (bits 1 << enum run_state); then *run is that
 * row. */
int follow_until(struct follow *f, unsigned states, struct run_row *run, struct err *e);

#define FOLLOW_GOES_ON (1u << RUN_QUEUED | 1u << RUN_RUNNING | 1u << RUN_PAUSED)

#endif
