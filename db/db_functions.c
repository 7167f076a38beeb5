/* db_functions.c - functions of SQL beside SQLite's own.
 *
 * ledger_score and ledger_count make the blobs of the table ledger usable; stdev, median and
 * pearson are what one asks of figures. NULLs are passed over, and a figure that does not exist is
 * NULL, as with avg. None depends on anything but its arguments, so views may use them.
 */
#include "db/db_priv.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_MEDIAN_VALUES (8 << 20) /* 64 MiB of them */

/* --- where SQLite was built without mathematics --- */

static void with_one(sqlite3_context *c, sqlite3_value **v, double (*function)(double))
{
    if (sqlite3_value_numeric_type(v[0]) == SQLITE_NULL ||
        sqlite3_value_numeric_type(v[0]) == SQLITE_TEXT)
        return;
    sqlite3_result_double(c, function(sqlite3_value_double(v[0]))); /* NaN becomes NULL */
}

static void call_sqrt(sqlite3_context *c, int n, sqlite3_value **v)
{
    (void)n;
    with_one(c, v, sqrt);
}

static void call_exp(sqlite3_context *c, int n, sqlite3_value **v)
{
    (void)n;
    with_one(c, v, exp);
}

static void call_ln(sqlite3_context *c, int n, sqlite3_value **v)
{
    (void)n;
    if (sqlite3_value_double(v[0]) > 0)
        with_one(c, v, log);
}

static void call_pow(sqlite3_context *c, int n, sqlite3_value **v)
{
    for (int i = 0; i < n; i++)
        if (sqlite3_value_numeric_type(v[i]) != SQLITE_INTEGER &&
            sqlite3_value_numeric_type(v[i]) != SQLITE_FLOAT)
            return;
    sqlite3_result_double(c, pow(sqlite3_value_double(v[0]), sqlite3_value_double(v[1])));
}

/* --- the ledger --- */

/* Scores of a blob; NULL with *n = 0 for what is none. */
static const unsigned char *scores_of(sqlite3_value *v, int64_t *n)
{
    *n = 0;
    if (sqlite3_value_type(v) != SQLITE_BLOB || sqlite3_value_bytes(v) % 4)
        return NULL;
    const unsigned char *bytes = sqlite3_value_blob(v);
    *n = bytes ? sqlite3_value_bytes(v) / 4 : 0;
    return bytes;
}

static void ledger_score(sqlite3_context *c, int n, sqlite3_value **v)
{
    int64_t count, place = sqlite3_value_int64(v[1]);
    const unsigned char *bytes = scores_of(v[0], &count);
    float score;
    (void)n;
    if (sqlite3_value_type(v[1]) != SQLITE_INTEGER || place < 0 || place >= count)
        return;
    const unsigned char *b = bytes + 4 * place;
    uint32_t bits = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    memcpy(&score, &bits, sizeof score);
    sqlite3_result_double(c, (double)score);
}

static void ledger_count(sqlite3_context *c, int n, sqlite3_value **v)
{
    int64_t count;
    (void)n;
    scores_of(v[0], &count);
    if (sqlite3_value_type(v[0]) == SQLITE_BLOB)
        sqlite3_result_int64(c, count);
}

/* --- aggregates --- */

/* Welford's sums of one or two variables, of which the first values are taken off: exact enough for
 * dates in seconds, too. */
struct moments {
    int64_t n;
    double first_x, first_y, mean_x, mean_y, xx, yy, xy;
};

