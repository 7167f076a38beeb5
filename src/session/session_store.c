/* session_store.c - an event of the engine becomes rows, then news. All on the session thread.
 *
 * A write that fails because another process holds the database is tried again for minutes:
 * training goes on meanwhile until its bounded queue is full, then waits. Any other failure breaks
 * the run, and so does a database that was moved or deleted, where rows would go unseen: the engine
 * is stopped, what it still says is dropped, and its end (failed) is written as soon as the
 * database takes it.
 */
#include "src/session/session_priv.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/train/folder.h"
#include "platform.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static_assert(ROW_MAX_TERMS == LOSS_MAX_TERMS, "rows have room for every loss's terms");
static_assert(ROW_MAX_PAIRS == LOSS_MAX_PAIRS, "and for pairs of them");
#define FIELD_BYTES(type, field) sizeof((type *)NULL)->field
static_assert(FIELD_BYTES(struct run_row, data) >= FIELD_BYTES(struct event_started, set) &&
                  FIELD_BYTES(struct run_row, device) >= FIELD_BYTES(struct event_started, device),
              "rows have room for what a run says of itself");

#define PATIENCE_S 900.0         /* for a database that another process holds */
#define PATIENCE_TO_LEAVE_S 20.0 /* the same for who has been asked to end */

static int store_started(struct session *s, const struct event *event, struct err *e)
{
    const struct event_started *from = &event->started;
    struct run_row row = {
        .fold = from->fold,
        .parameters = from->parameters,
        .train_images = from->train_images,
        .val_images = from->val_images,
        .test_images = from->test_images,
        .skipped_images = from->skipped_images,
        .classes = from->classes,
    };
    str_copy(row.data, sizeof row.data, from->set);
    str_copy(row.program, sizeof row.program, PACKAGE_STRING);
    str_copy(row.protocol, sizeof row.protocol, from->protocol);
    str_copy(row.device, sizeof row.device, from->device);
    str_copy(row.library, sizeof row.library, from->library);
    str_copy(row.precision, sizeof row.precision, from->precision);
    str_copy(row.data_hash, sizeof row.data_hash, from->data_hash);
    str_copy(row.init_hash, sizeof row.init_hash, from->init_hash);
    return db_run_started(s->db, event->run, &row, from->resumed_epoch + 1, e);
}

/* Names and true scores are the same for every run on this split: they are stored once. */
static int store_split(struct session *s, const struct event *event, struct err *e)
{
    const struct event_started *from = &event->started;
    struct split_row *rows = mem_alloc(from->n_images, sizeof *rows);
    if (!rows)
        return mem_error(e, "the test images", from->n_images * sizeof *rows);
    int result = 0;
    for (size_t i = 0; !result && i < from->n_images; i++) {
        const char *name = from->images[i].name;
        rows[i].place = (int64_t)i;
        rows[i].truth = from->images[i].truth;
        if (str_copy(rows[i].image, sizeof rows[i].image, name))
            result = err_set(e, ERR_USAGE,
                             "the name of image '%.60s...' has %zu bytes, %zu at most "
                             "can be stored: give it a shorter one",
                             name, strlen(name), sizeof rows[i].image - 1);
    }
    if (!result)
        result = db_run_split(s->db, event->run, rows, from->n_images, e);
    mem_free(rows);
    return result;
}

/* One line, "JOB: METHOD DETAILS", as a row. */
static int read_algorithm(const char *line, size_t length, struct algorithm_row *to, struct err *e)
{
    char text[sizeof *to];
    snprintf(text, sizeof text, "%.*s", (int)length, line);
    char *job = text, *method = strstr(text, ": "), *details;
    if (length >= sizeof text || !method)
        return err_set(e, ERR_INTERNAL, "an algorithm is named as '%.60s...'", line);
    *method = '\0';
    method += 2;
    details = method + strcspn(method, " ");
    if (*details)
        *details++ = '\0';
    if (str_copy(to->job, sizeof to->job, job) || str_copy(to->method, sizeof to->method, method) ||
        str_copy(to->details, sizeof to->details, details))
        return err_set(e, ERR_INTERNAL, "the algorithm of %s has a name too long to be stored",
                       job);
    return 0;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;
    for (const char *at = text; *at; at++)
        n += *at == '\n' || !at[1];
    return n;
}

