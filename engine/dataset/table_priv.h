/* table_priv.h - how a table of images is laid out: what separates its columns, whether it has a
 * header, and which columns are meant. No state, any thread. */
#ifndef COMBOLAB_ENGINE_DATASET_TABLE_PRIV_H
#define COMBOLAB_ENGINE_DATASET_TABLE_PRIV_H

#include "engine/config.h"

#include <stdbool.h>
#include <stddef.h>

struct dataset;
struct err;

enum table_column { TABLE_IMAGE, TABLE_SCORE, TABLE_SPLIT, TABLE_FOLD, TABLE_COLUMNS };
#define TABLE_NO_COLUMN ((size_t)-1)

struct table_layout {
    char separator;
    bool header;
    size_t columns;
    size_t at[TABLE_COLUMNS]; /* TABLE_NO_COLUMN when the table has none */
    char score[128];          /* what the scores' column is called, or its number */
};

/* Finds it from the first lines of `text`, which stays as it is. ERR_FORMAT, with the columns that
 * there are, when one is missing; ERR_USAGE when more than one separator would do. */
int table_look(struct table_layout *l, const char *path, const char *text,
               const struct config_table *options, struct err *e);

/* A number, or one with a decimal comma where commas separate nothing else; *comma is set then. */
int table_number(double *value, char *text, char separator, bool *comma);

#endif
