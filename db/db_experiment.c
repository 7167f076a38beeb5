/* db_experiment.c - what the runs of an experiment are compared by, beside their own rows: options
 * in which they differ, figures that are best on test, looks, and the true scores that ledgers go
 * with.
 */
#include "db/db_priv.h"

#include "base/clock.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

#define OF_EXPERIMENT                                                                              \
    "(SELECT run.id FROM run JOIN experiment ON experiment.id = run.experiment"                    \
    " WHERE experiment.name = ?)"

/* --- settings --- */

struct settings {
    struct setting_row *rows;
    size_t n, room;
    size_t base; /* how many are the first run's */
};

static int add_setting(struct settings *to, const struct setting_row *row, struct err *e)
{
    if (to->n == to->room) {
        size_t room = to->room ? 2 * to->room : 128;
        struct setting_row *rows = mem_resize(to->rows, room, sizeof *rows);
        if (!rows)
            return mem_error(e, "the settings of an experiment", room * sizeof *rows);
        to->rows = rows;
        to->room = room;
    }
    to->rows[to->n++] = *row;
    return 0;
}

/* What runs have in common with the first stands in the list once: options come in one order, so
 * the one at hand is looked for where the last one was found. */
static bool is_common(const struct settings *s, const struct setting_row *row, size_t *at)
{
    for (size_t i = 0; i < s->base; i++) {
        size_t place = (*at + i) % s->base;
        if (strcmp(s->rows[place].name, row->name))
            continue;
        *at = place + 1;
        return !strcmp(s->rows[place].value, row->value);
    }
    return false;
}

static int take_setting(struct settings *to, struct setting_row *row, int64_t *first, size_t *at,
                        struct err *e)
{
    *first = *first ? *first : row->run;
    if (row->run != *first)
        return is_common(to, row, at) ? 0 : add_setting(to, row, e);
    row->run = 0;
    to->base++;
    return add_setting(to, row, e);
}

/* Long values are paths, whose ends tell them apart. */
int db_settings(struct db *d, const char *experiment, struct setting_row **out, size_t *n,
                struct err *e)
{
    static const struct row_column columns[] = {
        {"run", "run", ROW_FIELD(struct setting_row, run), NULL, 0, 0, 0, 0, NULL},
        {"name", "name", ROW_FIELD(struct setting_row, name), NULL, 0, 0, 0, 0, NULL},
        {"value",
         "CASE WHEN length(CAST(value AS BLOB)) > 200 THEN '...' || substr(value, -50) ELSE value"
         " END",
         ROW_FIELD(struct setting_row, value), NULL, ROW_EXPRESSION, 0, 0, 0, NULL},
        ROW_END,
    };
    struct settings s = {.n = 0};
    struct setting_row row;
    struct query q;
    int64_t first = 0;
    size_t at = 0;
    int more, status = 0;
    query_open_select(&q, d, columns, "",
                      "FROM run_option WHERE run IN " OF_EXPERIMENT " ORDER BY run, position");
    query_bind_text(&q, experiment);
    while (!status && (more = query_step(&q, e)) == 1) {
        query_row(&q, columns, &row);
        status = take_setting(&s, &row, &first, &at, e);
    }
    query_close(&q);
    if (status || more < 0) {
        mem_free(s.rows);
        return -1;
    }
    *out = s.rows;
    *n = s.n;
    return 0;
}

/* --- best on test --- */

