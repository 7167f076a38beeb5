/* prediction_draw.c - see prediction_draw.h. */
#include "src/prediction_draw.h"

#include "base/err.h"
#include "base/mem.h"
#include "src/figure.h"

#include <math.h>
#include <stdio.h>

#define NOTES 5

/* Numbers of a panel, and the texts in its corner. */
struct panel {
    double *truth, *predicted;
    char notes[NOTES][48];
};

static void put_notes(struct panel *panel, const struct prediction_figures *f)
{
    const char *const names[] = {"PC", "MAE", "RMSE"};
    const double values[] = {f->pc, f->mae, f->rmse};
    for (int i = 0; i < 3; i++)
        snprintf(panel->notes[i], sizeof *panel->notes, isfinite(values[i]) ? "%s %s%.4f" : "%s --",
                 names[i], values[i] < 0 ? figure_sign(values[i]) : "", fabs(values[i]));
    snprintf(panel->notes[3], sizeof *panel->notes, "bias %s%.4f", figure_sign(f->bias),
             fabs(f->bias));
    snprintf(panel->notes[4], sizeof *panel->notes, "n %zu", f->n);
}

static int fill(struct panel *panel, const struct prediction_run *run,
                struct figure_scatter_panel *to, struct err *e)
{
    struct prediction_figures figures;
    panel->truth = mem_alloc(run->n, sizeof *panel->truth);
    panel->predicted = mem_alloc(run->n, sizeof *panel->predicted);
    if (!panel->truth || !panel->predicted)
        return mem_error(e, "predictions", run->n * sizeof *panel->truth);
    if (prediction_figures(&figures, run->rows, run->n, e))
        return -1;
    for (size_t i = 0; i < run->n; i++) {
        panel->truth[i] = run->rows[i].truth;
        panel->predicted[i] = run->rows[i].predicted;
    }
    put_notes(panel, &figures);
    to->truth = panel->truth;
    to->predicted = panel->predicted;
    to->n = run->n;
    for (int i = 0; i < NOTES; i++)
        to->notes[i] = panel->notes[i];
    return 0;
}

int prediction_draw(const struct prediction_run *runs, size_t n, const struct figure_page *page,
                    struct err *e)
{
    struct panel *panels = mem_alloc(n, sizeof *panels);
    struct figure_scatter_panel *to = mem_alloc(n, sizeof *to);
    struct figure_scatter figure = {to, n};
    int result = panels && to ? 0 : mem_error(e, "panels", n * sizeof *panels);
    for (size_t i = 0; !result && i < n; i++) {
        to[i].title = n > 1 ? runs[i].label : NULL;
        result = fill(&panels[i], &runs[i], &to[i], e);
    }
    if (!result)
        result = figure_scatter(page, &figure, e);
    for (size_t i = 0; panels && i < n; i++) {
        mem_free(panels[i].truth);
        mem_free(panels[i].predicted);
    }
    mem_free(panels);
    mem_free(to);
    return result;
}
