/* prediction_tables.c - predictions as tables. */
#include "results/prediction_tables.h"

#include "base/mem.h"
#include "results/stats/describe.h"

#include <math.h>
#include <stdlib.h>

static bool is_known(const struct prediction_row *row)
{
    return isfinite(row->truth) && isfinite(row->predicted);
}

int prediction_figures(struct prediction_figures *out, const struct prediction_row *rows, size_t n,
                       struct err *e)
{
    double *predicted = mem_alloc(n, sizeof *predicted), *truth = mem_alloc(n, sizeof *truth);
    size_t known = 0;
    for (size_t i = 0; predicted && truth && i < n; i++) {
        if (!is_known(&rows[i]))
            continue;
        predicted[known] = rows[i].predicted;
        truth[known++] = rows[i].truth;
    }
    if (predicted && truth)
        *out = (struct prediction_figures){.n = known,
                                           .pc = stats_pearson(predicted, truth, known),
                                           .mae = stats_mae(predicted, truth, known),
                                           .rmse = stats_rmse(predicted, truth, known),
                                           .bias = stats_bias(predicted, truth, known)};
    int result = predicted && truth ? 0 : mem_error(e, "predictions", n * sizeof *truth);
    mem_free(predicted);
    mem_free(truth);
    return result;
}

int prediction_table_figures(struct table **out, const struct prediction_run *runs, size_t n,
                             struct err *e)
{
    static const struct table_column columns[] = {
        {"run", "run", TABLE_INT, 0, false},       {"name", "name", TABLE_TEXT, 0, false},
        {"images", "images", TABLE_INT, 0, false}, {"pc", "PC", TABLE_REAL, 4, false},
        {"mae", "MAE", TABLE_REAL, 4, false},      {"rmse", "RMSE", TABLE_REAL, 4, false},
        {"bias", "bias", TABLE_REAL, 4, false}};
    struct prediction_figures figures;
    if (table_new(out, "figures", false, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (prediction_figures(&figures, runs[i].rows, runs[i].n, e))
            return -1;
        table_int(*out, runs[i].id);
        table_text(*out, runs[i].label);
        table_int(*out, (int64_t)figures.n);
        table_real(*out, figures.pc);
        table_real(*out, figures.mae);
        table_real(*out, figures.rmse);
        table_real(*out, figures.bias);
    }
    table_mark_best(*out, 3, false);
    table_mark_best(*out, 4, true);
    table_mark_best(*out, 5, true);
    return 0;
}

static void add_scores(struct table *t, const struct prediction_row *row)
{
    table_text(t, row->image);
    table_real(t, row->truth);
    table_real(t, row->predicted);
    table_real(t, row->predicted - row->truth);
}

int prediction_table_images(struct table **out, const struct prediction_run *runs, size_t n,
                            struct err *e)
{
    static const struct table_column columns[] = {{"run", "run", TABLE_INT, 0, false},
                                                  {"image", "image", TABLE_TEXT, 0, false},
                                                  {"truth", "true", TABLE_REAL, 3, false},
                                                  {"predicted", "predicted", TABLE_REAL, 3, false},
                                                  {"error", "error", TABLE_REAL, 3, false}};
    if (table_new(out, "images", false, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < runs[r].n; i++) {
            table_int(*out, runs[r].id);
            add_scores(*out, &runs[r].rows[i]);
        }
    return 0;
}

static double error_of(const struct prediction_row *row)
{
    return fabs(row->predicted - row->truth);
}

/* Equal ones in the order of the split. */
static int by_error(const void *a, const void *b, void *rows)
{
    size_t i = *(const size_t *)a, k = *(const size_t *)b;
    double x = error_of((const struct prediction_row *)rows + i);
    double y = error_of((const struct prediction_row *)rows + k);
    if (x != y)
        return x < y ? -1 : 1;
    return i < k ? -1 : i > k;
}

int prediction_order(size_t **out, size_t *n, const struct prediction_run *run, struct err *e)
{
    size_t *order = mem_alloc(run->n, sizeof *order);
    *out = order;
    *n = 0;
    if (!order)
        return mem_error(e, "an order of images", run->n * sizeof *order);
    for (size_t i = 0; i < run->n; i++)
        if (is_known(&run->rows[i]))
            order[(*n)++] = i;
    qsort_r(order, *n, sizeof *order, by_error, run->rows);
    return 0;
}

int prediction_table_samples(struct table **out, const struct prediction_run *run,
                             const size_t *order, size_t n, size_t best, size_t worst,
                             struct err *e)
{
    static const struct table_column columns[] = {
        {"kind", "kind", TABLE_TEXT, 0, false},           {"rank", "rank", TABLE_INT, 0, false},
        {"image", "image", TABLE_TEXT, 0, false},         {"truth", "true", TABLE_REAL, 3, false},
        {"predicted", "predicted", TABLE_REAL, 3, false}, {"error", "error", TABLE_REAL, 3, false}};
    if (table_new(out, "samples", false, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (size_t i = 0; i < best + worst; i++) {
        size_t rank = i < best ? i : i - best;
        if (rank >= n)
            continue;
        table_text(*out, i < best ? "best" : "worst");
        table_int(*out, (int64_t)rank + 1);
        add_scores(*out, &run->rows[order[i < best ? rank : n - 1 - rank]]);
    }
    return 0;
}