/* SQLite takes the other columns from the row of the greatest PC. */
int db_tested(struct db *d, const char *experiment, struct tested_row **out, size_t *n,
              struct err *e)
{
    static const struct row_column columns[] = {
        {"run", "phase.run", ROW_FIELD(struct tested_row, run), NULL, ROW_EXPRESSION, 0, 0, 0,
         NULL},
        {"pc", "max(pc)", ROW_FIELD(struct tested_row, pc), NULL, ROW_EXPRESSION, 0, 0, 0, NULL},
        {"mae", "mae", ROW_FIELD(struct tested_row, mae), NULL, 0, 0, 0, 0, NULL},
        {"rmse", "rmse", ROW_FIELD(struct tested_row, rmse), NULL, 0, 0, 0, 0, NULL},
        ROW_END,
    };
    struct query q;
    query_open_select(&q, d, columns, "",
                      "FROM run JOIN experiment ON experiment.id = run.experiment"
                      " JOIN phase ON phase.run = run.id AND phase.phase = 'test'"
                      " WHERE experiment.name = ? AND selected_on = 'val'"
                      " GROUP BY phase.run ORDER BY phase.run");
    query_bind_text(&q, experiment);
    return query_rows(&q, columns, sizeof **out, out, n, e);
}

/* --- looks --- */

int db_looks(struct db *d, const char *experiment, struct looks_row *to, struct err *e)
{
    struct query q;
    *to = (struct looks_row){.seeds = ""};
    query_open(&q, d,
               "SELECT seeds, spending, finished FROM looks"
               " JOIN experiment ON experiment.id = experiment WHERE name = ?");
    query_bind_text(&q, experiment);
    int row = query_step(&q, e);
    if (row == 1) {
        query_text(&q, to->seeds, sizeof to->seeds);
        query_text(&q, to->spending, sizeof to->spending);
        to->finished = query_int(&q);
    }
    query_close(&q);
    return row < 0 ? -1 : 0;
}

static int find_experiment(struct db *d, const char *name, int64_t *id, struct err *e)
{
    struct query q;
    query_open(&q, d, "SELECT id FROM experiment WHERE name = ?");
    query_bind_text(&q, name);
    int row = query_step(&q, e);
    *id = row == 1 ? query_int(&q) : 0;
    query_close(&q);
    if (row)
        return row < 0 ? -1 : 0;
    return err_set(e, ERR_NOT_FOUND, "there is no experiment '%.80s'", name);
}

static int lay_down(struct db *d, const char *experiment, const struct looks_row *row, bool first,
                    struct err *e)
{
    struct query q;
    int64_t id;
    if (find_experiment(d, experiment, &id, e))
        return -1;
    query_open(&q, d,
               "INSERT INTO looks(experiment, seeds, spending, time, finished)"
               " SELECT ?1, ?2, ?3, ?4, count(*) FROM run WHERE experiment = ?1"
               " AND state = 'finished' AND deleted IS NULL"
               " ON CONFLICT(experiment) DO UPDATE SET seeds = excluded.seeds,"
               " spending = excluded.spending, time = excluded.time, finished = excluded.finished"
               " WHERE NOT ?5");
    query_bind_int(&q, id);
    query_bind_text(&q, row->seeds);
    query_bind_text(&q, row->spending);
    query_bind_real(&q, clock_date_s());
    query_bind_int(&q, first);
    return query_finish(&q, e);
}

int db_looks_lay_down(struct db *d, const char *experiment, const struct looks_row *row, bool first,
                      struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = lay_down(d, experiment, row, first, e);
    return db_end(d, status, e, "laying down looks");
}

/* --- true scores --- */

int db_split_of(struct db *d, int64_t run, int64_t *split, struct err *e)
{
    struct query q;
    query_open(&q, d, "SELECT split FROM run WHERE id = ?");
    query_bind_int(&q, run);
    int row = query_step(&q, e);
    *split = row == 1 ? query_int(&q) : 0;
    query_close(&q);
    return row < 0 ? -1 : 0;
}

int db_truths(struct db *d, int64_t split, double *to, size_t n, struct err *e)
{
    struct query q;
    int more;
    for (size_t i = 0; i < n; i++)
        to[i] = NAN;
    query_open(&q, d,
               "SELECT place, truth FROM split_image WHERE split = ? AND place BETWEEN 0 AND ?");
    query_bind_int(&q, split);
    query_bind_int(&q, (int64_t)n - 1);
    while ((more = query_step(&q, e)) == 1) {
        int64_t place = query_int(&q);
        to[place] = query_real(&q);
    }
    query_close(&q);
    return more;
}
