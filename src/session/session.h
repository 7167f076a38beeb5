/* session.h - wires the training engine, the run database and whoever watches.
 *
 * Order of calls: session_open (starts the session thread), then any of the others from any thread,
 * session_close. The session thread is the only consumer of the engine's events and the only writer
 * of the database: it stores an event first and tells viewers afterwards, so that what is on screen
 * is on disk. Whoever wants something done either waits for it (session_add, _resume, _take, _verb:
 * for commands) or posts it and is answered later (session_post: for the screen, which
 * waits for nobody). A session that takes named runs trains what is posted to be added or resumed.
 *
 * When the database cannot be written any more (a full disk), the run in progress is stopped, the
 * trouble is told to viewers, and the run is marked failed as soon as that can be written.
 */
#ifndef COMBOLAB_SRC_SESSION_SESSION_H
#define COMBOLAB_SRC_SESSION_SESSION_H

#include "base/err.h"
#include "db/db.h"
#include "engine/config.h"
#include "engine/event.h"
#include "engine/train/folder.h"
#include "engine/train/trainer.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

/* Which queued runs the session claims and trains, one at a time. */
enum session_takes {
    SESSION_TAKES_NONE,  /* it only watches, adds and passes verbs on */
    SESSION_TAKES_NAMED, /* those handed to session_take, and what is posted to it */
    SESSION_TAKES_ANY,   /* the oldest first */
};

/* Told by the session thread, after the database has it. Entries may be NULL. Must be quick. */
struct session_viewer {
    void (*begun)(void *context, int64_t run, const struct run_config *config);
    void (*stored)(void *context, const struct event *event);
    /* fatal: results can no longer be stored, or no run can be claimed any more */
    void (*trouble)(void *context, const char *text, bool fatal);
    void *context;
};

struct session_options {
    const char *db_path; /* "" = the default path */
    enum session_takes takes;
    int64_t most; /* runs to train at most, 0 = any number */
    /* The device that it trains on: it takes runs that name this one or none. NULL and "" = each
     * run's own. Borrowed, for as long as the session is open. */
    const char *device;
    int64_t threads; /* of runs that name no number of them; 0 = all cores */
    struct session_viewer viewer;
    const struct backend_ops *backend; /* tests; NULL = by the run's device */
};

#define SESSION_CHANGED_RUNS 16

/* What happened since the last session_changes. */
struct session_changes {
    bool all; /* another process wrote: any row may be new */
    size_t n; /* else these runs, changed by this session */
    int64_t runs[SESSION_CHANGED_RUNS];
    bool idle;         /* no run is in progress and there is none to take */
    int64_t current;   /* run in progress, 0 = none */
    size_t following;  /* runs that this session was asked to train after it */
    char trouble[768]; /* last trouble not yet reported, "" = none */
};

int session_open(struct session **out, const struct session_options *options, struct err *e);

/* Stops the run in progress, waits until that is stored, ends the session thread. Only session_path
 * and session_close may follow. Apart from closing so that a reader can be closed between them:
 * SQLite folds its -wal file into the database when the last connection that closes is the writer.
 */
void session_stop(struct session *s);

/* session_stop for who leaves the work to another process: the run in progress goes back into the
 * queue, from its checkpoint. *runs (mem_free): it and those that were to follow, as far as they
 * wait in the queue now, in order; also on -1, when not all of them may be there. */
int session_leave(struct session *s, int64_t **runs, size_t *n, struct err *e);

/* session_stop if need be, then frees everything. NULL is allowed. */
void session_close(struct session *s);

/* The database's path; lives as long as the session. */
const char *session_path(const struct session *s);

/* A log file beside the database: what a worker of its own prints that begins with that run, or,
 * with 0, what is printed while the screen is shown. -1 when the path is too long. */
int session_log_path(const char *db_path, int64_t run, char *to, size_t room, struct err *e);

/* Checks a config as far as can be without training (config_check, the data set opens) and makes
 * its paths absolute, so that another process can train it. *facts (may be NULL) is what the
 * data set is. On -1 *config is unchanged. */
int session_check(struct run_config *config, struct data_facts *facts, struct err *e);

