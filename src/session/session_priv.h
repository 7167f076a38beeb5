/* session_priv.h - what the session's own files share. Nobody else includes it. */
#ifndef COMBOLAB_SRC_SESSION_SESSION_PRIV_H
#define COMBOLAB_SRC_SESSION_SESSION_PRIV_H

#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "src/session/session.h"
#include "src/session/session_config_priv.h"
#include "src/session/session_watch_priv.h"

#include <pthread.h>
#include <stdatomic.h>

/* Something for the session thread to do. It lives on the stack of whoever waits for the answer,
 * or, when it was posted, in memory of its own until the answer has been taken. */
struct session_request {
    struct session_request *next;
    int (*carry_out)(struct session *s, struct session_request *r, struct err *e);
    struct session_answer answer;
    struct run_config *configs; /* CHECK and ADD, until they are settled */
    struct session_rows *rows;  /* ADD, from then on */
    size_t n_configs;
    const int64_t *runs; /* RESUME and moved data */
    size_t n_runs;
    const char *data;       /* where it lies now */
    unsigned how;           /* RESUME: of enum db_resume */
    char *text;             /* EDIT, owned */
    struct looks_row looks; /* QUEUE */
    bool posted, answered;
};

/* Requests that wait their turn. */
struct session_line {
    struct session_request *first, *last;
};

/* A run whose end could not be written yet. */
struct session_debt {
    int64_t run; /* 0 = none */
    char text[512];
};

/* What another process is to go on with. */
struct session_leaves {
    bool wanted; /* under the lock; the others are the session thread's until that has ended */
    bool noted;
    int64_t *runs; /* NULL when there was no memory for them */
    size_t n;
};

struct session {
    struct session_options options; /* db_path is not kept */
    struct db *db;                  /* the session thread's, once that runs */
    struct trainer *trainer;        /* NULL when nothing is taken */
    pthread_t thread;
    bool stopped; /* the thread has been joined */
    int wake_fd;  /* to viewers */
    int poke_fd;  /* to the session thread */

    pthread_mutex_t lock;      /* of the fields down to `changes`; never held for long */
    pthread_cond_t answered;   /* for who waits for an answer */
    struct session_line asked; /* of the session thread */
    struct session_line unsettled, answers; /* of the helper thread; of who posted */
    pthread_cond_t given;                   /* there is something unsettled */
    pthread_t helper;
    bool has_helper, helper_ends;
    atomic_bool helper_cancels; /* a drawing */
    bool closing, no_more;
    struct session_changes changes;

    /* of the session thread alone */
    struct session_watch watch;
    int64_t data_version;
    bool look;                /* a queued run may be there */
    bool starved;             /* a database that was busy: look again by time */
    int64_t run;              /* in progress, 0 = none */
    double beat_s;            /* when the database was last told that it is */
    bool keeps_checkpoints;   /* of that run, when it is finished */
    bool broken;              /* its events can no longer be stored */
    atomic_int stored_epochs; /* of that run, which the engine reads */
    struct session_debt debt;
    int64_t taken;        /* runs begun */
    bool dead;            /* a device is, in this process */
    int64_t told_waiting; /* the newest run of which viewers know that it waits for its device */
    struct session_leaves leaves;
    int64_t *named; /* SESSION_TAKES_NAMED: waiting, in order */
    size_t n_named, room_named;
};

/* session_run.c: claims a queued run and hands it to the engine, if one is wanted. */
void session_run_next(struct session *s);
/* Another run to train, by number; ERR_STATE when this session takes none by number. */
int session_run_name(struct session *s, int64_t run, struct err *e);
/* A queued run may be there now: the database changed, or the engine is free again. */
void session_look_for_runs(struct session *s);
/* There may be a run to take, or there is one. */
bool session_awaits_runs(const struct session *s);
void session_awaits_no_more(struct session *s);
bool session_trains(enum session_takes takes);
/* A run has ended with its device dead: no more are claimed, and viewers are told so. */
void session_device_died(struct session *s);

/* session_device.c: true for a queued run whose device is not there: that is on its row then, and
 * viewers are told, of a run that was not named once. */
bool session_run_waits(struct session *s, int64_t run, bool named);
/* Gives a run's settings the session's own device and threads where they leave that open; false for
 * one that names another device. */
bool session_device(const struct session *s, struct run_config *config);

/* session_leave.c: the session ends; once, before its runs are forgotten. */
void session_leave_note(struct session *s);

/* session_store.c: stores an event, then tells viewers; frees what the event owns. */
void session_store(struct session *s, struct event *event);
/* A line of the run's log from the session itself, stored and told as the engine's are. */
void session_say(struct session *s, int64_t run, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Ends a run that could not even begin. */
void session_store_failure(struct session *s, const char *text);
/* Tries to write the end of a run that could not be written before. */
void session_store_debt(struct session *s);

/* session_provenance.c: says what a run that began before is trained with now that it was not then;
 * `resumed` = it goes on from a checkpoint. */
void session_compare_provenance(struct session *s, int64_t run, bool resumed);

/* session_carry_out.c: what is asked, done on the session thread. */
int session_carry_out_add(struct session *s, struct session_request *r, struct err *e);
int session_carry_out_resume(struct session *s, struct session_request *r, struct err *e);
int session_carry_out_move(struct session *s, struct session_request *r, struct err *e);
int session_carry_out_take(struct session *s, struct session_request *r, struct err *e);
int session_carry_out_verb(struct session *s, struct session_request *r, struct err *e);
int session_carry_out_edit(struct session *s, struct session_request *r, struct err *e);
extern const char *const session_verb_names[]; /* by enum verb; as the database has them */

/* session_order.c: all that has been asked so far, on the session thread. */
void session_carry_out_all(struct session *s);
/* Ends the helper thread; runs posted before are still handed to the session thread. */
void session_end_helper(struct session *s);
void session_forget_orders(struct session *s);

/* session_mailbox.c: wakes a thread that polls the descriptor; and calms that again. */
void session_poke(int fd);
void session_calm(int fd);
/* For viewers. `run` 0 = any. */
void session_changed(struct session *s, int64_t run);
void session_not_idle(struct session *s);
void session_trouble(struct session *s, const char *text, bool fatal);

#endif
