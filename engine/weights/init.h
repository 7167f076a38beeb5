/* init.h - option `init`: the file whose weights a run begins with, and what it must have for that.
 *
 * Order of calls: init_open, then look and load, init_close. One thread at a time.
 */
#ifndef COMBOLAB_ENGINE_WEIGHTS_INIT_H
#define COMBOLAB_ENGINE_WEIGHTS_INIT_H

#include "engine/config.h"
#include "engine/weights/match.h"
#include "engine/weights/source.h"

struct init {
    struct source source;
    struct match match;
};

/* Opens the file and finds which naming its keys have. ERR_FORMAT where none is known. */
int init_open(struct init *i, const char *path, struct err *e);
void init_close(struct init *i); /* of one that is all zeros too */

/* Whether the net of that name can begin with it: ERR_FORMAT where it holds another of our nets, or
 * a tensor has another shape, heads apart. */
int init_check(const struct init *i, const char *path, const char *net, struct err *e);

/* Turns the values of tensor `p`, as the file has them, into those that the net wants here: of the
 * first convolution, from images of that order and scale to RGB ones less ImageNet's mean
 * and divided by its deviation. Nothing else changes. */
void init_turn(enum config_init_order order, enum config_init_scale scale,
               const struct net_param *p, float *values);

/* Does all of that for a config that has such a file, and settles the options that follow from
 * match_options. Of no effect for one that has none. */
int init_settle(struct run_config *c, struct err *e);

#endif
