/* db_reference.c - published results, from reference.csv: in every database, to compare runs with.
 */
#include "db/db_priv.h"

#include <math.h>

/* Made from reference.csv by reference.awk. */
static const struct reference_row rows[] = {
#include "db/reference.inc"
};

int reference_seed(struct db *d, struct err *e)
{
    if (db_exec(d, "DELETE FROM reference", e))
        return -1;
    struct query q;
    query_open_insert(&q, d, "reference", "id", row_reference_columns, 0);
    int status = 0;
    for (size_t i = 0; !status && i < sizeof rows / sizeof rows[0]; i++) {
        query_bind_int(&q, (int64_t)i + 1);
        query_bind_row(&q, row_reference_columns, 0, &rows[i]);
        status = query_run(&q, e);
    }
    query_close(&q);
    return status;
}

int db_references(struct db *d, struct reference_row **out, size_t *n, struct err *e)
{
    struct query q;
    query_open_select(&q, d, row_reference_columns, "", "FROM reference ORDER BY id");
    return query_rows(&q, row_reference_columns, sizeof **out, out, n, e);
}
