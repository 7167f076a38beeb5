/* jobs.h - several workers of one command: `combolab work --jobs N`. Main thread, before any other
 * thread of ours is there. */
#ifndef COMBOLAB_SRC_JOBS_H
#define COMBOLAB_SRC_JOBS_H

#include "src/command.h"

struct jobs_options {
    int64_t n;
    const char *device; /* of each, "" = the run's own */
    int64_t threads;    /* of each, 0 = the cores divided among them */
    bool once, waits;
};

/* Starts them, passes their lines on with "[N] " before each, and signals to them; they end when
 * this process does. Then prints a table of what they have trained. Returns the exit status. */
int jobs_run(const struct invocation *in, const struct jobs_options *options);

#endif
