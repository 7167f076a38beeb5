/* table.c - rows of typed cells, and their writing with aligned columns. */
#include "results/table_priv.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#define GAP 2           /* spaces between columns */
#define LEAST_TEXT 12   /* cells of a text where a terminal is too narrow */
#define FIGURE_CELLS 11 /* a wider figure gets fewer decimals, then an exponent */

char *table_visible(const char *text)
{
    size_t room = 4 * strlen(text) + 1;
    char *copy = mem_alloc(room, 1);
    if (copy)
        str_visible(copy, room, text);
    return copy;
}

int table_new(struct table **out, const char *name, bool record, const struct table_column *columns,
              size_t n_columns, struct err *e)
{
    struct table *t = mem_alloc(1, sizeof *t);
    *out = t;
    if (!t)
        return mem_error(e, "a table", sizeof *t);
    t->record = record;
    t->name = mem_string(name);
    t->columns = mem_alloc(n_columns, sizeof *t->columns);
    if (!t->name || !t->columns)
        goto fail;
    for (size_t i = 0; i < n_columns; i++, t->n_columns++) {
        t->columns[i] = columns[i];
        t->columns[i].name = mem_string(columns[i].name);
        t->columns[i].title =
            table_visible(columns[i].title); /* a loss term's name may be anything */
        if (!t->columns[i].name || !t->columns[i].title) {
            t->n_columns++;
            goto fail;
        }
    }
    return 0;
fail:
    table_free(t);
    *out = NULL;
    return mem_error(e, "a table's columns", n_columns * sizeof *columns);
}

void table_free(struct table *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n_cells; i++)
        mem_free(t->cells[i].text);
    for (size_t i = 0; i < t->n_columns; i++) {
        mem_free((char *)t->columns[i].name);
        mem_free((char *)t->columns[i].title);
    }
    mem_free(t->cells);
    mem_free(t->columns);
    mem_free(t->name);
    mem_free(t);
}

/* The next cell, or NULL. `right` says whether the column takes that kind of value. */
static struct table_cell *next(struct table *t, bool right)
{
    if (!right)
        t->wrong_kind = true;
    if (t->out_of_memory || t->wrong_kind)
        return NULL;
    if (t->n_cells == t->room) {
        size_t room = t->room ? 2 * t->room : 4 * t->n_columns;
        struct table_cell *cells = mem_resize(t->cells, room, sizeof *cells);
        if (!cells) {
            t->out_of_memory = true;
            return NULL;
        }
        t->cells = cells;
        t->room = room;
    }
    struct table_cell *cell = &t->cells[t->n_cells++];
    *cell = (struct table_cell){0};
    return cell;
}

static enum table_kind next_kind(const struct table *t)
{
    return t->columns[t->n_cells % t->n_columns].kind;
}

void table_text(struct table *t, const char *text)
{
    struct table_cell *cell = next(t, next_kind(t) == TABLE_TEXT);
    if (!cell)
        return;
    cell->text = mem_string(text);
    if (!cell->text)
        t->out_of_memory = true;
}

void table_int(struct table *t, int64_t value)
{
    struct table_cell *cell = next(t, next_kind(t) == TABLE_INT);
    if (cell)
        cell->whole = value;
}

void table_real(struct table *t, double value)
{
    enum table_kind kind = next_kind(t);
    struct table_cell *cell =
        next(t, kind == TABLE_REAL || kind == TABLE_DELTA || kind == TABLE_TIME ||
                    kind == TABLE_DURATION || kind == TABLE_BYTES);
    if (!cell)
        return;
    time_t whole;
    cell->real = value;
    cell->missing = kind == TABLE_TIME ? !clock_whole_s(value, &whole) : !isfinite(value);
}

void table_flag(struct table *t, bool value)
{
    struct table_cell *cell = next(t, next_kind(t) == TABLE_FLAG);
    if (cell)
        cell->whole = value;
}

void table_missing(struct table *t)
{
    struct table_cell *cell = next(t, true);
    if (cell)
        cell->missing = true;
}

void table_mark(struct table *t)
{
    if (t->n_cells)
        t->cells[t->n_cells - 1].marked = true;
}

static double number_of(const struct table_column *column, const struct table_cell *cell)
{
    if (cell->missing)
        return (double)NAN;
    return column->kind == TABLE_INT ? (double)cell->whole : cell->real;
}

void table_mark_best(struct table *t, size_t column, bool least)
{
    const struct table_column *c = &t->columns[column];
    double best = (double)NAN, worst = (double)NAN;
    for (size_t i = column; i < t->n_cells; i += t->n_columns) {
        double value = number_of(c, &t->cells[i]);
        best = least ? fmin(best, value) : fmax(best, value);
        worst = least ? fmax(worst, value) : fmin(worst, value);
    }
    for (size_t i = column; best != worst && i < t->n_cells; i += t->n_columns)
        t->cells[i].marked |= number_of(c, &t->cells[i]) == best;
}

