/* show.h - the parts of one run as tables. */
#ifndef COMBOLAB_SRC_SHOW_H
#define COMBOLAB_SRC_SHOW_H

#include "db/rows.h"
#include "results/table.h"

#define SHOW_MAX_TABLES 8

struct db;

/* Tables are owned by whoever owns the struct, freed with table_free. */
struct show {
    struct db *db;
    struct run_row run;
    struct table *tables[SHOW_MAX_TABLES];
    size_t n_tables;
};

/* Each appends its tables: 0 or -1. The summary is run (first), terms, options, weights. */
int show_summary(struct show *show, struct err *e);
int show_epochs(struct show *show, struct err *e);
int show_predictions(struct show *show, const char *kind, struct err *e);
int show_ledger(struct show *show, int epoch, struct err *e);
int show_log(struct show *show, struct err *e);

#endif
