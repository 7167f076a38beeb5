/* predictions.c - predictions of runs. */
#include "src/predictions.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "src/output.h"

const char *const predictions_at[] = {"last", "best", NULL};

static int read_one(struct db *db, const char *which, int at, struct run_row *row,
                    struct prediction_run *run, struct err *e)
{
    if (output_find_run(db, which, row, e) ||
        db_predictions(db, row->id, predictions_at[at], &run->rows, &run->n, e))
        return -1;
    run->id = row->id;
    run->label = row->name;
    return run->n ? 0
                  : err_set(e, ERR_NOT_FOUND,
                            "run %lld has no %s predictions: no such weights were saved",
                            (long long)row->id, predictions_at[at]);
}

int predictions_read(struct predictions *out, const struct invocation *in, struct db *db, int at,
                     struct err *e)
{
    size_t n = (size_t)in->n_arguments;
    *out = (struct predictions){.rows = mem_alloc(n, sizeof *out->rows),
                                .runs = mem_alloc(n, sizeof *out->runs)};
    if (!out->rows || !out->runs)
        return mem_error(e, "runs", n * sizeof *out->rows);
    for (size_t i = 0; i < n; i++) {
        out->n = i + 1;
        if (read_one(db, in->arguments[i], at, &out->rows[i], &out->runs[i], e))
            return -1;
    }
    return 0;
}

void predictions_fini(struct predictions *p)
{
    for (size_t i = 0; i < p->n; i++)
        mem_free(p->runs[i].rows);
    mem_free(p->rows);
    mem_free(p->runs);
}
