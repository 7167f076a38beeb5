/* ablation.c - `combolab ablation`: an experiment's runs as a table of means, and what can be said
 * of the differences; the looks at which that is laid down, and runs that it wants queued. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "results/ablation_tables.h"
#include "src/ablation_draw.h"
#include "src/experiment.h"
#include "src/figure.h"
#include "src/headless.h"
#include "src/needed.h"
#include "src/output.h"

#include <langinfo.h>
#include <math.h>
#include <string.h>

#define MOST_TABLES 3
#define LINE_BYTES 8192

struct options {
    char rows[OPT_TEXT_BYTES], columns[OPT_TEXT_BYTES], metric[OPT_TEXT_BYTES];
    char baseline[OPT_TEXT_BYTES];
    int at; /* of enum ablation_at */
    double level;
    bool spearman, bootstrap, needed;
    char looks[OPT_TEXT_BYTES];
    int spending; /* 0 = as laid down, else 1 more than enum stats_spending */
    bool lay_down, queue, dry_run;
    struct figure_options figure;
    struct needed to_queue;
};

static const char *const spendings[] = {"auto", "obrien-fleming", "pocock", NULL};

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
    {"looks", 0, OPT_TEXT, offsetof(struct options, looks), 0, 0, "", NULL, "seeds", "Tests",
     "at how many seeds rows are tested, such as 3,5,8,12; none: at any number, which was fixed "
     "beforehand; empty: as laid down with the experiment, else 3,5,8,12"},
    {"spending", 0, OPT_CHOICE, offsetof(struct options, spending), 0, 0, "auto", spendings, "",
     "Tests",
     "how looks share the level: little at first, or nearly evenly; auto: as laid down, else "
     "pocock"},
    {"lay-down", 0, OPT_FLAG, offsetof(struct options, lay_down), 0, 0, "no", NULL, "", "Tests",
     "lay these looks down with the experiment, best before one of its runs has ended"},
    {"queue-needed", 0, OPT_FLAG, offsetof(struct options, queue), 0, 0, "no", NULL, "", "Queue",
     "add the runs to the queue that rows and baseline still want to a decision, and print their "
     "numbers; looks are laid down with them, unless some were"},
    {"dry-run", 0, OPT_FLAG, offsetof(struct options, dry_run), 0, 0, "no", NULL, "", "Queue",
     "with --queue-needed, queue nothing: print which runs these are and about how long they "
     "take"},
    FIGURE_OPTIONS(struct options, figure),
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

static struct ablation_choice choice_of(const struct options *own,
                                        const struct ablation_looks *looks)
{
    return (struct ablation_choice){.rows = own->rows,
                                    .columns = own->columns,
                                    .at = (enum ablation_at)own->at,
                                    .baseline = own->baseline,
                                    .level = own->level,
                                    .spearman = own->spearman,
                                    .bootstrap = own->bootstrap,
                                    .looks = looks};
}

