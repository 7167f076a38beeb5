/* db_life.c - whether the process that trains a run lives.
 *
 * It holds a lock on one byte of a file for as long as it lives: the byte of the run's number in
 * the file `database` of the folder of weights. The kernel gives the lock back when the process
 * ends, however that comes about, and not before: names of hosts and numbers of processes can
 * change or be used again, a lock cannot. It is an open-file-description lock (F_OFD_SETLK), so
 * that another descriptor of the same file may be closed in the same process; looking (F_OFD_GETLK)
 * needs no right to write, takes nothing and waits for nobody. Because the file lies in the folder,
 * the lock also keeps two trainers from working in one.
 *
 * The lock goes where the file goes: when the folder was moved or removed while a run trains, it is
 * not found. So a process of this host that is just the one named, and has this very database open,
 * lives too.
 *
 * Readers look as writers do, so that both say the same of a run: who cannot store that it is lost
 * corrects the row that was read.
 *
 * What cannot be judged (LIFE_UNKNOWN): without a lock, a process on another host that an older
 * combolab started, or where a network file system may not hand locks on.
 */
#include "db/db_priv.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct flock lock_of(int64_t run, short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)run, .l_len = 1};
}

/* The folder may have been removed and made anew since. */
static bool is_same_file(int fd, const char *path)
{
    struct stat open, there;
    return fd >= 0 && !fstat(fd, &open) && !stat(path, &there) && open.st_ino == there.st_ino &&
           open.st_dev == there.st_dev;
}

static int open_lock(struct db *d, struct err *e)
{
    char path[FILE_PATH_BYTES];
    if (identity_claim_folder(d, e) || identity_file(d, path, sizeof path, e))
        return -1;
    if (is_same_file(d->lock, path))
        return 0;
    if (d->lock >= 0)
        close(d->lock);
    d->lock = open(path, O_RDWR | O_CLOEXEC);
    return d->lock < 0 ? err_errno(e, errno, "%s cannot be opened", path) : 0;
}

int life_take(struct db *d, int64_t run, struct err *e)
{
    if (open_lock(d, e))
        return -1;
    struct flock lock = lock_of(run, F_WRLCK);
    if (!fcntl(d->lock, F_OFD_SETLK, &lock))
        return 1;
    if (errno == EAGAIN || errno == EACCES)
        return 0;
    return err_errno(e, errno, "the weights of run %" PRId64 " cannot be locked", run);
}

void life_leave(struct db *d, int64_t run)
{
    struct flock lock = lock_of(run, F_UNLCK);
    if (d->lock >= 0)
        fcntl(d->lock, F_OFD_SETLK, &lock);
}

/* --- judging --- */

/* What all runs are judged by. */
struct looking {
    struct db *d;
    int fd;         /* of the file with the locks; -1 where there is none: */
    enum life none; /* what that says */
    struct owner self;
};

