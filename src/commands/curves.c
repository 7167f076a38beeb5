/* curves.c - `combolab curves`: figures of runs epoch by epoch, as a table or drawn. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "src/figure.h"
#include "src/output.h"
#include "src/run_plot.h"

struct options {
    char experiment[OPT_TEXT_BYTES];
    char metric[OPT_TEXT_BYTES], phase[OPT_TEXT_BYTES];
    int mean_over; /* enum run_plot_mean */
    bool log_y;
    struct figure_options figure;
};

static const char *const means[] = {"none", "seed", "fold", "both", NULL};

static const struct opt options[] = {
    {"experiment", 'x', OPT_TEXT, offsetof(struct options, experiment), 0, 0, "", NULL, "",
     "Curves", "all runs of this experiment, the oldest first, before those that are named"},
    {"metric", 'm', OPT_TEXT, offsetof(struct options, metric), 0, 0, "pc", NULL, "names", "Curves",
     "pc, mae, rmse, total or a term of the loss by its name, with _weighted behind it as it "
     "counts "
     "in the loss, with _gradient what it pulls at in training, two with _cosine how far they "
     "agree: "
     "regression_expectation_cosine; separated by commas, a panel each"},
    {"phase", 'p', OPT_TEXT, offsetof(struct options, phase), 0, 0, "", NULL, "names", "Curves",
     "train, val, test, separated by commas; empty means test, or all of them for a single run"},
    {"mean-over", 0, OPT_CHOICE, offsetof(struct options, mean_over), 0, 0, "none", means, "",
     "Curves",
     "runs that differ in seed, in fold or in both alone become one curve, their mean, with a band "
     "of one sample deviation"},
    {"log-y", 'y', OPT_FLAG, offsetof(struct options, log_y), 0, 0, "no", NULL, "", "Figure",
     "a logarithmic y axis, where all values are above 0"},
    FIGURE_OPTIONS(struct options, figure),
};
static const struct opt_table table = {options, sizeof options / sizeof *options};

static int show(const struct invocation *in, const struct figure_page *page,
                const struct plot *plot, size_t runs, struct err *e)
{
    const struct options *own = in->own;
    const struct figure_curves figure = {.curves = plot, .log_y = own->log_y};
    struct table *t = NULL;
    if (page->path[0]) {
        if (figure_curves(page, &figure, e))
            return -1;
        figure_say(in, page, "curves", runs);
        return 0;
    }
    int result = plot_table(&t, plot, e);
    if (!result)
        result = output_tables(in, &t, 1, e);
    table_free(t);
    return result;
}

/* Those of the experiment, the oldest first, then those that are named; owned by the caller in any
 * case. */
static int find_runs(const struct invocation *in, struct db *db, struct run_row **out, size_t *n,
                     struct err *e)
{
    const struct options *own = in->own;
    struct run_row *of = NULL, *named = NULL;
    size_t n_of = 0, n_named = 0;
    int result = 0;
    *out = NULL;
    *n = 0;
    if (!own->experiment[0] && !in->n_arguments)
        return err_set(e, ERR_USAGE, "curves: missing argument: RUN..., or an --experiment");
    if (own->experiment[0])
        result =
            db_runs_wanted(db, &(struct run_wanted){.experiment = own->experiment}, &of, &n_of, e);
    if (!result && in->n_arguments)
        result = output_find_rows(db, in->arguments, (size_t)in->n_arguments, &named, &n_named, e);
    if (!result && !(n_of + n_named))
        result =
            err_set(e, ERR_NOT_FOUND, "there is no experiment '%.80s' with runs", own->experiment);
    if (!result && !(*out = mem_alloc(n_of + n_named, sizeof **out)))
        result = mem_error(e, "runs", (n_of + n_named) * sizeof **out);
    for (; !result && *n < n_of; ++*n)
        (*out)[*n] = of[n_of - 1 - *n]; /* the newest comes first there */
    for (size_t i = 0; !result && i < n_named; i++)
        (*out)[(*n)++] = named[i];
    mem_free(of);
    mem_free(named);
    return result;
}

static int draw(const struct invocation *in, struct db *db, const struct figure_page *page,
                struct err *e)
{
    const struct options *own = in->own;
    const struct run_plot_choice choice = {.metrics = own->metric,
                                           .phases = own->phase,
                                           .mean = (enum run_plot_mean)own->mean_over,
                                           .remarks = !in->global.quiet};
    struct run_row *runs = NULL;
    struct plot plot = {0};
    size_t n;
    int result = find_runs(in, db, &runs, &n, e);
    if (!result)
        result = run_plot(&plot, db, runs, n, &choice, e);
    if (!result)
        result = show(in, page, &plot, n, e);
    plot_fini(&plot);
    mem_free(runs);
    return result;
}

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    return figure_command(in, &own->figure, draw);
}

const struct command command_curves = {
    .name = "curves",
    .arguments = "[RUN]...",
    .summary = "figures of runs by epoch, as a table or drawn",
    .details =
        "RUN is a number from `combolab runs`, a range such as 3-9, or `last` for the newest. A "
        "row "
        "of the table is an epoch; --figure draws the same numbers. Epochs without an evaluation "
        "are bridged by the "
        "line, values that are no number are gaps in it. A mean is taken over epochs that all of "
        "its "
        "runs have; runs that lack some are named.\n\n"
        "A figure differs from run to run in colour and marker, from phase to phase in the line. "
        "PDF files have the fonts in them; in SVG files letters are outlines. The same numbers "
        "give "
        "the same file, byte for byte.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .most_arguments = -1,
    .run = run,
};
