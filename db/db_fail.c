/* db_fail.c - what SQLite refused, told to a person; and transactions, which undo what had been
 * begun when something was refused.
 *
 * A write transaction takes its lock at its beginning. So a writer waits there, for DB_BUSY_MS at
 * most, and is never refused half-way.
 */
#include "db/db_priv.h"

#include "base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static int fail_full(struct db *d, struct err *e)
{
    return err_set(e, ERR_FULL,
                   "no space left for %s: nothing was stored; free some space on its file system, "
                   "or delete runs",
                   d->path);
}

static int fail_damaged(struct db *d, const char *reason, struct err *e)
{
    return err_set(e, ERR_FORMAT,
                   "%s is damaged (%s): save what can be saved with `sqlite3 %s \".recover\" | "
                   "sqlite3 NEW.db` and go on with NEW.db",
                   d->path, reason, d->path);
}

/* The file or its side files cannot be opened or written. */
static int fail_access(struct db *d, int code, struct err *e)
{
    char folder[4096];
    file_folder(d->path, folder, sizeof folder);
    if (access(folder, W_OK))
        return err_errno(e, errno,
                         "%s: its folder %s cannot be written, where SQLite keeps two files "
                         "(-wal, -shm) beside a database in use, for readers too; make the folder "
                         "writable, or copy the database elsewhere",
                         d->path, folder);
    if (access(d->path, d->writes ? R_OK | W_OK : R_OK) && errno != ENOENT)
        return err_errno(e, errno,
                         "%s cannot be %s: give yourself the permission, or name another file with "
                         "--database",
                         d->path, d->writes ? "written" : "read");
    int number = sqlite3_system_errno(d->sql);
    if (number)
        return err_errno(e, number, "%s or its side files (-wal, -shm) cannot be opened or written",
                         d->path);
    return err_set(e, ERR_IO, "%s or its side files (-wal, -shm) cannot be opened or written: %s",
                   d->path, sqlite3_errstr(code));
}

static int fail_io(struct db *d, int code, struct err *e)
{
    int number = sqlite3_system_errno(d->sql);
    if (number == ENOSPC || number == EDQUOT)
        return fail_full(d, e);
    if (number)
        return err_errno(e, number, "%s: the system failed to read or write it (%s)", d->path,
                         sqlite3_errstr(code));
    return err_set(e, ERR_IO, "%s: the system failed to read or write it: %s", d->path,
                   sqlite3_errstr(code));
}

int db_fail(struct db *d, int code, struct err *e)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return fail_full(d, e);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return err_set(e, ERR_BUSY,
                       "%s is locked: another process has been writing for longer than %d s; try "
                       "again, or see with `fuser %s` which one it is",
                       d->path, DB_BUSY_MS / 1000, d->path);
    case SQLITE_INTERRUPT:
        if (d->slices_left < 0)
            return err_set(
                e, ERR_FORMAT,
                "%s: reading it had no end, so its tables are not as combolab made them: "
                "restore a copy, or name another file with --database",
                d->path);
        return err_set(e, ERR_CANCELLED, "%s: no longer wanted, so it was not read to the end",
                       d->path);
    case SQLITE_NOTADB:
        return err_set(e, ERR_FORMAT,
                       "%s is not a database: name a combolab database or a new file with "
                       "--database",
                       d->path);
    case SQLITE_CORRUPT:
        return fail_damaged(d, sqlite3_errmsg(d->sql), e);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return fail_access(d, code, e);
    case SQLITE_IOERR:
        return fail_io(d, code, e);
    case SQLITE_NOMEM:
        return err_set(e, ERR_MEMORY, "out of memory for the database %s", d->path);
    case SQLITE_CONSTRAINT:
        if (code == SQLITE_CONSTRAINT_FOREIGNKEY)
            return err_set(e, ERR_NOT_FOUND, "there is no such run in %s", d->path);
        return err_set(e, ERR_USAGE, "%s does not take such a value: %s", d->path,
                       sqlite3_errmsg(d->sql));
    case SQLITE_TOOBIG:
        return err_set(e, ERR_USAGE, "%s does not take so long a value: %s", d->path,
                       sqlite3_errmsg(d->sql));
    case SQLITE_ERROR:
        return err_set(e, ERR_FORMAT,
                       "%s: %s; its tables are not as combolab made them, or this is a bug",
                       d->path, sqlite3_errmsg(d->sql));
    default:
        return err_set(e, ERR_INTERNAL, "%s: SQLite says: %s (%d)", d->path, sqlite3_errmsg(d->sql),
                       code);
    }
}

int db_no_run(struct db *d, int64_t id, struct err *e)
{
    return err_set(e, ERR_NOT_FOUND, "there is no run %" PRId64 " in %s", id, d->path);
}

int db_exec(struct db *d, const char *sql, struct err *e)
{
    d->slices_left = DB_SLICES;
    int code = sqlite3_exec(d->sql, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : db_fail(d, code, e);
}

int db_begin(struct db *d, struct err *e)
{
    if (!d->writes)
        return err_set(e, ERR_STATE, "%s was opened for reading only", d->path);
    return db_exec(d, "BEGIN IMMEDIATE", e);
}

int db_reading_begin(struct db *d, struct err *e)
{
    return db_exec(d, "BEGIN", e);
}

void db_reading_end(struct db *d)
{
    if (!sqlite3_get_autocommit(d->sql))
        sqlite3_exec(d->sql, "ROLLBACK", NULL, NULL, NULL); /* nothing was written */
}

int db_end(struct db *d, int status, struct err *e, const char *doing, ...)
{
    if (!status)
        status = db_exec(d, "COMMIT", e);
    if (!status)
        return 0;
    /* Some failures have rolled back already. */
    if (!sqlite3_get_autocommit(d->sql))
        sqlite3_exec(d->sql, "ROLLBACK", NULL, NULL, NULL);
    char text[256];
    va_list args;
    va_start(args, doing);
    vsnprintf(text, sizeof text, doing, args);
    va_end(args);
    return err_prefix(e, "%s", text);
}
