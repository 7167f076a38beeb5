/* views.h - the state of each view, all of it part of `struct ui`. */
#ifndef COMBOLAB_UI_VIEWS_VIEWS_H
#define COMBOLAB_UI_VIEWS_VIEWS_H

#include "engine/config.h"
#include "ui/edit.h"
#include "ui/views/runs_order.h"
#include "ui/view.h"

struct runs_view {
    struct runs_order order;
    bool stale; /* filter or sorting changed since the order was made */
    enum runs_key key;
    bool reverse;
    int64_t selected; /* the run; it stays selected wherever it moves */
    int at;           /* its line among the shown ones */
    int first;        /* line at the top */
    int page;         /* rows when last drawn */
    struct edit filter;
    bool typing;             /* the filter */
    char before[EDIT_BYTES]; /* the filter that Escape brings back */
    int64_t awaited;         /* a run that becomes selected once it is there; 0 = none */
};

struct live_view {
    int64_t open; /* the run that was asked for, 0 = none */
    int focus;    /* chart */
    bool zoom, log_y, planned;
    bool reading; /* the crosshair is there, */
    int cursor;   /* at this epoch */
    int log_back; /* lines that the log is scrolled back */
    int log_page;
};

struct launch_view {
    struct run_config config;
    unsigned unfolded; /* groups, by bit */
    int at;            /* line; one past the last is the button */
    int first;
    int page;
    bool typing;
    struct edit edit;
    char error[512]; /* why the last value was refused, or "" */
};

struct help_view {
    int first;
    int page, lines;
};

/* The list: sorted, filtered, selected again after the model changed. */
void runs_view_init(struct runs_view *v);
void runs_view_fini(struct runs_view *v);

/* A run was launched: it becomes selected once it is there. */
void runs_view_await(struct runs_view *v, int64_t run);

void launch_view_init(struct launch_view *v, const struct run_config *config);

/* Charts of the live view. */
#define LIVE_CHARTS (5 + ROW_MAX_TERMS)
struct chart;
int live_charts(const struct ui_model *model);
void live_chart(const struct live_view *v, const struct ui_model *model, int which, struct chart *c,
                char note[64]);

#endif
