/* cublas.h - cuBLASLt's products by the few functions that are used, loaded when asked for. All
 * calls of one `struct cublas` from one thread. */
#ifndef COMBOLAB_CUDA_CUBLAS_H
#define COMBOLAB_CUDA_CUBLAS_H

#include "base/err.h"

#include <cublasLt.h>

#define CUBLAS_FUNCTIONS(x)                                                                        \
    x(cublasLtCreate) x(cublasLtDestroy) x(cublasLtGetStatusString) x(cublasLtGetVersion)          \
        x(cublasLtMatmul) x(cublasLtMatmulAlgoCheck) x(cublasLtMatmulAlgoGetHeuristic)             \
            x(cublasLtMatmulDescCreate) x(cublasLtMatmulDescDestroy)                               \
                x(cublasLtMatmulDescSetAttribute) x(cublasLtMatmulPreferenceCreate)                \
                    x(cublasLtMatmulPreferenceDestroy) x(cublasLtMatmulPreferenceSetAttribute)     \
                        x(cublasLtMatrixLayoutCreate) x(cublasLtMatrixLayoutDestroy)

#define CUBLAS_FUNCTION(name) __typeof__(name) *name;
struct cublas {
    CUBLAS_FUNCTIONS(CUBLAS_FUNCTION)
    void *library;
    cublasLtHandle_t handle;
    int capability;   /* 90 for 9.0 */
    char version[64]; /* "13.1.0" */
};
#undef CUBLAS_FUNCTION

/* For the present device, of compute capability 9.0 as 90. */
int cuda_cublas_open(struct cublas **out, int capability, struct err *e);
void cuda_cublas_close(struct cublas *c); /* NULL is allowed */

/* A status as an error: "cuBLAS: WHAT: ...". 0 for success. */
int cuda_cublas_told(const struct cublas *c, cublasStatus_t status, const char *what,
                     struct err *e);

#endif
