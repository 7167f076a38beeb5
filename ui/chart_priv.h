/* chart_priv.h - what the files of a chart share: the values of a series, its tail among them. */
#ifndef COMBOLAB_UI_CHART_PRIV_H
#define COMBOLAB_UI_CHART_PRIV_H

#include "ui/chart.h"

size_t chart_count(const struct chart_series *s);
double chart_value(const struct chart_series *s, size_t i);
int chart_x(const struct chart_series *s, size_t i);
bool chart_is_there(const struct chart_series *s, size_t i);

/* What is counted along x, at x: "41", "12.5". */
void chart_x_text(const struct chart *chart, int x, char *to, size_t room);

/* The box around the plot. */
void chart_draw_frame(struct pen *pen, struct rect at, const struct chart *chart);

#endif
