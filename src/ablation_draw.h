/* ablation_draw.h - an ablation as a figure for papers. */
#ifndef COMBOLAB_SRC_ABLATION_DRAW_H
#define COMBOLAB_SRC_ABLATION_DRAW_H

#include "results/ablation_tables.h"
#include "results/figures/figures.h"

/* A panel for each metric: means with their deviations, a row a line; published figures beside
 * those that are optimistic too. */
int ablation_draw(const struct ablation *a, const struct ablation_shown *shown,
                  const struct figure_page *page, struct err *e);

#endif
