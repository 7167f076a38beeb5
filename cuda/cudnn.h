/* cudnn.h - cuDNN 9 by the few functions of its graph API that are used, loaded when asked for.
 * Needs 9.8, where a device can be described by its properties: so plans can also be made for one
 * that is not here. All calls of one `struct cudnn` from one thread. */
#ifndef COMBOLAB_CUDA_CUDNN_H
#define COMBOLAB_CUDA_CUDNN_H

#include "base/err.h"

#include <cudnn_graph.h>

#define CUDNN_FUNCTIONS(x)                                                                         \
    x(cudnnBackendCreateDescriptor) x(cudnnBackendDestroyDescriptor) x(cudnnBackendExecute)        \
        x(cudnnBackendFinalize) x(cudnnBackendGetAttribute) x(cudnnBackendSetAttribute)            \
            x(cudnnCreate) x(cudnnDestroy) x(cudnnGetErrorString) x(cudnnGetLastErrorString)       \
                x(cudnnGetVersion) x(cudnnSetStream)

#define CUDNN_FUNCTION(name) __typeof__(name) *name;
struct cudnn {
    CUDNN_FUNCTIONS(CUDNN_FUNCTION)
    void *library;
    cudnnHandle_t handle;            /* NULL where plans are made only */
    cudnnBackendDescriptor_t device; /* the properties of one that is not here; else NULL */
    int capability;                  /* 90 for 9.0 */
    char version[64];                /* "9.19.0" */
};
#undef CUDNN_FUNCTION

/* For the present device, of compute capability 9.0 as 90, to work on `stream`; or where `json`
 * isn't NULL, for the device that it describes, to make plans only. */
int cuda_cudnn_open(struct cudnn **out, int capability, void *stream, const char *json,
                    struct err *e);
void cuda_cudnn_close(struct cudnn *c); /* NULL is allowed */

/* A status as an error: "cuDNN: WHAT: ...". 0 for success. */
int cuda_cudnn_told(const struct cudnn *c, cudnnStatus_t status, const char *what, struct err *e);

#endif
