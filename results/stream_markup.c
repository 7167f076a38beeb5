/* stream_markup.c - rows as Markdown or LaTeX: tables for papers, for which all rows have to be
 * there, so they are kept until the end, up to STREAM_MOST_KEPT.
 */
#include "results/stream_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/table.h"
#include "results/value.h"

/* Of the values that are kept, a text or a blob is its text for people. */
static int keep(struct row_value *to, struct str *text, const struct row_value *from)
{
    *to = *from;
    if (from->kind != ROW_VALUE_TEXT && from->kind != ROW_VALUE_BLOB)
        return 0;
    str_clear(text);
    value_add(text, from);
    to->kind = ROW_VALUE_TEXT;
    to->bytes = mem_string(text->text);
    return to->bytes ? 0 : -1;
}

static int head(struct stream *s)
{
    (void)s;
    return 0;
}

static int row(struct stream *s, const struct row_value *values)
{
    if (s->rows == STREAM_MOST_KEPT)
        return 1;
    if (s->n_kept + s->n_columns > s->room) {
        size_t room = s->room ? 2 * s->room : 64 * s->n_columns;
        struct row_value *kept = mem_resize(s->kept, room, sizeof *kept);
        if (!kept)
            return -1;
        s->kept = kept;
        s->room = room;
    }
    for (size_t c = 0; c < s->n_columns; c++, s->n_kept++)
        if (keep(&s->kept[s->n_kept], &s->text, &values[c]))
            return -1;
    return 0;
}

/* What all values of a column are, but for those that are missing. */
static struct table_column column_of(const struct stream *s, size_t column)
{
    bool text = false, real = false, any = false;
    for (size_t i = column; i < s->n_kept; i += s->n_columns) {
        text |= s->kept[i].kind == ROW_VALUE_TEXT;
        real |= s->kept[i].kind == ROW_VALUE_REAL;
        any |= s->kept[i].kind != ROW_VALUE_NULL;
    }
    return (struct table_column){.name = s->names[column],
                                 .title = s->names[column],
                                 .kind = text || !any ? TABLE_TEXT
                                         : real       ? TABLE_REAL
                                                      : TABLE_INT,
                                 .digits = -VALUE_DIGITS};
}

static void fill(struct table *t, enum table_kind kind, const struct row_value *v)
{
    struct str text;
    if (v->kind == ROW_VALUE_NULL) {
        table_missing(t);
    } else if (kind == TABLE_INT) {
        table_int(t, v->whole);
    } else if (kind == TABLE_REAL) {
        table_real(t, v->kind == ROW_VALUE_INT ? (double)v->whole : v->real);
    } else if (v->kind == ROW_VALUE_TEXT) {
        table_text(t, v->bytes);
    } else {
        str_init(&text);
        value_add(&text, v);
        table_text(t, text.text);
        str_fini(&text);
    }
}

static int end(struct stream *s)
{
    struct err e;
    struct table *t = NULL;
    struct table_column *columns = mem_alloc(s->n_columns, sizeof *columns);
    if (!columns)
        return -1;
    for (size_t c = 0; c < s->n_columns; c++)
        columns[c] = column_of(s, c);
    int failed = table_new(&t, "", false, columns, s->n_columns, &e);
    for (size_t i = 0; !failed && i < s->n_kept; i++)
        fill(t, columns[i % s->n_columns].kind, &s->kept[i]);
    if (!failed)
        failed = tables_print(&t, 1, s->output.format, 0, s->output.terminal, s->output.to, &e);
    table_free(t);
    mem_free(columns);
    return failed;
}

const struct stream_format stream_markup = {head, row, end};
