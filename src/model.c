/* model.c - rows for the screen. The list of runs is fetched whole only when another process wrote
 * or a run came or went; a run of our own that went on is fetched alone. */
#include "src/model.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"

#include <string.h>

#define LOG_LINES 500

struct model {
    struct db *db;
    struct ui_model view;
    struct run_row *runs;
    struct epoch_row *epochs;
    struct term_row terms[ROW_MAX_TERMS];
    struct option_row *options;
    struct log_row *log;
    int64_t shown; /* run that is open, 0 = none */
    char path[1024];
    char message[ERR_TEXT_BYTES];
    char launch_problem[ERR_TEXT_BYTES];
};

void model_say(struct model *m, bool error, const char *text)
{
    str_copy(m->message, sizeof m->message, text);
    m->view.message_is_error = error;
}

void model_launch_problem(struct model *m, const char *text)
{
    str_copy(m->launch_problem, sizeof m->launch_problem, text);
}

/* --- fetching --- */

static void fetch_runs(struct model *m)
{
    struct err e;
    struct run_row *runs;
    size_t n;
    if (db_runs(m->db, &runs, &n, &e)) {
        model_say(m, true, e.text);
        return;
    }
    mem_free(m->runs);
    m->view.runs = m->runs = runs;
    m->view.n_runs = n;
}

static struct run_row *find_run(struct model *m, int64_t id)
{
    for (size_t i = 0; i < m->view.n_runs; i++)
        if (m->runs[i].id == id)
            return &m->runs[i];
    return NULL;
}

/* Returns 0, or -1 when the list must be fetched whole. */
static int fetch_run(struct model *m, int64_t id)
{
    struct run_row fresh, *row = find_run(m, id);
    if (!row || db_run(m->db, id, &fresh, NULL))
        return -1;
    *row = fresh;
    return 0;
}

static void fetch_epochs(struct model *m)
{
    struct err e;
    struct epoch_row *epochs;
    size_t n;
    if (db_epochs(m->db, m->shown, &epochs, &n, &e)) {
        model_say(m, true, e.text);
        return;
    }
    mem_free(m->epochs);
    m->view.epochs = m->epochs = epochs;
    m->view.n_epochs = n;
}

static void fetch_log(struct model *m)
{
    struct err e;
    struct log_row *log;
    size_t n;
    if (db_log(m->db, m->shown, LOG_LINES, &log, &n, &e)) {
        model_say(m, true, e.text);
        return;
    }
    mem_free(m->log);
    m->view.log = m->log = log;
    m->view.n_log = n;
}

/* What never changes once a run is queued. */
static void fetch_settings(struct model *m)
{
    struct err e;
    struct option_row *options;
    size_t n;
    if (db_terms(m->db, m->shown, m->terms, &m->view.n_terms, &e) ||
        db_options(m->db, m->shown, &options, &n, &e)) {
        model_say(m, true, e.text);
        return;
    }
    mem_free(m->options);
    m->view.options = m->options = options;
    m->view.n_options = n;
}

static void forget_shown(struct model *m)
{
    mem_free(m->epochs);
    mem_free(m->options);
    mem_free(m->log);
    m->view.epochs = m->epochs = NULL;
    m->view.options = m->options = NULL;
    m->view.log = m->log = NULL;
    m->view.n_epochs = m->view.n_options = m->view.n_log = m->view.n_terms = 0;
}

void model_show(struct model *m, int64_t run)
{
    forget_shown(m);
    m->shown = find_run(m, run) ? run : 0;
    if (!m->shown)
        return;
    fetch_settings(m);
    fetch_epochs(m);
    fetch_log(m);
}

static bool changed(const struct session_changes *changes, int64_t run)
{
    for (size_t i = 0; i < changes->n; i++)
        if (changes->runs[i] == run)
            return true;
    return changes->all;
}

void model_refresh(struct model *m, const struct session_changes *changes)
{
    bool all = changes->all;
    for (size_t i = 0; !all && i < changes->n; i++)
        all = fetch_run(m, changes->runs[i]) != 0;
    if (all)
        fetch_runs(m);
    if (!m->shown || !changed(changes, m->shown))
        return;
    if (!find_run(m, m->shown)) { /* deleted */
        forget_shown(m);
        m->shown = 0;
        return;
    }
    fetch_epochs(m);
    fetch_log(m);
}

void model_live(struct model *m, const struct snapshot *now)
{
    m->view.live = *now;
}

const struct ui_model *model_view(struct model *m)
{
    m->view.now = clock_date_s();
    m->view.run = m->shown ? find_run(m, m->shown) : NULL;
    return &m->view;
}

/* --- opening --- */

int model_open(struct model **out, const char *db_path, bool can_train, struct err *e)
{
    *out = NULL;
    struct model *m = mem_alloc(1, sizeof *m);
    if (!m)
        return mem_error(e, "the screen's rows", sizeof *m);
    if (db_open(&m->db, db_path, DB_READ, e)) {
        mem_free(m);
        return -1;
    }
    str_copy(m->path, sizeof m->path, db_path);
    m->view.db_path = m->path;
    m->view.can_train = can_train;
    m->view.terms = m->terms;
    m->view.message = m->message;
    m->view.launch_problem = m->launch_problem;
    fetch_runs(m);
    *out = m;
    return 0;
}

void model_close(struct model *m)
{
    if (!m)
        return;
    forget_shown(m);
    mem_free(m->runs);
    db_close(m->db);
    mem_free(m);
}