/* What the options say of them before what was laid down. */
static int choose_looks(const struct options *own, struct db *db, const char *experiment,
                        struct ablation_looks *to, struct err *e)
{
    if (experiment_looks(db, experiment, to, e))
        return -1;
    if (own->spending)
        to->spending = (enum stats_spending)(own->spending - 1);
    if (own->spending || own->looks[0])
        to->origin = LOOKS_ASKED_FOR;
    return own->looks[0] ? ablation_looks_read(own->looks, to, e) : 0;
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

static int make(const struct invocation *in, struct db *db, struct ablation **out, struct err *e)
{
    char experiment[OPT_TEXT_BYTES] = "";
    struct ablation_looks looks;
    int status = 0;
    *out = NULL;
    if (in->n_arguments)
        str_copy(experiment, sizeof experiment, in->arguments[0]);
    else
        status = experiment_newest(db, experiment, e);
    if (!status)
        status = choose_looks(in->own, db, experiment, &looks, e);
    const struct ablation_choice choice = choice_of(in->own, &looks);
    if (!status)
        status = experiment_ablation(db, experiment, &choice, NULL, out, e);
    return status ? status : check(*out, in, e);
}

static int show(const struct invocation *in, struct db *db, const struct figure_page *page,
                struct err *e)
{
    const struct options *own = in->own;
    struct ablation_shown shown = {.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
                                   .stars = in->global.format == FORMAT_TABLE};
    struct ablation *a = NULL;
    int status = ablation_metrics(own->metric, &shown, e);
    if (!status)
        status = make(in, db, &a, e);
    if (!status)
        status = page->path[0] ? ablation_draw(a, &shown, page, e) : print(in, a, &shown, e);
    if (!status && page->path[0])
        figure_say(in, page, "means", a->n_finished);
    ablation_free(a);
    return status;
}

/* --- what is written --- */

/* By a connection of its own. */
static int lay_down(const char *path, const char *experiment, const struct looks_row *looks,
                    bool first, struct err *e)
{
    struct db *db = NULL;
    int status = db_open(&db, path, DB_WRITE, e);
    if (!status)
        status = db_looks_lay_down(db, experiment, looks, first, e);
    db_close(db);
    return status;
}

/* What is shown afterwards is as it was laid down. */
static int lay_down_looks(const struct invocation *in, struct err *e)
{
    struct options *own = in->own;
    struct ablation *a = NULL;
    struct db *db = NULL;
    int status = output_open_db(in, &db, e) || make(in, db, &a, e);
    if (!status && !a->n_runs)
        status = err_set(e, ERR_NOT_FOUND, "there is no experiment yet to lay looks down with");
    if (!status) {
        struct looks_row row = experiment_looks_row(&a->looks);
        status = lay_down(db_path(db), a->experiment, &row, false, e);
        own->looks[0] = '\0';
        own->spending = 0;
    }
    ablation_free(a);
    db_close(db);
    return status ? -1 : 0;
}

/* What cannot be trained is found before anything is queued. */
static int check_needed(struct needed *n, struct err *e)
{
    for (size_t i = 0; i < n->n; i++)
        if (session_check(&n->configs[i], NULL, e))
            return err_prefix(e, "nothing is queued");
    return 0;
}

static void say_needed(const struct needed *n, const struct ablation *a)
{
    char time[32];
    str_duration(time, sizeof time, n->seconds);
    if (!n->n)
        fputs("no run is missing that would help to a decision\n", stderr);
    else if (isfinite(n->seconds))
        fprintf(stderr, "%zu run%s; about %s one after another\n", n->n, n->n == 1 ? "" : "s",
                time);
    else
        fprintf(stderr, "%zu run%s; no past run tells how long %s\n", n->n, n->n == 1 ? "" : "s",
                n->n == 1 ? "it takes" : "they take");
    if (a->to_retry)
        fputs("what ended early is waited for too: `combolab retry` goes on with it\n", stderr);
}

static int find_needed(const struct invocation *in, struct err *e)
{
    struct options *own = in->own;
    struct ablation *a = NULL;
    struct db *db = NULL;
    int status = output_open_db(in, &db, e) || make(in, db, &a, e) ||
                 needed_read(db, a, &own->to_queue, e) || check_needed(&own->to_queue, e);
    if (!status && !in->global.quiet)
        say_needed(&own->to_queue, a);
    if (!status && own->dry_run)
        status = output_tables(in, &own->to_queue.table, 1, e);
    else if (!status && own->to_queue.n && own->to_queue.looks.seeds[0])
        status = lay_down(db_path(db), a->experiment, &own->to_queue.looks, true, e);
    ablation_free(a);
    db_close(db);
    return status ? -1 : 0;
}

static int add(struct headless *h, const struct invocation *in, struct err *e)
{
    const struct options *own = in->own;
    int64_t id;
    for (size_t i = 0; i < own->to_queue.n; i++)
        if (headless_add(h, &own->to_queue.configs[i], &id, e))
            return -1;
    return 0;
}

static int queue_needed(const struct invocation *in)
{
    struct options *own = in->own;
    const struct headless_options ho = {.in = in, .takes = SESSION_TAKES_NONE};
    struct err e;
    int status = find_needed(in, &e) ? command_fail(&e) : EXIT_GOOD;
    if (status == EXIT_GOOD && !own->dry_run && own->to_queue.n)
        status = headless_command(&ho, add);
    needed_fini(&own->to_queue);
    return status;
}

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    struct err e;
    if (own->dry_run && !own->queue) {
        err_set(&e, ERR_USAGE, "option 'dry-run' belongs to 'queue-needed'");
        return command_fail(&e);
    }
    if (own->queue && (own->lay_down || own->figure.figure[0])) {
        err_set(&e, ERR_USAGE, "option 'queue-needed' goes with neither 'lay-down' nor 'figure'");
        return command_fail(&e);
    }
    if (own->lay_down && lay_down_looks(in, &e))
        return command_fail(&e);
    return own->queue ? queue_needed(in) : figure_command(in, &own->figure, show);
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
        "at epochs chosen on test images are not tested.\n\n"
        "Seeds that are added until p is small make p worth little. So rows are tested at looks "
        "alone, at numbers of seeds that are settled beforehand (--looks, --lay-down), which share "
        "the level: each look has a level of its own, and a row is decided where its p is within "
        "it. --queue-needed adds the runs that the next look that is likely to decide still "
        "wants, those of the baseline too; asked again it adds only what is missing. --format csv "
        "and json have plain "
        "numbers, a line for each figure of each cell.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .most_arguments = 1,
    .run = run,
};
