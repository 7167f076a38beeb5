/* stream_export.c - rows for other programs: CSV (RFC 4180) and JSON. Figures are exact and blobs
 * whole, as x'0a1b'. NULL is empty in CSV, where an empty text is in quotes, and null in JSON.
 */
#include "results/stream_priv.h"

#include "base/mem.h"
#include "results/value.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#define HEX_BYTES 4096 /* of a blob at a time */

static void put_number(struct stream *s, const struct row_value *v)
{
    char text[64];
    if (v->kind == ROW_VALUE_INT) {
        fprintf(s->output.to, "%" PRId64, v->whole);
        return;
    }
    str_exact(text, sizeof text, v->real);
    fputs(text, s->output.to);
}

static void put_blob(struct stream *s, const struct row_value *v)
{
    fputs("x'", s->output.to);
    for (size_t at = 0; at < v->count; at += HEX_BYTES) {
        size_t left = v->count - at;
        str_clear(&s->text);
        value_add_hex(&s->text, v->bytes + at, left < HEX_BYTES ? left : HEX_BYTES);
        fputs(s->text.text, s->output.to);
    }
    fputs("'", s->output.to);
}

/* --- CSV --- */

static bool needs_quotes(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strchr(",\"\r\n", bytes[i])) /* NUL too */
            return true;
    return !count;
}

static void put_csv_text(struct stream *s, const struct row_value *v)
{
    FILE *out = s->output.to;
    const char *bytes = v->bytes;
    size_t count = v->count;
    if (s->output.terminal) { /* nothing in it is obeyed */
        str_clear(&s->text);
        value_add(&s->text, v);
        bytes = s->text.text;
        count = s->text.length;
    }
    if (!needs_quotes(bytes, count)) {
        fwrite(bytes, 1, count, out);
        return;
    }
    fputc('"', out);
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == '"')
            fputc('"', out);
        fputc(bytes[i], out);
    }
    fputc('"', out);
}

static void put_csv(struct stream *s, size_t column, const struct row_value *v)
{
    if (column)
        fputc(',', s->output.to);
    if (v->kind == ROW_VALUE_TEXT)
        put_csv_text(s, v);
    else if (v->kind == ROW_VALUE_BLOB)
        put_blob(s, v);
    else if (v->kind != ROW_VALUE_NULL)
        put_number(s, v);
    if (column + 1 == s->n_columns)
        fputs("\r\n", s->output.to);
}

static int csv_row(struct stream *s, const struct row_value *values)
{
    for (size_t c = 0; c < s->n_columns; c++)
        put_csv(s, c, &values[c]);
    return 0;
}

static int csv_head(struct stream *s)
{
    for (size_t c = 0; c < s->n_columns; c++) {
        const struct row_value name = stream_name(s, c);
        put_csv(s, c, &name);
    }
    return 0;
}

static int csv_end(struct stream *s)
{
    (void)s;
    return 0;
}

const struct stream_format stream_csv = {csv_head, csv_row, csv_end};

/* --- JSON --- */

/* A string; what is not UTF-8 in it is written visibly. On a terminal it is ASCII: it would obey C1
 * controls, which JSON need not escape. */
static int put_json_text(struct stream *s, const struct row_value *v)
{
    json_t *text = json_stringn(v->bytes, v->count);
    if (!text) {
        str_clear(&s->text);
        value_add(&s->text, v);
        text = json_string(s->text.text);
    }
    if (!text)
        return -1;
    int failed = json_dumpf(text, s->output.to,
                            JSON_ENCODE_ANY | (s->output.terminal ? JSON_ENSURE_ASCII : 0));
    json_decref(text);
    return failed && !ferror(s->output.to) ? -1 : 0; /* the caller looks at the stream */
}

static int put_json(struct stream *s, const struct row_value *v)
{
    switch (v->kind) {
    case ROW_VALUE_TEXT:
        return put_json_text(s, v);
    case ROW_VALUE_BLOB:
        fputc('"', s->output.to);
        put_blob(s, v);
        fputc('"', s->output.to);
        return 0;
    case ROW_VALUE_REAL:
        if (isfinite(v->real))
            put_number(s, v);
        else
            fputs(v->real > 0 ? "1e999" : "-1e999", s->output.to); /* JSON has no infinity */
        return 0;
    case ROW_VALUE_INT:
        put_number(s, v);
        return 0;
    case ROW_VALUE_NULL:
        break;
    }
    fputs("null", s->output.to);
    return 0;
}

static bool is_taken(const struct stream *s, const char *name, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (!strcmp(s->names[i], name))
            return true;
    return false;
}

/* Members of an object have different names: n, n_2, n_3. */
static int json_head(struct stream *s)
{
    for (size_t c = 0; c < s->n_columns; c++) {
        struct str name;
        str_init(&name);
        str_add(&name, s->names[c]);
        for (int i = 2; !name.failed && is_taken(s, name.text, c); i++) {
            str_clear(&name);
            str_addf(&name, "%s_%d", s->names[c], i);
        }
        char *text = str_take(&name);
        if (!text)
            return -1;
        mem_free(s->names[c]);
        s->names[c] = text;
    }
    fputc('[', s->output.to);
    return 0;
}

static int json_row(struct stream *s, const struct row_value *values)
{
    int failed = 0;
    fputs(s->rows ? ",\n {" : "\n {", s->output.to);
    for (size_t c = 0; !failed && c < s->n_columns; c++) {
        const struct row_value name = stream_name(s, c);
        fputs(c ? ", " : "", s->output.to);
        failed = put_json_text(s, &name);
        fputs(": ", s->output.to);
        failed |= put_json(s, &values[c]);
    }
    fputc('}', s->output.to);
    return failed;
}

static int json_end(struct stream *s)
{
    fputs(s->rows ? "\n]\n" : "]\n", s->output.to);
    return 0;
}

const struct stream_format stream_json = {json_head, json_row, json_end};
