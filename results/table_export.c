/* table_export.c - tables for other programs: CSV (RFC 4180) and JSON. Figures are exact, missing
 * ones empty (CSV) or null (JSON), times ISO 8601 in UTC. */
#include "results/table_priv.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <jansson.h>
#include <string.h>
#include <time.h>

static void utc(double seconds, char *to, size_t room)
{
    time_t whole;
    struct tm parts;
    to[0] = '\0';
    if (clock_whole_s(seconds, &whole) && gmtime_r(&whole, &parts))
        strftime(to, room, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* RFC 4180: quoted where it holds a comma, a quote or a line break; quotes are doubled. */
static void csv_text(const char *text, FILE *out)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

/* On a terminal nothing in it is obeyed. */
static int csv_shown(const char *text, bool terminal, FILE *out)
{
    if (!terminal) {
        csv_text(text, out);
        return 0;
    }
    char *visible = table_visible(text);
    if (!visible)
        return -1;
    csv_text(visible, out);
    mem_free(visible);
    return 0;
}

static int csv_cell(const struct table_column *column, const struct table_cell *cell, bool terminal,
                    FILE *out)
{
    char text[64];
    if (cell->missing)
        return 0;
    switch (column->kind) {
    case TABLE_TEXT:
        return csv_shown(cell->text, terminal, out);
    case TABLE_INT:
        fprintf(out, "%lld", (long long)cell->whole);
        return 0;
    case TABLE_FLAG:
        fputs(cell->whole ? "true" : "false", out);
        return 0;
    case TABLE_TIME:
        utc(cell->real, text, sizeof text);
        fputs(text, out);
        return 0;
    case TABLE_REAL:
    case TABLE_DELTA:
    case TABLE_DURATION:
    case TABLE_BYTES:
        str_exact(text, sizeof text, cell->real);
        fputs(text, out);
        return 0;
    }
    return 0;
}

int table_print_csv(const struct table *t, bool terminal, FILE *out, struct err *e)
{
    for (size_t c = 0; c < t->n_columns; c++) {
        if (c)
            fputc(',', out);
        if (csv_shown(t->columns[c].name, terminal, out))
            return mem_error(e, "a column's name", 4 * strlen(t->columns[c].name));
    }
    fputs("\r\n", out);
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t c = i % t->n_columns;
        if (csv_cell(&t->columns[c], &t->cells[i], terminal, out))
            return mem_error(e, "a cell", 4 * strlen(t->cells[i].text));
        fputs(c + 1 == t->n_columns ? "\r\n" : ",", out);
    }
    return 0;
}

/* A JSON string; what is not UTF-8 in it is written visibly. */
static json_t *json_text(const char *text)
{
    json_t *value = json_string(text);
    if (value)
        return value;
    char *visible = table_visible(text);
    if (!visible)
        return NULL;
    value = json_string(visible);
    mem_free(visible);
    return value;
}

static json_t *json_cell(const struct table_column *column, const struct table_cell *cell)
{
    char text[64];
    if (cell->missing)
        return json_null();
    switch (column->kind) {
    case TABLE_TEXT:
        return json_text(cell->text);
    case TABLE_INT:
        return json_integer(cell->whole);
    case TABLE_FLAG:
        return json_boolean(cell->whole);
    case TABLE_TIME:
        utc(cell->real, text, sizeof text);
        return json_string(text);
    case TABLE_BYTES:
        return json_integer((json_int_t)cell->real);
    case TABLE_REAL:
    case TABLE_DELTA:
    case TABLE_DURATION:
        return json_real(cell->real);
    }
    return NULL;
}

/* One row as an object. Row by row, so that a long list needs no tree of itself. */
static int json_row(const struct table *t, size_t first, size_t flags, FILE *out)
{
    json_t *row = json_object();
    int result = row ? 0 : -1;
    for (size_t c = 0; !result && c < t->n_columns; c++)
        result = json_object_set_new(row, t->columns[c].name,
                                     json_cell(&t->columns[c], &t->cells[first + c]));
    if (!result)
        result = json_dumpf(row, out, flags);
    json_decref(row);
    return result;
}

int table_print_json(const struct table *t, bool terminal, FILE *out, struct err *e)
{
    /* A terminal obeys C1 controls, which JSON need not escape. */
    size_t flags = terminal ? JSON_ENSURE_ASCII : 0;
    int result = 0;
    if (t->record)
        result = t->n_cells ? json_row(t, 0, flags | JSON_INDENT(2), out) : 0;
    else
        fputc('[', out);
    for (size_t i = 0; !t->record && !result && i < t->n_cells; i += t->n_columns) {
        fputs(i ? ",\n " : "\n ", out);
        result = json_row(t, i, flags, out);
    }
    if (!t->record)
        fputs(t->n_cells ? "\n]" : "]", out);
    if (result && ferror(out))
        return 0; /* the caller looks at the stream */
    return result ? mem_error(e, "JSON", t->n_columns * sizeof *t->cells) : 0;
}
