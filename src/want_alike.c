/* want_alike.c - which runs differ in nothing but the seed or the fold. Settings stay what they
 * were, so only those of new runs are fetched.
 */
#include "src/want.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"

struct alike_rows {
    struct alike_row *rows;
    size_t n;
};

static void free_rows(void *rows)
{
    struct alike_rows *r = rows;
    if (r)
        mem_free(r->rows);
    mem_free(r);
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    struct alike_row *fresh;
    size_t n;
    (void)want;
    if (db_runs_alike(s->db, s->alike, &fresh, &n, e))
        return -1;
    struct alike_rows *r = n ? mem_alloc(1, sizeof *r) : NULL;
    if (!r) {
        mem_free(fresh);
        return n ? mem_error(e, "which runs are alike", sizeof *r) : 0;
    }
    *r = (struct alike_rows){fresh, n};
    s->alike = fresh[n - 1].run;
    *rows = r;
    return 0;
}

static void show(struct ui_model *view, const struct alike_rows *r)
{
    view->alike = r ? r->rows : NULL;
    view->n_alike = r ? r->n : 0;
    view->runs_version++; /* who is in whose group */
}

static void free_kept(void *kept, struct ui_model *view)
{
    free_rows(kept);
    show(view, NULL);
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    struct alike_rows *before = *kept, *fresh = rows;
    int status = 0;
    if (!before) {
        *kept = fresh;
        show(view, fresh);
        return 0;
    }
    size_t n = before->n + fresh->n;
    struct alike_row *grown = mem_resize(before->rows, n, sizeof *grown);
    if (grown) {
        memcpy(grown + before->n, fresh->rows, fresh->n * sizeof *grown);
        *before = (struct alike_rows){grown, n};
        show(view, before);
    } else {
        status = mem_error(e, "which runs are alike", n * sizeof *grown);
    }
    free_rows(fresh);
    return status;
}

const struct want_kind want_alike = {.fetch = fetch,
                                     .adopt = adopt,
                                     .free_rows = free_rows,
                                     .free_kept = free_kept,
                                     .lasting = true};