bool table_is_missing(const struct table_column *column, const struct table_cell *cell)
{
    return cell->missing || (column->kind == TABLE_TEXT && !cell->text[0]);
}

void table_show(const struct table_column *column, const struct table_cell *cell, char *to,
                size_t room)
{
    time_t seconds;
    struct tm parts;
    str_copy(to, room, "-");
    if (table_is_missing(column, cell))
        return;
    switch (column->kind) {
    case TABLE_TEXT:
        str_copy(to, room, cell->text);
        return;
    case TABLE_INT:
        snprintf(to, room, "%lld", (long long)cell->whole);
        return;
    case TABLE_REAL:
        if (column->digits < 0)
            str_shortest(to, room, cell->real, -column->digits);
        else
            str_figure(to, room, cell->real, column->digits, FIGURE_CELLS);
        return;
    case TABLE_DELTA:
        to[0] = '+';
        str_figure(to + (cell->real > 0), room - 1, cell->real, column->digits, FIGURE_CELLS);
        return;
    case TABLE_FLAG:
        str_copy(to, room, cell->whole ? "yes" : "no");
        return;
    case TABLE_TIME:
        if (clock_whole_s(cell->real, &seconds) && localtime_r(&seconds, &parts))
            strftime(to, room, "%Y-%m-%d %H:%M:%S", &parts);
        return;
    case TABLE_DURATION:
        str_duration(to, room, cell->real);
        return;
    case TABLE_BYTES:
        str_bytes(to, room, cell->real);
        return;
    }
}

char *table_shown(const struct table_column *column, const struct table_cell *cell)
{
    char text[64];
    if (column->kind == TABLE_TEXT && !table_is_missing(column, cell))
        return table_visible(cell->text);
    table_show(column, cell, text, sizeof text);
    return mem_string(text);
}

bool table_is_number(enum table_kind kind)
{
    return kind != TABLE_TEXT && kind != TABLE_TIME && kind != TABLE_FLAG;
}

int table_text_width(const char *text)
{
    int width = 0;
    while (*text) {
        unsigned char first = (unsigned char)*text++;
        wchar_t c = first;
        int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
        if (more)
            c = first & (0x3f >> more);
        for (; more && *text; more--)
            c = (c << 6) | ((unsigned char)*text++ & 0x3f);
        int w = wcwidth(c);
        width += w < 0 ? 1 : w; /* this locale does not know it: most are one wide */
    }
    return width;
}

static void pad(FILE *out, int spaces)
{
    fprintf(out, "%*s", spaces > 0 ? spaces : 0, "");
}

static void print_record(const struct table *t, char **texts, FILE *out)
{
    int widest = 0;
    for (size_t c = 0; c < t->n_columns; c++)
        if (table_text_width(t->columns[c].title) > widest)
            widest = table_text_width(t->columns[c].title);
    for (size_t c = 0; c < t->n_columns && c < t->n_cells; c++) {
        fputs(t->columns[c].title, out);
        pad(out, widest + GAP - table_text_width(t->columns[c].title));
        fprintf(out, "%s\n", texts[c]);
    }
}

/* Leaves out spare columns from the right until the rest fits (width 0: nothing is left out). */
static size_t choose_columns(const struct table *t, const int *widths, int width, bool *kept)
{
    int total = -GAP;
    size_t left_out = 0;
    for (size_t c = 0; c < t->n_columns; c++) {
        kept[c] = true;
        total += widths[c] + GAP;
    }
    for (size_t c = t->n_columns; width && total > width && c-- > 0;) {
        if (!t->columns[c].spare)
            continue;
        kept[c] = false;
        total -= widths[c] + GAP;
        left_out++;
    }
    return left_out;
}

/* Narrows texts, the widest first, until all fit; never below LEAST_TEXT. */
static void narrow_texts(const struct table *t, int *widths, const bool *kept, int width)
{
    int total = -GAP;
    for (size_t c = 0; c < t->n_columns; c++)
        total += kept[c] ? widths[c] + GAP : 0;
    for (; width && total > width; total--) {
        size_t widest = t->n_columns;
        for (size_t c = 0; c < t->n_columns; c++)
            if (kept[c] && t->columns[c].kind == TABLE_TEXT && widths[c] > LEAST_TEXT &&
                (widest == t->n_columns || widths[c] > widths[widest]))
                widest = c;
        if (widest == t->n_columns)
            return;
        widths[widest]--;
    }
}

