/* plain.h - what the environment says of kernels: which are to be the plain ones, and whether
 * launches overlap. A fast kernel has a plain twin of the same
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

/* COMBOLAB_CUDA_OVERLAP=1: a kernel's blocks may start while the kernel before ends, and wait for
 * it in after_previous(). device_open refuses it where the device cannot. Asked as the above. */
bool kernel_overlaps(void);

#ifdef __cplusplus
}
#endif

#endif
