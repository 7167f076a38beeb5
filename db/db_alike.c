/* db_alike.c - which runs differ in nothing but the seed, or the fold: the view run_alike says it
 * as texts, which are given as numbers here.
 */
#include "db/db_priv.h"

#include "base/hash.h"
#include "base/mem.h"

#include <string.h>

static int64_t newest(struct db *d, struct err *e)
{
    struct query q;
    query_open(&q, d, "SELECT max(id) FROM run");
    int row = query_step(&q, e);
    int64_t id = row == 1 ? query_int(&q) : row;
    query_close(&q);
    return id;
}

/* Without the data's hash at its end, which a run gets when it starts. */
static uint64_t hash_of(struct query *q)
{
    const char *text = (const char *)sqlite3_column_text(q->statement, q->column++);
    const char *end = text ? strrchr(text, ' ') : NULL;
    return end ? hash_bytes(HASH_START, text, (size_t)(end - text)) : 0;
}

static int add(struct query *q, struct alike_row **rows, size_t *n, size_t *room, struct err *e)
{
    if (*n == *room) {
        size_t more = *room ? 2 * *room : 64;
        struct alike_row *grown = mem_resize(*rows, more, sizeof *grown);
        if (!grown)
            return mem_error(e, "which runs are alike", more * sizeof *grown);
        *rows = grown;
        *room = more;
    }
    struct alike_row *row = &(*rows)[(*n)++];
    row->run = query_int(q);
    row->but_seed = hash_of(q);
    row->but_fold = hash_of(q);
    return 0;
}

int db_runs_alike(struct db *d, int64_t above, struct alike_row **out, size_t *n, struct err *e)
{
    struct query q;
    size_t room = 0;
    int more, status = 0;
    int64_t last = newest(d, e);
    *out = NULL;
    *n = 0;
    if (last <= above) /* the view reads all options of all runs, for any of them */
        return last < 0 ? -1 : 0;
    query_open(&q, d,
               "SELECT run, but_seed, but_fold || ' ' FROM run_alike WHERE run > ? ORDER BY run");
    query_bind_int(&q, above);
    while (!status && (more = query_step(&q, e)) != 0)
        status = more < 0 ? -1 : add(&q, out, n, &room, e);
    query_close(&q);
    if (!status)
        return 0;
    mem_free(*out);
    *out = NULL;
    *n = 0;
    return -1;
}
