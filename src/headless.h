/* headless.h - trains without the screen: a session, progress on standard error, a table of
 * the runs on standard output, and what Ctrl-C means. For the commands train, resume and work; main
 * thread only.
 *
 * Order of calls: headless_open, headless_add for each experiment or headless_resume, then
 * headless_train, headless_report, headless_close. headless_command makes them all.
 *
 * SIGINT, SIGTERM and SIGHUP stop the run in progress after its step, store that and end; a second
 * one leaves at once, and the run shows as lost. SIGUSR1 makes a checkpoint of it.
 */
#ifndef COMBOLAB_SRC_HEADLESS_H
#define COMBOLAB_SRC_HEADLESS_H

#include "src/command.h"
#include "src/session/session.h"

struct headless;
struct err;

struct headless_options {
    const struct invocation *in; /* for its global options */
    enum session_takes takes;
    int64_t most;       /* runs to train at most, 0 = any number */
    const char *device; /* see session_options, as the next */
    int64_t threads;
    bool waits;    /* for more runs, until a signal */
    bool detaches; /* takes none: a worker of its own gets what was queued */
};

int headless_open(struct headless **out, const struct headless_options *options, struct err *e);
void headless_close(struct headless *h); /* NULL is allowed */

/* The runs that the command line names: see output_find_runs. */
int headless_find(struct headless *h, const struct invocation *in, int64_t **runs, size_t *n,
                  struct err *e);

/* Queues runs again that were begun before. `data`: where their data set lies now, "" = where it
 * was. */
int headless_resume(struct headless *h, const int64_t *runs, size_t n, unsigned how,
                    const char *data, struct err *e);

/* A run's settings and its row. */
int headless_config(struct headless *h, int64_t run, struct run_config *config, struct run_row *row,
                    struct err *e);

/* Whether a process holds the run, and lets it go on there. */
int headless_is_paused(struct headless *h, int64_t run, bool *paused, struct err *e);
int headless_go_on(struct headless *h, int64_t run, struct err *e);

/* Runs that are queued already are to be trained; they stay queued if that comes to nothing. */
int headless_take(struct headless *h, const int64_t *runs, size_t n, struct err *e);

/* Queues a run. */
int headless_add(struct headless *h, const struct run_config *config, int64_t *id, struct err *e);

/* Trains until nothing is left, or a signal, or the database fails. Afterwards the session is
 * closed. */
int headless_train(struct headless *h, struct err *e);

/* Prints the table of the runs; *status from their states: enum exit_status. */
int headless_report(struct headless *h, int *status, struct err *e);

/* Prints the numbers of the runs that were added or resumed. */
int headless_print_queued(struct headless *h, struct err *e);

/* A whole command: `prepare` (may be NULL) queues the runs that options->takes speaks of, which are
 * then trained and reported, or, where it takes none, only printed, or handed to a worker. Returns
 * the exit status; an error is printed. */
int headless_command(const struct headless_options *options,
                     int (*prepare)(struct headless *h, const struct invocation *in,
                                    struct err *e));

#endif
