/* curves.c - `combolab curves`: figures of runs epoch by epoch, as a table or drawn. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "results/run_curves.h"
#include "src/figure.h"
#include "src/output.h"

#include <stdio.h>
#include <string.h>

enum mean_over { MEAN_NONE, MEAN_SEED, MEAN_FOLD, MEAN_BOTH };

struct options {
    char metric[OPT_TEXT_BYTES], phase[OPT_TEXT_BYTES];
    int mean_over; /* enum mean_over */
    bool log_y;
    struct figure_options figure;
};

static const char *const means[] = {"none", "seed", "fold", "both", NULL};

static const struct opt options[] = {
    {"metric", 'm', OPT_TEXT, offsetof(struct options, metric), 0, 0, "pc", NULL, "names", "Curves",
     "pc, mae, rmse, total or a term of the loss by its name, with _weighted behind it as it "
     "counts "
     "in the loss; separated by commas, a panel each"},
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

/* A run and what is read of it; owned. */
struct source {
    struct run_row run;
    struct option_row *options;
    struct term_row terms[ROW_MAX_TERMS];
    struct epoch_row *epochs;
    size_t n_options, n_terms, n_epochs;
    char label[ROW_TEXT_BYTES + 32];
    bool again; /* another curve has that label */
};

struct sources {
    struct source *of;
    size_t n;
};

static void sources_fini(struct sources *s)
{
    for (size_t i = 0; s->of && i < s->n; i++) {
        mem_free(s->of[i].options);
        mem_free(s->of[i].epochs);
    }
    mem_free(s->of);
}

static int read_source(struct db *db, const char *which, struct source *s, struct err *e)
{
    if (output_find_run(db, which, &s->run, e))
        return -1;
    return db_options(db, s->run.id, &s->options, &s->n_options, e) ||
                   db_terms(db, s->run.id, s->terms, &s->n_terms, e) ||
                   db_epochs(db, s->run.id, &s->epochs, &s->n_epochs, e)
               ? -1
               : 0;
}

static int read_sources(const struct invocation *in, struct db *db, struct sources *s,
                        struct err *e)
{
    bool some = false;
    s->of = mem_alloc((size_t)in->n_arguments, sizeof *s->of);
    if (!s->of)
        return mem_error(e, "runs", (size_t)in->n_arguments * sizeof *s->of);
    for (; s->n < (size_t)in->n_arguments; s->n++) {
        if (read_source(db, in->arguments[s->n], &s->of[s->n], e)) {
            s->n++;
            return -1;
        }
        for (size_t i = 0; i < s->n; i++)
            if (s->of[i].run.id == s->of[s->n].run.id)
                return err_set(e, ERR_USAGE, "run %lld is named twice", (long long)s->of[i].run.id);
        some |= s->of[s->n].n_epochs > 0;
    }
    return some ? 0
                : err_set(e, ERR_NOT_FOUND, "no epoch of %s is on record yet",
                          s->n == 1 ? "that run" : "those runs");
}

/* --- groups --- */

/* Settings that change nothing of what is trained. */
static bool is_idle(const char *option)
{
    static const char *const idle[] = {"name",         "experiment",      "device",     "threads",
                                       "cache",        "trace",           "save-every", "keep",
                                       "image-memory", "keep-checkpoints"};
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (!strcmp(option, idle[i]))
            return true;
    return false;
}

static const char *value_of(const struct source *s, const char *name)
{
    for (size_t i = 0; i < s->n_options; i++)
        if (!strcmp(s->options[i].name, name))
            return s->options[i].value;
    return "";
}

static bool covers(int mean_over, const char *option)
{
    return (!strcmp(option, "seed") && mean_over != MEAN_FOLD) ||
           (!strcmp(option, "fold") && mean_over != MEAN_SEED);
}

/* All that `a` was set to `b` was, too, but for what the mean is over. */
static bool agree(const struct source *a, const struct source *b, int mean_over)
{
    for (size_t i = 0; i < a->n_options; i++) {
        const struct option_row *o = &a->options[i];
        if (!is_idle(o->name) && !covers(mean_over, o->name) &&
            strcmp(o->value, value_of(b, o->name)))
            return false;
    }
    return true;
}

static size_t group_of(const struct sources *s, size_t i, int mean_over, size_t *groups,
                       const struct run_curves_run *runs)
{
    for (size_t k = 0; mean_over && k < i; k++)
        if (agree(&s->of[k], &s->of[i], mean_over) && agree(&s->of[i], &s->of[k], mean_over))
            return runs[k].group;
    return (*groups)++;
}

/* --- names --- */

/* The run's name; of a mean over seeds without the seed that names end in by themselves. */
static void name_source(struct source *s, int mean_over)
{
    char seed[32];
    str_copy(s->label, sizeof s->label, s->run.name);
    snprintf(seed, sizeof seed, " s%lld", (long long)s->run.seed);
    if ((mean_over == MEAN_SEED || mean_over == MEAN_BOTH) && str_ends_in(s->label, seed))
        s->label[strlen(s->label) - strlen(seed)] = '\0';
}

/* Curves of the same name have the number of their run behind it. */
static void tell_apart(struct sources *s, const struct run_curves_run *runs)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->n; k++)
            s->of[i].again |=
                runs[k].group != runs[i].group && !strcmp(s->of[k].label, s->of[i].label);
    for (size_t i = 0; i < s->n; i++) {
        size_t length = strlen(s->of[i].label);
        if (s->of[i].again)
            snprintf(s->of[i].label + length, sizeof s->of[i].label - length, " #%lld",
                     (long long)s->of[i].run.id);
    }
}

