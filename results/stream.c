/* stream.c - rows written as they come: the part that all formats share. */
#include "results/stream_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/table.h"

#include <string.h>

static const struct stream_format *const formats[] = {
    [FORMAT_TABLE] = &stream_aligned, [FORMAT_CSV] = &stream_csv,
    [FORMAT_JSON] = &stream_json,     [FORMAT_MARKDOWN] = &stream_markup,
    [FORMAT_LATEX] = &stream_markup,
};

int stream_new(struct stream **out, const struct stream_output *output, const char *const *names,
               size_t n_columns, struct err *e)
{
    struct stream *s = mem_alloc(1, sizeof *s);
    *out = s;
    if (!s)
        return mem_error(e, "rows", sizeof *s);
    str_init(&s->text);
    s->output = *output;
    s->format = formats[output->format];
    s->names = mem_alloc(n_columns, sizeof *s->names);
    for (; s->names && s->n_columns < n_columns; s->n_columns++)
        if (!(s->names[s->n_columns] = mem_string(names[s->n_columns])))
            break;
    if (s->names && s->n_columns == n_columns && !s->format->head(s))
        return 0;
    stream_free(s);
    *out = NULL;
    return mem_error(e, "rows", n_columns * sizeof *s->names);
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    for (size_t i = 0; s->names && i < s->n_columns; i++)
        mem_free(s->names[i]);
    for (size_t i = 0; s->held && i < s->n_held; i++)
        mem_free(s->held[i]);
    for (size_t i = 0; i < s->n_kept; i++)
        if (s->kept[i].kind == ROW_VALUE_TEXT)
            mem_free((char *)s->kept[i].bytes);
    mem_free(s->kept);
    mem_free(s->names);
    mem_free(s->held);
    mem_free(s->kinds);
    mem_free(s->columns);
    str_fini(&s->text);
    mem_free(s);
}

struct row_value stream_name(const struct stream *s, size_t column)
{
    return (struct row_value){
        .kind = ROW_VALUE_TEXT, .bytes = s->names[column], .count = strlen(s->names[column])};
}

int stream_row(struct stream *s, const struct row_value *values, struct err *e)
{
    int result = s->format->row(s, values);
    if (result > 0)
        return err_set(e, ERR_USAGE,
                       "Markdown and LaTeX take %d rows, and there are more: ask for fewer, or for "
                       "another format",
                       STREAM_MOST_KEPT);
    if (result || s->text.failed)
        return mem_error(e, "a row", s->text.length);
    s->rows++;
    return 0;
}

int stream_end(struct stream *s, struct err *e)
{
    return s->format->end(s) ? mem_error(e, "rows", s->n_held * sizeof *s->held) : 0;
}
