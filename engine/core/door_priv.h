/* door_priv.h - an open net as the door sees it: what has been said, and what may therefore come.
 */
#ifndef COMBOLAB_ENGINE_CORE_DOOR_PRIV_H
#define COMBOLAB_ENGINE_CORE_DOOR_PRIV_H

#include "engine/core/door.h"

struct door {
    const struct backend_ops *ops;
    struct backend *backend;
    struct net net;
    struct backend_spec spec; /* its net is ours */
    struct net_shape shapes[NET_MAX_UNITS + 1];
    struct net_params *params;
    bool trains; /* some batch does */
    size_t n_images;
    const struct image_place *place; /* of each image, borrowed */
    size_t planned, next;            /* samples of the plan; the first of the next batch */
    int batch;                       /* samples of a whole batch of the plan */
    int n;                           /* samples of the last step; in a probe, of the plan */
    int in_flight;
    bool forwarded; /* the last batch went FORWARD and may go BACKWARD */
    bool graded;    /* there are gradients to UPDATE with */
};

/* Samples of the plan's next batch, 0 when it is done. */
static inline int door_next_batch(const struct door *d)
{
    size_t left = d->planned - d->next;
    return left < (size_t)d->batch ? (int)left : d->batch;
}

/* The rules (door_rules.c): 0, or -1 where one is broken. */
int door_check_spec(const struct backend_spec *s, struct err *e);
int door_check_images(const struct door *d, const struct image_set *set, const int *classes,
                      struct err *e);
int door_check_set(const struct door *d, enum backend_kind kind, int index, size_t count,
                   struct err *e);
int door_check_get(const struct door *d, enum backend_kind kind, int index, size_t count,
                   struct err *e);
int door_check_plan(const struct door *d, const struct backend_plan *plan, struct err *e);
int door_check_step(const struct door *d, unsigned phases, struct err *e);

#endif
