/* ablation.c - `combolab ablation`: an experiment's runs as a table of means, and what can be said
 * of the differences. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "results/ablation_tables.h"
#include "src/ablation_draw.h"
#include "src/experiment.h"
#include "src/figure.h"
#include "src/output.h"

#include <langinfo.h>
#include <string.h>

#define MOST_TABLES 3
#define LINE_BYTES 8192

struct options {
    char rows[OPT_TEXT_BYTES], columns[OPT_TEXT_BYTES], metric[OPT_TEXT_BYTES];
    char baseline[OPT_TEXT_BYTES];
    int at; /* of enum ablation_at */
    double level;
    bool spearman, bootstrap, needed;
    struct figure_options figure;
};

static const struct opt options[] = {
    {"rows", 0, OPT_TEXT, offsetof(struct options, rows), 0, 0, "loss", NULL, "names", "Table",
     "what rows differ in: columns of runs or options, separated by commas; loss has its weights"},
    {"cols", 0, OPT_TEXT, offsetof(struct options, columns), 0, 0, "backbone", NULL, "names",
     "Table", "what columns differ in, likewise"},
    {"metric", 'm', OPT_TEXT, offsetof(struct options, metric), 0, 0, "pc,mae,rmse", NULL, "names",
     "Table", "pc, mae and rmse, those that are wanted, in their order"},
    {"at", 0, OPT_CHOICE, offsetof(struct options, at), 0, 0, "last", ablation_at_names, "",
     "Table",
     "figures of the last epoch; of the best by the images that each run was selected on; or of "
     "the "
     "best by half of the test images, on the other half"},
    {"baseline", 0, OPT_TEXT, offsetof(struct options, baseline), 0, 0, "", NULL, "row", "Tests",
     "the row that others are compared with; empty means mse, else l1, else the first"},
    {"level", 0, OPT_REAL, offsetof(struct options, level), 0.5, 0.9999, "0.95", NULL, "", "Tests",
     "of intervals; tests decide at 1 less this"},
    {"bootstrap", 0, OPT_FLAG, offsetof(struct options, bootstrap), 0, 0, "no", NULL, "", "Tests",
     "intervals over the test images as well, which compare two checkpoints and not two losses"},
    {"spearman", 0, OPT_FLAG, offsetof(struct options, spearman), 0, 0, "no", NULL, "", "Table",
     "rank correlations as well"},
    {"needed", 0, OPT_FLAG, offsetof(struct options, needed), 0, 0, "no", NULL, "", "Tests",
     "only how many seeds, and how much time, each row wants to a decision"},
    FIGURE_OPTIONS(struct options, figure),
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

static struct ablation_choice choice_of(const struct options *own)
{
    return (struct ablation_choice){.rows = own->rows,
                                    .columns = own->columns,
                                    .at = (enum ablation_at)own->at,
                                    .baseline = own->baseline,
                                    .level = own->level,
                                    .spearman = own->spearman,
                                    .bootstrap = own->bootstrap};
}

/* Texts may hold what a terminal would obey; for LaTeX they are remarks. */
static void print_line(int format, const char *text)
{
    char line[LINE_BYTES];
    str_visible(line, sizeof line, text);
    printf("%s%s\n", format == FORMAT_LATEX ? "% " : "", line);
}

static void print_notes(const struct ablation *a, int format)
{
    if (a->n_sentences && a->n_runs)
        printf("\n");
    for (size_t i = 0; i < a->n_sentences; i++)
        print_line(format, a->sentences[i]);
    if (a->n_warnings)
        printf("\n");
    for (size_t i = 0; i < a->n_warnings; i++)
        print_line(format, a->warnings[i]);
    if (!a->n_runs)
        return;
    printf("\n");
    print_line(format, a->caption);
}

static int add_tables(const struct invocation *in, const struct ablation *a,
                      const struct ablation_shown *shown, struct table *tables[MOST_TABLES],
                      size_t *n, struct err *e)
{
    const struct options *own = in->own;
    int format = in->global.format;
    if (own->needed)
        return ablation_table_needed(&tables[(*n)++], a, e);
    if (format == FORMAT_CSV)
        return ablation_table_figures(&tables[(*n)++], a, shown, e);
    if (format == FORMAT_JSON)
        return ablation_table_figures(&tables[(*n)++], a, shown, e) ||
                       ablation_table_notes(&tables[(*n)++], a, e)
                   ? -1
                   : 0;
    if (ablation_table(&tables[(*n)++], a, shown, e) ||
        (a->n_rows > 1 && ablation_table_differences(&tables[(*n)++], a, e)))
        return -1;
    return format == FORMAT_MARKDOWN ? ablation_table_notes(&tables[(*n)++], a, e) : 0;
}

static int print(const struct invocation *in, const struct ablation *a,
                 const struct ablation_shown *shown, struct err *e)
{
    const struct options *own = in->own;
    struct table *tables[MOST_TABLES] = {NULL};
    size_t n = 0;
    int format = in->global.format;
    bool people = format == FORMAT_TABLE || format == FORMAT_LATEX;
    int status = add_tables(in, a, shown, tables, &n, e);
    if (!status && (a->n_runs || !people))
        status = output_tables(in, tables, n, e);
    if (!status && !own->needed && people)
        print_notes(a, format);
    for (size_t i = 0; i < MOST_TABLES; i++)
        table_free(tables[i]);
    return status;
}

static int check(const struct ablation *a, const struct invocation *in, struct err *e)
{
    if (a->n_runs || !in->n_arguments)
        return 0;
    return err_set(e, ERR_NOT_FOUND,
                   "there is no experiment '%.80s' with runs; `combolab runs` lists them",
                   in->arguments[0]);
}

static int show(const struct invocation *in, struct db *db, const struct figure_page *page,
                struct err *e)
{
    const struct options *own = in->own;
    struct ablation_shown shown = {.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
                                   .stars = in->global.format == FORMAT_TABLE};
    char experiment[OPT_TEXT_BYTES] = "";
    const struct ablation_choice choice = choice_of(in->own);
    struct ablation *a = NULL;
    int status = ablation_metrics(own->metric, &shown, e);
    if (status)
        return status;
    if (in->n_arguments)
        str_copy(experiment, sizeof experiment, in->arguments[0]);
    else
        status = experiment_newest(db, experiment, e);
    if (!status)
        status = experiment_ablation(db, experiment, &choice, NULL, &a, e);
    if (!status)
        status = check(a, in, e);
    if (!status)
        status = page->path[0] ? ablation_draw(a, &shown, page, e) : print(in, a, &shown, e);
    if (!status && page->path[0])
        figure_say(in, page, "means", a->n_finished);
    ablation_free(a);
    return status;
}

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    return figure_command(in, &own->figure, show);
}

const struct command command_ablation = {
    .name = "ablation",
    .arguments = "[EXPERIMENT]",
    .summary = "compare the losses of an experiment: means over seeds or folds, and tests",
    .details =
        "Without a name, the experiment of the newest run. Cells are mean, sample deviation and "
        "number of seeds, or with several folds of folds, the seeds of each averaged. Only "
        "finished runs count; what is missing is said beside them, and runs that differ in a "
        "setting besides row, column, fold and seed are named. `best on test` is the epoch with "
        "the highest Pearson correlation on the test images, as published figures are, and "
        "therefore optimistic: the gap is what that choice gains over the figures beside it, and "
        "published figures stand beside it alone.\n\n"
        "Rows are compared with the baseline by pairs of runs that share fold and seed. With "
        "fewer than 3 seeds training noise is not measured, and nothing is tested. On one split "
        "the test is a paired t test over seeds and holds for this split only; over folds it is "
        "the corrected resampled t test of Nadeau and Bengio on the folds' means. Holm's "
        "correction covers all tests of PC in the table; other figures are descriptive. Figures "
        "at epochs chosen on test images are not tested. --format csv and json have plain "
        "numbers, a line for each figure of each cell.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .most_arguments = 1,
    .run = run,
};
