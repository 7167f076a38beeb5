/* table_priv.h - what the writers of tables share: one function a format. */
#ifndef COMBOLAB_RESULTS_TABLE_PRIV_H
#define COMBOLAB_RESULTS_TABLE_PRIV_H

#include "results/table.h"

int table_print_aligned(const struct table *t, int width, FILE *out, struct err *e);
int table_print_csv(const struct table *t, bool terminal, FILE *out, struct err *e);
int table_print_json(const struct table *t, bool terminal, FILE *out, struct err *e);

/* With `heading` the table's name goes before it: it is one of several. */
int table_print_markdown(const struct table *t, bool heading, FILE *out, struct err *e);
int table_print_latex(const struct table *t, bool heading, FILE *out, struct err *e);

/* A copy without control characters (mem_free), or NULL. */
char *table_visible(const char *text);

/* A cell as people read it: allocated, visible characters only. NULL when out of memory. */
char *table_shown(const struct table_column *column, const struct table_cell *cell);

/* Its cell is "-", in whatever way a format writes that. */
bool table_is_missing(const struct table_column *column, const struct table_cell *cell);

/* Columns of a terminal that valid UTF-8 takes. */
int table_text_width(const char *text);

/* As much of it as fits so many; what was cut ends in two points. Returns the columns used. */
int table_print_cut(const char *text, int width, FILE *out);

#endif
