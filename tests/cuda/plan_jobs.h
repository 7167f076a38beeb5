/* plan_jobs.h - the convolutions of a net as jobs (cuda/conv.h), each once. */
#ifndef COMBOLAB_TESTS_CUDA_PLAN_JOBS_H
#define COMBOLAB_TESTS_CUDA_PLAN_JOBS_H

#include "cuda/conv.h"

#define PLAN_MOST_JOBS 512

struct plan_jobs {
    struct conv_job at[PLAN_MOST_JOBS];
    int n;
};

/* How a net is computed. */
struct plan_type {
    const char *name; /* "f32", "tf32", "bf16" */
    enum element element;
    bool tensor_cores;
};

extern const struct plan_type plan_types[]; /* a NULL name ends */

/* Adds those of a net of net_build's at 224 x 224 that are not there yet: forward, weights, and
 * where the input isn't the images, data; of an input that others read too, also added. */
void plan_jobs_add(struct plan_jobs *jobs, const char *net, int batch,
                   const struct plan_type *type);

#endif
