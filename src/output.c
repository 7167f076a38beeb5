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

#define OUTPUT_MOST_RANGE 10000

static int find_path(const struct invocation *in, char path[OPT_TEXT_BYTES], struct err *e)
{
    if (!in->global.database[0])
        return db_default_path(path, OPT_TEXT_BYTES, e);
    str_copy(path, OPT_TEXT_BYTES, in->global.database);
    return 0;
}

int output_make_db(const struct invocation *in, struct db **out, struct err *e)
{
    char path[OPT_TEXT_BYTES];
    return find_path(in, path, e) ? -1 : db_open(out, path, DB_WRITE, e);
}

int output_open_db(const struct invocation *in, struct db **out, struct err *e)
{
    char path[OPT_TEXT_BYTES];
    struct err older;
    if (find_path(in, path, e))
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
    if (at == n && run->imported[0])
        return err_set(e, ERR_NOT_FOUND,
                       "run %lld was imported from %s: only its curves are here, no weights",
                       (long long)run->id, run->imported);
    return at < n ? 0
                  : err_set(e, ERR_NOT_FOUND, "run %lld has no %s weights: none were saved",
                            (long long)run->id, wanted);
}

static int add_id(int64_t **ids, size_t *n, int64_t id, struct err *e)
{
    for (size_t i = 0; i < *n; i++)
        if ((*ids)[i] == id)
            return 0;
    int64_t *more = mem_resize(*ids, *n + 1, sizeof *more);
    if (!more)
        return mem_error(e, "the list of runs", (*n + 1) * sizeof *more);
    *ids = more;
    more[(*n)++] = id;
    return 0;
}

/* "3-9": 1 and its ends; 0 for anything else. */
static int is_range(const char *which, int64_t *first, int64_t *last)
{
    char text[48];
    if (str_copy(text, sizeof text, which))
        return 0;
    char *dash = strchr(text, '-');
    if (!dash || dash == text)
        return 0;
    *dash = '\0';
    return !str_to_int(text, first) && !str_to_int(dash + 1, last) && *first > 0;
}

static int add_range(struct db *db, const char *which, int64_t first, int64_t last, int64_t **ids,
                     size_t *n, struct err *e)
{
    struct run_row run;
    struct err why;
    bool any = false;
    if (last < first || last - first >= OUTPUT_MOST_RANGE)
        return err_set(e, ERR_USAGE,
                       "'%.60s' is no range from a lower number to a higher one with at most %d "
                       "in all",
                       which, OUTPUT_MOST_RANGE);
    for (int64_t id = first; id <= last; id++) {
        if (!db_run(db, id, &run, &why)) {
            any = true;
            if (add_id(ids, n, id, e))
                return -1;
        } else if (why.code != ERR_NOT_FOUND) {
            *e = why;
            return -1;
        }
    }
    return any ? 0
               : err_set(e, ERR_NOT_FOUND, "there is no run from %lld to %lld", (long long)first,
                         (long long)last);
}

int output_find_runs(struct db *db, char *const *which, size_t n_which, int64_t **ids, size_t *n,
                     struct err *e)
{
    struct run_row run;
    int64_t first, last;
    int result = 0;
    *ids = NULL;
    *n = 0;
    for (size_t i = 0; !result && i < n_which; i++) {
        if (is_range(which[i], &first, &last))
            result = add_range(db, which[i], first, last, ids, n, e);
        else if (!(result = output_find_run(db, which[i], &run, e)))
            result = add_id(ids, n, run.id, e);
    }
    if (!result)
        return 0;
    mem_free(*ids);
    *ids = NULL;
    return -1;
}

int output_find_rows(struct db *db, char *const *which, size_t n_which, struct run_row **rows,
                     size_t *n, struct err *e)
{
    int64_t *ids;
    *rows = NULL;
    if (output_find_runs(db, which, n_which, &ids, n, e))
        return -1;
    *rows = mem_alloc(*n, sizeof **rows);
    int result = *rows ? 0 : mem_error(e, "runs", *n * sizeof **rows);
    for (size_t i = 0; !result && i < *n; i++)
        result = db_run(db, ids[i], &(*rows)[i], e);
    mem_free(ids);
    if (!result)
        return 0;
    mem_free(*rows);
    *rows = NULL;
    return -1;
}

/* Columns of the terminal; elsewhere what COLUMNS says, 0 = no limit. */
int output_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    int64_t width;
    if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
        return size.ws_col;
    return columns && !str_to_int(columns, &width) && width > 0 && width < 10000 ? (int)width : 0;
}

int output_tables(const struct invocation *in, struct table *const *tables, size_t n, struct err *e)
{
    bool terminal = isatty(STDOUT_FILENO);
    return tables_print(tables, n, in->global.format, output_width(), terminal, stdout, e);
}
