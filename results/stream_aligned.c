/* stream_aligned.c - rows for people, in columns that the first of them decide: those are held
 * back until there are enough, the rest goes out at once.
 */
#include "results/stream_priv.h"

#include "base/mem.h"
#include "results/table_priv.h"
#include "results/value.h"

#include <limits.h>
#include <string.h>

#define GAP 2    /* spaces between columns */
#define LEAST 8  /* cells of a column where a terminal is too narrow */
#define HELD 200 /* rows */
#define DIM "\033[2mNULL\033[22m"
#define DIM_CELLS 4

struct stream_column {
    int width;     /* of which: */
    int before;    /* of numbers, up to the point */
    int after;     /* of numbers, from the point on */
    bool numbers;  /* in the first rows nothing else: they stand at the right */
    bool others;   /* something else */
    bool narrowed; /* what is wider is cut */
};

static int head(struct stream *s)
{
    s->columns = mem_alloc(s->n_columns, sizeof *s->columns);
    s->held = mem_alloc(HELD * s->n_columns, sizeof *s->held);
    s->kinds = mem_alloc(HELD * s->n_columns, sizeof *s->kinds);
    return s->columns && s->held && s->kinds ? 0 : -1;
}

static void pad(FILE *out, int spaces)
{
    fprintf(out, "%*s", spaces > 0 ? spaces : 0, "");
}

/* Characters of a number from its point on. */
static int cells_after(const char *number)
{
    const char *point = strchr(number, '.');
    return point ? (int)strlen(point) : 0;
}

/* `after`: of a number, its characters from the point on; -1 for what is none. */
static void put(struct stream *s, size_t column, const char *text, bool empty, int after)
{
    const struct stream_column *c = &s->columns[column];
    FILE *out = s->output.to;
    bool dim = empty && s->output.dims, last = column + 1 == s->n_columns;
    bool right = c->numbers && !c->others;
    int cells = dim ? DIM_CELLS : table_text_width(text),
        behind = after >= 0 ? c->after - after : 0;
    if (column)
        pad(out, GAP);
    if (right)
        pad(out, c->width - cells - behind);
    if (dim)
        fputs(DIM, out);
    else
        cells = table_print_cut(text, c->narrowed ? c->width : INT_MAX, out);
    if (!last)
        pad(out, right ? behind : c->width - cells);
    else
        fputc('\n', out);
}

static void put_cell(struct stream *s, size_t column, const char *text, enum row_value_kind kind)
{
    bool number = kind == ROW_VALUE_INT || kind == ROW_VALUE_REAL;
    put(s, column, text, kind == ROW_VALUE_NULL, number ? cells_after(text) : -1);
}

/* --- the first rows --- */

static void widen(struct stream *s, size_t column, int cells)
{
    if (s->columns[column].width < cells)
        s->columns[column].width = cells;
}

/* The column takes the cell whose text is in s->text. */
static void measure(struct stream *s, size_t column, const struct row_value *v)
{
    struct stream_column *c = &s->columns[column];
    bool number = value_is_number(v), empty = v->kind == ROW_VALUE_NULL;
    int cells = empty && s->output.dims ? DIM_CELLS : table_text_width(s->text.text);
    int after = number ? cells_after(s->text.text) : 0;
    c->numbers |= number;
    c->others |= !number && !empty;
    c->before = number && cells - after > c->before ? cells - after : c->before;
    c->after = after > c->after ? after : c->after;
    widen(s, column, cells);
    widen(s, column, c->before + c->after);
}

static int hold(struct stream *s, const struct row_value *values)
{
    for (size_t c = 0; c < s->n_columns; c++) {
        str_clear(&s->text);
        value_add(&s->text, &values[c]);
        s->kinds[s->n_held] = values[c].kind;
        s->held[s->n_held] = mem_string(s->text.text);
        if (!s->held[s->n_held])
            return -1;
        s->n_held++;
        measure(s, c, &values[c]);
    }
    return 0;
}

/* Narrows the widest columns, but none of numbers, until a line fits the terminal. */
static void narrow(struct stream *s)
{
    long total = -GAP;
    for (size_t c = 0; c < s->n_columns; c++)
        total += s->columns[c].width + GAP;
    for (; s->output.width && total > s->output.width; total--) {
        struct stream_column *widest = NULL;
        for (size_t c = 0; c < s->n_columns; c++)
            if (s->columns[c].others && s->columns[c].width > LEAST &&
                (!widest || s->columns[c].width > widest->width))
                widest = &s->columns[c];
        if (!widest)
            return;
        widest->width--;
        widest->narrowed = true;
    }
}

static int put_names(struct stream *s)
{
    for (size_t c = 0; c < s->n_columns; c++) {
        const struct row_value name = stream_name(s, c);
        str_clear(&s->text);
        value_add(&s->text, &name);
        put(s, c, s->text.text, false, -1);
    }
    return s->text.failed ? -1 : 0;
}

/* Now columns have their widths: what was held goes out. */
static int settle(struct stream *s)
{
    for (size_t c = 0; c < s->n_columns; c++) {
        const struct row_value name = stream_name(s, c);
        str_clear(&s->text);
        value_add(&s->text, &name);
        widen(s, c, table_text_width(s->text.text));
    }
    narrow(s);
    int failed = put_names(s);
    for (size_t i = 0; i < s->n_held; i++) {
        put_cell(s, i % s->n_columns, s->held[i], s->kinds[i]);
        mem_free(s->held[i]);
    }
    mem_free(s->held);
    s->held = NULL;
    return failed;
}

/* --- rows --- */

static int row(struct stream *s, const struct row_value *values)
{
    if (s->held && s->n_held < HELD * s->n_columns)
        return hold(s, values);
    if (s->held && settle(s))
        return -1;
    for (size_t c = 0; c < s->n_columns; c++) {
        str_clear(&s->text);
        value_add(&s->text, &values[c]);
        put_cell(s, c, s->text.text, values[c].kind);
    }
    return 0;
}

static int end(struct stream *s)
{
    return s->held ? settle(s) : 0;
}

const struct stream_format stream_aligned = {head, row, end};
