/* db_merge.c - takes a run of another database with all of its rows, in one transaction: see
 * db_merge.h. Rows go from one connection to the other as they are, whatever their values; both
 * files have the same schema. Where the run is here already its rows are replaced, except those
 * that people write.
 */
#include "db/db_merge_priv.h"

#include "base/file.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Rows that belong to a run, in an order in which each finds what it refers to. */
struct part {
    const char *table;
    const char *left_out; /* columns that are set by other means, as SQL */
    const char *order;
    bool written; /* by people: comes with a new run alone */
};

static const struct part parts[] = {
    {"run_option", "'run'", "position", false},
    {"term", "'run'", "position", false},
    {"epoch", "'run'", "epoch", false},
    {"phase", "'run'", "epoch", false},
    {"ledger", "'run'", "epoch", false},
    {"checkpoint", "'run'", "kind", false},
    {"prediction", "'run'", "kind", false},
    {"log", "'run', 'id'", "id", false},
    {"algorithm", "'run'", "position", false},
    {"provenance", "'run'", "position", false},
    {"tag", "'run'", "name", true},
};

#define NOT_COPIED "'id', 'experiment', 'split', 'changed'"
#define WRITTEN ", 'name', 'note', 'priority', 'archived', 'deleted', 'created'"

/* The columns of a table but some, as they stand in a statement, and how many. */
static int name_columns(struct db *d, const char *table, const char *left_out, struct str *names,
                        int *n, struct err *e)
{
    struct query q;
    struct str sql;
    int more;
    char name[128];
    str_init(&sql);
    str_addf(&sql, "SELECT name FROM pragma_table_info('%s') WHERE name NOT IN (%s)", table,
             left_out);
    *n = 0;
    query_open_str(&q, d, &sql);
    while ((more = query_step(&q, e)) == 1) {
        query_text(&q, name, sizeof name);
        str_addf(names, "%s\"%s\"", *n ? ", " : "", name);
        ++*n;
    }
    query_close(&q);
    return more;
}

static void add_marks(struct str *sql, int n)
{
    for (int i = 0; i < n; i++)
        str_add(sql, i ? ", ?" : "?");
}

/* Each row that `read` gives goes into `write`, after what is bound to that already. */
static int pour(struct query *read, struct query *write, int n, const int64_t *key, struct err *e)
{
    int more, status = 0;
    while (!status && (more = query_step(read, e)) == 1) {
        if (key)
            query_bind_int(write, *key);
        for (int i = 0; i < n; i++) {
            int code = sqlite3_bind_value(write->statement, ++write->parameter,
                                          sqlite3_column_value(read->statement, i));
            write->code = write->code == SQLITE_OK ? code : write->code;
        }
        status = query_run(write, e);
    }
    return status || more < 0 ? -1 : 0;
}

static void open_read(struct query *q, struct db *from, const char *names, const char *table,
                      const char *key, const char *order, int64_t run)
{
    struct str sql;
    str_init(&sql);
    str_addf(&sql, "SELECT %s FROM %s WHERE %s = ? ORDER BY %s", names, table, key, order);
    query_open_str(q, from, &sql);
    query_bind_int(q, run);
}

static int copy_part(struct db *d, struct db *from, const struct part *part,
                     const struct db_merge *m, struct err *e)
{
    struct query read, write;
    struct str names, sql;
    int n;
    str_init(&names);
    str_init(&sql);
    int status = name_columns(d, part->table, part->left_out, &names, &n, e);
    if (!status) {
        str_addf(&sql, "INSERT INTO %s(run, %s) VALUES (", part->table, names.text);
        add_marks(&sql, n + 1);
        str_add(&sql, ")");
        open_read(&read, from, names.text, part->table, "run", part->order, m->there);
        query_open_str(&write, d, &sql);
        status = pour(&read, &write, n, &m->here, e);
        query_close(&read);
        query_close(&write);
    }
    str_fini(&names);
    str_fini(&sql);
    return status;
}

/* --- the run's own row --- */

