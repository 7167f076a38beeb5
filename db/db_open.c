/* db_open.c - opening the run database: checks that tell a person what is wrong before SQLite
 * would, pragmas, and making or bringing up to date.
 *
 * Order: the path (folder? there? network?), then the header (whose file, which version), and only
 * then anything that writes: a file of another program is never touched.
 *
 * Pragmas. journal_mode=WAL: viewers read while a run writes. synchronous=FULL: an epoch that was
 * shown is on the disk, even if the power fails; NORMAL would lose the last commits then. That is
 * one fsync a commit, with a few commits an epoch. foreign_keys: deleting a run deletes its rows.
 */
#include "db/db_priv.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const all_ways =
    "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
    "PRAGMA synchronous = FULL";

/* SQLite itself must be new enough for STRICT tables and RETURNING, whatever it was built against.
 */
static int check_library(struct err *e)
{
    if (sqlite3_libversion_number() < 3037000)
        return err_set(e, ERR_VERSION, "SQLite %s is too old: combolab needs 3.37 or newer",
                       sqlite3_libversion());
    if (!sqlite3_threadsafe())
        return err_set(e, ERR_VERSION,
                       "SQLite %s was built without threads (SQLITE_THREADSAFE=0), which combolab "
                       "needs",
                       sqlite3_libversion());
    return 0;
}

/* What must be there, may be there, or cannot be a database at all. */
static int check_path(const char *path, enum db_mode mode, struct err *e)
{
    if (!path[0])
        return err_set(e, ERR_USAGE, "the run database has an empty name: give --database FILE");
    size_t most = (size_t)sqlite3_vfs_find(NULL)->mxPathname;
    if (strlen(path) + 16 > most)
        return err_set(e, ERR_USAGE,
                       "the path of the run database has %zu bytes, SQLite takes %zu: %.60s...",
                       strlen(path), most - 16, path);
    struct stat file;
    if (stat(path, &file)) {
        if (errno != ENOENT && errno != ENOTDIR)
            return err_errno(e, errno, "the run database %s cannot be reached", path);
        if (mode == DB_READ)
            return err_set(e, ERR_NOT_FOUND,
                           "there is no run database %s yet: `combolab train` makes it, or name "
                           "another with --database",
                           path);
        return files_make_folders(path, e);
    }
    if (S_ISDIR(file.st_mode))
        return err_set(e, ERR_USAGE, "%s is a folder: name a file in it, such as %s/runs.db", path,
                       path);
    if (!S_ISREG(file.st_mode))
        return err_set(e, ERR_USAGE, "%s is not a file: a run database must be one", path);
    if (file.st_nlink > 1 && mode == DB_WRITE)
        return err_set(
            e, ERR_USAGE,
            "%s has %d names (hard links), and what is written by one name is damaged by "
            "another: make it a file of its own with `cp`, and open that",
            path, (int)file.st_nlink);
    return 0;
}

static int read_number(struct db *d, const char *sql, int64_t *to, struct err *e)
{
    struct query q;
    query_open(&q, d, sql);
    int row = query_step(&q, e);
    if (row == 1)
        *to = query_int(&q);
    query_close(&q);
    return row < 0 ? -1 : 0;
}

/* Whose file it is. Gives its version; 0 for an empty one, which is nobody's yet. */
static int check_header(struct db *d, int *version, struct err *e)
{
    int64_t application = 0, user_version = 0, tables = 0;
    if (read_number(d, "PRAGMA application_id", &application, e) ||
        read_number(d, "PRAGMA user_version", &user_version, e) ||
        read_number(d, "SELECT count(*) FROM sqlite_schema", &tables, e))
        return -1;
    *version = 0;
    if (!application && !user_version && !tables)
        return 0;
    if (application != DB_APPLICATION_ID)
        return err_set(e, ERR_FORMAT,
                       "%s is a database of another program (application id %#x, combolab's is "
                       "%#x): name another file with --database",
                       d->path, (unsigned)application, (unsigned)DB_APPLICATION_ID);
    if (user_version < 0 || (!user_version && tables))
        return err_set(
            e, ERR_FORMAT,
            "%s is damaged: its schema has the number %d, and 1 to %d are known; restore "
            "a copy, or, if nothing else is wrong with it, put the number right with "
            "`sqlite3 %s \"PRAGMA user_version = %d\"`",
            d->path, (int)user_version, schema_known(), d->path, schema_known());
    if (user_version > schema_known())
        return err_set(e, ERR_VERSION,
                       "%s was made by a newer combolab (schema %d, this one knows %d): upgrade "
                       "combolab, or name another file with --database",
                       d->path, (int)user_version, schema_known());
    *version = (int)user_version;
    return schema_check(d, *version, e);
}

/* By whatever links it was reached: the folder of weights lies beside the file itself. */
static int settle_path(struct db *d, struct err *e)
{
    char real[FILE_PATH_BYTES];
    if (!realpath(d->path, real))
        return err_errno(e, errno, "the run database %s cannot be reached", d->path);
    char *path = mem_string(real);
    if (!path)
        return mem_error(e, "the path of the run database", strlen(real) + 1);
    mem_free(d->path);
    d->path = path;
    return 0;
}

