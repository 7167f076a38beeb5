/* compare.c - `combolab compare`: runs side by side. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "results/compare.h"
#include "results/rows_filter.h"
#include "src/output.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_TABLES 3

struct options {
    char baseline[OPT_TEXT_BYTES];
    char experiment[OPT_TEXT_BYTES], filter[OPT_TEXT_BYTES];
    bool settings, figures, epochs, all;
    char metric[OPT_TEXT_BYTES], term[OPT_TEXT_BYTES];
    int phase; /* index into phases */
};

static const char *const phases[] = {
    [ROW_TRAIN] = "train", [ROW_VAL] = "val", [ROW_TEST] = "test", [ROW_PHASES] = NULL};

static const struct opt options[] = {
    {"baseline", 'b', OPT_TEXT, offsetof(struct options, baseline), 0, 0, "", NULL, "run", "Runs",
     "the run that the others' figures are compared with; the first one unless told otherwise"},
    {"experiment", 'x', OPT_TEXT, offsetof(struct options, experiment), 0, 0, "", NULL, "", "Runs",
     "only runs of this experiment"},
    {"filter", 'f', OPT_TEXT, offsetof(struct options, filter), 0, 0, "", NULL, "", "Runs",
     "only runs that meet these tests, such as 'loss:combo pc>0.5 !state:failed'"},
    {"settings", 0, OPT_FLAG, offsetof(struct options, settings), 0, 0, "no", NULL, "", "Parts",
     "what differs in options, and in what the runs were trained with"},
    {"figures", 0, OPT_FLAG, offsetof(struct options, figures), 0, 0, "no", NULL, "", "Parts",
     "best and last figures, and how far from the baseline's they are"},
    {"epochs", 'e', OPT_FLAG, offsetof(struct options, epochs), 0, 0, "no", NULL, "", "Parts",
     "a row for every epoch, a column for every run"},
    {"all", 'a', OPT_FLAG, offsetof(struct options, all), 0, 0, "no", NULL, "", "Parts",
     "the settings that are the same, too"},
    {"metric", 'm', OPT_TEXT, offsetof(struct options, metric), 0, 0, "pc", NULL, "figure",
     "Epochs", "which figure: pc, mae, rmse, total (the loss), images_per_s, learning_rate"},
    {"term", 0, OPT_TEXT, offsetof(struct options, term), 0, 0, "", NULL, "name", "Epochs",
     "instead of it this term of the losses, by its name, unweighted"},
    {"phase", 0, OPT_CHOICE, offsetof(struct options, phase), 0, 0, "test", phases, "", "Epochs",
     "of which images"},
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

/* The runs chosen, and what is read of each. */
struct chosen {
    struct db *db;
    struct run_row *rows;
    size_t n, room;
    struct compare compare;
    struct compare_option **options; /* of each run; their texts are in option_rows */
    struct option_row **option_rows;
    struct term_row (*terms)[ROW_MAX_TERMS];
    struct epoch_row **epochs;
};

static bool has(const struct chosen *c, int64_t id)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->rows[i].id == id)
            return true;
    return false;
}

/* One more run, unless it is among them. */
static int add(struct chosen *c, const struct run_row *run, struct err *e)
{
    if (has(c, run->id))
        return 0;
    if (c->n == c->room) {
        size_t room = c->room ? 2 * c->room : 16;
        struct run_row *rows = mem_resize(c->rows, room, sizeof *rows);
        if (!rows)
            return mem_error(e, "the runs that are compared", room * sizeof *rows);
        c->rows = rows;
        c->room = room;
    }
    c->rows[c->n++] = *run;
    return 0;
}

/* Those named, else all of them; the oldest first. */
static int add_runs(struct chosen *c, const struct invocation *in, struct err *e)
{
    if (in->n_arguments) {
        int result =
            output_find_rows(c->db, in->arguments, (size_t)in->n_arguments, &c->rows, &c->n, e);
        c->room = c->n;
        return result;
    }
    if (db_runs(c->db, &c->rows, &c->n, e))
        return -1;
    c->room = c->n;
    for (size_t i = 0; i < c->n / 2; i++) {
        struct run_row kept = c->rows[i];
        c->rows[i] = c->rows[c->n - 1 - i];
        c->rows[c->n - 1 - i] = kept;
    }
    return 0;
}

