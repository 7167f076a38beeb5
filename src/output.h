/* output.h - what commands that read or list share: the database, and tables to standard output. */
#ifndef COMBOLAB_SRC_OUTPUT_H
#define COMBOLAB_SRC_OUTPUT_H

#include "results/table.h"
#include "src/command.h"

#include <stdint.h>

struct checkpoint_row;
struct db;
struct err;
struct run_row;

/* Opens the run database (global option or default path) for reading; one of an older combolab is
 * brought up to date first. */
int output_open_db(const struct invocation *in, struct db **out, struct err *e);

/* Opens it for writing; it is made if there is none. */
int output_make_db(const struct invocation *in, struct db **out, struct err *e);

/* Finds a run by what people call it: its number, or "last" for the newest. */
int output_find_run(struct db *db, const char *which, struct run_row *run, struct err *e);

/* A run's saved weights of the kind asked for or, where neither was, those of the best epoch, else
 * the last. ERR_USAGE for both. */
int output_find_weights(struct db *db, const struct run_row *run, bool best, bool last,
                        struct checkpoint_row *out, struct err *e);

/* Columns of the terminal that standard output is; elsewhere what COLUMNS says, 0 = no limit. */
int output_width(void);

/* Several: numbers, last, and ranges such as 3-9, of which those count that there are. In the order
 * asked for, each once; *ids is freed with mem_free. */
int output_find_runs(struct db *db, char *const *which, size_t n_which, int64_t **ids, size_t *n,
                     struct err *e);

/* The same, as rows; *rows is freed with mem_free. */
int output_find_rows(struct db *db, char *const *which, size_t n_which, struct run_row **rows,
                     size_t *n, struct err *e);

/* Prints tables in the format asked for. Returns 0 or -1. */
int output_tables(const struct invocation *in, struct table *const *tables, size_t n,
                  struct err *e);

#endif
