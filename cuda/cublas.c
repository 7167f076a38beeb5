/* cublas.c - loads cuBLASLt. */
#include "cuda/cublas.h"

#include "base/mem.h"
#include "cuda/library.h"

#include <stdio.h>

/* The library of the headers' own major version: another one may have other constants. */
#define TEXT_OF(x) #x
#define NAME_OF(major) "libcublasLt.so." TEXT_OF(major)

int cuda_cublas_told(const struct cublas *c, cublasStatus_t status, const char *what, struct err *e)
{
    if (status == CUBLAS_STATUS_SUCCESS)
        return 0;
    return err_set(e, ERR_DEVICE, "cuBLAS: %s: %s", what, c->cublasLtGetStatusString(status));
}

static int load(struct cublas *c, struct err *e)
{
#define CUBLAS_FUNCTION(name) {#name, offsetof(struct cublas, name)},
    static const struct cuda_function list[] = {CUBLAS_FUNCTIONS(CUBLAS_FUNCTION)};
#undef CUBLAS_FUNCTION
    if (!(c->library = cuda_library_open(NAME_OF(CUBLAS_VER_MAJOR), e)))
        return -1;
    if (cuda_library_bind(c->library, list, sizeof list / sizeof *list, c, e))
        return err_prefix(e, "cuBLASLt is not as expected");
    size_t v = c->cublasLtGetVersion();
    snprintf(c->version, sizeof c->version, "%zu.%zu.%zu", v / 10000, v / 100 % 100, v % 100);
    return cuda_cublas_told(c, c->cublasLtCreate(&c->handle), "its handle", e);
}

int cuda_cublas_open(struct cublas **out, int capability, struct err *e)
{
    struct cublas *c = *out = mem_alloc(1, sizeof *c);
    if (!c)
        return mem_error(e, "cuBLASLt", sizeof *c);
    c->capability = capability;
    if (!load(c, e))
        return 0;
    cuda_cublas_close(c);
    *out = NULL;
    return -1;
}

void cuda_cublas_close(struct cublas *c)
{
    if (!c)
        return;
    if (c->handle)
        c->cublasLtDestroy(c->handle);
    cuda_library_close(c->library);
    mem_free(c);
}
