/* db_beside.c - the two files that SQLite keeps beside a database in use: PATH-wal, with what was
 * written last, and PATH-shm, by which processes find their way in it.
 *
 * They belong to the very file beside which they were made. Taken away while that is in use, rows
 * go where nobody else sees them; left behind by a killed process, they make a mixture of an older
 * copy that is put back in the file's place.
 */
#include "db/db_priv.h"

#include "base/file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const endings[DB_BESIDE] = {"-wal", "-shm"};

static int stat_beside(const char *file, int which, struct stat *to)
{
    char path[FILE_PATH_BYTES + 8];
    snprintf(path, sizeof path, "%s%s", file, endings[which]);
    return stat(path, to);
}

/* --- taken away --- */

/* After a commit it is there. When others have written into a new one, folding the former into the
 * database at the end would undo what they wrote. */
static int check_place(struct db *d, int which, struct err *e)
{
    struct file_id *known = &d->beside[which];
    struct stat now;
    bool there = !stat_beside(d->path, which, &now);
    if (there && !known->inode)
        *known = (struct file_id){now.st_dev, now.st_ino};
    if (there && known->inode == now.st_ino && known->device == now.st_dev)
        return 0;
    if (there && !which && now.st_size > 0)
        sqlite3_db_config(d->sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return err_set(e, ERR_IO,
                   "%s%s was %s while the database was in use: what was stored last may be lost; "
                   "leave the files beside a database alone until nobody uses it",
                   d->path, endings[which], there ? "replaced" : "removed");
}

int db_in_place(struct db *d, struct err *e)
{
    int moved = 0;
    if (!sqlite3_file_control(d->sql, "main", SQLITE_FCNTL_HAS_MOVED, &moved) && moved)
        return err_set(e, ERR_IO,
                       "%s was moved or deleted while it was in use; if it was moved, put it back "
                       "beside its -wal file, which may hold the newest rows, and open it there",
                       d->path);
    for (int which = 0; which < DB_BESIDE; which++)
        if (check_place(d, which, e))
            return -1;
    return 0;
}

/* --- left behind --- */

static bool is_later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

/* A database changes after its -wal only for a moment, or by other hands: put back, moved. */
bool beside_doubtful(const struct db *d)
{
    char real[PATH_MAX];
    struct stat file, wal;
    return realpath(d->path, real) && !stat(real, &file) && !stat_beside(real, 0, &wal) &&
           wal.st_size > 0 && is_later(file.st_ctim, wal.st_mtim);
}

int beside_check(struct db *d, struct err *e)
{
    struct query q;
    struct err why;
    char said[160] = "it cannot be read";
    query_open(&q, d, "PRAGMA integrity_check(1)");
    int row = query_step(&q, &why);
    if (row == 1)
        query_text(&q, said, sizeof said);
    query_close(&q);
    if (row == 1 && !strcmp(said, "ok"))
        return 0;
    if (row < 0 && why.code != ERR_FORMAT)
        return err_set(e, why.code, "%s", why.text);
    said[strcspn(said, "\n")] = '\0';
    return err_set(e, ERR_FORMAT,
                   "%s and the -wal file beside it do not fit each other (%s). If this is a copy "
                   "that was put back, move -wal and -shm away: they belong to the database that "
                   "was there before. If not, save what can be saved with `sqlite3 %s \".recover\" "
                   "| sqlite3 NEW.db`",
                   d->path, said, d->path);
}