static int narrow(struct chosen *c, const struct options *own, struct err *e)
{
    const struct rows_list list = {row_run_columns, c->rows, c->n, sizeof *c->rows,
                                   (double)time(NULL)};
    struct rows_filter *filter = NULL;
    int *places = mem_alloc(c->n, sizeof *places);
    size_t kept = 0;
    int result = places ? rows_filter_new(&filter, own->filter, row_run_columns, e)
                        : mem_error(e, "the runs that are compared", c->n * sizeof *places);
    size_t n = result ? 0 : rows_filter_choose(filter, &list, places);
    for (size_t i = 0; i < n; i++) {
        const struct run_row *row = &c->rows[places[i]];
        if (!own->experiment[0] || !strcmp(row->experiment, own->experiment))
            c->rows[kept++] = *row;
    }
    c->n = kept;
    rows_filter_free(filter);
    mem_free(places);
    return result;
}

/* The baseline need not be among those chosen: then it comes first. */
static int set_baseline(struct chosen *c, const char *which, struct err *e)
{
    struct run_row run;
    if (!which[0])
        return 0;
    if (output_find_run(c->db, which, &run, e))
        return -1;
    if (!has(c, run.id)) {
        if (add(c, &run, e))
            return -1;
        memmove(c->rows + 1, c->rows, (c->n - 1) * sizeof *c->rows);
        c->rows[0] = run;
    }
    while (c->rows[c->compare.baseline].id != run.id)
        c->compare.baseline++;
    return 0;
}

static int choose(struct chosen *c, const struct invocation *in, struct err *e)
{
    const struct options *own = in->own;
    if (!in->n_arguments && !own->experiment[0] && !own->filter[0])
        return err_set(e, ERR_USAGE,
                       "which runs? Give their numbers, such as 3 5 8-12, an --experiment or a "
                       "--filter");
    if (add_runs(c, in, e) || narrow(c, own, e) || set_baseline(c, own->baseline, e))
        return -1;
    if (c->n < 2)
        return err_set(e, ERR_NOT_FOUND, "two runs or more are compared, and %s",
                       c->n ? "this is one" : "none of those meets what was asked for");
    return 0;
}

static int read_options(struct chosen *c, size_t i, struct err *e)
{
    struct compare_run *run = &c->compare.runs[i];
    if (db_options(c->db, c->rows[i].id, &c->option_rows[i], &run->n_options, e))
        return -1;
    c->options[i] = mem_alloc(run->n_options, sizeof **c->options);
    if (!c->options[i])
        return mem_error(e, "the options of a run", run->n_options * sizeof **c->options);
    for (size_t k = 0; k < run->n_options; k++)
        c->options[i][k] =
            (struct compare_option){c->option_rows[i][k].name, c->option_rows[i][k].value};
    run->options = c->options[i];
    return 0;
}

static int read_epochs(struct chosen *c, size_t i, struct err *e)
{
    struct compare_run *run = &c->compare.runs[i];
    if (db_terms(c->db, c->rows[i].id, c->terms[i], &run->n_terms, e) ||
        db_epochs(c->db, c->rows[i].id, &c->epochs[i], &run->n_epochs, e))
        return -1;
    run->terms = c->terms[i];
    run->epochs = c->epochs[i];
    return 0;
}

static int read_runs(struct chosen *c, bool settings, bool epochs, struct err *e)
{
    size_t n = c->n;
    struct compare *to = &c->compare;
    to->columns = row_run_columns;
    to->n = n;
    to->runs = mem_alloc(n, sizeof *to->runs);
    c->options = mem_alloc(n, sizeof(void *));
    c->option_rows = mem_alloc(n, sizeof(void *));
    c->terms = mem_alloc(n, sizeof *c->terms);
    c->epochs = mem_alloc(n, sizeof(void *));
    if (!to->runs || !c->options || !c->option_rows || !c->terms || !c->epochs)
        return mem_error(e, "the runs that are compared", n * sizeof *to->runs);
    for (size_t i = 0; i < n; i++) {
        to->runs[i].row = &c->rows[i];
        if ((settings && read_options(c, i, e)) || (epochs && read_epochs(c, i, e)))
            return -1;
    }
    return compare_label(to, e);
}

static void free_chosen(struct chosen *c)
{
    for (size_t i = 0; i < c->compare.n; i++) {
        if (c->options)
            mem_free(c->options[i]);
        if (c->option_rows)
            mem_free(c->option_rows[i]);
        if (c->epochs)
            mem_free(c->epochs[i]);
    }
    mem_free(c->epochs);
    mem_free(c->terms);
    mem_free(c->option_rows);
    mem_free(c->options);
    mem_free(c->compare.runs);
    mem_free(c->rows);
    db_close(c->db);
}

static bool has_term(const struct compare_run *run, const char *name)
{
    for (size_t k = 0; k < run->n_terms; k++)
        if (!strcmp(run->terms[k].name, name))
            return true;
    return false;
}

