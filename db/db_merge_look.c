/* db_merge_look.c - what a run of another database is to this one: new, the same, or gone on since,
 * there, here, or both.
 *
 * A run only changes by going on, which counts `resumed` up, adds epochs, and may do the last ones
 * again. Every epoch has the time at which it was stored, so one that was done again is another.
 * What the run was when it was last merged is on record as a fingerprint; between copies of a
 * database, where nothing was merged, one side is newer if it begins with all epochs of the other.
 */
#include "db/db_merge_priv.h"

#include "base/hash.h"
#include "base/mem.h"

#include <string.h>
#include <sys/stat.h>

struct stamp {
    int epoch;
    double time;
};

static const struct row_column stamp_columns[] = {
    COLUMN_READ(struct stamp, "epoch", epoch),
    COLUMN_READ(struct stamp, "time", time),
    ROW_END,
};

/* What a run has become. */
struct history {
    char state[16];
    bool deleted;
    int64_t resumed;
    struct stamp *epochs; /* owned */
    size_t n;
    uint64_t content; /* fingerprint of it all */
    bool merged;      /* and of when it was last merged, if it was */
    uint64_t merged_content;
};

int merge_identity(struct db *d, int64_t run, struct merge_identity *to, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "SELECT coalesce(database, (SELECT id FROM identity)), coalesce(number, id), created"
               " FROM run LEFT JOIN origin ON origin.run = run.id WHERE id = ?");
    query_bind_int(&q, run);
    int row = query_step(&q, e);
    if (row == 1) {
        query_text(&q, to->database, sizeof to->database);
        to->number = query_int(&q);
        to->created = query_real(&q);
    }
    query_close(&q);
    return row == 1 ? 0 : row < 0 ? -1 : db_no_run(d, run, e);
}

/* Its number here, 0 = there is none. */
static int find_here(struct db *d, const struct merge_identity *of, int64_t *here, struct err *e)
{
    static const char merged[] = "SELECT id FROM origin JOIN run ON run.id = origin.run"
                                 " WHERE database = ?1 AND number = ?2 AND created = ?3";
    static const char own[] = "SELECT id FROM run WHERE ?1 = (SELECT id FROM identity) AND id = ?2"
                              " AND created = ?3";
    int row = 0;
    for (int way = 0; !row && way < 2; way++) {
        struct query q;
        query_open(&q, d, way ? own : merged);
        query_bind_text(&q, of->database);
        query_bind_int(&q, of->number);
        query_bind_real(&q, of->created);
        row = query_step(&q, e);
        *here = row == 1 ? query_int(&q) : 0;
        query_close(&q);
    }
    return row < 0 ? -1 : 0;
}

static int read_run(struct db *d, int64_t run, struct history *to, struct err *e)
{
    struct query q;
    double ended = 0;
    query_open(&q, d,
               "SELECT state, deleted IS NOT NULL, resumed, coalesce(ended, 0), content IS NOT"
               " NULL, content FROM run LEFT JOIN origin ON origin.run = run.id WHERE id = ?");
    query_bind_int(&q, run);
    int row = query_step(&q, e);
    if (row == 1) {
        query_text(&q, to->state, sizeof to->state);
        to->deleted = query_int(&q);
        to->resumed = query_int(&q);
        ended = query_real(&q);
        to->merged = query_int(&q);
        to->merged_content = (uint64_t)query_int(&q);
    }
    query_close(&q);
    to->content = hash_text(HASH_START, to->state);
    to->content = hash_bytes(to->content, &to->resumed, sizeof to->resumed);
    to->content = hash_bytes(to->content, &ended, sizeof ended);
    return row == 1 ? 0 : row < 0 ? -1 : db_no_run(d, run, e);
}

static uint64_t hash_stamps(uint64_t hash, const struct stamp *stamps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hash = hash_bytes(hash, &stamps[i].epoch, sizeof stamps[i].epoch);
        hash = hash_bytes(hash, &stamps[i].time, sizeof stamps[i].time);
    }
    return hash;
}

static int read_history(struct db *d, int64_t run, struct history *to, struct err *e)
{
    struct stamp *weights;
    size_t n;
    *to = (struct history){.n = 0};
    if (read_run(d, run, to, e) ||
        query_rows_of(d, run, stamp_columns, "FROM epoch WHERE run = ? ORDER BY epoch",
                      sizeof *to->epochs, &to->epochs, &to->n, e))
        return -1;
    if (query_rows_of(d, run, stamp_columns, "FROM checkpoint WHERE run = ? ORDER BY kind",
                      sizeof *weights, &weights, &n, e)) {
        mem_free(to->epochs);
        return -1;
    }
    to->content = hash_stamps(hash_stamps(to->content, to->epochs, to->n), weights, n);
    mem_free(weights);
    return 0;
}

/* `a` begins with all epochs of `b`. */
static bool begins_with(const struct history *a, const struct history *b)
{
    size_t same = 0;
    while (same < a->n && same < b->n && a->epochs[same].epoch == b->epochs[same].epoch &&
           a->epochs[same].time == b->epochs[same].time)
        same++;
    return same == b->n;
}

static bool is_busy(const struct history *h)
{
    return !strcmp(h->state, "queued") || !strcmp(h->state, "running") ||
           !strcmp(h->state, "paused");
}

static enum db_merge_what compare(const struct history *here, const struct history *there)
{
    bool here_whole = begins_with(there, here), there_whole = begins_with(here, there);
    if (here->content == there->content)
        return DB_MERGE_SAME;
    if (here_whole != there_whole)
        return here_whole ? DB_MERGE_NEWER : DB_MERGE_OLDER;
    if (here->merged && here->merged_content == there->content)
        return DB_MERGE_OLDER;
    bool compared = here_whole || (here->merged && here->merged_content == here->content);
    if (!compared || here->resumed == there->resumed)
        return DB_MERGE_BOTH;
    return here->resumed < there->resumed ? DB_MERGE_NEWER : DB_MERGE_OLDER;
}

static enum db_merge_what judge(const struct history *here, const struct history *there)
{
    enum db_merge_what what = compare(here, there);
    if (what != DB_MERGE_NEWER)
        return what;
    if (here->deleted)
        return DB_MERGE_TRASH;
    if (is_busy(here))
        return DB_MERGE_BUSY_HERE;
    /* These have an end that nothing can follow, so one of the two is not what it was. */
    bool over = !strcmp(here->state, "finished") || !strcmp(here->state, "diverged");
    return over ? DB_MERGE_BOTH : what;
}

int db_merge_look(struct db *d, struct db *from, int64_t run, struct db_merge *to, struct err *e)
{
    struct merge_identity identity;
    struct history here = {.n = 0}, there = {.n = 0};
    *to = (struct db_merge){.there = run};
    if (merge_identity(from, run, &identity, e) || find_here(d, &identity, &to->here, e) ||
        read_history(from, run, &there, e))
        return -1;
    int result = to->here ? read_history(d, to->here, &here, e) : 0;
    to->content = there.content;
    to->what = is_busy(&there) ? DB_MERGE_BUSY_THERE
               : to->here      ? judge(&here, &there)
                               : DB_MERGE_NEW;
    mem_free(here.epochs);
    mem_free(there.epochs);
    return result;
}

bool db_is_same_file(const struct db *d, const struct db *other)
{
    struct stat a, b;
    return !stat(d->path, &a) && !stat(other->path, &b) && a.st_ino == b.st_ino &&
           a.st_dev == b.st_dev;
}
