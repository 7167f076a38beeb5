/* device_priv.h - what the files of the device layer share: an open device, and what becomes of
 * the codes that the CUDA runtime returns. */
#ifndef COMBOLAB_CUDA_DEVICE_PRIV_H
#define COMBOLAB_CUDA_DEVICE_PRIV_H

#include "cuda/device.h"

#include <cuda_runtime_api.h>

struct device {
    int number;
    struct device_facts facts;
    cudaStream_t work, aside;
    cudaEvent_t mark[DEVICE_MARKS];
    bool sync; /* COMBOLAB_CUDA_SYNC=1: each kernel is waited for */
    bool capturing;
};

/* 0 for a code of 0; else -1, with an error that names the device and what was being done, and
 * says what to do where that is known. A code that ends CUDA in this process is remembered. */
int device_told(const struct device *d, cudaError_t code, const char *what, struct err *e);

/* -1, with the error that ended CUDA in this process, if one has. */
int device_ended(struct err *e);

/* Writes why there is no device, in the light of what counting them returned. */
void device_why_none(cudaError_t code, char *to, size_t room);

#endif
