/* needed.h - the runs that an experiment's ablation wants for a decision, as settings that can be
 * launched. Any thread, with a connection of its own. */
#ifndef COMBOLAB_SRC_NEEDED_H
#define COMBOLAB_SRC_NEEDED_H

#include "engine/config.h"
#include "results/ablation_tables.h"

struct db;
struct err;

struct needed {
    struct table *table;        /* ablation_table_missing */
    struct run_config *configs; /* in the order in which they should be trained */
    size_t n;
    double seconds;         /* of all; NaN = not known of one */
    struct looks_row looks; /* to be laid down with them; "" = nothing is to be */
};

/* The runs in a->missing: each has the settings of another run of its cell but for fold and seed.
 * Those of runs that were brought in from elsewhere are not known: ERR_STATE. */
int needed_read(struct db *db, const struct ablation *a, struct needed *to, struct err *e);
void needed_fini(struct needed *n);

#endif
