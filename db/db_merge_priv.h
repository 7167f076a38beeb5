/* db_merge_priv.h - what looking at a run and taking it share. */
#ifndef COMBOLAB_DB_DB_MERGE_PRIV_H
#define COMBOLAB_DB_DB_MERGE_PRIV_H

#include "db/db_merge.h"
#include "db/db_priv.h"

/* Which run it is, in every database. */
struct merge_identity {
    char database[IDENTITY_BYTES];
    int64_t number;
    double created;
};

/* Of a run of `d`. */
int merge_identity(struct db *d, int64_t run, struct merge_identity *to, struct err *e);

#endif
