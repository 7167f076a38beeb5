/* fake_cublas.c - cuBLASLt's products in plain loops. Three algorithms are proposed: one that does
 * not support the product after all, one with a workspace, one without. */
#include "tests/cuda/fake_cublas.h"

#include "base/mem.h"
#include "cuda/cublas.h"
#include "cuda/device.h"
#include "cuda/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC 0xfeedc0de12345678u
#define WORKSPACE 1024

struct fake_cublas fake_cublas;

struct matrix {
    cudaDataType_t type;
    uint64_t rows, columns;
    int64_t step;
};

struct operation {
    cublasComputeType_t compute;
    cublasOperation_t a, b;
};

static cublasStatus_t make(void *to, const void *from, size_t bytes)
{
    void *p = mem_copy(from, bytes);
    memcpy(to, &p, sizeof p);
    fake_cublas.alive++;
    return CUBLAS_STATUS_SUCCESS;
}

static cublasStatus_t drop(void *p)
{
    mem_free(p);
    fake_cublas.alive--;
    return CUBLAS_STATUS_SUCCESS;
}

static size_t get_version(void)
{
    return fake_cublas.version;
}

static const char *get_status_string(cublasStatus_t status)
{
    return status == CUBLAS_STATUS_NOT_SUPPORTED ? "not supported" : "another status";
}

static cublasStatus_t create(cublasLtHandle_t *out)
{
    return make(out, "", 1);
}

static cublasStatus_t destroy(cublasLtHandle_t h)
{
    return drop(h);
}

static cublasStatus_t desc_create(cublasLtMatmulDesc_t *out, cublasComputeType_t compute,
                                  cudaDataType_t scale)
{
    struct operation o = {compute, CUBLAS_OP_N, CUBLAS_OP_N};
    return scale == CUDA_R_32F ? make(out, &o, sizeof o) : CUBLAS_STATUS_NOT_SUPPORTED;
}

static cublasStatus_t desc_destroy(cublasLtMatmulDesc_t d)
{
    return drop(d);
}

static cublasStatus_t desc_set(cublasLtMatmulDesc_t d, cublasLtMatmulDescAttributes_t name,
                               const void *value, size_t bytes)
{
    struct operation *o = (struct operation *)d;
    if (bytes != sizeof(cublasOperation_t))
        return CUBLAS_STATUS_INVALID_VALUE;
    if (name == CUBLASLT_MATMUL_DESC_TRANSA)
        memcpy(&o->a, value, bytes);
    else if (name == CUBLASLT_MATMUL_DESC_TRANSB)
        memcpy(&o->b, value, bytes);
    else
        return CUBLAS_STATUS_INVALID_VALUE;
    return CUBLAS_STATUS_SUCCESS;
}

static cublasStatus_t layout_create(cublasLtMatrixLayout_t *out, cudaDataType_t type, uint64_t rows,
                                    uint64_t columns, int64_t step)
{
    struct matrix m = {type, rows, columns, step};
    return step >= (int64_t)rows ? make(out, &m, sizeof m) : CUBLAS_STATUS_INVALID_VALUE;
}

static cublasStatus_t layout_destroy(cublasLtMatrixLayout_t l)
{
    return drop(l);
}

static cublasStatus_t preference_create(cublasLtMatmulPreference_t *out)
{
    fake_cublas.most = UINT64_MAX;
    fake_cublas.sums = CUBLASLT_REDUCTION_SCHEME_MASK;
    fake_cublas.aligned = 256;
    return make(out, "", 1);
}

static cublasStatus_t preference_destroy(cublasLtMatmulPreference_t p)
{
    return drop(p);
}

static cublasStatus_t preference_set(cublasLtMatmulPreference_t p,
                                     cublasLtMatmulPreferenceAttributes_t name, const void *value,
                                     size_t bytes)
{
    uint32_t alignment;
    (void)p;
    switch (name) {
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
        memcpy(&fake_cublas.most, value, bytes);
        return bytes == 8 ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
    case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK:
        memcpy(&fake_cublas.sums, value, bytes);
        return bytes == 4 ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
    default:
        memcpy(&alignment, value, sizeof alignment);
        fake_cublas.aligned = alignment < fake_cublas.aligned ? alignment : fake_cublas.aligned;
        return bytes == 4 ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
    }
}

static cublasStatus_t heuristic(cublasLtHandle_t h, cublasLtMatmulDesc_t d,
                                cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t to,
                                cublasLtMatmulPreference_t p, int room,
                                cublasLtMatmulHeuristicResult_t list[], int *n)
{
    (void)h, (void)d, (void)a, (void)b, (void)c, (void)to, (void)p;
    for (*n = 0; *n < 3 && *n < room; (*n)++) {
        list[*n] = (cublasLtMatmulHeuristicResult_t){.algo = {{MAGIC, 1, (uint64_t)*n}},
                                                     .workspaceSize = *n == 1 ? WORKSPACE : 0,
                                                     .state = *n ? CUBLAS_STATUS_SUCCESS
                                                                 : CUBLAS_STATUS_NOT_SUPPORTED};
    }
    return CUBLAS_STATUS_SUCCESS;
}

