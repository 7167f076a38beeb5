/* fuzz_sql.c - any text as statements of a user: they end, and neither the database nor its folder
 * is another afterwards. */
#include "base/err.h"
#include "db/db.h"
#include "db/db_sql.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_SLICES 50
#define MOST_ROWS 1000

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static char folder[256], path[300];
static struct db *db;
static struct stat before;
static int names_before;
static int slices;

static bool stops(void *context)
{
    (void)context;
    return ++slices > MOST_SLICES;
}

static int count_names(void)
{
    DIR *dir = opendir(folder);
    int n = 0;
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

/* A copy of `seed.db`, which the program has trained into. The program is in that folder, so that
 * a name without one would be seen there. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *scratch = getenv("FUZZ_SCRATCH");
    const struct db_sql_limits limits = {.value_bytes = 100000, .stops = stops};
    struct err e;
    char part[4096];
    size_t n;
    FILE *from = fopen("seed.db", "r"), *to;
    (void)argc;
    (void)argv;
    snprintf(folder, sizeof folder, "%s/combolab-fuzz-sql-XXXXXX", scratch ? scratch : "/tmp");
    if (!from || !mkdtemp(folder))
        abort();
    snprintf(path, sizeof path, "%s/f.db", folder);
    to = fopen(path, "w");
    while (to && (n = fread(part, 1, sizeof part, from)) > 0)
        if (fwrite(part, 1, n, to) != n)
            abort();
    fclose(from);
    if (!to || fclose(to) || db_open(&db, path, DB_READ, &e) || db_sql_restrict(db, &limits, &e))
        abort();
    names_before = count_names();
    return stat(path, &before);
}

static void run(struct db_sql *q)
{
    struct err e;
    struct row_value v;
    int rows = 0;
    while (db_sql_next(q, &e) == 1) {
        while (rows++ < MOST_ROWS && db_sql_row(q, &e) == 1)
            for (size_t c = 0; c < db_sql_columns(q); c++) {
                db_sql_value(q, c, &v);
                if (v.kind == ROW_VALUE_TEXT && v.bytes[v.count])
                    abort();
            }
        if (rows > MOST_ROWS || slices > MOST_SLICES)
            return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct stat after;
    struct db_sql *q;
    struct err e;
    size_t at;
    char text[4096];
    if (count >= sizeof text)
        return 0;
    memcpy(text, bytes, count);
    text[count] = '\0';
    slices = 0;
    err_clear(&e);
    if (db_sql_new(&q, db, text, &at, &e)) {
        if (!e.text[0] || q || (at != DB_SQL_NOWHERE && at > strlen(text)))
            abort();
    } else {
        run(q);
        db_sql_free(q);
    }
    if (stat(path, &after) || after.st_size != before.st_size ||
        after.st_mtim.tv_nsec != before.st_mtim.tv_nsec || count_names() != names_before)
        abort();
    return 0;
}