static bool is_number(sqlite3_value *v)
{
    int type = sqlite3_value_numeric_type(v);
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

static void add_moment(struct moments *m, double x, double y)
{
    if (!m->n++) {
        m->first_x = x;
        m->first_y = y;
    }
    x -= m->first_x;
    y -= m->first_y;
    double dx = x - m->mean_x, dy = y - m->mean_y;
    m->mean_x += dx / (double)m->n;
    m->mean_y += dy / (double)m->n;
    m->xx += dx * (x - m->mean_x);
    m->yy += dy * (y - m->mean_y);
    m->xy += dx * (y - m->mean_y);
}

static void step_moments(sqlite3_context *c, int n, sqlite3_value **v)
{
    for (int i = 0; i < n; i++)
        if (!is_number(v[i]))
            return;
    struct moments *m = sqlite3_aggregate_context(c, sizeof *m);
    if (!m)
        sqlite3_result_error_nomem(c);
    else
        add_moment(m, sqlite3_value_double(v[0]), n > 1 ? sqlite3_value_double(v[1]) : 0);
}

static void end_stdev(sqlite3_context *c)
{
    const struct moments *m = sqlite3_aggregate_context(c, 0);
    if (m && m->n > 1)
        sqlite3_result_double(c, sqrt(m->xx / (double)(m->n - 1)));
}

static void end_pearson(sqlite3_context *c)
{
    const struct moments *m = sqlite3_aggregate_context(c, 0);
    if (m && m->n > 1 && m->xx > 0 && m->yy > 0)
        sqlite3_result_double(c, m->xy / sqrt(m->xx) / sqrt(m->yy));
}

struct values {
    double *value;
    size_t n, room;
};

static int reserve(struct values *s)
{
    if (s->n < s->room)
        return 0;
    size_t room = s->room ? 2 * s->room : 64;
    double *grown = room > MOST_MEDIAN_VALUES ? NULL : mem_resize(s->value, room, sizeof *grown);
    if (!grown)
        return -1;
    s->value = grown;
    s->room = room;
    return 0;
}

static void step_median(sqlite3_context *c, int n, sqlite3_value **v)
{
    (void)n;
    if (!is_number(v[0]))
        return;
    struct values *s = sqlite3_aggregate_context(c, sizeof *s);
    if (!s || reserve(s)) {
        sqlite3_result_error(c, "median: more values than there is room for", -1);
        return;
    }
    s->value[s->n++] = sqlite3_value_double(v[0]);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Also called for a statement that was ended before its last row. */
static void end_median(sqlite3_context *c)
{
    struct values *s = sqlite3_aggregate_context(c, 0);
    if (!s)
        return;
    if (s->n) {
        qsort(s->value, s->n, sizeof *s->value, by_value);
        sqlite3_result_double(c, s->value[(s->n - 1) / 2] / 2 + s->value[s->n / 2] / 2);
    }
    mem_free(s->value);
    *s = (struct values){0};
}

/* --- the lists --- */

struct function {
    const char *name;
    int arguments;
    void (*call)(sqlite3_context *, int, sqlite3_value **); /* for each row */
    void (*end)(sqlite3_context *);                         /* of an aggregate */
};

static const struct function mathematics[] = {
    {"sqrt", 1, call_sqrt, NULL},
    {"exp", 1, call_exp, NULL},
    {"ln", 1, call_ln, NULL},
    {"pow", 2, call_pow, NULL},
};

static const struct function own[] = {
    {"ledger_score", 2, ledger_score, NULL},   {"ledger_count", 1, ledger_count, NULL},
    {"stdev", 1, step_moments, end_stdev},     {"median", 1, step_median, end_median},
    {"pearson", 2, step_moments, end_pearson},
};

static int add(struct db *d, const struct function *f, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++, f++) {
        int code = sqlite3_create_function_v2(
            d->sql, f->name, f->arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
            NULL, f->end ? NULL : f->call, f->end ? f->call : NULL, f->end, NULL);
        if (code != SQLITE_OK)
            return db_fail(d, code, e);
    }
    return 0;
}

int functions_add_missing(struct db *d, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(d->sql, "SELECT sqrt(4), exp(0), ln(1), pow(2, 2)", -1, &s, NULL);
    sqlite3_finalize(s);
    if (code == SQLITE_OK)
        return 0;
    return add(d, mathematics, sizeof mathematics / sizeof *mathematics, e);
}

int functions_add(struct db *d, struct err *e)
{
    return add(d, own, sizeof own / sizeof *own, e);
}
