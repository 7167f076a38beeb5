/* ablation_draw.c - see ablation_draw.h. */
#include "src/ablation_draw.h"

#include "base/err.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>

#define TITLE_BYTES 64

static bool is_optimistic(const struct ablation *a)
{
    for (size_t i = 0; i < a->n_rows * a->n_columns; i++)
        if (a->differences[i].verdict == ABLATION_OPTIMISTIC)
            return true;
    return false;
}

static struct figure_mean mean_of(const struct ablation *a, const struct ablation_cell *cell,
                                  int figure)
{
    const struct ablation_value *v = &cell->value[figure];
    double half = isfinite(v->deviation) ? v->deviation : 0;
    return (struct figure_mean){.mean = v->mean,
                                .low = v->mean - half,
                                .high = v->mean + half,
                                .best = v->best,
                                .reference =
                                    is_optimistic(a) ? cell->published[figure] : (double)NAN};
}

static struct figure_ablation_panel panel_of(const struct ablation *a, int figure,
                                             struct figure_mean *means, char title[TITLE_BYTES])
{
    size_t n = a->n_rows * a->n_columns;
    for (size_t i = 0; i < n; i++)
        means[i] = mean_of(a, &a->cells[i], figure);
    snprintf(title, TITLE_BYTES, "%s, %s", ablation_figures[figure].title,
             ablation_at_titles[a->at]);
    return (struct figure_ablation_panel){
        .title = title,
        .means = means,
        .baseline = a->n_columns == 1 ? a->cells[a->baseline].value[figure].mean : (double)NAN};
}

int ablation_draw(const struct ablation *a, const struct ablation_shown *shown,
                  const struct figure_page *page, struct err *e)
{
    char titles[ABLATION_METRICS][TITLE_BYTES];
    struct figure_ablation_panel panels[ABLATION_METRICS];
    size_t n = a->n_rows * a->n_columns;
    if (!n)
        return err_set(e, ERR_NOT_FOUND, "there are no runs to draw");
    struct figure_mean *means = mem_alloc(n * shown->n_metrics, sizeof *means);
    if (!means)
        return mem_error(e, "the means of a figure", n * sizeof *means);
    for (size_t i = 0; i < shown->n_metrics; i++)
        panels[i] = panel_of(a, shown->metrics[i], means + i * n, titles[i]);
    const struct figure_ablation figure = {.rows = a->rows,
                                           .n_rows = a->n_rows,
                                           .series = a->columns,
                                           .n_series = a->n_columns,
                                           .panels = panels,
                                           .n_panels = shown->n_metrics,
                                           .reference = "published"};
    int status = figure_ablation(page, &figure, e);
    mem_free(means);
    return status;
}
