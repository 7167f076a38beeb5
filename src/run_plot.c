/* run_plot.c - runs with their epochs, in groups. */
#include "src/run_plot.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/config.h"

#include <stdio.h>
#include <string.h>

/* A run and what is read of it; owned. */
struct source {
    const struct run_row *run;
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

static int read_source(struct db *db, const struct run_row *run, struct source *s, struct err *e)
{
    s->run = run;
    return db_options(db, run->id, &s->options, &s->n_options, e) ||
                   db_terms(db, run->id, s->terms, &s->n_terms, e) ||
                   db_epochs(db, run->id, &s->epochs, &s->n_epochs, e)
               ? -1
               : 0;
}

static int read_sources(struct db *db, const struct run_row *runs, size_t n, struct sources *s,
                        struct err *e)
{
    bool some = false;
    s->of = mem_alloc(n, sizeof *s->of);
    if (!s->of)
        return mem_error(e, "runs", n * sizeof *s->of);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            if (runs[k].id == runs[i].id)
                return err_set(e, ERR_USAGE, "run %lld is named twice", (long long)runs[i].id);
        s->n = i + 1;
        if (read_source(db, &runs[i], &s->of[i], e))
            return -1;
        some |= s->of[i].n_epochs > 0;
    }
    return some ? 0
                : err_set(e, ERR_NOT_FOUND, "no epoch of %s is on record yet",
                          n == 1 ? "that run" : "those runs");
}

/* --- groups --- */

static const char *value_of(const struct source *s, const char *name)
{
    for (size_t i = 0; i < s->n_options; i++)
        if (!strcmp(s->options[i].name, name))
            return s->options[i].value;
    return "";
}

static bool covers(enum run_plot_mean mean, const char *option)
{
    return (!strcmp(option, "seed") && mean != RUN_PLOT_FOLD) ||
           (!strcmp(option, "fold") && mean != RUN_PLOT_SEED);
}

static bool matters(enum run_plot_mean mean, const char *name)
{
    const struct opt *option = opt_find(&config_options, name);
    return (!option || config_changes_figures(option)) && !covers(mean, name);
}

/* All that `a` was set to `b` was, too, but for what the mean is over: as the view run_alike has
 * it. Of a run from elsewhere nothing is known to be the same. */
static bool agree(const struct source *a, const struct source *b, enum run_plot_mean mean)
{
    if (!a->n_options || (mean == RUN_PLOT_SEED && strcmp(a->run->data_hash, b->run->data_hash)))
        return false;
    for (size_t i = 0; i < a->n_options; i++) {
        const struct option_row *o = &a->options[i];
        if (matters(mean, o->name) && strcmp(o->value, value_of(b, o->name)))
            return false;
    }
    return true;
}

static size_t group_of(const struct sources *s, size_t i, enum run_plot_mean mean, size_t *groups,
                       const struct run_curves_run *runs)
{
    for (size_t k = 0; mean && k < i; k++)
        if (agree(&s->of[k], &s->of[i], mean) && agree(&s->of[i], &s->of[k], mean))
            return runs[k].group;
    return (*groups)++;
}

/* --- names --- */

/* The run's name; of a mean over seeds without the seed that names end in by themselves. */
static void name_source(struct source *s, enum run_plot_mean mean)
{
    char seed[32];
    str_copy(s->label, sizeof s->label, s->run->name);
    snprintf(seed, sizeof seed, " s%lld", (long long)s->run->seed);
    if ((mean == RUN_PLOT_SEED || mean == RUN_PLOT_BOTH) && str_ends_in(s->label, seed))
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
                     (long long)s->of[i].run->id);
    }
}

/* A mean ends where the shortest of its runs does. */
static void remark(const struct sources *s, const struct run_curves_run *runs)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t most = 0;
        for (size_t k = 0; k < s->n; k++)
            if (runs[k].group == runs[i].group && runs[k].n_epochs > most)
                most = runs[k].n_epochs;
        if (!runs[i].n_epochs)
            fprintf(stderr, "combolab: run %lld has no epochs and is left out\n",
                    (long long)s->of[i].run->id);
        else if (runs[i].n_epochs < most)
            fprintf(stderr,
                    "combolab: run %lld has %zu of %zu epochs: the mean that it is in ends there\n",
                    (long long)s->of[i].run->id, runs[i].n_epochs, most);
    }
}

static void choose_looks(const struct sources *s, const struct run_plot_choice *choice,
                         struct run_curves_run *runs)
{
    uint32_t taken[PALETTE_N] = {0};
    size_t groups = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool first = runs[i].group == groups;
        runs[i].look = choice->looks ? choice->looks[i] : palette_look_of(taken, s->of[i].run->id);
        if (first)
            palette_take(taken, runs[i].look);
        groups += first;
    }
}

static int make(struct plot *out, struct sources *s, const struct run_plot_choice *choice,
                struct run_curves_run *runs, struct err *e)
{
    struct run_curves_choice wanted = {.metrics = choice->metrics,
                                       .phases = choice->phases,
                                       .mean = choice->mean != RUN_PLOT_EACH};
    for (size_t i = 0; i < s->n; i++) {
        struct source *source = &s->of[i];
        name_source(source, choice->mean);
        runs[i] = (struct run_curves_run){.label = source->label,
                                          .terms = source->terms,
                                          .n_terms = source->n_terms,
                                          .epochs = source->epochs,
                                          .n_epochs = source->n_epochs};
        runs[i].group = group_of(s, i, choice->mean, &wanted.groups, runs);
    }
    tell_apart(s, runs);
    choose_looks(s, choice, runs);
    int result = run_curves(out, &wanted, runs, s->n, e);
    if (!result && choice->remarks)
        remark(s, runs);
    return result;
}

int run_plot(struct plot *out, struct db *db, const struct run_row *runs, size_t n,
             const struct run_plot_choice *choice, struct err *e)
{
    struct sources s = {0};
    struct run_curves_run *drawn = mem_alloc(n, sizeof *drawn);
    *out = (struct plot){0};
    int result = drawn ? 0 : mem_error(e, "runs", n * sizeof *drawn);
    if (!result)
        result = read_sources(db, runs, n, &s, e);
    if (!result)
        result = make(out, &s, choice, drawn, e);
    sources_fini(&s);
    mem_free(drawn);
    return result;
}
