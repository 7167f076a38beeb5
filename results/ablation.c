/* ablation.c - the steps of making an ablation, in their order; and what is asked of one. */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/intern.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

const struct ablation_figure_info ablation_figures[ABLATION_FIGURES] = {
    [ABLATION_PC] = {"pc", "PC", 1},
    [ABLATION_MAE] = {"mae", "MAE", -1},
    [ABLATION_RMSE] = {"rmse", "RMSE", -1},
    [ABLATION_BIAS] = {"mean_error", "mean error", 0},
    [ABLATION_SPEARMAN] = {"spearman", "Spearman", 1},
};

const char *const ablation_at_names[ABLATION_ATS + 1] = {"last", "best", "half", NULL};
const char *const ablation_at_titles[ABLATION_ATS] = {"last epoch", "best epoch",
                                                      "best epoch by halves"};

const char *ablation_text(struct making *m, const char *text, struct err *e)
{
    const char *kept = intern_text(m->a->texts, text);
    if (!kept)
        mem_error(e, "the texts of an ablation", strlen(text));
    return kept;
}

int ablation_lines(struct making *m, const struct str *lines, const char ***to, size_t *n,
                   struct err *e)
{
    size_t count = 0;
    if (lines->failed)
        return mem_error(e, "the sentences of an ablation", lines->length);
    for (const char *c = lines->text; *c; c++)
        count += *c == '\n';
    *to = mem_alloc(count, sizeof **to);
    char *copy = mem_string(lines->text);
    int status = *to && copy ? 0 : mem_error(e, "the sentences of an ablation", lines->length);
    for (char *line = copy, *end; !status && *line; line = end + 1) {
        end = strchr(line, '\n');
        *end = '\0';
        (*to)[*n] = ablation_text(m, line, e);
        status = (*to)[*n] ? 0 : -1;
        *n += !status;
    }
    mem_free(copy);
    return status;
}

static struct ablation *new_ablation(const struct ablation_choice *choice, struct err *e)
{
    struct ablation *a = mem_alloc(1, sizeof *a);
    if (!a) {
        mem_error(e, "an ablation", sizeof *a);
        return NULL;
    }
    if (intern_new(&a->texts, e)) {
        mem_free(a);
        return NULL;
    }
    a->at = choice->at;
    a->level = choice->level;
    a->spearman = choice->spearman;
    a->bootstrap = choice->bootstrap;
    if (choice->looks)
        a->looks = *choice->looks;
    return a;
}

static int say_differences(struct making *m, struct err *e)
{
    struct pairs p;
    int status = ablation_pairs_init(m, &p, e);
    if (!status)
        status = ablation_tests(m, &p, e);
    if (!status)
        status = ablation_needed(m, &p, e);
    if (!status && m->a->bootstrap && m->a->at != ABLATION_HALF) /* it has no checkpoint */
        status = ablation_images(m, &p, e);
    ablation_pairs_fini(&p);
    return status;
}

static int make(struct making *m, struct err *e)
{
    int status = ablation_group(m, e);
    if (status)
        return status;
    ablation_settings(m);
    status = ablation_wanted(m, e);
    if (!status)
        status = ablation_scores(m, e);
    if (!status)
        status = ablation_cells(m, e);
    if (!status)
        status = say_differences(m, e);
    return status ? status : ablation_words(m, e);
}

int ablation_make(struct ablation **out, const struct ablation_source *source,
                  const struct ablation_choice *choice, struct err *e)
{
    struct making m = {.source = source, .choice = choice};
    *out = NULL;
    m.a = new_ablation(choice, e);
    if (!m.a)
        return -1;
    str_init(&m.parted);
    str_init(&m.warnings);
    str_init(&m.sentences);
    str_init(&m.remarks);
    str_init(&m.caption);
    int status = make(&m, e);
    str_fini(&m.parted);
    str_fini(&m.warnings);
    str_fini(&m.sentences);
    str_fini(&m.remarks);
    str_fini(&m.caption);
    mem_free(m.members);
    mem_free(m.begin);
    if (status) {
        ablation_free(m.a);
        return status;
    }
    *out = m.a;
    return 0;
}

void ablation_free(struct ablation *a)
{
    if (!a)
        return;
    for (size_t i = 0; a->cells && i < a->n_rows * a->n_columns; i++) {
        mem_free(a->cells[i].samples);
        mem_free(a->cells[i].runs);
    }
    mem_free(a->cells);
    mem_free(a->differences);
    mem_free(a->missing);
    mem_free(a->rows);
    mem_free(a->columns);
    mem_free(a->warnings);
    mem_free(a->sentences);
    intern_free(a->texts);
    mem_free(a);
}

struct ablation_cell *ablation_cell(const struct ablation *a, size_t row, size_t column)
{
    return &a->cells[row * a->n_columns + column];
}

struct ablation_difference *ablation_difference(const struct ablation *a, size_t row, size_t column)
{
    return &a->differences[row * a->n_columns + column];
}

void ablation_number(double value, char to[ABLATION_NUMBER_BYTES])
{
    str_figure(to, ABLATION_NUMBER_BYTES, value, 4, 11);
}

void ablation_flags(const struct ablation_cell *cell, char *to, size_t room)
{
    size_t at = 0;
    to[0] = '\0';
    if (!cell->n_states && !cell->absent)
        return;
    at += (size_t)snprintf(to, room, "%zu of %zu", cell->complete, cell->wanted);
    for (size_t i = 0; i <= cell->n_states && at < room; i++) {
        bool last = i == cell->n_states;
        size_t n = last ? cell->absent : cell->states[i].n;
        if (n)
            at += (size_t)snprintf(to + at, room - at, "%s%zu %s", at && i ? ", " : "; ", n,
                                   last ? "not there" : cell->states[i].name);
    }
}
