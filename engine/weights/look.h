/* look.h - what the numbers in a weight file look like, and what that says of it. One thread at a
 * time. */
#ifndef COMBOLAB_ENGINE_WEIGHTS_LOOK_H
#define COMBOLAB_ENGINE_WEIGHTS_LOOK_H

#include "engine/weights/source.h"

#include <stdbool.h>

struct err;

/* One tensor's values; all NaN and 0 for one that holds no real numbers, or none at all. */
struct look {
    bool real;
    double least, most, mean, deviation; /* of those that are finite in float32 */
    size_t bad;                          /* that are not */
};

/* Looks at every tensor; `looks` has room for as many as are listed. Memory is bounded. */
int look_at(struct source *s, struct look *looks, struct err *e);

/* What the looks give cause to doubt, counted over the file. */
struct look_doubts {
    size_t bad; /* tensors with values that are not finite */
    size_t first_bad;
    size_t norms;     /* running means and variances */
    size_t new_norms; /* of which are all 0, or all 1, as before any training */
    size_t convs;     /* convolutions of some size */
    size_t drawn; /* that are spread as PyTorch draws them: Kaiming's deviation of the fan out */
    size_t flat;  /* weights whose values are all the same */
    size_t first_flat;
};

void look_doubt(const struct weights *listed, const struct look *looks, struct look_doubts *out);

#endif
