/* want_needed.c - the runs that an ablation wants for a decision, with their settings: what is
 * asked about before they are queued. */
#include "src/want.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "src/needed.h"

struct needed_rows {
    struct needed needed;
    struct ui_needed shown;
    char problem[512];
};

static void free_rows(void *rows)
{
    struct needed_rows *r = rows;
    if (r)
        needed_fini(&r->needed);
    mem_free(r);
}

/* Why they cannot be queued is an answer. */
static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    struct ablation *a = NULL;
    struct err why;
    struct needed_rows *r = mem_alloc(1, sizeof *r);
    if (!r)
        return mem_error(e, "the runs that are needed", sizeof *r);
    if (want_ablation_make(s, &want->ablation, NULL, &a, e)) {
        free_rows(r);
        return -1;
    }
    if (needed_read(s->db, a, &r->needed, &why))
        str_copy(r->problem, sizeof r->problem, why.text);
    r->shown = (struct ui_needed){.of = want->ablation,
                                  .table = r->needed.table,
                                  .configs = r->needed.configs,
                                  .n = r->needed.n,
                                  .seconds = r->needed.seconds,
                                  .looks = r->needed.looks,
                                  .laid_down = a->looks.origin == LOOKS_LAID_DOWN,
                                  .to_retry = a->to_retry,
                                  .problem = r->problem};
    ablation_free(a);
    *rows = r;
    return 0;
}

static void free_kept(void *kept, struct ui_model *view)
{
    free_rows(kept);
    view->needed = NULL;
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    struct needed_rows *r = rows;
    (void)e;
    free_rows(*kept);
    *kept = r;
    view->needed = &r->shown;
    return 0;
}

const struct want_kind want_needed = {
    .fetch = fetch, .adopt = adopt, .free_rows = free_rows, .free_kept = free_kept};
