/* csv.c - reading CSV records in place: unquoting never makes a text longer. */
#include "engine/dataset/csv_priv.h"

#include "base/err.h"

#include <stdbool.h>
#include <string.h>

void csv_init(struct csv *c, const char *path, char *text)
{
    memset(c, 0, sizeof *c);
    c->path = path;
    c->separator = ',';
    c->at = text;
    c->next_line = 1;
}

static bool at_line_end(const char *p)
{
    return *p == '\n' || (p[0] == '\r' && p[1] == '\n');
}

/* Unquotes the field that opens at c->at and leaves c->at behind its closing quote. */
static int quoted(struct csv *c, struct err *e)
{
    size_t opened = c->next_line;
    char *from = c->at + 1, *to = c->at;
    for (;; from++) {
        if (!*from)
            return err_set(e, ERR_FORMAT, "%s:%zu: a quote is opened and never closed", c->path,
                           opened);
        if (*from == '"' && from[1] != '"')
            break;
        if (*from == '"')
            from++;
        c->next_line += *from == '\n';
        *to++ = *from;
    }
    c->at = from + 1;
    if (*c->at && *c->at != c->separator && !at_line_end(c->at))
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: '%.1s' follows a closing quote; allowed are the separator or the "
                       "line's end (a quote inside quotes is written twice)",
                       c->path, c->next_line, c->at);
    *to = '\0';
    return 0;
}

static int bare(struct csv *c, struct err *e)
{
    while (*c->at && *c->at != c->separator && !at_line_end(c->at)) {
        if (*c->at == '"')
            return err_set(e, ERR_FORMAT,
                           "%s:%zu: a quote inside a field; put the whole field in quotes and "
                           "write the quote twice",
                           c->path, c->next_line);
        c->at++;
    }
    return 0;
}

static void skip_blank_lines(struct csv *c)
{
    for (;;) {
        char *p = c->at + strspn(c->at, " \t");
        if (!at_line_end(p) && *p)
            return;
        if (!*p) {
            c->at = p;
            return;
        }
        c->at = p + (*p == '\r' ? 2 : 1);
        c->next_line++;
    }
}

int csv_next(struct csv *c, struct err *e)
{
    skip_blank_lines(c);
    c->line = c->next_line;
    c->n = 0;
    if (!*c->at)
        return 0;
    for (;;) {
        if (c->n == CSV_MOST_FIELDS)
            return err_set(e, ERR_FORMAT, "%s:%zu: more than %d fields", c->path, c->line,
                           CSV_MOST_FIELDS);
        c->field[c->n++] = c->at;
        if (*c->at == '"' ? quoted(c, e) : bare(c, e))
            return -1;
        char end = *c->at;
        bool two = end == '\r';
        *c->at = '\0';
        if (!end)
            return 1;
        c->at += two ? 2 : 1;
        if (end == c->separator)
            continue;
        c->next_line++;
        return 1;
    }
}