static cublasStatus_t algo_check(cublasLtHandle_t h, cublasLtMatmulDesc_t d,
                                 cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                 cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t to,
                                 const cublasLtMatmulAlgo_t *algo,
                                 cublasLtMatmulHeuristicResult_t *result)
{
    (void)h, (void)d, (void)a, (void)b, (void)c, (void)to;
    if (algo->data[0] != MAGIC || algo->data[1] != 1 || algo->data[2] < 1 || algo->data[2] > 2)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    *result = (cublasLtMatmulHeuristicResult_t){
        .algo = *algo, .workspaceSize = algo->data[2] == 1 ? WORKSPACE : 0};
    return CUBLAS_STATUS_SUCCESS;
}

static float get(const struct matrix *m, const void *data, uint64_t row, uint64_t column)
{
    size_t at = row + column * (size_t)m->step;
    if (m->type == CUDA_R_32F)
        return ((const float *)data)[at];
    uint32_t bits = (uint32_t)((const uint16_t *)data)[at] << 16;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static void put(const struct matrix *m, void *data, uint64_t row, uint64_t column, float f)
{
    size_t at = row + column * (size_t)m->step;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    if (m->type == CUDA_R_32F)
        ((float *)data)[at] = f;
    else
        ((uint16_t *)data)[at] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* The element of op(m). */
static float element(const struct matrix *m, cublasOperation_t op, const void *data, uint64_t row,
                     uint64_t column)
{
    return op == CUBLAS_OP_T ? get(m, data, column, row) : get(m, data, row, column);
}

static cublasStatus_t matmul(cublasLtHandle_t h, cublasLtMatmulDesc_t d, const void *alpha,
                             const void *a, cublasLtMatrixLayout_t al, const void *b,
                             cublasLtMatrixLayout_t bl, const void *beta, const void *c,
                             cublasLtMatrixLayout_t cl, void *to, cublasLtMatrixLayout_t tol,
                             const cublasLtMatmulAlgo_t *algo, void *workspace, size_t bytes,
                             cudaStream_t stream)
{
    const struct operation *o = (const struct operation *)d;
    const struct matrix *am = (const struct matrix *)al, *bm = (const struct matrix *)bl;
    const struct matrix *m = (const struct matrix *)tol;
    const float *one = alpha, *more = beta;
    struct err e;
    uint64_t inner = o->a == CUBLAS_OP_T ? am->rows : am->columns;
    uint64_t rows = o->a == CUBLAS_OP_T ? am->columns : am->rows;
    uint64_t columns = o->b == CUBLAS_OP_T ? bm->rows : bm->columns;
    uint64_t other = o->b == CUBLAS_OP_T ? bm->columns : bm->rows;
    (void)h;
    fake_cublas.products++;
    if (inner != other || rows != m->rows || columns != m->columns || c != to || cl != tol ||
        ((uintptr_t)a | (uintptr_t)b | (uintptr_t)to) % 16 ||
        bytes != (algo->data[2] == 1 ? WORKSPACE : 0) || (bytes && (uintptr_t)workspace % 256))
        return CUBLAS_STATUS_INVALID_VALUE;
    if (device_wait((struct device *)(void *)stream, &e)) /* what was queued comes first */
        return CUBLAS_STATUS_EXECUTION_FAILED;
    for (uint64_t i = 0; i < rows; i++)
        for (uint64_t j = 0; j < columns; j++) {
            double sum = 0;
            for (uint64_t k = 0; k < inner; k++)
                sum += (double)element(am, o->a, a, i, k) * (double)element(bm, o->b, b, k, j);
            sum *= (double)*one;
            if (*more != 0)
                sum += (double)*more * (double)get(m, to, i, j);
            put(m, to, i, j, (float)sum);
        }
    return CUBLAS_STATUS_SUCCESS;
}

/* --- in the place of cuda/library.c --- */

void *cuda_library_open(const char *name, struct err *e)
{
    if (!fake_cublas.missing)
        return &fake_cublas;
    err_set(e, ERR_NOT_FOUND, "%s cannot be loaded", name);
    return NULL;
}

void cuda_library_close(void *library)
{
    (void)library;
}

int cuda_library_bind(void *library, const struct cuda_function *list, size_t n, void *table,
                      struct err *e)
{
    static const struct cublas fakes = {.cublasLtCreate = create,
                                        .cublasLtDestroy = destroy,
                                        .cublasLtGetStatusString = get_status_string,
                                        .cublasLtGetVersion = get_version,
                                        .cublasLtMatmul = matmul,
                                        .cublasLtMatmulAlgoCheck = algo_check,
                                        .cublasLtMatmulAlgoGetHeuristic = heuristic,
                                        .cublasLtMatmulDescCreate = desc_create,
                                        .cublasLtMatmulDescDestroy = desc_destroy,
                                        .cublasLtMatmulDescSetAttribute = desc_set,
                                        .cublasLtMatmulPreferenceCreate = preference_create,
                                        .cublasLtMatmulPreferenceDestroy = preference_destroy,
                                        .cublasLtMatmulPreferenceSetAttribute = preference_set,
                                        .cublasLtMatrixLayoutCreate = layout_create,
                                        .cublasLtMatrixLayoutDestroy = layout_destroy};
    (void)library;
    for (size_t i = 0; i < n; i++) {
        void (*function)(void);
        memcpy(&function, (const char *)&fakes + list[i].at, sizeof function);
        if (!function)
            return err_set(e, ERR_VERSION, "it has no %s", list[i].name);
        memcpy((char *)table + list[i].at, &function, sizeof function);
    }
    return 0;
}
