/* predictions.h - what commands about predictions read of the runs they name. */
#ifndef COMBOLAB_SRC_PREDICTIONS_H
#define COMBOLAB_SRC_PREDICTIONS_H

#include "results/prediction_tables.h"
#include "src/command.h"

struct db;
struct err;

/* Which weights predicted them: choices of an option, index into these. */
extern const char *const predictions_at[];

struct predictions {
    struct run_row *rows;
    struct prediction_run *runs;
    size_t n;
};

/* Of all runs that the command names. ERR_NOT_FOUND for one without such weights. */
int predictions_read(struct predictions *out, const struct invocation *in, struct db *db, int at,
                     struct err *e);
void predictions_fini(struct predictions *p);

#endif
