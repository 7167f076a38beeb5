/* want_now.c - what runs do at present, those of other processes too, and the losses by step of one
 * of them: from the files that their trainers write (engine/snapshot_file.h). Fetched by time while
 * any run lives.
 */
#include "src/want.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "engine/snapshot_file.h"

#include <inttypes.h>
#include <stdio.h>

struct now_rows {
    bool moves;
    struct snapshot *snapshots;
    size_t n;
    struct snapshot_steps steps; /* run = 0: there are none */
};

static void free_rows(void *rows)
{
    struct now_rows *r = rows;
    if (r)
        mem_free(r->snapshots);
    mem_free(r);
}

/* A run that says nothing, or that has no folder, is left out. */
static void look_at(struct now_rows *r, const char *weights, int64_t run, bool with_steps)
{
    char folder[FILE_PATH_BYTES];
    int n = snprintf(folder, sizeof folder, "%s/%" PRId64, weights, run);
    if (n < 0 || (size_t)n >= sizeof folder)
        return;
    if (snapshot_file_read(folder, run, &r->snapshots[r->n], with_steps ? &r->steps : NULL))
        r->n++;
}

/* The folder of all weights is looked for once: runs by the dozen may live, and it may not be
 * there. */
static void look_at_all(struct now_rows *r, struct db *db, const int64_t *runs, size_t n,
                        int64_t with_steps)
{
    char weights[FILE_PATH_BYTES];
    if (!n || db_weights_own(db, weights, sizeof weights, NULL) < 1)
        return;
    for (size_t i = 0; i < n; i++)
        look_at(r, weights, runs[i], runs[i] == with_steps);
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    int64_t *runs;
    size_t n;
    if (db_runs_living(s->db, &runs, &n, e))
        return -1;
    struct now_rows *r = mem_alloc(1, sizeof *r);
    if (r)
        r->snapshots = mem_alloc(n, sizeof *r->snapshots);
    if (!r || !r->snapshots) {
        free_rows(r);
        mem_free(runs);
        return mem_error(e, "what runs do at present", n * sizeof *r->snapshots);
    }
    r->moves = n > 0;
    look_at_all(r, s->db, runs, n, want->run);
    mem_free(runs);
    *rows = r;
    return 0;
}

static void show(struct ui_model *view, const struct now_rows *r)
{
    view->moves = r->moves;
    view->snapshots = r->snapshots;
    view->n_snapshots = r->n;
    view->steps = r->steps.run ? &r->steps : NULL;
}

static void free_kept(void *kept, struct ui_model *view)
{
    static const struct now_rows none;
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

const struct want_kind want_now = {.fetch = fetch,
                                   .adopt = adopt,
                                   .free_rows = free_rows,
                                   .free_kept = free_kept,
                                   .lasting = true,
                                   .by_time = true};
