/* want_names.c - the names that a statement may be made of: tables, views and their columns. */
#include "src/want_sql.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db_sql.h"

#define MOST_NAMES 20000

struct names_rows {
    struct ui_name *names;
    size_t n, room;
};

static void free_rows(void *rows)
{
    struct names_rows *r = rows;
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++) {
        mem_free((char *)r->names[i].table);
        mem_free((char *)r->names[i].column);
        mem_free((char *)r->names[i].type);
    }
    mem_free(r->names);
    mem_free(r);
}

static char *text_of(const struct db_sql *q, size_t column)
{
    struct row_value v;
    db_sql_value(q, column, &v);
    return mem_string(v.kind == ROW_VALUE_TEXT ? v.bytes : "");
}

static int add(struct names_rows *r, const struct db_sql *q)
{
    if (r->n == r->room) {
        size_t room = r->room ? 2 * r->room : 256;
        struct ui_name *names = mem_resize(r->names, room, sizeof *names);
        if (!names)
            return -1;
        r->names = names;
        r->room = room;
    }
    struct ui_name *name = &r->names[r->n++];
    name->table = text_of(q, 0);
    name->column = text_of(q, 1);
    name->type = text_of(q, 2);
    return name->table && name->column && name->type ? 0 : -1;
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    static const char sql[] =
        "WITH made AS (SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view')"
        " AND substr(name, 1, 7) <> 'sqlite_')"
        " SELECT name, '', type, -1 AS place FROM made UNION ALL"
        " SELECT made.name, info.name, info.type, info.cid FROM made"
        " JOIN pragma_table_info(made.name) AS info ORDER BY 1, 4";
    struct db_sql *q = NULL;
    size_t at;
    int more = 1;
    (void)want;
    if (want_sql_open(s, e) || db_sql_new(&q, s->sql, sql, &at, e))
        return -1;
    struct names_rows *r = mem_alloc(1, sizeof *r);
    if (db_sql_next(q, e) < 0)
        more = -1;
    while (r && more > 0 && r->n < MOST_NAMES && (more = db_sql_row(q, e)) == 1)
        if (add(r, q))
            more = mem_error(e, "names of the database", r->n * sizeof *r->names);
    db_sql_free(q);
    if (!r)
        return mem_error(e, "names of the database", sizeof *r);
    if (more < 0) {
        free_rows(r);
        return -1;
    }
    *rows = r;
    return 0;
}

static void free_kept(void *kept, struct ui_model *view)
{
    free_rows(kept);
    view->names = NULL;
    view->n_names = 0;
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    const struct names_rows *r = rows;
    (void)e;
    free_rows(*kept);
    *kept = rows;
    view->names = r->names;
    view->n_names = r->n;
    return 0;
}

const struct want_kind want_names = {.fetch = fetch,
                                     .adopt = adopt,
                                     .free_rows = free_rows,
                                     .free_kept = free_kept,
                                     .lasting = true,
                                     .once = true};
