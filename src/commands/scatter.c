/* scatter.c - `combolab scatter`: predicted against true scores. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "src/figure.h"
#include "src/output.h"
#include "src/prediction_draw.h"
#include "src/predictions.h"

#include <math.h>
#include <stdio.h>

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
        result = page->path[0] ? prediction_draw(p.runs, p.n, page, e) : print(in, &p, e);
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
