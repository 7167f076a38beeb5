/* snapshot_file.c - the file as one record: a mark with its version, a hash of all that follows,
 * the figures, and as many steps as there are. Each time it is written whole, in one piece. */
#include "engine/snapshot_file.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "progress"
#define TRIES 4

static const char mark[24] = "combolab progress 1\n";

/* The fields of a snapshot as the file has them. */
#define FIELDS(INT, REAL)                                                                          \
    INT(run)                                                                                       \
    INT(phase)                                                                                     \
    INT(paused)                                                                                    \
    INT(step)                                                                                      \
    INT(steps)                                                                                     \
    INT(epoch)                                                                                     \
    INT(epochs)                                                                                    \
    INT(terms)                                                                                     \
    INT(device_bytes)                                                                              \
    REAL(total)                                                                                    \
    REAL(images_per_s)                                                                             \
    REAL(elapsed_s)                                                                                \
    REAL(eta_s)                                                                                    \
    REAL(load)                                                                                     \
    REAL(temperature_c)                                                                            \
    REAL(power_w)

struct point {
    int64_t step;
    double total, term[LOSS_MAX_TERMS];
};

struct record {
    char mark[sizeof mark];
    uint64_t hash; /* of what follows */
#define INT_FIELD(name) int64_t name;
#define REAL_FIELD(name) double name;
    FIELDS(INT_FIELD, REAL_FIELD)
#undef INT_FIELD
#undef REAL_FIELD
    double term[LOSS_MAX_TERMS];
    int64_t steps_epoch, each, n;
    struct point at[SNAPSHOT_MOST_STEPS];
};

#define HASHED_FROM offsetof(struct record, run)

static_assert(offsetof(struct record, run) == sizeof mark + sizeof(uint64_t),
              "nothing lies between the hash and what it is of");

static size_t size_of(const struct record *r)
{
    return offsetof(struct record, at) + (size_t)r->n * sizeof *r->at;
}

static uint64_t hash_of(const struct record *r)
{
    return hash_bytes(HASH_START, (const char *)r + HASHED_FROM, size_of(r) - HASHED_FROM);
}

/* --- writing --- */

static void pack(const struct snapshot *now, const struct snapshot_steps *steps, struct record *r)
{
    memcpy(r->mark, mark, sizeof mark);
#define PACK(field) r->field = (__typeof__(r->field))now->field;
    FIELDS(PACK, PACK)
#undef PACK
    memcpy(r->term, now->term, sizeof r->term);
    r->steps_epoch = steps->epoch;
    r->each = steps->each;
    r->n = steps->n;
    for (int i = 0; i < steps->n; i++) {
        r->at[i].step = steps->at[i].step;
        r->at[i].total = steps->at[i].total;
        memcpy(r->at[i].term, steps->at[i].term, sizeof r->at[i].term);
    }
    r->hash = hash_of(r);
}

void snapshot_file_put(const struct snapshot_file *f, const struct snapshot *now,
                       const struct snapshot_steps *steps)
{
    struct record r;
    if (f->fd < 0)
        return;
    pack(now, steps, &r);
    file_write_at(f->fd, &r, size_of(&r), 0);
}

int snapshot_file_open(struct snapshot_file *f, const char *folder, struct err *e)
{
    f->fd = -1;
    if (str_path(f->path, sizeof f->path, folder, NAME))
        return err_set(e, ERR_USAGE, "%s: the path is too long", folder);
    unlink(f->path); /* readers of the former one keep that */
    f->fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return f->fd < 0 ? err_errno(e, errno, "%s cannot be made", f->path) : 0;
}

void snapshot_file_close(struct snapshot_file *f)
{
    if (f->fd < 0)
        return;
    close(f->fd);
    unlink(f->path);
    f->fd = -1;
}

void snapshot_file_remove(const char *folder)
{
    char path[FILE_PATH_BYTES];
    if (!str_path(path, sizeof path, folder, NAME))
        unlink(path);
}

/* --- reading: nothing is believed --- */

/* A name that leads elsewhere is not followed, and what is no plain file, such as a pipe, which
 * would be waited for, is left alone. */
static int open_plain(const char *folder)
{
    char path[FILE_PATH_BYTES];
    struct stat s;
    if (str_path(path, sizeof path, folder, NAME))
        return -1;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || (!fstat(fd, &s) && S_ISREG(s.st_mode)))
        return fd;
    close(fd);
    return -1;
}

static bool is_count(int64_t n)
{
    return n >= 0 && n <= INT_MAX;
}

static bool steps_rise(const struct record *r)
{
    int64_t before = 0;
    for (int64_t i = 0; i < r->n; i++) {
        if (r->at[i].step <= before || r->at[i].step > INT_MAX)
            return false;
        before = r->at[i].step;
    }
    return true;
}

/* Figures may be anything that a double can be. */
static bool makes_sense(const struct record *r)
{
    return r->phase >= SNAPSHOT_IDLE && r->phase <= SNAPSHOT_SAVING && r->terms >= 0 &&
           r->terms <= LOSS_MAX_TERMS && r->step >= 0 && r->steps >= 0 && is_count(r->epoch) &&
           is_count(r->epochs) && is_count(r->steps_epoch) && is_count(r->each) && steps_rise(r);
}

static bool read_record(int fd, struct record *r)
{
    ssize_t got = pread(fd, r, sizeof *r, 0);
    return got >= (ssize_t)offsetof(struct record, at) && !memcmp(r->mark, mark, sizeof mark) &&
           r->n >= 0 && r->n <= SNAPSHOT_MOST_STEPS && (size_t)got >= size_of(r) &&
           r->hash == hash_of(r) && makes_sense(r);
}

static void unpack(const struct record *r, struct snapshot *now, struct snapshot_steps *steps)
{
    memset(now, 0, sizeof *now);
#define UNPACK(field) now->field = (__typeof__(now->field))r->field;
    FIELDS(UNPACK, UNPACK)
#undef UNPACK
    memcpy(now->term, r->term, sizeof now->term);
    if (!steps)
        return;
    steps->run = r->run;
    steps->epoch = (int)r->steps_epoch;
    steps->each = (int)r->each;
    steps->n = (int)r->n;
    for (int i = 0; i < steps->n; i++) {
        steps->at[i].step = (int)r->at[i].step;
        steps->at[i].total = r->at[i].total;
        memcpy(steps->at[i].term, r->at[i].term, sizeof r->at[i].term);
    }
}

bool snapshot_file_read(const char *folder, int64_t run, struct snapshot *now,
                        struct snapshot_steps *steps)
{
    struct record r;
    int fd = open_plain(folder);
    if (fd < 0)
        return false;
    bool whole = false;
    for (int i = 0; !whole && i < TRIES; i++)
        whole = read_record(fd, &r);
    close(fd);
    if (!whole || r.run != run)
        return false;
    unpack(&r, now, steps);
    return true;
}
