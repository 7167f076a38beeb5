/* plan.h - the order of an epoch's samples and what is drawn for each. For engine/train and for
 * who measures what a backend does with a plan.
 *
 * The order is a Fisher-Yates shuffle of the training places, ascending at first, drawn from seed,
 * epoch and position. A sample's augmentation is drawn from seed, epoch and its place in the whole
 * data set. So neither depends on loss, net, threads or backend, and the second not even on the
 * split.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_PLAN_H
#define COMBOLAB_ENGINE_TRAIN_PLAN_H

#include "engine/config.h"
#include "engine/core/backend.h"

struct plan {
    size_t all; /* images of the split */
    size_t n;   /* images of an epoch: fewer when the last, smaller batch is dropped */
    uint32_t *order;
    struct augment_draw *draws;
};

/* What the options of an experiment say of augmentation; normalised as ImageNet's images are, whose
 * weights nets may begin with. */
void plan_augment(struct augment_spec *augment, const struct run_config *config);

int plan_init(struct plan *p, size_t all, size_t n, struct err *e);
void plan_fini(struct plan *p);

/* A training epoch: places[0..all) shuffled, the first n taken, augmented as drawn. */
void plan_train(struct plan *p, const uint32_t *places, const struct augment_spec *augment,
                const struct image_set *images, uint64_t seed, int epoch);

/* An evaluation of places[0..n): in the order given, centre crops. */
void plan_test(struct plan *p, const uint32_t *places, const struct augment_spec *augment,
               const struct image_set *images);

#endif
