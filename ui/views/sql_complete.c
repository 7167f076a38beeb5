/* sql_complete.c - how the word before the caret of a statement may go on. */
#include "ui/views/sql_complete.h"

#include <string.h>
#include <strings.h>

static const char *const words[] = {
    "ALL",     "AND",     "AS",        "ASC",       "BETWEEN",   "BY",    "CASE",      "CAST",
    "COLLATE", "CROSS",   "DESC",      "DISTINCT",  "ELSE",      "END",   "ESCAPE",    "EXCEPT",
    "EXISTS",  "EXPLAIN", "FILTER",    "FIRST",     "FOLLOWING", "FROM",  "GLOB",      "GROUP",
    "HAVING",  "IN",      "INNER",     "INTERSECT", "IS",        "JOIN",  "LAST",      "LEFT",
    "LIKE",    "LIMIT",   "NATURAL",   "NOT",       "NULL",      "NULLS", "OFFSET",    "ON",
    "OR",      "ORDER",   "OUTER",     "OVER",      "PARTITION", "PLAN",  "PRAGMA",    "PRECEDING",
    "QUERY",   "RANGE",   "RECURSIVE", "ROWS",      "SELECT",    "THEN",  "UNBOUNDED", "UNION",
    "USING",   "VALUES",  "WHEN",      "WHERE",     "WINDOW",    "WITH"};

static const char *const functions[] = {
    "abs(",          "avg(",          "coalesce(",   "count(",     "date(",   "datetime(",
    "group_concat(", "iif(",          "instr(",      "json_each(", "lag(",    "lead(",
    "ledger_count(", "ledger_score(", "length(",     "lower(",     "max(",    "median(",
    "min(",          "nullif(",       "pearson(",    "pow(",       "printf(", "rank(",
    "replace(",      "round(",        "row_number(", "sqrt(",      "stdev(",  "strftime(",
    "substr(",       "sum(",          "total(",      "trim(",      "typeof(", "upper("};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

bool sql_is_word(const char *word, size_t length)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (strlen(words[i]) == length && !strncasecmp(words[i], word, length))
            return true;
    return false;
}

/* --- tokens --- */

/* From an opening quote to behind the closing one, or to the end. */
static size_t quoted(const char *text, size_t at)
{
    char quote = text[at] == '[' ? ']' : text[at];
    const char *end = strchr(text + at + 1, quote);
    return end ? (size_t)(end - text) + 1 - at : strlen(text + at);
}

static size_t comment(const char *text, size_t at)
{
    if (text[at] == '-')
        return strcspn(text + at, "\n");
    const char *end = strstr(text + at + 2, "*/");
    return end ? (size_t)(end - text) + 2 - at : strlen(text + at);
}

size_t sql_next_token(const char *text, size_t at, enum sql_token *token)
{
    const char *from = text + at;
    size_t length = 0;
    if (!strncmp(from, "--", 2) || !strncmp(from, "/*", 2)) {
        *token = SQL_COMMENT;
        return comment(text, at);
    }
    if (strchr("'\"`[", *from) && *from) {
        *token = SQL_TEXT;
        return quoted(text, at);
    }
    if (*from >= '0' && *from <= '9') {
        *token = SQL_NUMBER;
        while (in_name(from[length]) || from[length] == '.')
            length++;
        return length;
    }
    while (in_name(from[length]))
        length++;
    *token = length                   ? sql_is_word(from, length) ? SQL_WORD : SQL_NAME
             : strchr(" \t\n", *from) ? SQL_BLANK
                                      : SQL_SIGN;
    return length ? length : *from != '\0';
}

/* --- where the caret is --- */

struct place {
    bool outside;      /* of quotes and comments */
    size_t word;       /* where the word before the caret begins */
    size_t owner, dot; /* "owner." before it: begin, and the dot; dot = 0 for none */
    bool after_from;   /* a table is to come */
};

static void take_token(struct place *p, const char *text, size_t at, size_t length,
                       enum sql_token token)
{
    bool from =
        length == 4 && (!strncasecmp(text + at, "from", 4) || !strncasecmp(text + at, "join", 4));
    if (token == SQL_WORD)
        p->after_from = from;
    else if (token == SQL_NAME && text[at + length] != '.')
        p->after_from = false;
}

