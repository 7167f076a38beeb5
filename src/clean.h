/* clean.h - files that nothing needs any more: of runs in this database's own folder of weights,
 * and of the cache. Found first, to be shown and asked about, then removed, each if that is still
 * so. For one thread.
 */
#ifndef COMBOLAB_SRC_CLEAN_H
#define COMBOLAB_SRC_CLEAN_H

#include "db/db.h"

struct clean_item {
    const char *what; /* "checkpoints of a finished run" */
    int64_t run;      /* 0 = of no run: of the cache */
    size_t files;
    uint64_t bytes;
    char *path;     /* owned: a run's folder, or a file */
    unsigned kinds; /* of enum folder_kind, in a run's folder */
    bool trash;     /* the run itself goes, too */
};

struct clean {
    struct clean_item *items;
    size_t n, room;
    size_t runs; /* of the trash */
    size_t files;
    uint64_t bytes; /* of all */
    double unused_s;
};

/* `cache`: as store_folder takes it; what has not been used there for `unused_s`. With `trash` the
 * runs in the trash, too. */
int clean_find(struct clean *c, struct db *db, const char *cache, double unused_s, bool trash,
               struct err *e);

/* Removes them; *files and *bytes are what went: less than was found where something has come into
 * use. `db` is open to write. -1: the first that could not be removed; the others are gone. */
int clean_remove(const struct clean *c, struct db *db, size_t *files, uint64_t *bytes,
                 struct err *e);

void clean_fini(struct clean *c);

#endif
