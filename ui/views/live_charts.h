/* live_charts.h - what the charts of the live view show: from epoch rows to series. */
#ifndef COMBOLAB_UI_VIEWS_LIVE_CHARTS_H
#define COMBOLAB_UI_VIEWS_LIVE_CHARTS_H

#include "ui/chart.h"

/* How the charts are drawn and read. */
struct live_axes {
    int focus; /* chart */
    bool log_y, planned;
    bool reading; /* the crosshair is there, */
    int cursor;   /* at this epoch */
};

/* How many charts the model's run has. */
int live_charts(const struct ui_model *model);

/* Chart `which`; `note` holds the text of its note. */
void live_chart(const struct live_axes *axes, const struct ui_model *model, int which,
                struct chart *c, char note[64]);

#endif