static int store_algorithms(struct session *s, const struct event *event, struct err *e)
{
    const char *text = event->started.algorithms ? event->started.algorithms : "";
    size_t n = count_lines(text);
    struct algorithm_row *rows = mem_alloc(n, sizeof *rows);
    if (!rows)
        return mem_error(e, "the list of algorithms", n * sizeof *rows);
    int result = 0;
    for (size_t i = 0; !result && i < n; i++) {
        size_t length = strcspn(text, "\n");
        result = read_algorithm(text, length, &rows[i], e);
        text += length + 1;
    }
    if (!result)
        result = db_run_algorithms(s->db, event->run, rows, n, e);
    mem_free(rows);
    return result;
}

static void fill_phase(struct phase_row *to, const struct event_phase *from)
{
    to->images = from->images;
    to->seconds = from->seconds;
    to->total = from->total;
    for (int t = 0; t < ROW_MAX_TERMS; t++) {
        to->term[t] = from->term[t];
        to->weighted[t] = from->weighted[t];
        to->gradient[t] = from->gradient[t];
    }
    for (int p = 0; p < ROW_MAX_PAIRS; p++)
        to->cosine[p] = from->cosine[p];
    to->mae = from->mae;
    to->rmse = from->rmse;
    to->pc = from->pc;
}

static int store_epoch(struct session *s, const struct event *event, struct err *e)
{
    const struct event_epoch *from = &event->epoch;
    struct epoch_row row = {
        .epoch = from->epoch,
        .learning_rate = from->learning_rate,
        .time = event->time_s,
        .best = from->best,
        .tested = from->tested,
        .validated = from->validated,
    };
    fill_phase(&row.train, &from->train);
    fill_phase(&row.val, &from->val);
    fill_phase(&row.test, &from->test);
    return db_epoch_add(s->db, event->run, &row, from->terms, from->test_scores, from->n, e);
}

static int store_checkpoint(struct session *s, const struct event *event, struct err *e)
{
    const struct event_checkpoint *from = &event->checkpoint;
    struct checkpoint_row row = {.epoch = from->epoch, .time = event->time_s};
    str_copy(row.kind, sizeof row.kind, from->best ? "best" : "last");
    str_copy(row.path, sizeof row.path, from->path);
    struct prediction_row *rows = mem_alloc(from->n, sizeof *rows);
    if (!rows)
        return mem_error(e, "predictions", from->n * sizeof *rows);
    for (size_t i = 0; i < from->n; i++) {
        const struct event_prediction *p = &from->predictions[i];
        rows[i].place = p->place;
        rows[i].predicted = p->predicted;
        rows[i].expectation = p->expectation;
        rows[i].predicted_class = p->predicted_class;
        rows[i].true_class = p->true_class;
    }
    int result = db_checkpoint_add(s->db, event->run, &row, rows, from->n, e);
    mem_free(rows);
    return result;
}

static int store_log(struct session *s, const struct event *event, struct err *e)
{
    struct log_row row = {.time = event->time_s};
    str_copy(row.level, sizeof row.level, log_level_name(event->log.level));
    str_copy(row.text, sizeof row.text, event->log.text);
    return db_log_add(s->db, event->run, &row, e);
}

static int store_once(struct session *s, const struct event *event, struct err *e)
{
    switch (event->kind) {
    case EVENT_STARTED:
        return store_started(s, event, e) || store_split(s, event, e) ||
                       store_algorithms(s, event, e)
                   ? -1
                   : 0;
    case EVENT_EPOCH:
        return store_epoch(s, event, e);
    case EVENT_CHECKPOINT:
        return store_checkpoint(s, event, e);
    case EVENT_LOG:
        return store_log(s, event, e);
    case EVENT_STATE:
        return db_run_state(s->db, event->run, run_state_name(event->state), "", e);
    case EVENT_FINISHED:
        return db_run_state(s->db, event->run, run_state_name(event->finished.state),
                            event->finished.text, e);
    }
    return err_set(e, ERR_INTERNAL, "an event of unknown kind %d", (int)event->kind);
}

static bool asked_to_leave(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    bool closing = s->closing;
    pthread_mutex_unlock(&s->lock);
    return closing;
}

/* Each try waits for SQLite's busy timeout. */
static int store_patiently(struct session *s, const struct event *event, struct err *e)
{
    double begun_s = clock_s();
    for (bool told = false;; told = true) {
        err_clear(e);
        if (!store_once(s, event, e))
            return db_in_place(s->db, e);
        double patience_s = asked_to_leave(s) ? PATIENCE_TO_LEAVE_S : PATIENCE_S;
        if (e->code != ERR_BUSY || clock_s() - begun_s > patience_s)
            return -1;
        if (!told)
            session_trouble(s,
                            "the database is busy: another process holds it; results wait until it "
                            "is free, and so will training",
                            false);
    }
}