/* --- the command --- */

/* A mean ends where the shortest of its runs does. */
static void warn(const struct invocation *in, const struct sources *s,
                 const struct run_curves_run *runs)
{
    for (size_t i = 0; i < s->n && !in->global.quiet; i++) {
        size_t most = 0;
        for (size_t k = 0; k < s->n; k++)
            if (runs[k].group == runs[i].group && runs[k].n_epochs > most)
                most = runs[k].n_epochs;
        if (!runs[i].n_epochs)
            fprintf(stderr, "combolab: run %lld has no epochs and is left out\n",
                    (long long)s->of[i].run.id);
        else if (runs[i].n_epochs < most)
            fprintf(stderr,
                    "combolab: run %lld has %zu of %zu epochs: the mean that it is in ends there\n",
                    (long long)s->of[i].run.id, runs[i].n_epochs, most);
    }
}

static int show(const struct invocation *in, const struct figure_page *page, struct plot *curves,
                size_t runs, struct err *e)
{
    const struct options *own = in->own;
    const struct figure_curves figure = {.curves = curves, .log_y = own->log_y};
    struct table *t = NULL;
    if (page->path[0]) {
        if (figure_curves(page, &figure, e))
            return -1;
        figure_say(in, page, "curves", runs);
        return 0;
    }
    int result = plot_table(&t, curves, e);
    if (!result)
        result = output_tables(in, &t, 1, e);
    table_free(t);
    return result;
}

static int draw(const struct invocation *in, struct sources *s, const struct figure_page *page,
                struct err *e)
{
    const struct options *own = in->own;
    struct run_curves_choice choice = {
        .metrics = own->metric, .phases = own->phase, .mean = own->mean_over != MEAN_NONE};
    struct run_curves_run *runs = mem_alloc(s->n, sizeof *runs);
    struct plot curves = {0};
    if (!runs)
        return mem_error(e, "runs", s->n * sizeof *runs);
    for (size_t i = 0; i < s->n; i++) {
        struct source *source = &s->of[i];
        name_source(source, own->mean_over);
        runs[i] = (struct run_curves_run){.label = source->label,
                                          .terms = source->terms,
                                          .n_terms = source->n_terms,
                                          .epochs = source->epochs,
                                          .n_epochs = source->n_epochs};
        runs[i].group = group_of(s, i, own->mean_over, &choice.groups, runs);
    }
    tell_apart(s, runs);
    int result = run_curves(&curves, &choice, runs, s->n, e);
    if (!result) {
        warn(in, s, runs);
        result = show(in, page, &curves, s->n, e);
    }
    plot_fini(&curves);
    mem_free(runs);
    return result;
}

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    struct sources sources = {0};
    struct figure_page page;
    struct db *db = NULL;
    struct err e;
    int failed = figure_options_page(&own->figure, &page, &e) || output_open_db(in, &db, &e) ||
                 read_sources(in, db, &sources, &e) || draw(in, &sources, &page, &e);
    sources_fini(&sources);
    db_close(db);
    return failed ? command_fail(&e) : EXIT_GOOD;
}

const struct command command_curves = {
    .name = "curves",
    .arguments = "RUN...",
    .summary = "figures of runs by epoch, as a table or drawn",
    .details =
        "RUN is a number from `combolab runs`, or `last` for the newest. A row of the table is an "
        "epoch; --figure draws the same numbers. Epochs without an evaluation are bridged by the "
        "line, values that are no number are gaps in it. A mean is taken over epochs that all of "
        "its "
        "runs have; runs that lack some are named.\n\n"
        "A figure differs from run to run in colour and marker, from phase to phase in the line. "
        "PDF files have the fonts in them; in SVG files letters are outlines. The same numbers "
        "give "
        "the same file, byte for byte.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
