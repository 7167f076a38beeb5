/* xlsx_priv.h - the rows of the first sheet of an Excel workbook. A workbook is a zip archive of
 * XML: both are read as streams, within bounds, and a document type (entities) is refused. No
 * state, any thread. */
#ifndef COMBOLAB_ENGINE_DATASET_XLSX_PRIV_H
#define COMBOLAB_ENGINE_DATASET_XLSX_PRIV_H

#include <stddef.h>

struct err;

#define XLSX_MOST_COLUMNS 64 /* what is right of them is not read */

struct xlsx_row {
    size_t line;                         /* its number in the sheet, from 1 */
    size_t n;                            /* columns to the last one that is filled */
    const char *cell[XLSX_MOST_COLUMNS]; /* "" for an empty one */
};

/* Gives each row with a filled cell to `take`, in order; -1 from it ends the reading. */
typedef int xlsx_take(void *context, const struct xlsx_row *row, struct err *e);
int xlsx_read(const char *path, xlsx_take *take, void *context, struct err *e);

#endif
