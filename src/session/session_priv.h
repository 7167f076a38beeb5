/* session_priv.h - what the session's own files share. Nobody else includes it. */
#ifndef COMBOLAB_SRC_SESSION_SESSION_PRIV_H
#define COMBOLAB_SRC_SESSION_SESSION_PRIV_H

#include "base/err.h"
#include "db/db.h"
#include "src/session/session.h"
#include "src/session/session_config.h"
#include "src/session/session_watch_priv.h"

#include <pthread.h>

enum session_request_kind {
    SESSION_ADD,
    SESSION_RESUME,
    SESSION_TAKE,
    SESSION_VERB,
    SESSION_DELETE,
};

/* A question to the session thread; lives on the stack of whoever waits for the answer. */
struct session_request {
    enum session_request_kind kind;
    int64_t run;
    enum verb verb;
    const struct session_rows *rows;
    const int64_t *runs; /* of SESSION_RESUME */
    size_t n_runs;
    int result;
    struct err *err;
    bool answered;
};

/* A run whose end could not be written yet. */
struct session_debt {
    int64_t run; /* 0 = none */
    char text[512];
};

struct session {
    struct session_options options; /* db_path is not kept */
    struct db *db;                  /* the session thread's, once that runs */
    struct trainer *trainer;        /* NULL when nothing is taken */
    pthread_t thread;
    bool stopped; /* the thread has been joined */
    int wake_fd;  /* to viewers */
    int poke_fd;  /* to the session thread */

    pthread_mutex_t calls; /* one caller with a request at a time */
    pthread_mutex_t lock;  /* the fields down to `changes` */
    pthread_cond_t answered;
    struct session_request *request;
    bool closing, no_more;
    struct session_changes changes;

    /* of the session thread alone */
    struct session_watch watch;
    int64_t data_version;
    bool look;          /* a queued run may be there */
    bool starved;       /* a database that was busy: look again by time */
    int64_t run;        /* in progress, 0 = none */
    struct run_row row; /* what is known of it when it starts */
    bool broken;        /* its events can no longer be stored */
    struct session_debt debt;
    int64_t taken;  /* runs begun */
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

/* session_store.c: stores an event, then tells viewers; frees what the event owns. */
void session_store(struct session *s, struct event *event);
/* Ends a run that could not even begin. */
void session_store_failure(struct session *s, const char *text);
/* Tries to write the end of a run that could not be written before. */
void session_store_debt(struct session *s);

/* session_request.c: answers a question, on the session thread. */
void session_answer(struct session *s, struct session_request *request);

/* session_mailbox.c: wakes a thread that polls the descriptor; and calms that again. */
void session_poke(int fd);
void session_calm(int fd);
/* For viewers. `run` 0 = any. */
void session_changed(struct session *s, int64_t run);
void session_not_idle(struct session *s);
void session_trouble(struct session *s, const char *text, bool fatal);

#endif
