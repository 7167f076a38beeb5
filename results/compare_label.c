/* compare_label.c - short names for runs that stand side by side: what differs, and nothing else.
 */
#include "results/compare.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/rows_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a label may say, in its order, which is that of interest as its end may be cut: a run's
 * column and what stands before and after its value. */
static const struct part {
    const char *column, *before, *after;
} parts[] = {
    {"backbone", "", ""}, {"loss", "", ""},       {"alpha", "", ""},
    {"beta", "", ""},     {"gamma", "", ""},      {"image_size", "", "px"},
    {"batch", "b", ""},   {"epochs", "e", ""},    {"learning_rate", "lr ", ""},
    {"fold", "f", ""},    {"seed", "s", ""},      {"protocol", "", ""},
    {"data", "", ""},     {"experiment", "", ""},
};

#define PARTS (sizeof parts / sizeof *parts)

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Until a run has started, its data set is known as a path: then its last part counts. */
static const char *text_of(const struct row_column *c, const void *row)
{
    const char *text = rows_text(c, row), *slash = strrchr(text, '/');
    return slash && slash[1] && !strcmp(c->name, "data") ? slash + 1 : text;
}

static bool same(const struct row_column *c, const void *a, const void *b)
{
    if (c->kind == ROW_TEXT)
        return !strcmp(text_of(c, a), text_of(c, b));
    return same_number(rows_number(c, a, (double)NAN), rows_number(c, b, (double)NAN));
}

static bool differs(const struct compare *c, const struct row_column *column)
{
    for (size_t i = 1; i < c->n; i++)
        if (!same(column, c->runs[0].row, c->runs[i].row))
            return true;
    return false;
}

/* The weights of one loss: "combo 2,1,1", where such runs differ in any of them. */
static bool is_weight(const struct part *p)
{
    return !strcmp(p->column, "alpha") || !strcmp(p->column, "beta") || !strcmp(p->column, "gamma");
}

/* Two runs of one loss have other weights. */
static bool weights_differ(const struct compare *c)
{
    const struct row_column *loss = rows_column(c->columns, "loss");
    for (size_t k = 0; k < PARTS; k++) {
        const struct row_column *weight =
            is_weight(&parts[k]) ? rows_column(c->columns, parts[k].column) : NULL;
        for (size_t i = 1; weight && loss && i < c->n; i++)
            for (size_t j = i; j-- > 0;)
                if (same(loss, c->runs[i].row, c->runs[j].row)) {
                    if (!same(weight, c->runs[i].row, c->runs[j].row))
                        return true;
                    break; /* the ones before have been compared with that one */
                }
    }
    return false;
}

static void add_part(struct str *label, const struct part *p, const struct row_column *column,
                     const void *row)
{
    char number[32];
    const char *text = number;
    if (column->kind == ROW_TEXT) {
        text = text_of(column, row);
    } else {
        double value = rows_number(column, row, (double)NAN);
        number[0] = '\0';
        if (isfinite(value))
            str_shortest(number, sizeof number, value, 6);
    }
    if (!text[0])
        return;
    bool joins = is_weight(p) && strcmp(p->column, "alpha") && label->length;
    str_addf(label, "%s%s%s%s", !label->length ? "" : joins ? "," : " ", p->before, text, p->after);
}

static int make(const struct compare *c, const bool *shown, size_t i, struct err *e)
{
    struct str label;
    str_init(&label);
    for (size_t k = 0; k < PARTS; k++)
        if (shown[k])
            add_part(&label, &parts[k], rows_column(c->columns, parts[k].column), c->runs[i].row);
    str_copy(c->runs[i].label, COMPARE_LABEL_BYTES, label.text);
    bool failed = label.failed;
    str_fini(&label);
    return failed ? mem_error(e, "the names of runs", COMPARE_LABEL_BYTES) : 0;
}

static int by_label(const void *a, const void *b)
{
    const struct compare_run *const *x = a, *const *y = b;
    return strcmp((*x)->label, (*y)->label);
}

/* Equal ones, which stand beside each other once sorted, and empty ones get the run's number. */
static int tell_apart(const struct compare *c, struct err *e)
{
    const struct row_column *id = rows_column(c->columns, "id");
    struct compare_run **sorted = mem_alloc(c->n, sizeof(void *));
    bool *alike = mem_alloc(c->n, sizeof *alike);
    for (size_t i = 0; sorted && i < c->n; i++)
        sorted[i] = &c->runs[i];
    if (sorted && alike && c->n)
        qsort(sorted, c->n, sizeof(void *), by_label);
    for (size_t i = 1; sorted && alike && i < c->n; i++)
        if (!by_label(&sorted[i - 1], &sorted[i]))
            alike[i - 1] = alike[i] = true;
    for (size_t i = 0; sorted && alike && i < c->n; i++) {
        char number[32], *label = sorted[i]->label;
        if (label[0] && !alike[i])
            continue;
        snprintf(number, sizeof number, "%srun %.0f", label[0] ? " " : "",
                 rows_number(id, sorted[i]->row, (double)NAN));
        size_t at = strlen(label), most = COMPARE_LABEL_BYTES - 1 - strlen(number);
        while (at > most || (at && at == most && ((unsigned char)label[at] & 0xc0) == 0x80))
            at--;
        str_copy(label + at, COMPARE_LABEL_BYTES - at, number);
    }
    bool failed = !sorted || !alike;
    mem_free(sorted);
    mem_free(alike);
    return failed ? mem_error(e, "the names of runs", c->n * sizeof(void *)) : 0;
}

int compare_label(const struct compare *c, struct err *e)
{
    bool shown[PARTS], weights = weights_differ(c);
    for (size_t k = 0; k < PARTS; k++) {
        const struct row_column *column = rows_column(c->columns, parts[k].column);
        if (c->skipped && !strcmp(parts[k].column, c->skipped))
            column = NULL;
        shown[k] = column && (is_weight(&parts[k]) ? weights : differs(c, column));
        if (column && !strcmp(parts[k].column, "loss"))
            shown[k] |= weights;
    }
    for (size_t i = 0; i < c->n; i++)
        if (make(c, shown, i, e))
            return -1;
    return tell_apart(c, e);
}