static void break_run(struct session *s, const char *text)
{
    s->broken = true;
    snprintf(s->debt.text, sizeof s->debt.text, "results could not be stored: %.440s", text);
    trainer_verb(s->trainer, VERB_STOP);
    session_trouble(s, s->debt.text, true);
}

/* The end of a run whose rows are not all there is `failed`, whatever the engine thinks. */
static void settle_end(struct session *s, struct event *event)
{
    if (event->kind != EVENT_FINISHED)
        return;
    if (s->broken) {
        s->debt.run = event->run;
        event->finished.state = RUN_FAILED;
        str_copy(event->finished.text, sizeof event->finished.text, s->debt.text);
    }
    s->run = 0;
}

/* A finished run is not resumed, so its checkpoints have no use: they go once it is on record as
 * finished, and its weights are there. What a kill leaves in between, `combolab clean` finds. */
static void drop_checkpoints(struct session *s, int64_t run)
{
    char folder[1024], bytes[32];
    struct folder_sum gone;
    struct err e;
    if (s->keeps_checkpoints || !db_has_weights(s->db, run))
        return;
    int result = db_weights_dir(s->db, run, folder, sizeof folder, &e);
    if (!result)
        result = folder_remove(folder, FOLDER_CHECKPOINTS | FOLDER_HALVES, &gone, &e);
    db_run_disk(s->db, run, NULL);
    str_bytes(bytes, sizeof bytes, result ? 0 : (double)gone.bytes);
    if (result)
        session_say(s, run, LOG_WARNING, "checkpoints that are not needed any more stay: %s",
                    e.text);
    else if (gone.files)
        session_say(s, run, LOG_INFO,
                    "finished, so its %zu checkpoint%s, %s, %s removed; best and last weights stay "
                    "(--keep-checkpoints keeps all)",
                    gone.files, gone.files == 1 ? "" : "s", bytes, gone.files == 1 ? "is" : "are");
}

void session_store(struct session *s, struct event *event)
{
    struct err e;
    if (!s->broken && store_patiently(s, event, &e))
        break_run(s, e.text);
    else if (!s->broken && event->kind == EVENT_EPOCH)
        atomic_store(&s->stored_epochs, event->epoch.epoch);
    bool end = event->kind == EVENT_FINISHED;
    bool told = end || !s->broken;
    settle_end(s, event);
    if (end && event->finished.state == RUN_FINISHED)
        drop_checkpoints(s, event->run);
    if (told)
        session_changed(s, event->run);
    if (told && s->options.viewer.stored)
        s->options.viewer.stored(s->options.viewer.context, event);
    if (!s->broken && event->kind == EVENT_STARTED)
        session_compare_provenance(s, event->run, event->started.resumed);
    if (end && event->finished.dead)
        session_device_died(s);
    event_fini(event);
}

void session_say(struct session *s, int64_t run, enum log_level level, const char *format, ...)
{
    struct event event = {.kind = EVENT_LOG, .run = run, .time_s = clock_date_s()};
    va_list args;
    va_start(args, format);
    vsnprintf(event.log.text, sizeof event.log.text, format, args);
    va_end(args);
    event.log.level = level;
    session_store(s, &event);
}

void session_store_failure(struct session *s, const char *text)
{
    struct event event = {.kind = EVENT_FINISHED, .run = s->run};
    event.finished.state = RUN_FAILED;
    str_copy(event.finished.text, sizeof event.finished.text, text);
    session_store(s, &event);
}

/* The run has ended in the database, or is gone from it. */
static bool is_settled(struct session *s, int64_t run)
{
    struct err e;
    struct run_row row;
    if (db_run(s->db, run, &row, &e))
        return e.code == ERR_NOT_FOUND;
    return run_state_ended((enum run_state)run_state_of_name(row.state));
}

void session_store_debt(struct session *s)
{
    int64_t run = s->debt.run;
    if (!run)
        return;
    if (db_run_state(s->db, run, run_state_name(RUN_FAILED), s->debt.text, NULL) &&
        !is_settled(s, run))
        return;
    s->debt.run = 0;
    session_look_for_runs(s);
    session_changed(s, run);
}
