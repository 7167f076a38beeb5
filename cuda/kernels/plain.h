/* plain.h - which kernels are to be the plain ones. A fast kernel has a plain twin of the same
 * contract; COMBOLAB_CUDA_PLAIN lists, separated by commas, those launchers whose twin is to run
 * instead ("norm_apply,pool_back", without "kernel_"), or says "all". C and CUDA. */
#ifndef COMBOLAB_CUDA_KERNELS_PLAIN_H
#define COMBOLAB_CUDA_KERNELS_PLAIN_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Asked at each launch; one that is captured is asked once. */
bool kernel_plain(const char *name);

#ifdef __cplusplus
}
#endif

#endif
