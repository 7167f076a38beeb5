/* metrics.h - MAE, RMSE and Pearson correlation of predictions, in double. */
#ifndef COMBOLAB_ENGINE_TRAIN_METRICS_H
#define COMBOLAB_ENGINE_TRAIN_METRICS_H

#include <stddef.h>

struct metrics {
    double mae, rmse;
    double pc; /* NaN when either side is constant or n < 2 */
};

/* Two passes (means first). n = 0 gives NaN everywhere. */
void metrics_of(const float *predicted, const double *truth, size_t n, struct metrics *out);

#endif