int table_print_cut(const char *text, int width, FILE *out)
{
    char head[8];
    int used = 0;
    if (table_text_width(text) <= width)
        return fputs(text, out) < 0 ? 0 : table_text_width(text);
    while (*text) {
        size_t bytes = 1;
        while ((text[bytes] & 0xc0) == 0x80 && bytes < 4)
            bytes++;
        memcpy(head, text, bytes);
        head[bytes] = '\0';
        if (used + table_text_width(head) > width - 2)
            break;
        fputs(head, out);
        used += table_text_width(head);
        text += bytes;
    }
    fputs("..", out);
    return used + 2;
}

static void print_line(const struct table *t, char *const *texts, const int *widths,
                       const bool *kept, FILE *out)
{
    size_t last = 0;
    for (size_t c = 0; c < t->n_columns; c++)
        if (kept[c])
            last = c;
    for (size_t c = 0; c <= last; c++) {
        if (!kept[c])
            continue;
        bool right = table_is_number(t->columns[c].kind);
        const char *text = texts ? texts[c] : t->columns[c].title;
        if (right)
            pad(out, widths[c] - table_text_width(text));
        int used = table_print_cut(text, right ? INT_MAX : widths[c], out);
        if (c < last)
            pad(out, (right ? 0 : widths[c] - used) + GAP);
    }
    fputc('\n', out);
}

int table_print_aligned(const struct table *t, int width, FILE *out, struct err *e)
{
    char **texts = mem_alloc(t->n_cells, sizeof *texts);
    int *widths = mem_alloc(t->n_columns, sizeof *widths);
    bool *kept = mem_alloc(t->n_columns, sizeof *kept);
    int result = -1;
    if (!texts || !widths || !kept)
        goto out;
    for (size_t c = 0; c < t->n_columns; c++)
        widths[c] = table_text_width(t->columns[c].title);
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t c = i % t->n_columns;
        texts[i] = table_shown(&t->columns[c], &t->cells[i]);
        if (!texts[i])
            goto out;
        if (table_text_width(texts[i]) > widths[c])
            widths[c] = table_text_width(texts[i]);
    }
    result = 0;
    if (t->record) {
        print_record(t, texts, out);
        goto out;
    }
    size_t left_out = choose_columns(t, widths, width, kept);
    narrow_texts(t, widths, kept, width);
    print_line(t, NULL, widths, kept, out);
    for (size_t i = 0; i + t->n_columns <= t->n_cells; i += t->n_columns)
        print_line(t, texts + i, widths, kept, out);
    if (left_out)
        fprintf(out, "(%zu more columns do not fit; --format csv has all)\n", left_out);
out:
    for (size_t i = 0; texts && i < t->n_cells; i++)
        mem_free(texts[i]);
    mem_free(texts);
    mem_free(widths);
    mem_free(kept);
    return result ? mem_error(e, "a table's lines", t->n_cells * sizeof *texts) : 0;
}

static int check(const struct table *t, struct err *e)
{
    if (t->out_of_memory)
        return mem_error(e, "a table's rows", t->room * sizeof *t->cells);
    if (t->wrong_kind || t->n_cells % t->n_columns)
        return err_set(e, ERR_INTERNAL, "table '%s': a row does not match its columns", t->name);
    return 0;
}

static int print_json(struct table *const *tables, size_t n, bool terminal, FILE *out,
                      struct err *e)
{
    if (n != 1)
        fputs("{\n", out);
    for (size_t i = 0; i < n; i++) {
        if (n != 1)
            fprintf(out, "%s\"%s\": ", i ? ",\n" : "", tables[i]->name);
        if (table_print_json(tables[i], terminal, out, e))
            return -1;
    }
    fputs(n != 1 ? "\n}\n" : "\n", out);
    return 0;
}

/* Table `i` of `n`, for people. */
static int print_one(const struct table *t, int format, size_t i, size_t n, int width, FILE *out,
                     struct err *e)
{
    if (i)
        fputc('\n', out);
    if (format == FORMAT_MARKDOWN)
        return table_print_markdown(t, n != 1, out, e);
    if (format == FORMAT_LATEX)
        return table_print_latex(t, n != 1, out, e);
    if (n != 1)
        fprintf(out, "%s\n", t->name);
    return table_print_aligned(t, width, out, e);
}

int tables_print(struct table *const *tables, size_t n, int format, int width, bool terminal,
                 FILE *out, struct err *e)
{
    if (format == FORMAT_CSV && n != 1)
        return err_set(e, ERR_USAGE,
                       "CSV holds one table, and these are %zu; ask for one of them, or "
                       "for --format json",
                       n);
    for (size_t i = 0; i < n; i++)
        if (check(tables[i], e))
            return -1;
    if (format == FORMAT_CSV)
        return table_print_csv(tables[0], terminal, out, e);
    if (format == FORMAT_JSON)
        return print_json(tables, n, terminal, out, e);
    for (size_t i = 0; i < n; i++)
        if (print_one(tables[i], format, i, n, width, out, e))
            return -1;
    return 0;
}
