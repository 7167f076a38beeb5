/* meter.h - for commands that take a while: a line of progress, and an orderly end by Ctrl-C. */
#ifndef COMBOLAB_SRC_METER_H
#define COMBOLAB_SRC_METER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct meter {
    const char *what; /* "drawing portraits" */
    bool on;          /* standard error is a terminal and quiet was not asked for */
    int drawn;        /* characters on the line */
    double started_s, drawn_s;
};

void meter_start(struct meter *m, const char *what, bool quiet);

/* For the `progress` callbacks of the engine: context is the struct meter. From one thread. */
void meter_progress(void *context, size_t done, size_t all);

/* Clears the line. */
void meter_end(struct meter *m);

/* Set by SIGINT and SIGTERM from this call on. */
const atomic_bool *meter_cancel(void);

#endif
