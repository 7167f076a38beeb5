/* ablation_strips.h - the figures behind the means, side by side on one axis. */
#ifndef COMBOLAB_UI_VIEWS_ABLATION_STRIPS_H
#define COMBOLAB_UI_VIEWS_ABLATION_STRIPS_H

#include "results/ablation_tables.h"
#include "ui/pen.h"

/* A line a row: a dot for each seed or fold, and the mean; below them the axis. */
void ablation_strips(struct pen *pen, struct rect at, const struct ablation *a,
                     const struct ablation_part *part);

#endif