static int update_row(struct db *d, struct db *from, const struct db_merge *m, const char *left_out,
                      struct err *e)
{
    struct query read, write;
    struct str names, sql;
    int n;
    str_init(&names);
    str_init(&sql);
    int status = name_columns(d, "run", left_out, &names, &n, e);
    if (!status) {
        str_addf(&sql, "UPDATE run SET (%s) = (", names.text);
        add_marks(&sql, n);
        str_addf(&sql, ") WHERE id = %" PRId64, m->here);
        open_read(&read, from, names.text, "run", "id", "id", m->there);
        query_open_str(&write, d, &sql);
        status = pour(&read, &write, n, NULL, e);
        query_close(&read);
        query_close(&write);
    }
    str_fini(&names);
    str_fini(&sql);
    return status;
}

/* A state that others may follow, as they do when a run is trained. */
static int set_state(struct db *d, int64_t run, const char *state, struct err *e)
{
    struct query q;
    query_open(&q, d, "UPDATE run SET state = ?1 WHERE id = ?2");
    query_bind_text(&q, state);
    query_bind_int(&q, run);
    return query_finish(&q, e);
}

/* Nothing but what cannot be missing; the rest follows from its row there. */
static int insert_row(struct db *d, struct db_merge *m, struct err *e)
{
    struct query q;
    int64_t number;
    if (run_next_number(d, &number, e))
        return -1;
    query_open(&q, d,
               "INSERT INTO run(id, name, state, created, data, backbone, loss, image_size, batch,"
               " epochs, seed) VALUES (nullif(?, 0), '', 'running', 0, '', '', '', 0, 0, 0, 0)");
    query_bind_int(&q, number);
    if (query_finish(&q, e))
        return -1;
    m->here = sqlite3_last_insert_rowid(d->sql);
    return 0;
}

/* When its experiment is tested, unless that was laid down here. */
static int copy_looks(struct db *d, struct db *from, const struct db_merge *m, int64_t experiment,
                      struct err *e)
{
    struct query read, write;
    query_open(&read, from,
               "SELECT seeds, spending, time, finished FROM looks"
               " WHERE experiment = (SELECT experiment FROM run WHERE id = ?)");
    query_bind_int(&read, m->there);
    query_open(&write, d,
               "INSERT INTO looks(experiment, seeds, spending, time, finished)"
               " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    int status = pour(&read, &write, 4, &experiment, e);
    query_close(&read);
    query_close(&write);
    return status;
}

static int set_experiment(struct db *d, struct db *from, const struct db_merge *m,
                          const char *experiment, struct err *e)
{
    struct run_row row;
    struct query q;
    int64_t id;
    if (!experiment && db_run(from, m->there, &row, e))
        return -1;
    const char *name = experiment ? experiment : row.experiment;
    if (!name[0])
        return 0;
    if (run_find_experiment(d, name, &id, e) || (!experiment && copy_looks(d, from, m, id, e)))
        return -1;
    query_open(&q, d, "UPDATE run SET experiment = ? WHERE id = ?");
    query_bind_int(&q, id);
    query_bind_int(&q, m->here);
    if (query_finish(&q, e))
        return -1;
    query_open(&q, d, "UPDATE run_option SET value = ? WHERE run = ? AND name = 'experiment'");
    query_bind_text(&q, name);
    query_bind_int(&q, m->here);
    return query_finish(&q, e);
}

static int forget_rows(struct db *d, int64_t run, struct err *e)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char sql[80];
        struct query q;
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE run = ?", parts[i].table);
        if (parts[i].written)
            continue;
        query_open(&q, d, sql);
        query_bind_int(&q, run);
        if (query_finish(&q, e))
            return -1;
    }
    return 0;
}

/* --- what hangs on it --- */

static int copy_split(struct db *d, struct db *from, const struct db_merge *m, struct err *e)
{
    struct split_row *rows;
    size_t n;
    int64_t split;
    if (db_split_of(from, m->there, &split, e) || db_split(from, m->there, &rows, &n, e))
        return -1;
    int status = split ? split_set(d, m->here, rows, n, e) : 0;
    mem_free(rows);
    return status;
}

