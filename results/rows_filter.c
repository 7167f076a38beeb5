/* rows_filter.c - a filter is parsed into tests once; a list of rows is held against them.
 *
 * Regular expressions are typed letter by letter while the screen waits, so those whose cost has no
 * bound are refused. What a text was found to be is remembered by
 * its address for one list: most texts of the screen stand in many rows.
 */
#include "results/rows_filter.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEXT_BYTES 256
#define REMEMBERED 64
#define MOST_PLUSES 8 /* of a regular expression */
#define MOST_RANGES 64

enum sign { CONTAINS, IS, LESS, AT_MOST, MORE, AT_LEAST, MATCHES };

/* The longer ones first. */
static const struct {
    const char *text;
    enum sign sign;
    bool inverse;
} signs[] = {
    {"!=", IS, true}, {"<=", AT_MOST, false}, {">=", AT_LEAST, false}, {":", CONTAINS, false},
    {"=", IS, false}, {"<", LESS, false},     {">", MORE, false},      {"~", MATCHES, false},
};

/* From the first number to the last one. */
struct range {
    double from, to;
};

/* What was found out about a text. */
struct seen {
    const char *text;
    bool met;
};

struct test {
    bool inverse;
    enum sign sign;
    const struct row_column *named; /* NULL: any column of words */
    const struct row_column *at;    /* that column in the list at hand, or NULL */
    char text[TEXT_BYTES];
    double number;
    struct range ranges[MOST_RANGES]; /* IS: of several numbers */
    int n_ranges;
    regex_t regex;
    struct seen seen[REMEMBERED];
};

struct rows_filter {
    struct test tests[ROWS_FILTER_MOST];
    size_t n;
};

/* --- parsing --- */

/* Copies a word without its quotes from *at, which ends behind it. */
static int take_word(const char **at, char to[TEXT_BYTES], struct err *e)
{
    size_t n = 0;
    bool quoted = false;
    const char *from = *at;
    for (; **at && (quoted || **at != ' '); (*at)++) {
        if (**at == '"') {
            quoted = !quoted;
            continue;
        }
        if (n + 1 == TEXT_BYTES)
            return err_set(e, ERR_USAGE, "'%.20s...' is longer than %d bytes", from,
                           TEXT_BYTES - 1);
        to[n++] = **at;
    }
    to[n] = '\0';
    return 0;
}

static bool is_name(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The sign at the start of a text; -1 when there is none. */
static int sign_at(const char *text)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (!strncmp(text, signs[i].text, strlen(signs[i].text)))
            return (int)i;
    return -1;
}

/* NAME and a sign, if that is what comes; otherwise it is a plain text or expression. */
static int take_column(struct test *t, const char **at, const struct row_column *columns,
                       struct err *e)
{
    char name[64];
    size_t length = 0;
    while (is_name((*at)[length]))
        length++;
    int sign = sign_at(*at + length);
    if (sign < 0 || (!length && signs[sign].sign != MATCHES))
        return 0;
    if (length) {
        snprintf(name, sizeof name, "%.*s", (int)(length < 60 ? length : 60), *at);
        t->named = rows_column_meant(columns, name, e);
        if (!t->named)
            return -1;
    }
    t->sign = signs[sign].sign;
    t->inverse ^= signs[sign].inverse;
    *at += length + strlen(signs[sign].text);
    return 0;
}

/* A compiled expression may be as large as two to the power of its +, and as its repeat counts say;
 * references back are searched for without bound. */
static bool is_costly(const char *regex)
{
    int pluses = 0;
    for (; *regex; regex++) {
        pluses += *regex == '+';
        if (*regex == '{' || pluses > MOST_PLUSES)
            return true;
        if (*regex != '\\' || !regex[1])
            continue;
        regex++;
        if (*regex >= '0' && *regex <= '9')
            return true;
    }
    return false;
}