static struct place find_place(const char *text, size_t caret)
{
    struct place p = {.outside = true, .word = caret};
    enum sql_token token;
    while (p.word > 0 && in_name(text[p.word - 1]))
        p.word--;
    if (p.word > 1 && text[p.word - 1] == '.' && in_name(text[p.word - 2])) {
        p.dot = p.owner = p.word - 1;
        while (p.owner > 0 && in_name(text[p.owner - 1]))
            p.owner--;
    }
    for (size_t at = 0, length; at < p.word && text[at]; at += length) {
        length = sql_next_token(text, at, &token);
        bool within =
            at + length > p.word || (at + length == caret && !text[caret] && token == SQL_COMMENT);
        if ((token == SQL_TEXT || token == SQL_COMMENT) && within)
            p.outside = false;
        take_token(&p, text, at, length, token);
    }
    return p;
}

static bool is_same(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && !strncasecmp(name, text, length);
}

/* The statement names it as a word. */
static bool is_named(const char *text, const char *name)
{
    enum sql_token token;
    for (size_t at = 0, length; text[at]; at += length) {
        length = sql_next_token(text, at, &token);
        if (token == SQL_NAME && is_same(name, text + at, length))
            return true;
    }
    return false;
}

/* The table that "owner" stands for: one of the name, or that an alias was given to: "run AS r",
 * "run r". */
static const char *table_of(const struct ui_name *names, size_t n, const char *text, size_t owner,
                            size_t length)
{
    const char *last = NULL;
    enum sql_token token;
    for (size_t i = 0; i < n; i++)
        if (!names[i].column[0] && is_same(names[i].table, text + owner, length))
            return names[i].table;
    for (size_t at = 0, bytes; text[at]; at += bytes) {
        bytes = sql_next_token(text, at, &token);
        if (token == SQL_BLANK || (token == SQL_WORD && is_same("AS", text + at, bytes)))
            continue;
        if (token == SQL_NAME && last && bytes == length &&
            !strncasecmp(text + at, text + owner, length))
            return last;
        last = NULL;
        for (size_t i = 0; token == SQL_NAME && i < n; i++)
            if (!names[i].column[0] && is_same(names[i].table, text + at, bytes))
                last = names[i].table;
    }
    return NULL;
}

/* --- choices --- */

static void add(struct sql_choices *to, const char *begun, const char *text, const char *kind)
{
    if (to->n == SQL_MOST_CHOICES || strncasecmp(text, begun, to->begun))
        return;
    for (size_t i = 0; i < to->n; i++)
        if (!strcmp(to->choice[i].text, text))
            return;
    to->choice[to->n++] = (struct sql_choice){text, kind};
}

static void add_columns(struct sql_choices *to, const struct ui_name *names, size_t n,
                        const char *begun, const char *table, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (names[i].column[0] &&
            (table ? !strcmp(names[i].table, table) : is_named(text, names[i].table)))
            add(to, begun, names[i].column, names[i].type[0] ? names[i].type : "column");
}

static void add_tables(struct sql_choices *to, const struct ui_name *names, size_t n,
                       const char *begun)
{
    for (size_t i = 0; i < n; i++)
        if (!names[i].column[0])
            add(to, begun, names[i].table, names[i].type);
}

static void find_common(struct sql_choices *to)
{
    to->common = to->n ? strlen(to->choice[0].text) : 0;
    for (size_t i = 1; i < to->n; i++) {
        size_t k = 0;
        while (k < to->common && to->choice[i].text[k] &&
               !strncasecmp(to->choice[i].text + k, to->choice[0].text + k, 1))
            k++;
        to->common = k;
    }
}

void sql_complete(const struct ui_name *names, size_t n, const char *text, size_t caret,
                  struct sql_choices *to)
{
    struct place p = find_place(text, caret);
    const char *begun = text + p.word;
    to->n = to->common = 0;
    to->begun = caret - p.word;
    if (!p.outside)
        return;
    if (p.dot) {
        const char *table = table_of(names, n, text, p.owner, p.dot - p.owner);
        if (table)
            add_columns(to, names, n, begun, table, text);
    } else if (p.after_from) {
        add_tables(to, names, n, begun);
    } else {
        add_columns(to, names, n, begun, NULL, text);
        for (size_t i = 0; i < COUNT(functions); i++)
            add(to, begun, functions[i], "function");
        for (size_t i = 0; i < COUNT(words); i++)
            add(to, begun, words[i], "");
        add_tables(to, names, n, begun);
    }
    find_common(to);
}
