/* prediction_draw.h - predicted against true scores, drawn into a file. Any thread. */
#ifndef COMBOLAB_SRC_PREDICTION_DRAW_H
#define COMBOLAB_SRC_PREDICTION_DRAW_H

#include "results/figures/figures.h"
#include "results/prediction_tables.h"

/* A panel a run; their labels are the titles where there are several. */
int prediction_draw(const struct prediction_run *runs, size_t n, const struct figure_page *page,
                    struct err *e);

#endif
