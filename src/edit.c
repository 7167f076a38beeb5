/* edit.c - see edit.h. Written by a connection of their own: no session is needed for it. */
#include "src/edit.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "src/output.h"

#include <stdio.h>

#define SAID 12 /* numbers of runs that are said one by one */

static void say(const int64_t *ids, size_t n, const char *done)
{
    fprintf(stderr, "%s", n == 1 ? "run" : "runs");
    for (size_t i = 0; i < n && i < SAID; i++)
        fprintf(stderr, "%s %lld", i ? "," : "", (long long)ids[i]);
    if (n > SAID)
        fprintf(stderr, " and %zu more", n - SAID);
    fprintf(stderr, ": %s\n", done);
}

/* Looked up by a reader: opening to write would make a database where there is none. */
static int find(const struct invocation *in, char *const *which, size_t n_which, char *path,
                size_t room, int64_t **ids, size_t *n, struct err *e)
{
    struct db *db;
    *ids = NULL;
    if (output_open_db(in, &db, e))
        return -1;
    int result = output_find_runs(db, which, n_which, ids, n, e);
    if (!result && str_copy(path, room, db_path(db)))
        result = err_set(e, ERR_USAGE, "the database's path is longer than %zu bytes", room - 1);
    db_close(db);
    return result;
}

int edit_runs(const struct invocation *in, char *const *which, size_t n_which,
              const struct db_edit *edits, size_t n_edits, const char *done)
{
    char path[FILE_PATH_BYTES];
    int64_t *ids;
    size_t n;
    struct db *db = NULL;
    struct err e;
    if (find(in, which, n_which, path, sizeof path, &ids, &n, &e)) {
        mem_free(ids);
        return command_fail(&e);
    }
    int failed = db_open(&db, path, DB_WRITE, &e) || db_runs_edit(db, ids, n, edits, n_edits, &e);
    db_close(db);
    if (!failed && !in->global.quiet)
        say(ids, n, done);
    mem_free(ids);
    return failed ? command_fail(&e) : EXIT_GOOD;
}

int edit_arguments(const struct invocation *in, enum db_edit_kind kind, const char *done)
{
    const struct db_edit edit = {.kind = kind};
    return edit_runs(in, in->arguments, (size_t)in->n_arguments, &edit, 1, done);
}
