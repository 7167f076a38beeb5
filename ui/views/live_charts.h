/* live_charts.h - what the charts of the live view show: from epoch rows, and for losses from the
 * steps of the epoch in progress, to series. */
#ifndef COMBOLAB_UI_VIEWS_LIVE_CHARTS_H
#define COMBOLAB_UI_VIEWS_LIVE_CHARTS_H

#include "ui/axis.h"
#include "ui/chart.h"

/* What losses are drawn over: before there are epochs for a line, steps. */
enum live_by { LIVE_BY_EITHER, LIVE_BY_EPOCH, LIVE_BY_STEP };

/* How the charts are drawn and read. */
struct live_axes {
    int focus; /* chart */
    bool log_y, planned;
    enum live_by by;
    bool reading;  /* the crosshair is there, */
    int cursor;    /* at this epoch or, on losses by step, at this step */
    struct axis x; /* the piece that is seen, of epochs and of steps */
};

/* What the x axis of charts goes over: epochs or steps. */
struct live_range {
    int first, last;
};

/* What a chart's title and note are made in. */
struct live_texts {
    char title[64], note[64];
    char names[3][72]; /* of series that are no phases */
};

/* How many charts the model's run has: no curve twice. */
int live_charts(const struct ui_model *model);

/* Which of them is that of PC. */
int live_chart_of_pc(const struct ui_model *model);

/* The charts of losses show the steps of the epoch in progress. */
bool live_by_step(const struct live_axes *axes, const struct ui_model *model);

/* All of the axis that the crosshair moves along, whatever piece of it is seen. */
struct live_range live_range_of(const struct live_axes *axes, const struct ui_model *model);

/* What is at a place of it, 0 to 1. */
int live_x_at(struct live_range range, double place);

/* Chart `which`, whose title and note stand in `texts`. */
void live_chart(const struct live_axes *axes, const struct ui_model *model, int which,
                struct chart *c, struct live_texts *texts);

/* Appends the names that the command curves has for chart `which`, or for all (-1), to the texts of
 * a figure: "total,regression,pc". */
void live_metrics(const struct ui_model *model, int which, char *to, size_t room);

#endif