/* The first of the runs whose loss has a term of that name. */
static size_t first_with(const struct compare *c, const char *name)
{
    size_t i = 0;
    while (i < c->n && !has_term(&c->runs[i], name))
        i++;
    return i;
}

/* Names the terms that there are, each once. */
static int no_such_term(const struct compare *c, const char *name, struct err *e)
{
    struct str names;
    str_init(&names);
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->runs[i].n_terms; k++)
            if (first_with(c, c->runs[i].terms[k].name) == i)
                str_addf(&names, " %s", c->runs[i].terms[k].name);
    err_set(e, ERR_USAGE, "none of these runs' losses has a term '%.40s'; they have:%s", name,
            names.text);
    str_fini(&names);
    return -1;
}

static int add_epochs(struct table **out, const struct compare *c, const struct options *own,
                      struct err *e)
{
    struct compare_figure figure = {.phase = own->phase, .term = own->term[0] ? own->term : NULL};
    if (figure.term && first_with(c, figure.term) == c->n)
        return no_such_term(c, figure.term, e);
    if (compare_figure_meant(&figure, own->metric, e))
        return -1;
    return compare_epochs(out, c, &figure, e);
}

/* For people the narrower way round. */
static int add_settings(struct table **out, const struct compare *c, bool all, int format,
                        struct err *e)
{
    struct table *t, *turned;
    if (compare_settings(&t, c, all, e))
        return -1;
    size_t rows = t->n_cells / t->n_columns;
    *out = t;
    if (format != FORMAT_TABLE || t->out_of_memory || !rows || rows >= c->n)
        return 0;
    if (compare_settings_turned(&turned, t, e))
        return -1;
    table_free(t);
    *out = turned;
    return 0;
}

/* CSV has room for one table: the figures, unless others were asked for. */
static int print(struct chosen *c, const struct invocation *in, struct err *e)
{
    const struct options *own = in->own;
    struct table *tables[MOST_TABLES] = {NULL};
    bool any = own->settings || own->figures || own->epochs || own->term[0];
    bool epochs = own->epochs || own->term[0], csv = in->global.format == FORMAT_CSV;
    bool settings = own->settings || (!any && !csv), figures = own->figures || !any;
    size_t n = 0;
    int result = read_runs(c, settings, epochs, e);
    if (!result && settings)
        result = add_settings(&tables[n++], &c->compare, own->all, in->global.format, e);
    if (!result && figures)
        result = compare_figures(&tables[n++], &c->compare, e);
    if (!result && epochs)
        result = add_epochs(&tables[n++], &c->compare, own, e);
    if (!result)
        result = output_tables(in, tables, n, e);
    for (size_t i = 0; i < MOST_TABLES; i++)
        table_free(tables[i]);
    return result;
}

/* To standard error, so that it is seen whatever the format. */
static void warn(const struct compare *c)
{
    struct str text;
    str_init(&text);
    compare_warn(c, &text);
    if (text.length)
        fprintf(stderr, "combolab: %s\n", text.text);
    str_fini(&text);
}

static int run(const struct invocation *in)
{
    struct chosen c = {.n = 0};
    struct err e;
    int failed = output_open_db(in, &c.db, &e) || choose(&c, in, &e) || print(&c, in, &e);
    if (!failed)
        warn(&c.compare);
    free_chosen(&c);
    return failed ? command_fail(&e) : EXIT_GOOD;
}

const struct command command_compare = {
    .name = "compare",
    .arguments = "[RUN | FIRST-LAST]...",
    .summary = "runs side by side: what differs, figures, epochs",
    .details =
        "Runs are numbers from `combolab runs`, `last` for the newest, or a range such as 3-9, of "
        "which those are taken that there are. --filter and --experiment leave only some of them, "
        "and without numbers choose among all runs.\n\n"
        "Shown are the settings that differ, where an option that a run does not have is '-', and "
        "the best and last figures of the test images, each with its distance (delta) from that "
        "of the baseline, the first run unless --baseline names another. The best epoch is chosen "
        "on the images that `chosen on` names: on the test images themselves it is optimistic. "
        "Runs are called by what differs among them. When they have other data, or are tested on "
        "other images, it is said, as then figures are not comparable.\n\n"
        "--epochs shows a figure of every epoch, or with --term a term of the losses, which are "
        "matched by name. CSV holds one table: the figures, or the part that was asked for. "
        "Columns that do not fit a terminal are left out, and it is said; csv and json have all.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .most_arguments = -1,
    .run = run,
};
