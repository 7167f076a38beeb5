/* want_run.c - what belongs to one run: epochs, terms, options, log; fetched whole each time. */
#include "src/want.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"

#define LOG_LINES 500

struct run_rows {
    int64_t run;
    struct epoch_row *epochs;
    struct term_row terms[ROW_MAX_TERMS];
    struct option_row *options;
    struct log_row *log;
    size_t n_epochs, n_terms, n_options, n_log;
};

static void free_rows(void *rows)
{
    struct run_rows *r = rows;
    if (!r)
        return;
    mem_free(r->epochs);
    mem_free(r->options);
    mem_free(r->log);
    mem_free(r);
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    struct run_rows *r = mem_alloc(1, sizeof *r);
    if (!r)
        return mem_error(e, "the rows of a run", sizeof *r);
    r->run = want->run;
    if (db_epochs(s->db, r->run, &r->epochs, &r->n_epochs, e) ||
        db_terms(s->db, r->run, r->terms, &r->n_terms, e) ||
        db_options(s->db, r->run, &r->options, &r->n_options, e) ||
        db_log(s->db, r->run, LOG_LINES, &r->log, &r->n_log, e)) {
        free_rows(r);
        return -1;
    }
    *rows = r;
    return 0;
}

static void show(struct ui_model *view, const struct run_rows *r)
{
    view->rows_of = r->run;
    view->epochs = r->epochs;
    view->n_epochs = r->n_epochs;
    view->terms = r->terms;
    view->n_terms = r->n_terms;
    view->options = r->options;
    view->n_options = r->n_options;
    view->log = r->log;
    view->n_log = r->n_log;
}

static void free_kept(void *kept, struct ui_model *view)
{
    static const struct run_rows none;
    free_rows(kept);
    show(view, &none);
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    (void)e;
    free_rows(*kept);
    *kept = rows;
    show(view, rows);
    return 0;
}

const struct want_kind want_run = {
    .fetch = fetch, .adopt = adopt, .free_rows = free_rows, .free_kept = free_kept};