/* The settings that a run was launched with; *row (may be NULL) is its row. */
int session_read_config(struct db *db, int64_t run, struct run_config *config, struct run_row *row,
                        struct err *e);

/* session_check, then inserts a queued run. */
int session_add(struct session *s, const struct run_config *config, int64_t *id, struct err *e);

/* Queues runs that were stopped, failed or were lost, so that they go on from their newest
 * checkpoint: all of them, or none and ERR_STATE says why, as where epochs are on record but no
 * checkpoint is to be found. `how` is of enum db_resume, 0 for nothing special. */
int session_resume(struct session *s, const int64_t *runs, size_t n, unsigned how, struct err *e);

/* For what takes a while: see store.h. */
struct session_patience {
    const atomic_bool *cancel;
    void (*progress)(void *context, size_t done, size_t all);
    void *context;
};

/* Before a run is resumed: its data set is there; or, with `moved` not "", that is where it lies
 * now, which becomes a full path, and holds the same names, scores, split and pictures. 0, -1, or 1
 * when cancelled. */
int session_check_data(struct db *db, const struct run_row *run, char moved[OPT_TEXT_BYTES],
                       const struct session_patience *wait, struct err *e);

/* Stores where the data set of runs that have ended lies now; those that cannot be resumed keep
 * what they have. */
int session_move_data(struct session *s, const int64_t *runs, size_t n, const char *data,
                      struct err *e);

/* Lets a SESSION_TAKES_NAMED session train queued run `id`, after those handed over before. One
 * whose device is not there stays queued, with the reason, and is not waited for. */
int session_take(struct session *s, int64_t id, struct err *e);

/* Takes no more runs. */
void session_take_no_more(struct session *s);

/* Pause, resume, stop or checkpoint: to the engine for the run in progress; as a row for a run that
 * another process trains; a queued run can only be stopped. ERR_STATE otherwise. */
int session_verb(struct session *s, int64_t run, enum verb verb, struct err *e);

/* Deletes a run that has ended or is queued for good: its rows, then its files, of which *gone says
 * how many went. */
int session_delete(struct db *db, int64_t run, struct folder_sum *gone, struct err *e);

/* What can be posted. */
enum session_order_kind {
    SESSION_CHECK, /* could `configs` be launched? */
    SESSION_ADD,   /* queue a run for each of `configs`, when all of them could be launched */
    SESSION_QUEUE, /* so, and train none of them here; before that, looks are laid down */
    SESSION_DRAW,  /* draw portraits into a folder beside the database, unless they are there */
    SESSION_RESUME,
    SESSION_TAKE, /* train the queued run here; run 0 = all that are queued now */
    SESSION_VERB,
    SESSION_EDIT, /* what people change by hand: see db_runs_edit */
};

struct session_order {
    enum session_order_kind kind;
    const struct run_config *configs; /* CHECK, ADD and QUEUE, at least one; copied */
    size_t n_configs;
    int64_t run;            /* the others */
    enum verb verb;         /* VERB */
    enum db_edit_kind edit; /* EDIT */
    const char *text;       /* of it; copied */
    struct looks_row looks; /* QUEUE: those of the experiment, unless some were; "" = none */
};

struct session_answer {
    enum session_order_kind kind;
    int64_t run;  /* of an ADD the last new one */
    size_t added; /* ADD, QUEUE and TAKE: how many, also when it failed at the next one */
    enum verb verb;
    enum db_edit_kind edit;
    struct data_facts data; /* CHECK: of the first config */
    char path[1024];        /* DRAW: the data set */
    int result;             /* 0, or -1 and `err` says why */
    struct err err;
};

/* Has it done and returns at once; the order is copied. The answer comes through session_answers,
 * but a check gets none when a later one overtakes it. -1 only when memory runs out. */
int session_post(struct session *s, const struct session_order *order, struct err *e);

/* Takes the oldest answer; false when there is none. session_wake_fd polls readable when one came.
 */
bool session_answers(struct session *s, struct session_answer *out);

/* Of the run in progress; .run = 0 when there is none. */
void session_snapshot(struct session *s, struct snapshot *out);

/* Polls readable when session_changes has something to say. Never read from it. */
int session_wake_fd(const struct session *s);
void session_changes(struct session *s, struct session_changes *out);

#endif
