/* rows_columns.c - columns by what people call them, and the values of rows in them. */
#include "results/rows_columns.h"

#include "base/err.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const struct row_column *rows_column(const struct row_column *columns, const char *name)
{
    for (const struct row_column *c = columns; c->name; c++)
        if (!strcmp(c->name, name))
            return c;
    return NULL;
}

/* Does the column go by that name? `before` stands before what is said. */
static bool is_called(const struct row_column *c, const char *before, const char *said)
{
    size_t length = strlen(before);
    return c->title &&
           ((!strncmp(c->name, before, length) && !strcasecmp(c->name + length, said)) ||
            (!length && !strcasecmp(c->title, said)));
}

static int refuse(const struct row_column *columns, const char *said, struct err *e)
{
    struct str names;
    str_init(&names);
    for (const struct row_column *c = columns; c->name; c++)
        if (c->title)
            str_addf(&names, " %s", c->name);
    err_set(e, ERR_USAGE, "there is no column '%.40s'; there are:%s", said, names.text);
    str_fini(&names);
    return -1;
}

const struct row_column *rows_column_meant(const struct row_column *columns, const char *said,
                                           struct err *e)
{
    static const char *const before[] = {"", "best_"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        for (const struct row_column *c = columns; c->name; c++)
            if (is_called(c, before[i], said))
                return c;
    refuse(columns, said, e);
    return NULL;
}

int rows_columns_meant(const struct row_column *columns, const char *said,
                       const struct row_column *to[ROW_MOST_COLUMNS], size_t *n, struct err *e)
{
    char name[64];
    *n = 0;
    for (const char *at = said;; at++) {
        size_t length = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < 60 ? length : 60), at);
        const struct row_column *c = rows_column_meant(columns, name, e);
        if (!c)
            return -1;
        for (size_t i = 0; i < *n; i++)
            if (to[i] == c)
                return err_set(e, ERR_USAGE, "column '%s' is asked for twice in '%.80s'", c->name,
                               said);
        to[(*n)++] = c;
        at += length;
        if (!*at)
            return 0;
    }
}

const void *rows_at(const struct rows_list *list, size_t i)
{
    return (const char *)list->rows + i * list->row_bytes;
}

static const void *field_of(const struct row_column *c, const void *row)
{
    return (const char *)row + c->offset;
}

const char *rows_text(const struct row_column *c, const void *row)
{
    const void *field = field_of(c, row);
    return c->use & ROW_BY_REFERENCE ? *(const char *const *)field : field;
}

double rows_number(const struct row_column *c, const void *row, double now_s)
{
    double value = NAN;
    if (c->derived)
        return c->derived(row, now_s);
    switch (c->kind) {
    case ROW_INT:
        value = *(const int *)field_of(c, row);
        break;
    case ROW_INT64:
        value = (double)*(const int64_t *)field_of(c, row);
        break;
    case ROW_BOOL:
        return *(const bool *)field_of(c, row);
    case ROW_REAL:
        return *(const double *)field_of(c, row);
    case ROW_TEXT:
        return NAN;
    }
    return c->use & ROW_OPTIONAL && value <= 0 ? (double)NAN : value;
}
