/* want_predictions.c - what the best or the last weights of a run predict of its test images;
 * fetched whole each time. */
#include "src/want.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"

struct predicted_rows {
    struct ui_predictions shown;
    struct prediction_row *rows;
};

static void free_rows(void *rows)
{
    struct predicted_rows *r = rows;
    if (r)
        mem_free(r->rows);
    mem_free(r);
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    struct predicted_rows *r = mem_alloc(1, sizeof *r);
    if (!r)
        return mem_error(e, "the predictions of a run", sizeof *r);
    r->shown.run = want->run;
    r->shown.best = want->best;
    if (db_predictions(s->db, want->run, want->best ? "best" : "last", &r->rows, &r->shown.n, e)) {
        free_rows(r);
        return -1;
    }
    r->shown.rows = r->rows;
    *rows = r;
    return 0;
}

static void free_kept(void *kept, struct ui_model *view)
{
    free_rows(kept);
    view->predictions = (struct ui_predictions){.run = 0};
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    struct predicted_rows *r = rows;
    (void)e;
    free_rows(*kept);
    *kept = r;
    view->predictions = r->shown;
    view->predictions_version++;
    return 0;
}

const struct want_kind want_predictions = {
    .fetch = fetch, .adopt = adopt, .free_rows = free_rows, .free_kept = free_kept};
