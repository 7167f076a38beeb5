/* ledger.c - `combolab ledger`: what the predictions kept of every epoch say afterwards. Runs are
 * read one after the other, and only one ledger is in memory at a time.
 */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "results/ledger_suspects.h"
#include "results/ledger_tables.h"
#include "src/output.h"

#include <stdio.h>
#include <string.h>

struct options {
    char experiment[OPT_TEXT_BYTES];
    int selection; /* index into selections */
    bool trajectories, suspects;
    int64_t limit, window, splits, seed;
};

#define NAME(name, figure, least, windowed, help) name,
static const char *const selections[] = {"all", LEDGER_RULES(NAME) NULL};
#undef NAME

static const struct opt options[] = {
    {"experiment", 'x', OPT_TEXT, offsetof(struct options, experiment), 0, 0, "", NULL, "",
     "Ledger", "all runs of this experiment that have a ledger"},
    {"selection", 's', OPT_CHOICE, offsetof(struct options, selection), 0, 0, "all", selections, "",
     "Ledger", "the rule by which an epoch is chosen"},
    {"trajectories", 't', OPT_FLAG, offsetof(struct options, trajectories), 0, 0, "no", NULL, "",
     "Ledger", "how each test image fared, the worst at the end first"},
    {"suspects", 0, OPT_FLAG, offsetof(struct options, suspects), 0, 0, "no", NULL, "", "Ledger",
     "images that all runs get wrong alike: their labels may be wrong"},
    {"limit", 'n', OPT_INT, offsetof(struct options, limit), 0, 1000000, "20", NULL, "images",
     "Ledger", "at most so many of trajectories, a run each, and suspects; 0 means all"},
    {"window", 'w', OPT_INT, offsetof(struct options, window), 1, 100000, "5", NULL, "epochs",
     "Ledger", "evaluated epochs that smoothed-pc and mean-last average"},
    {"splits", 0, OPT_INT, offsetof(struct options, splits), 1, 100000, "100", NULL, "", "Ledger",
     "how often the test images are halved to tell the optimism"},
    {"seed", 0, OPT_INT, offsetof(struct options, seed), 0, 9007199254740992.0, "1", NULL, "",
     "Ledger", "of the halves"},
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

/* One run's ledger, in memory. */
struct loaded {
    struct run_row run;
    struct ledger_rows rows;
    struct split_row *split;
    double *truth;
};

static void unload(struct loaded *l)
{
    mem_free(l->truth);
    mem_free(l->split);
    db_ledgers_free(&l->rows);
}

/* A ledger counts its images from 0; so must the split that says which they are. */
static int check_split(const struct loaded *l, size_t n, struct err *e)
{
    long long id = (long long)l->run.id;
    if (!n)
        return err_set(e, ERR_NOT_FOUND,
                       "run %lld does not say which its test images are: an older combolab trained "
                       "it",
                       id);
    for (size_t i = 0; i < n; i++)
        if (l->split[i].place != (int64_t)i || n != l->rows.n_images)
            return err_set(e, ERR_FORMAT,
                           "run %lld has %zu predictions an epoch, and a split of %zu images that "
                           "does not fit them",
                           id, l->rows.n_images, n);
    return 0;
}

/* ERR_NOT_FOUND where there is nothing to look at. `l` is to be unloaded in any case. */
static int load(struct db *db, const struct run_row *run, struct loaded *l, struct err *e)
{
    size_t n;
    *l = (struct loaded){.run = *run};
    if (db_ledgers(db, run->id, &l->rows, e))
        return -1;
    if (!l->rows.n_epochs)
        return err_set(e, ERR_NOT_FOUND,
                       "run %lld has no ledger: it is %s, and no epoch's predictions are on record",
                       (long long)run->id, run->state);
    if (db_split(db, run->id, &l->split, &n, e) || check_split(l, n, e))
        return -1;
    l->truth = mem_alloc(n, sizeof *l->truth);
    if (!l->truth)
        return mem_error(e, "true scores", n * sizeof *l->truth);
    for (size_t i = 0; i < n; i++)
        l->truth[i] = l->split[i].truth;
    return 0;
}

/* What is made of all runs. */
struct report {
    const struct options *own;
    struct table *table;
    struct ledger_suspects *suspects; /* NULL unless asked for */
};

/* The rule that was asked for, or where none was the `usual` one; NULL = all. */
static const struct ledger_rule *rule_of(const struct options *own, const char *usual)
{
    const char *name = own->selection ? selections[own->selection] : usual;
    for (int r = 0; name && r < LEDGER_N_RULES; r++)
        if (!strcmp(ledger_rules[r].name, name))
            return &ledger_rules[r];
    return NULL;
}

static int choose(const struct report *report, const struct loaded *l, const char *usual,
                  struct ledger_choice *out, struct err *e)
{
    const struct ledger_rule *rule = rule_of(report->own, usual);
    struct ledger_figures *curve;
    if (ledger_curve(&l->rows, l->truth, &curve, e))
        return -1;
    *out = ledger_choose(rule, curve, l->rows.n_epochs, (int)report->own->window);
    mem_free(curve);
    return 0;
}

static int add_suspects(struct report *report, const struct loaded *l, struct err *e)
{
    struct ledger_choice choice;
    size_t n = l->rows.n_images;
    if (choose(report, l, "last", &choice, e))
        return -1;
    if (!choice.n) /* constant predictions have no best PC */
        return 0;
    double *predicted = mem_alloc(n, sizeof *predicted);
    if (!predicted)
        return mem_error(e, "predictions", n * sizeof *predicted);
    for (size_t i = 0; i < n; i++)
        predicted[i] = ledger_predicted(&l->rows, choice, i);
    int result = ledger_suspects_add(report->suspects, l->split, predicted, n, e);
    mem_free(predicted);
    return result;
}

static int add_run(struct report *report, const struct loaded *l, struct err *e)
{
    const struct options *own = report->own;
    const struct ledger_halving halving = {(int)own->splits, (uint64_t)own->seed, (int)own->window};
    struct ledger_choice choice;
    if (own->suspects)
        return add_suspects(report, l, e);
    if (!own->trajectories)
        return ledger_table_selection_add(report->table, &l->run, &l->rows, l->truth,
                                          rule_of(own, NULL), &halving, e);
    if (choose(report, l, "best-pc", &choice, e))
        return -1;
    return ledger_table_trajectories_add(report->table, &l->run, &l->rows, l->split, l->truth,
                                         choice, (size_t)own->limit, e);
}

/* 1 = it has no ledger, which *e says. */
static int add(struct report *report, struct db *db, const struct run_row *run, struct err *e)
{
    struct loaded l;
    int result = load(db, run, &l, e);
    if (result)
        result = e->code == ERR_NOT_FOUND ? 1 : -1;
    else
        result = add_run(report, &l, e);
    unload(&l);
    return result;
}

/* Runs that were named must have a ledger. */
static int add_named(struct report *report, struct db *db, const struct invocation *in,
                     struct err *e)
{
    struct run_row *runs;
    size_t n;
    int result = 0;
    if (output_find_rows(db, in->arguments, (size_t)in->n_arguments, &runs, &n, e))
        return -1;
    for (size_t i = 0; !result && i < n; i++)
        result = add(report, db, &runs[i], e) ? -1 : 0;
    mem_free(runs);
    return result;
}

static int add_experiment(struct report *report, struct db *db, const struct invocation *in,
                          struct err *e)
{
    const struct run_wanted wanted = {.experiment = report->own->experiment};
    struct run_row *runs;
    size_t n, with = 0;
    int result = 0;
    if (db_runs_wanted(db, &wanted, &runs, &n, e))
        return -1;
    for (size_t i = n; i-- > 0 && result >= 0;) { /* oldest first */
        result = add(report, db, &runs[i], e);
        with += !result;
        if (result == 1 && !in->global.quiet)
            fprintf(stderr, "combolab: left out: %s\n", e->text);
    }
    mem_free(runs);
    if (result < 0)
        return -1;
    return with ? 0
                : err_set(e, ERR_NOT_FOUND, "experiment '%.100s' has %s", report->own->experiment,
                          n ? "no run with a ledger" : "no runs");
}

static int begin(struct report *report, struct err *e)
{
    if (report->own->suspects)
        return ledger_suspects_new(&report->suspects, e);
    return report->own->trajectories ? ledger_table_trajectories_new(&report->table, e)
                                     : ledger_table_selection_new(&report->table, e);
}

static int make(struct report *report, struct db *db, const struct invocation *in, struct err *e)
{
    if (begin(report, e))
        return -1;
    if (in->n_arguments ? add_named(report, db, in, e) : add_experiment(report, db, in, e))
        return -1;
    if (!report->suspects)
        return 0;
    return ledger_suspects_table(&report->table, report->suspects, (size_t)report->own->limit, e);
}

static int check(const struct invocation *in, struct err *e)
{
    const struct options *own = in->own;
    if (!in->n_arguments == !own->experiment[0])
        return err_set(e, ERR_USAGE, "give either runs, by their numbers, or --experiment NAME");
    if (own->trajectories && own->suspects)
        return err_set(e, ERR_USAGE, "--trajectories and --suspects: one of them at a time");
    return 0;
}

static int run(const struct invocation *in)
{
    struct report report = {.own = in->own};
    struct db *db = NULL;
    struct err e;
    int failed = check(in, &e) || output_open_db(in, &db, &e) || make(&report, db, in, &e) ||
                 output_tables(in, &report.table, 1, &e);
    table_free(report.table);
    ledger_suspects_free(report.suspects);
    db_close(db);
    return failed ? command_fail(&e) : EXIT_GOOD;
}

#define RULE(name, figure, least, windowed, help) name ": " help ". "
const struct command command_ledger = {
    .name = "ledger",
    .arguments = "[RUN...]",
    .summary = "other choices of epoch, how images fared, labels to doubt",
    .details =
        "A run keeps what it predicted of every test image after every epoch that was evaluated. "
        "From that, without training anything again:\n\n"
        "Figures by any rule of selection, a row for each that finds an epoch. " LEDGER_RULES(
            RULE) "`mean error` is predicted less true. An epoch that is chosen by test images "
                  "looks better on them than it is. `on other half` is the rule's figure when an "
                  "epoch is chosen by a random half of the test images and measured on the other "
                  "half, averaged over --splits ways to halve them; `optimism` is by how much the "
                  "figure on all of them looks better than that.\n\n"
                  "--trajectories: the error of each image (predicted less true) after the first, "
                  "the chosen (best-pc unless --selection says otherwise) and the last epoch, and "
                  "`volatility`, by how much its prediction moves from one epoch to the next on "
                  "average.\n\n"
                  "--suspects: over two runs or more, images that all of them get wrong alike, by "
                  "the last epoch unless --selection says otherwise. `strength` is the mean error "
                  "against its deviation over runs, to which what is usual for an image is added: "
                  "|mean error| / sqrt(deviation^2 + typical^2). Such an image may have a wrong "
                  "label, or be hard, or rare: look at it.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .most_arguments = -1,
    .run = run,
};