static int compile(struct test *t, struct err *e)
{
    char why[128];
    if (is_costly(t->text))
        return err_set(e, ERR_USAGE,
                       "'~%.60s' may take for ever: repeat counts, references back and more than "
                       "%d + are not taken",
                       t->text, MOST_PLUSES);
    int status = regcomp(&t->regex, t->text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (!status)
        return 0;
    regerror(status, &t->regex, why, sizeof why);
    return err_set(e, ERR_USAGE, "'~%.60s' is no regular expression: %s", t->text, why);
}

/* What a figure may end in, by the column's use. */
static const struct unit {
    unsigned use;
    const char *text;
    double factor;
} units[] = {
    {ROW_DURATION, "s", 1},     {ROW_DURATION, "m", 60},    {ROW_DURATION, "h", 3600},
    {ROW_DURATION, "d", 86400}, {ROW_BYTES, "KiB", 0x1p10}, {ROW_BYTES, "MiB", 0x1p20},
    {ROW_BYTES, "GiB", 0x1p30}, {ROW_BYTES, "TiB", 0x1p40}, {ROW_BYTES, "K", 0x1p10},
    {ROW_BYTES, "M", 0x1p20},   {ROW_BYTES, "G", 0x1p30},   {ROW_BYTES, "T", 0x1p40},
};

/* The factor of the unit that a figure ends in, which is taken away; 1 where there is none. */
static double take_unit(char *figure, unsigned use)
{
    size_t length = strlen(figure);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i].text);
        if (!(units[i].use & use) || n >= length || strcmp(figure + length - n, units[i].text))
            continue;
        figure[length - n] = '\0';
        return units[i].factor;
    }
    return 1;
}

static const char *kind_of_number(unsigned use)
{
    if (use & ROW_BYTES)
        return "size such as 500M or 2G";
    return use & ROW_DURATION ? "duration such as 90s, 15m, 2h or 3d" : "number";
}

static bool is_whole(enum row_kind kind)
{
    return kind == ROW_INT || kind == ROW_INT64;
}

/* "3,5-9": whole numbers, as many as a list of runs has. False when it is something else. */
static bool take_ranges(struct test *t)
{
    const char *at = t->text;
    for (t->n_ranges = 0; t->n_ranges < MOST_RANGES;) {
        struct range *range = &t->ranges[t->n_ranges++];
        char *end;
        range->from = range->to = (double)strtoll(at, &end, 10);
        if (end > at && *end == '-') {
            at = end + 1;
            range->to = (double)strtoll(at, &end, 10);
        }
        if (end == at || (*end && *end != ','))
            return false;
        if (!*end)
            return true;
        at = end + 1;
    }
    return false;
}

/* A number, of a duration or a size with its unit. */
static int take_number(struct test *t, struct err *e)
{
    char figure[TEXT_BYTES];
    if (t->sign == IS && is_whole(t->named->kind) && strpbrk(t->text, ",-") && take_ranges(t))
        return 0;
    t->n_ranges = 0;
    str_copy(figure, sizeof figure, t->text);
    double factor = take_unit(figure, t->named->use);
    if (str_to_real(figure, &t->number))
        return err_set(e, ERR_USAGE, "'%s' is compared with a %s, and '%.40s' is none",
                       t->named->name, kind_of_number(t->named->use), t->text);
    t->number *= factor;
    return 0;
}

static int check_sign(const struct test *t, struct err *e)
{
    bool text = t->named->kind == ROW_TEXT;
    if (t->named->use & ROW_TIME)
        return err_set(e, ERR_USAGE, "'%s' is a time, which a filter does not compare; use age_s",
                       t->named->name);
    if (text && t->sign >= LESS && t->sign <= AT_LEAST)
        return err_set(e, ERR_USAGE, "'%s' is a text: compare it by : = != or ~", t->named->name);
    if (!text && t->sign == MATCHES)
        return err_set(e, ERR_USAGE,
                       "'%s' is a number: compare it by = != < <= > or >=", t->named->name);
    return 0;
}

