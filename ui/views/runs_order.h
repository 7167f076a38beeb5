/* runs_order.h - which runs the list shows, and in what order. Kept from frame to frame, made anew
 * when runs, filter or sorting changed. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_ORDER_H
#define COMBOLAB_UI_VIEWS_RUNS_ORDER_H

#include "db/rows.h"

#include <stdbool.h>

enum runs_key {
    RUNS_BY_AGE, /* newest first, as the model has them */
    RUNS_BY_STATE,
    RUNS_BY_NAME,
    RUNS_BY_DATA,
    RUNS_BY_BACKBONE,
    RUNS_BY_LOSS,
    RUNS_BY_EPOCHS,
    RUNS_BY_PC,
    RUNS_BY_MAE,
    RUNS_BY_RMSE,
    RUNS_BY_LAST_PC,
    RUNS_BY_SPEED,
    RUNS_KEYS
};

struct runs_order {
    int *place; /* of the n shown runs in the model's array */
    size_t n, room;
    size_t of;        /* runs that the model had */
    uint64_t made_of; /* fingerprint of what it was made from */
    bool failed;      /* out of memory: nothing is shown */
};

/* Makes the order anew if runs, filter, key or direction are others than last time; true if so.
 * `filter`: a text that name, loss, backbone, data, state or experiment contains, in any case. */
bool runs_order_sync(struct runs_order *o, const struct run_row *runs, size_t n, const char *filter,
                     enum runs_key key, bool reverse);
void runs_order_fini(struct runs_order *o);

const char *runs_key_name(enum runs_key key);

#endif
