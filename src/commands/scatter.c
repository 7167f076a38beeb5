/* scatter.c - `combolab scatter`: predicted against true scores. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "src/figure.h"
#include "src/output.h"
#include "src/predictions.h"

#include <math.h>
#include <stdio.h>

#define NOTES 5

struct options {
    int at;
    struct figure_options figure;
};

static const struct opt options[] = {
    {"at", 0, OPT_CHOICE, offsetof(struct options, at), 0, 0, "last", predictions_at, "", "Scatter",
     "whose predictions: those of the last weights, or of the best ones"},
    FIGURE_OPTIONS(struct options, figure),
};
static const struct opt_table table = {options, sizeof options / sizeof *options};

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

static int draw(const struct predictions *p, const struct figure_page *page, struct err *e)
{
    struct panel *panels = mem_alloc(p->n, sizeof *panels);
    struct figure_scatter_panel *to = mem_alloc(p->n, sizeof *to);
    struct figure_scatter figure = {to, p->n};
    int result = panels && to ? 0 : mem_error(e, "panels", p->n * sizeof *panels);
    for (size_t i = 0; !result && i < p->n; i++) {
        to[i].title = p->n > 1 ? p->runs[i].label : NULL;
        result = fill(&panels[i], &p->runs[i], &to[i], e);
    }
    if (!result)
        result = figure_scatter(page, &figure, e);
    for (size_t i = 0; panels && i < p->n; i++) {
        mem_free(panels[i].truth);
        mem_free(panels[i].predicted);
    }
    mem_free(panels);
    mem_free(to);
    return result;
}

/* CSV has room for the images alone. */
static int print(const struct invocation *in, const struct predictions *p, struct err *e)
{
    struct table *t[2] = {NULL, NULL};
    bool csv = in->global.format == FORMAT_CSV;
    int result = prediction_table_figures(&t[0], p->runs, p->n, e) ||
                         prediction_table_images(&t[1], p->runs, p->n, e)
                     ? -1
                     : output_tables(in, t + csv, csv ? 1 : 2, e);
    table_free(t[0]);
    table_free(t[1]);
    return result;
}

static int show(const struct invocation *in, struct db *db, const struct figure_page *page,
                struct err *e)
{
    const struct options *own = in->own;
    struct predictions p = {0};
    int result = predictions_read(&p, in, db, own->at, e);
    if (!result)
        result = page->path[0] ? draw(&p, page, e) : print(in, &p, e);
    if (!result && page->path[0])
        figure_say(in, page, "predictions", p.n);
    predictions_fini(&p);
    return result;
}

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    return figure_command(in, &own->figure, show);
}

const struct command command_scatter = {
    .name = "scatter",
    .arguments = "RUN...",
    .summary = "predicted against true scores, as tables or drawn",
    .details =
        "RUN is a number from `combolab runs`, or `last` for the newest. Figures are of the test "
        "images whose true score is known; bias is the mean of predicted less true scores. In CSV "
        "the images alone are listed. --figure draws a panel for each run, on axes of one range, "
        "with the line on which predictions would be right.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
