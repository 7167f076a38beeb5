/* want_history.c - the statements that were run before: see history.h. */
#include "src/want.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "src/history.h"

struct history_rows {
    char **texts;
    size_t n;
};

static void free_rows(void *rows)
{
    struct history_rows *r = rows;
    if (r)
        history_free(r->texts, r->n);
    mem_free(r);
}

/* Without a place for one it is empty. */
static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    char path[FILE_PATH_BYTES];
    struct history_rows *r = mem_alloc(1, sizeof *r);
    (void)s;
    (void)want;
    if (!r)
        return mem_error(e, "the history of statements", sizeof *r);
    if (!history_path(path, sizeof path, NULL) && history_read(path, &r->texts, &r->n, e)) {
        free_rows(r);
        return -1;
    }
    *rows = r;
    return 0;
}

static void free_kept(void *kept, struct ui_model *view)
{
    free_rows(kept);
    view->history = NULL;
    view->n_history = 0;
    view->has_history = false;
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    const struct history_rows *r = rows;
    (void)e;
    free_rows(*kept);
    *kept = rows;
    view->history = r->texts;
    view->n_history = r->n;
    view->has_history = true;
    return 0;
}

const struct want_kind want_history = {.fetch = fetch,
                                       .adopt = adopt,
                                       .free_rows = free_rows,
                                       .free_kept = free_kept,
                                       .lasting = true,
                                       .once = true};
