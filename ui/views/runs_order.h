/* runs_order.h - which runs the list shows, and in what order. Kept from frame to frame, made anew
 * when runs, filter or sorting changed. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_ORDER_H
#define COMBOLAB_UI_VIEWS_RUNS_ORDER_H

#include "results/rows_filter.h"
#include "ui/edit.h"
#include "ui/ui.h"

/* What is asked for. */
struct runs_choice {
    const char *filter; /* in the language of results/rows_filter.h */
    const char *column; /* the name of a run's column, to sort by */
    bool reverse;
};

/* Zeroed at its start, then runs_order_init. */
struct runs_order {
    struct row_column columns[ROW_MOST_COLUMNS]; /* of the model's runs */
    int *place;                                  /* of the n shown runs in the model's array */
    size_t n, room;
    struct rows_filter *filter;  /* the last one that could be read; NULL before */
    char problem[256];           /* why the filter asked for cannot be read, or "" */
    struct runs_choice made_for; /* its filter is this one: */
    char text[EDIT_BYTES];
    uint64_t made_of; /* the runs' version */
    bool made;        /* false: out of memory, nothing is shown */
};

void runs_order_init(struct runs_order *o);
void runs_order_fini(struct runs_order *o);

/* Makes the order anew if runs, filter, column or direction are others than last time; true if so.
 * A filter that cannot be read leaves the one before in force. */
bool runs_order_sync(struct runs_order *o, const struct ui_model *model,
                     const struct runs_choice *choice);

/* The best value in a column of figures among the runs shown; NaN when there is none, or nothing
 * that it is better than. */
double runs_order_best(const struct runs_order *o, const struct ui_model *model,
                       const char *column);

#endif
