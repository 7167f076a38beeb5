/* config_classes.h - the options that say how scores become classes, as numbers. No state, any
 * thread.
 *
 * They are checked in two steps, because how many classes there are may be known only once the data
 * set is open: class_options_read for all that needs no data, class_options_count for the rest.
 */
#ifndef COMBOLAB_ENGINE_CONFIG_CLASSES_H
#define COMBOLAB_ENGINE_CONFIG_CLASSES_H

#include "engine/config.h"
#include "engine/core/loss.h"

struct err;

struct class_numbers {
    int n; /* 0 where the option was left open */
    double at[LOSS_MAX_CLASSES];
};

struct class_options {
    int n; /* classes, 0 where the options do not say */
    enum config_rounding rounding;
    struct class_numbers edges, values, weights;
    bool equal_weights; /* class-weights none */
};

/* Reads and checks the options of a config. ERR_USAGE names option, value and what is allowed. */
int class_options_read(struct class_options *out, const struct run_config *c, struct err *e);

/* Checks that values and weights, where given, are as many as there are classes. */
int class_options_count(const struct class_options *o, int classes, struct err *e);

#endif