static int take_test(struct test *t, const char **at, const struct row_column *columns,
                     struct err *e)
{
    for (; **at == '!'; (*at)++)
        t->inverse = !t->inverse;
    if (take_column(t, at, columns, e) || (t->named && check_sign(t, e)) ||
        take_word(at, t->text, e))
        return -1;
    if (t->sign == MATCHES)
        return compile(t, e);
    return t->named && t->named->kind != ROW_TEXT ? take_number(t, e) : 0;
}

static int parse(struct rows_filter *f, const char *text, const struct row_column *columns,
                 struct err *e)
{
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        struct test *t = &f->tests[f->n];
        if (f->n == ROWS_FILTER_MOST)
            return err_set(e, ERR_USAGE, "a filter has at most %d tests", ROWS_FILTER_MOST);
        *t = (struct test){.sign = CONTAINS};
        if (take_test(t, &text, columns, e))
            return -1;
        if (t->text[0] || t->sign != CONTAINS) /* every row has nothing in it */
            f->n++;
    }
    return 0;
}

int rows_filter_new(struct rows_filter **out, const char *text, const struct row_column *columns,
                    struct err *e)
{
    struct rows_filter *f = mem_alloc(1, sizeof *f);
    *out = NULL;
    if (!f)
        return mem_error(e, "a filter", sizeof *f);
    if (parse(f, text, columns, e)) {
        rows_filter_free(f);
        return -1;
    }
    *out = f;
    return 0;
}

void rows_filter_free(struct rows_filter *f)
{
    for (size_t i = 0; f && i < f->n; i++)
        if (f->tests[i].sign == MATCHES)
            regfree(&f->tests[i].regex);
    mem_free(f);
}

/* --- choosing --- */

static bool meets_text(const struct test *t, const char *text)
{
    switch (t->sign) {
    case IS:
        return !strcasecmp(text, t->text);
    case MATCHES:
        return !regexec(&t->regex, text, 0, NULL, 0);
    default:
        return strcasestr(text, t->text) != NULL;
    }
}

static bool text_meets(struct test *t, const struct row_column *c, const void *row)
{
    const char *text = rows_text(c, row);
    struct seen *seen = &t->seen[((uintptr_t)text >> 4) % REMEMBERED];
    if (seen->text != text)
        *seen = (struct seen){text, meets_text(t, text)};
    return seen->met;
}

static bool is_in_ranges(const struct test *t, double number)
{
    for (int i = 0; i < t->n_ranges; i++)
        if (number >= t->ranges[i].from && number <= t->ranges[i].to)
            return true;
    return false;
}

static bool number_meets(const struct test *t, double number)
{
    if (t->n_ranges)
        return is_in_ranges(t, number);
    switch (t->sign) {
    case LESS:
        return number < t->number;
    case AT_MOST:
        return number <= t->number;
    case MORE:
        return number > t->number;
    case AT_LEAST:
        return number >= t->number;
    default:
        return number == t->number;
    }
}

static bool meets(struct test *t, const struct rows_list *list, const void *row)
{
    if (t->named && !t->at)
        return false;
    if (t->named && t->at->kind != ROW_TEXT)
        return number_meets(t, rows_number(t->at, row, list->now_s));
    if (t->named)
        return text_meets(t, t->at, row);
    for (const struct row_column *c = list->columns; c->name; c++)
        if (c->use & ROW_WORDS && text_meets(t, c, row))
            return true;
    return false;
}

static bool passes(struct rows_filter *f, const struct rows_list *list, const void *row)
{
    for (size_t i = 0; i < f->n; i++)
        if (meets(&f->tests[i], list, row) == f->tests[i].inverse)
            return false;
    return true;
}

size_t rows_filter_choose(struct rows_filter *f, const struct rows_list *list, int *places)
{
    size_t found = 0;
    for (size_t i = 0; i < f->n; i++) {
        struct test *t = &f->tests[i];
        t->at = t->named ? rows_column(list->columns, t->named->name) : NULL;
        memset(t->seen, 0, sizeof t->seen);
    }
    for (size_t i = 0; i < list->n; i++)
        if (passes(f, list, rows_at(list, i)))
            places[found++] = (int)i;
    return found;
}