/* Only one process can change the journal mode, and SQLite does not wait for its turn here. */
static int enter_wal(struct db *d, struct err *e)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    for (int waited_ms = 0;; waited_ms += 10) {
        struct query q;
        char mode[16] = "";
        query_open(&q, d, "PRAGMA journal_mode = WAL");
        int row = query_step(&q, e);
        int code = q.code;
        if (row == 1)
            query_text(&q, mode, sizeof mode);
        query_close(&q);
        if (row == 1 && strcmp(mode, "wal"))
            return err_set(e, ERR_IO,
                           "%s: its file system does not allow a write-ahead log (journal mode "
                           "stays \"%s\"): keep it on a local disk",
                           d->path, mode);
        if (row >= 0)
            return 0;
        if ((code & 0xff) != SQLITE_BUSY || waited_ms >= DB_BUSY_MS)
            return -1;
        nanosleep(&pause, NULL);
    }
}

/* Makes the tables, or takes the steps that are missing. */
static int bring_up_to_date(struct db *d, struct err *e)
{
    if (enter_wal(d, e))
        return -1;
    int status = db_begin(d, e);
    int version = 0;
    /* Another process may have been quicker, so the version is read again under the lock. */
    if (!status)
        status = check_header(d, &version, e);
    if (!status && version < schema_known())
        status = schema_migrate(d, version, e);
    return db_end(d, status, e, "making the run database");
}

static int prepare_to_write(struct db *d, struct err *e)
{
    int version;
    if (check_header(d, &version, e) || settle_path(d, e))
        return -1;
    if (sqlite3_db_readonly(d->sql, "main") == 1)
        return db_fail(d, SQLITE_READONLY, e);
    return version < schema_known() ? bring_up_to_date(d, e) : enter_wal(d, e);
}

static int prepare_to_read(struct db *d, struct err *e)
{
    int version;
    if (check_header(d, &version, e) || settle_path(d, e))
        return -1;
    if (version == 0)
        return err_set(e, ERR_NOT_FOUND,
                       "%s is empty: `combolab train --database %s` makes a run database of it",
                       d->path, d->path);
    if (version < schema_known())
        return err_set(
            e, ERR_VERSION,
            "%s was made by an older combolab (schema %d, this one makes %d): opening it "
            "to write, as `combolab runs` does, brings it up to date",
            d->path, version, schema_known());
    return 0;
}

/* The path with the present folder before it when it is relative: weight files are stored by paths
 * made from it, and no name can look like one of SQLite's special ones (":memory:"). */
static char *absolute_path(const char *path, struct err *e)
{
    char folder[4096] = "";
    struct str whole;
    if (path[0] != '/' && !getcwd(folder, sizeof folder)) {
        err_errno(e, errno, "the present folder is not to be found");
        return NULL;
    }
    str_init(&whole);
    str_addf(&whole, "%s%s%s", folder, path[0] == '/' ? "" : "/", path);
    char *text = str_take(&whole);
    if (!text)
        mem_error(e, "the path of the run database", strlen(folder) + strlen(path) + 2);
    return text;
}

/* SQLite asks after every slice whether the statement shall go on. */
static int spend_slice(void *context)
{
    struct db *d = context;
    return --d->slices_left < 0;
}

/* The file may have been made by anybody. */
static void distrust(struct db *d)
{
    sqlite3_db_config(d->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_limit(d->sql, SQLITE_LIMIT_LENGTH, DB_MOST_VALUE_BYTES);
    d->slices_left = DB_SLICES;
    sqlite3_progress_handler(d->sql, DB_SLICE, spend_slice, d);
}

static int open_file(struct db *d, enum db_mode mode, struct err *e)
{
    int flags =
        mode == DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    bool doubtful = beside_doubtful(d);
    int code = sqlite3_open_v2(d->path, &d->sql, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return db_fail(d, code, e);
    sqlite3_extended_result_codes(d->sql, 1);
    sqlite3_busy_timeout(d->sql, DB_BUSY_MS);
    distrust(d);
    if (db_exec(d, all_ways, e) || functions_add_missing(d, e) || (doubtful && beside_check(d, e)))
        return -1;
    if (mode == DB_WRITE ? prepare_to_write(d, e) : prepare_to_read(d, e))
        return -1;
    return identity_read(d, e);
}

int db_open(struct db **out, const char *path, enum db_mode mode, struct err *e)
{
    *out = NULL;
    if (check_library(e) || check_path(path, mode, e))
        return -1;
    int network = network_check(path, e);
    if (network < 0)
        return -1;
    struct db *d = mem_alloc(1, sizeof *d);
    if (!d)
        return mem_error(e, "the run database", sizeof *d);
    d->writes = mode == DB_WRITE;
    d->network = network > 0;
    d->lock = -1;
    d->path = absolute_path(path, e);
    if (!d->path || open_file(d, mode, e)) {
        db_close(d);
        return -1;
    }
    *out = d;
    return 0;
}

void db_close(struct db *d)
{
    if (!d)
        return;
    query_forget_kept(d);
    sqlite3_close(d->sql);
    if (d->lock >= 0)
        close(d->lock);
    mem_free(d->path);
    mem_free(d);
}

void db_interrupt(struct db *d)
{
    sqlite3_interrupt(d->sql);
}

const char *db_path(const struct db *d)
{
    return d->path;
}

const char *db_library(void)
{
    return sqlite3_libversion();
}

int db_data_version(struct db *d, int64_t *version, struct err *e)
{
    return read_number(d, "PRAGMA data_version", version, e);
}