static void begin_looking(struct looking *l, struct db *d)
{
    char path[FILE_PATH_BYTES];
    *l = (struct looking){.d = d, .fd = -1, .none = LIFE_UNKNOWN};
    owner_self(&l->self);
    if (identity_file(d, path, sizeof path, NULL))
        return;
    l->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (l->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        l->none = LIFE_DEAD;
}

static void end_looking(struct looking *l)
{
    if (l->fd >= 0)
        close(l->fd);
}

/* LIFE_LIVES while somebody holds it, LIFE_DEAD when nobody does. */
static enum life look_at_lock(const struct looking *l, int64_t run)
{
    struct flock lock = lock_of(run, F_WRLCK);
    if (l->fd < 0)
        return l->none;
    if (fcntl(l->fd, F_OFD_GETLK, &lock))
        return LIFE_UNKNOWN;
    return lock.l_type == F_UNLCK ? LIFE_DEAD : LIFE_LIVES;
}

static enum life judge(const struct looking *l, const struct owned *run)
{
    enum life life = look_at_lock(l, run->id);
    if (life != LIFE_DEAD)
        return life;
    bool here = !strcmp(l->self.host, run->owner.host);
    if (here && owner_uses(&run->owner, l->d->path))
        return LIFE_LIVES;
    if (!isnan(run->last_seen))
        return l->d->network && !here ? LIFE_UNKNOWN : LIFE_DEAD;
    if (!here)
        return LIFE_UNKNOWN;
    return owner_alive(&run->owner) ? LIFE_LIVES : LIFE_DEAD;
}

/* It ended when it last gave a sign of life: the newest epoch, unless that is from before it was
 * resumed. */
static const struct row_column owned_columns[] = {
    COLUMN_READ(struct owned, "id", id),
    COLUMN_READ(struct owned, "host", owner.host),
    COLUMN_READ(struct owned, "pid", owner.pid),
    COLUMN_READ(struct owned, "pid_start", owner.pid_start),
    COLUMN_READ(struct owned, "last_seen", last_seen),
    COLUMN_READ(struct owned,
                "max(started, coalesce(last_seen, started), coalesce((SELECT max(time) FROM epoch"
                " WHERE epoch.run = run.id), started))",
                ended),
    ROW_END,
};

/* The owner stores the end before it lets go of the lock: a run that is still owned after its lock
 * was seen free has not ended in between. */
static int is_owned(struct db *d, int64_t id, struct err *e)
{
    struct query q;
    query_open(&q, d, "SELECT 1 FROM run WHERE id = ? AND state IN ('running', 'paused')");
    query_bind_int(&q, id);
    int row = query_step(&q, e);
    query_close(&q);
    return row;
}

static int judge_all(struct db *d, struct owned *runs, size_t n, struct err *e)
{
    struct looking looking;
    int status = 0;
    if (!n)
        return 0;
    begin_looking(&looking, d);
    for (size_t i = 0; status >= 0 && i < n; i++) {
        runs[i].life = judge(&looking, &runs[i]);
        status = runs[i].life == LIFE_DEAD ? is_owned(d, runs[i].id, e) : 1;
        if (!status)
            runs[i].life = LIFE_LIVES;
    }
    end_looking(&looking);
    return status < 0 ? -1 : 0;
}

int life_owned(struct db *d, int64_t first, int64_t last, struct owned **out, size_t *n,
               struct err *e)
{
    struct query q;
    query_open_select(&q, d, owned_columns, "",
                      "FROM run WHERE state IN ('running', 'paused') AND id BETWEEN ?1 AND ?2");
    query_bind_int(&q, first);
    query_bind_int(&q, last);
    if (query_rows(&q, owned_columns, sizeof **out, out, n, e))
        return -1;
    if (!judge_all(d, *out, *n, e))
        return 0;
    mem_free(*out);
    *out = NULL;
    return -1;
}

void life_gone(const struct owned *run, char *to, size_t room)
{
    snprintf(to, room, "its process %" PRId64 " on %s is gone", run->owner.pid, run->owner.host);
}

/* --- reading --- */

static bool is_running(const struct run_row *row)
{
    return !strcmp(row->state, "running") || !strcmp(row->state, "paused");
}

static void correct(struct run_row *row, const struct owned *runs, size_t n)
{
    size_t i = 0;
    while (i < n && runs[i].id != row->id)
        i++;
    if (i == n || runs[i].life != LIFE_DEAD)
        return;
    str_copy(row->state, sizeof row->state, "lost");
    life_gone(&runs[i], row->state_text, sizeof row->state_text);
    row->ended = runs[i].ended;
}

int life_correct(struct db *d, struct run_row *rows, size_t n, struct err *e)
{
    struct owned *runs;
    size_t owned;
    int64_t first = INT64_MAX, last = 0;
    for (size_t i = 0; i < n; i++)
        if (is_running(&rows[i])) {
            first = rows[i].id < first ? rows[i].id : first;
            last = rows[i].id > last ? rows[i].id : last;
        }
    if (first > last)
        return 0;
    if (life_owned(d, first, last, &runs, &owned, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (is_running(&rows[i]))
            correct(&rows[i], runs, owned);
    mem_free(runs);
    return 0;
}

int db_runs_living(struct db *d, int64_t **out, size_t *n, struct err *e)
{
    struct owned *runs;
    size_t owned;
    *out = NULL;
    *n = 0;
    if (life_owned(d, 0, INT64_MAX, &runs, &owned, e))
        return -1;
    int64_t *ids = mem_alloc(owned, sizeof *ids);
    for (size_t i = 0; ids && i < owned; i++)
        if (runs[i].life != LIFE_DEAD)
            ids[(*n)++] = runs[i].id;
    mem_free(runs);
    *out = ids;
    return ids ? 0 : mem_error(e, "the list of running runs", owned * sizeof *ids);
}

/* --- signs of life --- */

int db_run_seen(struct db *d, int64_t id, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "UPDATE run SET last_seen = ?1,"
               " started = iif(abs(started - ?2) > 2, ?2, started) WHERE id = ?3");
    query_bind_real(&q, clock_date_s());
    query_bind_real(&q, db_began(d, id));
    query_bind_int(&q, id);
    return query_finish(&q, e);
}

/* --- the end of those that are gone --- */

int life_lose(struct db *d, const struct owned *run, struct err *e)
{
    char text[sizeof((struct run_row *)NULL)->state_text];
    life_gone(run, text, sizeof text);
    struct query q;
    query_open(&q, d,
               "UPDATE run SET state = 'lost', state_text = ?1, ended = ?2"
               " WHERE id = ?3 AND state IN ('running', 'paused') AND coalesce(host, '') = ?4"
               " AND coalesce(pid, 0) = ?5 AND coalesce(pid_start, 0) = ?6");
    query_bind_text(&q, text);
    query_bind_real(&q, run->ended);
    query_bind_int(&q, run->id);
    query_bind_text(&q, run->owner.host);
    query_bind_int(&q, run->owner.pid);
    query_bind_int(&q, run->owner.pid_start);
    return query_finish(&q, e);
}

int db_runs_lost(struct db *d, int *n, struct err *e)
{
    struct owned *runs;
    size_t count, dead = 0;
    *n = 0;
    if (life_owned(d, 0, INT64_MAX, &runs, &count, e))
        return err_prefix(e, "looking for lost runs");
    for (size_t i = 0; i < count; i++)
        if (runs[i].life == LIFE_DEAD)
            runs[dead++] = runs[i];
    if (!dead) {
        /* The usual case takes no lock. */
        mem_free(runs);
        return 0;
    }
    int lost = 0;
    int status = db_begin(d, e);
    for (size_t i = 0; !status && i < dead; i++) {
        status = life_lose(d, &runs[i], e);
        lost += !status && sqlite3_changes(d->sql) == 1;
    }
    status = db_end(d, status, e, "marking lost runs");
    if (!status)
        *n = lost;
    mem_free(runs);
    return status;
}
