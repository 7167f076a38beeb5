/* state.h - what a step's kernels know beyond their arguments, kept on the device: so that a
 * captured step can be run again without one. C and CUDA. */
#ifndef COMBOLAB_CUDA_KERNELS_STATE_H
#define COMBOLAB_CUDA_KERNELS_STATE_H

#include "engine/core/augment.h"
#include "engine/core/loss.h"

#include <stdint.h>

struct state {
    uint64_t first, next; /* of the plan's samples: the present batch's first, the next one's */
    uint64_t step;        /* forward steps so far, since open */
    uint64_t bad_step;    /* the first whose loss was not finite, counted from 1; 0 = none yet */
    int32_t frozen;       /* no update changes anything any more */
    float rate;           /* the plan's learning rate */
    float clip;           /* what gradients are multiplied by before an update */
    struct loss_spec loss;
    struct augment_table table;
};

/* Where a sample's image lies and how wide it is. */
struct state_place {
    uint64_t offset; /* of the image's first byte in the pixels */
    int32_t width;
};

#endif
