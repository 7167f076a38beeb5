/* output.c - the run database read, and tables to standard output. */
#include "src/output.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int output_open_db(const struct invocation *in, struct db **out, struct err *e)
{
    char path[OPT_TEXT_BYTES];
    struct err older;
    if (in->global.database[0])
        str_copy(path, sizeof path, in->global.database);
    else if (db_default_path(path, sizeof path, e))
        return -1;
    if (!db_open(out, path, DB_READ, e) || e->code != ERR_VERSION)
        return *out ? 0 : -1;
    /* Opening to write takes the missing steps. Where that is not possible the reason why it cannot
     * be read says more than the one why it cannot be written. */
    if (db_open(out, path, DB_WRITE, &older))
        return -1;
    db_close(*out);
    return db_open(out, path, DB_READ, e);
}

int output_find_run(struct db *db, const char *which, struct run_row *run, struct err *e)
{
    int64_t id;
    if (!strcmp(which, "last")) {
        struct run_row *runs;
        size_t n;
        if (db_runs_page(db, 0, 1, &runs, &n, e))
            return -1;
        if (n)
            *run = runs[0];
        mem_free(runs);
        return n ? 0 : err_set(e, ERR_NOT_FOUND, "%s holds no runs yet", db_path(db));
    }
    if (str_to_int(which, &id) || id < 1)
        return err_set(e, ERR_USAGE,
                       "'%.60s' is no run: give a number from `combolab runs`, or last", which);
    return db_run(db, id, run, e);
}

int output_find_weights(struct db *db, const struct run_row *run, bool best, bool last,
                        struct checkpoint_row *out, struct err *e)
{
    struct checkpoint_row *rows;
    size_t n, at;
    const char *wanted = last ? "last" : "best";
    if (best && last)
        return err_set(e, ERR_USAGE, "--best and --last: only one of them can be taken");
    if (db_checkpoints(db, run->id, &rows, &n, e))
        return -1;
    for (at = 0; at < n && strcmp(rows[at].kind, wanted); at++)
        ;
    if (at == n && n && !best && !last)
        at = 0;
    if (at < n)
        *out = rows[at];
    mem_free(rows);
    return at < n ? 0
                  : err_set(e, ERR_NOT_FOUND, "run %lld has no %s weights: none were saved",
                            (long long)run->id, wanted);
}

/* Columns of the terminal; elsewhere what COLUMNS says, 0 = no limit. */
static int width_of_output(bool terminal)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    int64_t width;
    if (terminal && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
        return size.ws_col;
    return columns && !str_to_int(columns, &width) && width > 0 && width < 10000 ? (int)width : 0;
}

int output_tables(const struct invocation *in, struct table *const *tables, size_t n, struct err *e)
{
    bool terminal = isatty(STDOUT_FILENO);
    return tables_print(tables, n, in->global.format, width_of_output(terminal), terminal, stdout,
                        e);
}
