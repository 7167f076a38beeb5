/* db_merge.h - runs of another database brought into this one.
 *
 * Order of calls: db_merge_look says what there is to do about a run of the other database;
 * db_merge_take does it, in one transaction. `from` is open to read and is never written.
 *
 * Which run it is: the database that it was launched in, its number there, and when it was made.
 * Copies of a database have one id, and runs that they made since may have one number, but were not
 * made at the same moment. What was trained comes from the other side; what people write of a run
 * (name, experiment, tags, note, priority, archive, trash) comes with it once and is this
 * database's from then on.
 */
#ifndef COMBOLAB_DB_DB_MERGE_H
#define COMBOLAB_DB_DB_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct err;

enum db_merge_what {
    DB_MERGE_NEW,        /* it is not here */
    DB_MERGE_NEWER,      /* it is, and went on there since */
    DB_MERGE_SAME,       /* nothing to do */
    DB_MERGE_OLDER,      /* it went on here */
    DB_MERGE_BOTH,       /* it went on, or was begun anew, on both sides: refused */
    DB_MERGE_BUSY_THERE, /* it is trained or queued there */
    DB_MERGE_BUSY_HERE,
    DB_MERGE_TRASH, /* it is in the trash here */
    DB_MERGE_WHATS
};

struct db_merge {
    enum db_merge_what what;
    int64_t there;    /* its number in the other database */
    int64_t here;     /* and in this one; 0 = it has none yet */
    uint64_t content; /* fingerprint of what it is there */
};

/* What a run of `from` is to this database. */
int db_merge_look(struct db *d, struct db *from, int64_t run, struct db_merge *to, struct err *e);

/* Brings a NEW or NEWER one in, with all of its rows; a new one's number is m->here afterwards.
 * `experiment`: where a new one belongs; NULL = where it did. ERR_BUSY: it has changed since it was
 * looked at. `place` puts its files into that folder, before all is settled; may be NULL. */
struct db_merge_place {
    int (*place)(void *context, const char *folder, struct err *e);
    void *context;
};
int db_merge_take(struct db *d, struct db *from, struct db_merge *m, const char *experiment,
                  const struct db_merge_place *place, struct err *e);

/* Both are one file. */
bool db_is_same_file(const struct db *d, const struct db *other);

/* Makes the folder of weights this database's own. */
int db_weights_claim(struct db *d, char *folder, size_t room, struct err *e);

#endif
