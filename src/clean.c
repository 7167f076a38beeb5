/* clean.c - see clean.h. A run's files are removed under its lock, so that nobody begins to train
 * in that folder meanwhile.
 */
#include "src/clean.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/image/store.h"
#include "engine/train/folder.h"
#include "src/session/session.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* By enum db_spent. */
static const struct {
    const char *what;
    unsigned kinds;
} spent_files[] = {
    [DB_SPENT_NOTHING] = {"", 0},
    [DB_SPENT_HALVES] = {"half-written files", FOLDER_HALVES},
    [DB_SPENT_CHECKPOINTS] = {"checkpoints of a run that is over",
                              FOLDER_CHECKPOINTS | FOLDER_HALVES},
    [DB_SPENT_ALL] = {"files of a deleted run", FOLDER_ALL},
};

/* --- finding --- */

static int add(struct clean *c, const struct clean_item *item, const char *path, struct err *e)
{
    if (c->n == c->room) {
        size_t room = c->room ? 2 * c->room : 16;
        struct clean_item *items = mem_resize(c->items, room, sizeof *items);
        if (!items)
            return mem_error(e, "the list of files", room * sizeof *items);
        c->items = items;
        c->room = room;
    }
    struct clean_item *to = &c->items[c->n];
    *to = *item;
    to->path = mem_string(path);
    if (!to->path)
        return mem_error(e, "a path", strlen(path) + 1);
    c->n++;
    c->runs += item->trash;
    c->files += item->files;
    c->bytes += item->bytes;
    return 0;
}

static int find_in_run(struct clean *c, struct db *db, const char *folder, int64_t run,
                       struct err *e)
{
    enum db_spent spent;
    struct folder_sum sum;
    if (db_run_spent(db, run, &spent, e) || folder_count(folder, spent_files[spent].kinds, &sum, e))
        return -1;
    const struct clean_item item = {.what = spent_files[spent].what,
                                    .run = run,
                                    .files = sum.files,
                                    .bytes = sum.bytes,
                                    .kinds = spent_files[spent].kinds};
    return sum.files ? add(c, &item, folder, e) : 0;
}

static int find_in_weights(struct clean *c, struct db *db, struct err *e)
{
    char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    int64_t run;
    int own = db_weights_own(db, folder, sizeof folder, e);
    if (own <= 0)
        return own;
    DIR *dir = opendir(folder);
    if (!dir)
        return err_errno(e, errno, "folder %s cannot be read", folder);
    int result = 0;
    for (const struct dirent *at; !result && (at = readdir(dir));)
        if (!str_to_int(at->d_name, &run) && run > 0 &&
            !str_path(path, sizeof path, folder, at->d_name))
            result = find_in_run(c, db, path, run, e);
    closedir(dir);
    return result;
}

static int find_in_trash(struct clean *c, struct db *db, struct err *e)
{
    char folder[FILE_PATH_BYTES];
    struct run_row *runs;
    size_t n;
    const struct run_wanted wanted = {.kept = RUNS_TRASH};
    int result = db_runs_wanted(db, &wanted, &runs, &n, e);
    for (size_t i = 0; !result && i < n; i++) {
        struct folder_sum sum;
        result = db_weights_dir(db, runs[i].id, folder, sizeof folder, e) ||
                         folder_count(folder, FOLDER_ALL, &sum, e)
                     ? -1
                     : 0;
        if (result)
            break;
        const struct clean_item item = {.what = "run in the trash",
                                        .run = runs[i].id,
                                        .files = sum.files,
                                        .bytes = sum.bytes,
                                        .kinds = FOLDER_ALL,
                                        .trash = true};
        result = add(c, &item, folder, e);
    }
    mem_free(runs);
    return result;
}

static int found_unused(void *context, const struct store_unused *file, struct err *e)
{
    const struct clean_item item = {.what = file->half ? "half-written decoded images"
                                                       : "decoded images that nobody used",
                                    .files = 1,
                                    .bytes = file->bytes};
    return add(context, &item, file->path, e);
}

/* By run, then by name. */
static int in_order(const void *a, const void *b)
{
    const struct clean_item *x = a, *y = b;
    if (!x->run != !y->run)
        return !x->run - !y->run;
    if (x->run != y->run)
        return x->run < y->run ? -1 : 1;
    return strcmp(x->path, y->path);
}

int clean_find(struct clean *c, struct db *db, const char *cache, double unused_s, bool trash,
               struct err *e)
{
    char folder[FILE_PATH_BYTES];
    *c = (struct clean){.unused_s = unused_s};
    if (!find_in_weights(c, db, e) && (!trash || !find_in_trash(c, db, e)) &&
        !store_folder_name(cache, folder, e) &&
        !store_unused(folder, unused_s, found_unused, c, e)) {
        if (c->n)
            qsort(c->items, c->n, sizeof *c->items, in_order);
        return 0;
    }
    clean_fini(c);
    return -1;
}

void clean_fini(struct clean *c)
{
    for (size_t i = 0; i < c->n; i++)
        mem_free(c->items[i].path);
    mem_free(c->items);
    *c = (struct clean){.n = 0};
}

/* --- removing --- */

/* What was asked about, if it is still spent. */
static int remove_spent(const struct clean_item *item, struct db *db, struct folder_sum *gone,
                        struct err *e)
{
    enum db_spent spent;
    if (db_run_spent(db, item->run, &spent, e))
        return -1;
    int result = folder_remove(item->path, item->kinds & spent_files[spent].kinds, gone, e);
    if (spent == DB_SPENT_ALL)
        rmdir(item->path); /* unless somebody else has put files there */
    return result;
}

/* If it is in the trash still. */
static int empty_trash(const struct clean_item *item, struct db *db, struct folder_sum *gone,
                       struct err *e)
{
    struct run_row row;
    if (db_run(db, item->run, &row, e))
        return -1;
    return isnan(row.deleted) ? 0 : session_delete(db, item->run, gone, e);
}

static int remove_of_run(const struct clean_item *item, struct db *db, struct folder_sum *gone,
                         struct err *e)
{
    if (item->trash)
        return empty_trash(item, db, gone, e);
    int locked = db_run_lock(db, item->run, e);
    if (locked <= 0)
        return locked;
    int result = remove_spent(item, db, gone, e);
    db_run_unlock(db, item->run);
    return result;
}

int clean_remove(const struct clean *c, struct db *db, size_t *files, uint64_t *bytes,
                 struct err *e)
{
    struct err why;
    int result = 0;
    *files = 0;
    *bytes = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct clean_item *item = &c->items[i];
        struct folder_sum gone = {0, 0};
        if (item->run && remove_of_run(item, db, &gone, result ? &why : e))
            result = -1;
        else if (!item->run && store_remove(item->path, c->unused_s))
            gone = (struct folder_sum){1, item->bytes};
        *files += gone.files;
        *bytes += gone.bytes;
    }
    return db_runs_disk(db, result ? &why : e) ? -1 : result;
}
