/* runs_order.h - which runs the list shows, and in what order. Kept from frame to frame, made anew
 * when runs, filter or sorting changed. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_ORDER_H
#define COMBOLAB_UI_VIEWS_RUNS_ORDER_H

#include "ui/edit.h"
#include "ui/ui.h"

/* What is asked for. */
struct runs_choice {
    const char *filter; /* what name, loss, backbone, data, state or experiment contains */
    int column;         /* of runs_columns, to sort by */
    bool reverse;
};

struct runs_order {
    int *place; /* of the n shown runs in the model's array */
    size_t n, room;
    struct runs_choice made_for; /* its filter is this one: */
    char filter[EDIT_BYTES];
    uint64_t made_of; /* the runs' version */
    bool made;        /* false: out of memory, nothing is shown */
};

/* Makes the order anew if runs, filter, column or direction are others than last time; true if so.
 */
bool runs_order_sync(struct runs_order *o, const struct ui_model *model,
                     const struct runs_choice *choice);
void runs_order_fini(struct runs_order *o);

#endif
