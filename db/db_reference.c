/* db_reference.c - published results, from reference.csv: in every database, to compare runs with.
 */
#include "db/db_priv.h"

#include <math.h>

/* Made from reference.csv by reference.awk. */
static const struct reference_row rows[] = {
#include "db/reference.inc"
};

#define REFERENCE(field, kind, optional)                                                           \
    {                                                                                              \
#field, kind, optional, COLUMN_FIELD(struct reference_row, field)                          \
    }

static const struct column columns[] = {
    REFERENCE(source, COLUMN_TEXT, false),
    REFERENCE(dataset, COLUMN_TEXT, false),
    REFERENCE(protocol, COLUMN_TEXT, false),
    REFERENCE(model, COLUMN_TEXT, false),
    REFERENCE(loss, COLUMN_TEXT, true),
    REFERENCE(alpha, COLUMN_REAL, true),
    REFERENCE(beta, COLUMN_REAL, true),
    REFERENCE(gamma, COLUMN_REAL, true),
    REFERENCE(mae, COLUMN_REAL, true),
    REFERENCE(rmse, COLUMN_REAL, true),
    REFERENCE(pc, COLUMN_REAL, true),
    REFERENCE(note, COLUMN_TEXT, true),
    COLUMN_END,
};

int reference_seed(struct db *d, struct err *e)
{
    if (db_exec(d, "DELETE FROM reference", e))
        return -1;
    struct str sql;
    str_init(&sql);
    str_add(&sql, "INSERT INTO reference(");
    columns_add_names(&sql, columns);
    str_add(&sql, ") VALUES (");
    columns_add_marks(&sql, columns);
    str_add(&sql, ")");
    struct query q;
    query_open_str(&q, d, &sql);
    int status = 0;
    for (size_t i = 0; !status && i < sizeof rows / sizeof rows[0]; i++) {
        query_bind_row(&q, columns, &rows[i]);
        status = query_run(&q, e);
    }
    query_close(&q);
    return status;
}

int db_references(struct db *d, struct reference_row **out, size_t *n, struct err *e)
{
    struct query q;
    void *list;
    query_open_select(&q, d, columns, "FROM reference ORDER BY id");
    int status = query_rows(&q, columns, sizeof **out, &list, n, e);
    *out = list;
    return status;
}
