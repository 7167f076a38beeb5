/* ablation_details.h - what is said below an ablation's table: of the selected cell, and of all. */
#ifndef COMBOLAB_UI_VIEWS_ABLATION_DETAILS_H
#define COMBOLAB_UI_VIEWS_ABLATION_DETAILS_H

#include "results/ablation_tables.h"
#include "ui/pen.h"

/* Its figure, what it says against the baseline, then warnings and the caption; or with `behind`
 * its runs and the SQL that gives their figures. */
void ablation_details(struct pen *pen, struct rect at, const struct ablation *a, size_t row,
                      const struct ablation_part *part, bool behind);

/* The cell's runs as a filter of the list, "id=3,5-9". 0, or -1 when they are too many for one. */
int ablation_filter(const struct ablation_cell *cell, char *to, size_t room);

#endif