/* Its files lie in the run's folder here. */
static int set_paths(struct db *d, const struct db_merge *m, const char *folder, struct err *e)
{
    struct checkpoint_row *rows;
    struct query q;
    size_t n;
    if (query_rows_of(d, m->here, row_checkpoint_columns, "FROM checkpoint WHERE run = ?",
                      sizeof *rows, &rows, &n, e))
        return -1;
    int status = 0;
    for (size_t i = 0; !status && i < n; i++) {
        char path[FILE_PATH_BYTES], shortened[FILE_PATH_BYTES];
        const char *slash = strrchr(rows[i].path, '/');
        if (str_path(path, sizeof path, folder, slash ? slash + 1 : rows[i].path))
            status = err_set(e, ERR_USAGE, "a path of weights in %s is too long", folder);
        else
            status = identity_shorten(d, path, shortened, sizeof shortened, e);
        if (status)
            break;
        query_open(&q, d, "UPDATE checkpoint SET path = ? WHERE run = ? AND kind = ?");
        query_bind_text(&q, shortened);
        query_bind_int(&q, m->here);
        query_bind_text(&q, rows[i].kind);
        status = query_finish(&q, e);
    }
    mem_free(rows);
    return status;
}

static int set_origin(struct db *d, struct db *from, const struct db_merge *m, struct err *e)
{
    struct merge_identity identity;
    struct query q;
    if (merge_identity(from, m->there, &identity, e))
        return -1;
    query_open(&q, d,
               "INSERT INTO origin(run, database, number, content) VALUES (?, ?, ?, ?)"
               " ON CONFLICT(run) DO UPDATE SET content = excluded.content");
    query_bind_int(&q, m->here);
    query_bind_text(&q, identity.database);
    query_bind_int(&q, identity.number);
    query_bind_int(&q, (int64_t)m->content);
    return query_finish(&q, e);
}

/* --- */

static int take_row(struct db *d, struct db *from, struct db_merge *m, struct err *e)
{
    if (m->what == DB_MERGE_NEW)
        return insert_row(d, m, e) || update_row(d, from, m, NOT_COPIED, e) ? -1 : 0;
    return forget_rows(d, m->here, e) || set_state(d, m->here, "queued", e) ||
                   set_state(d, m->here, "running", e) ||
                   update_row(d, from, m, NOT_COPIED WRITTEN, e)
               ? -1
               : 0;
}

static int take_parts(struct db *d, struct db *from, const struct db_merge *m, struct err *e)
{
    int status = 0;
    for (size_t i = 0; !status && i < sizeof parts / sizeof *parts; i++)
        if (!parts[i].written || m->what == DB_MERGE_NEW)
            status = copy_part(d, from, &parts[i], m, e);
    return status;
}

static int take(struct db *d, struct db *from, struct db_merge *m, const char *experiment,
                const struct db_merge_place *place, struct err *e)
{
    struct db_merge now;
    char folder[FILE_PATH_BYTES];
    if (db_merge_look(d, from, m->there, &now, e))
        return -1;
    if (now.what != m->what || now.here != m->here || now.content != m->content)
        return err_set(e, ERR_BUSY, "it has changed meanwhile: merge once more");
    if (take_row(d, from, m, e) || take_parts(d, from, m, e) || copy_split(d, from, m, e) ||
        db_weights_dir(d, m->here, folder, sizeof folder, e) || set_paths(d, m, folder, e))
        return -1;
    if (m->what == DB_MERGE_NEW && set_experiment(d, from, m, experiment, e))
        return -1;
    if (set_origin(d, from, m, e) || (place && place->place(place->context, folder, e)))
        return -1;
    return disk_store(d, m->here, e);
}

/* All of `from` is read as it is at one moment. */
int db_merge_take(struct db *d, struct db *from, struct db_merge *m, const char *experiment,
                  const struct db_merge_place *place, struct err *e)
{
    int64_t here = m->here;
    int status = db_begin(d, e);
    if (!status)
        status = db_exec(from, "BEGIN", e);
    if (!status)
        status = take(d, from, m, experiment, place, e);
    if (!sqlite3_get_autocommit(from->sql))
        sqlite3_exec(from->sql, "ROLLBACK", NULL, NULL, NULL);
    status = db_end(d, status, e, "bringing in run %" PRId64 " of %s", m->there, from->path);
    if (status)
        m->here = here;
    return status;
}

int db_weights_claim(struct db *d, char *folder, size_t room, struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = identity_claim_folder(d, e) < 0 ? -1 : 0;
    if (db_end(d, status, e, "making the folder of weights"))
        return -1;
    return db_weights_own(d, folder, room, e) < 0 ? -1 : 0;
}
