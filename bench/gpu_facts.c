/* gpu_facts.c - what a GPU is and how fast its simplest work goes: copies, a product, launches, and
 * what cuDNN says of it.
 *
 *     bench/gpu_facts [DEVICE.json | --there | --trap]
 *
 * Opens device 0 as a backend does, so its first line is also the test that it can. Writes cuDNN's
 * description of the device, from which plans can be made on other machines, into the file. Ends
 * with FIGURE lines. cuDNN and cuBLASLt are loaded from $COMBOLAB_CUDA_LIBS or where the system
 * finds them; what is missing is said and left out. --there ends after the first line, with 2 where
 * there is no device; --trap ends CUDA in this process, which must then say so, and exits with 1.
 */
#include "base/clock.h"
#include "base/err.h"
#include "cuda/device.h"
#include "cuda/kernels/step.h"
#include "cuda/library.h"

#include <cublasLt.h>
#include <cudnn.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIB ((size_t)1 << 30)
#define COPIES 20
#define LAUNCHES 2000
#define SIDE 8192 /* of the square matrices of the product */
#define PRODUCTS 20

static int fail(const struct err *e)
{
    printf("gpu_facts: %s\n", e->text);
    return -1;
}

static void figure(const char *name, double value, const char *unit)
{
    printf("FIGURE %s %.4g %s -\n", name, value, unit);
}

/* NULL where the library is not to be had. */
static void *load(const char *name)
{
    struct err e;
    void *library = cuda_library_open(name, &e);
    if (!library)
        fail(&e);
    return library;
}

static uintptr_t find(void *library, const char *function)
{
    void *at = dlsym(library, function);
    if (at)
        return (uintptr_t)at;
    printf("gpu_facts: %s\n", dlerror());
    exit(1);
}

#define FIND(library, function) ((__typeof__(&(function)))find(library, #function))
#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number

/* --- copies --- */

/* Seconds of the device for `times` calls of what is queued between two marks. */
static double copied_s(struct device *d, void *to, const void *from, size_t bytes, bool up)
{
    struct err e;
    for (int i = -1; i < COPIES; i++) {
        if (!i && device_mark(d, 0, &e))
            return fail(&e);
        if (up ? device_upload(d, to, from, bytes, &e) : device_copy(d, to, from, bytes, &e))
            return fail(&e);
    }
    if (device_mark(d, 1, &e) || device_wait(d, &e))
        return fail(&e);
    return device_seconds(d, 0, 1);
}

static int copy_rates(struct device *d)
{
    struct err e;
    void *a = NULL, *b = NULL, *host = NULL;
    int result = device_alloc(d, GIB, "a", &a, &e) || device_alloc(d, GIB, "b", &b, &e) ||
                         device_pin(d, GIB / 4, "host", &host, &e)
                     ? fail(&e)
                     : 0;
    if (!result) {
        double on = copied_s(d, b, a, GIB, false), up = copied_s(d, a, host, GIB / 4, true);
        figure("copy_read_and_written", 2.0 * COPIES * (double)GIB / on * 1e-12, "TB/s");
        figure("upload", COPIES * (double)(GIB / 4) / up * 1e-9, "GB/s");
    }
    device_unpin(d, host);
    device_free(d, b);
    device_free(d, a);
    return result;
}

/* --- launches --- */

static int launch(struct device *d, void *from, void *to, int n, struct err *e)
{
    for (int i = 0; i < n; i++)
        if (device_ran(d, kernel_to_bf16(from, 1, to, device_stream(d)), "to_bf16", e))
            return -1;
    return 0;
}

static int launch_costs(struct device *d)
{
    struct err e;
    struct device_graph *g = NULL;
    void *a = NULL, *b = NULL;
    double began = 0, queued = 0, done = 0, replayed = 0;
    int result = device_alloc(d, 4, "a", &a, &e) || device_alloc(d, 4, "b", &b, &e) ||
                 launch(d, a, b, 10, &e) || device_wait(d, &e);
    if (!result) {
        began = clock_s();
        result = launch(d, a, b, LAUNCHES, &e);
        queued = clock_s();
        result = result || device_wait(d, &e);
        done = clock_s();
    }
    result = result || device_capture(d, &e) || launch(d, a, b, LAUNCHES, &e) ||
             device_captured(d, &g, &e) || device_replay(d, g, &e) || device_mark(d, 0, &e) ||
             device_replay(d, g, &e) || device_mark(d, 1, &e) || device_wait(d, &e);
    if (result) {
        fail(&e);
    } else {
        replayed = device_seconds(d, 0, 1);
        figure("launch_host", (queued - began) / LAUNCHES * 1e6, "us");
        figure("launch", (done - began) / LAUNCHES * 1e6, "us");
        figure("launch_in_graph", replayed / LAUNCHES * 1e6, "us");
    }
    device_capture_drop(d);
    device_graph_free(g);
    device_free(d, b);
    device_free(d, a);
    return result ? -1 : 0;
}

/* --- a product by cuBLASLt --- */

struct product {
    cublasLtHandle_t handle;
    cublasLtMatmulDesc_t what;
    cublasLtMatrixLayout_t square;
    void *a, *b, *c;
};

static int multiply(void *library, struct device *d, const struct product *p, int times)
{
    const float one = 1, zero = 0;
    for (int i = 0; i < times; i++)
        if (FIND(library, cublasLtMatmul)(p->handle, p->what, &one, p->a, p->square, p->b,
                                          p->square, &zero, p->c, p->square, p->c, p->square, NULL,
                                          NULL, 0, device_stream(d)))
            return -1;
    return 0;
}

/* Into p, which the process's end frees. */
static int make_product(void *library, struct device *d, struct product *p)
{
    const cublasOperation_t turned = CUBLAS_OP_T;
    const size_t bytes = (size_t)SIDE * SIDE * 2;
    struct err e;
    if (device_alloc(d, bytes, "a", &p->a, &e) || device_alloc(d, bytes, "b", &p->b, &e) ||
        device_alloc(d, bytes, "c", &p->c, &e) || device_clear(d, p->a, bytes, &e) ||
        device_clear(d, p->b, bytes, &e))
        return fail(&e);
    return FIND(library, cublasLtCreate)(&p->handle) ||
                   FIND(library, cublasLtMatmulDescCreate)(&p->what, CUBLAS_COMPUTE_32F,
                                                           CUDA_R_32F) ||
                   FIND(library, cublasLtMatmulDescSetAttribute)(
                       p->what, CUBLASLT_MATMUL_DESC_TRANSA, &turned, sizeof turned) ||
                   FIND(library, cublasLtMatrixLayoutCreate)(&p->square, CUDA_R_16BF, SIDE, SIDE,
                                                             SIDE)
               ? -1
               : 0;
}

/* Zeros draw less power than numbers would, so this is the limit and no promise. */
static int product_rate(struct device *d)
{
    struct product p = {0};
    struct err e;
    void *library = load("libcublasLt.so." TEXT_OF(CUBLAS_VER_MAJOR));
    if (!library)
        return -1;
    if (make_product(library, d, &p) || multiply(library, d, &p, 3)) {
        printf("gpu_facts: cuBLASLt refuses the product\n");
        return -1;
    }
    if (device_mark(d, 0, &e) || multiply(library, d, &p, PRODUCTS) || device_mark(d, 1, &e) ||
        device_wait(d, &e))
        return fail(&e);
    double flop = 2.0 * SIDE * SIDE * SIDE * PRODUCTS;
    printf("cuBLASLt %zu\n", FIND(library, cublasLtGetVersion)());
    figure("bf16_product", flop / device_seconds(d, 0, 1) * 1e-12, "TFLOP/s");
    return 0;
}

/* --- a kernel that ends CUDA --- */

/* Has a kernel read where nothing is; says what that gives, and what opening a device gives then.
 */
static int trap(struct device *d)
{
    void *nowhere = (void *)(uintptr_t)4096; /* no allocation is so low */
    struct device *other;
    struct err e;
    int code = kernel_to_bf16(nowhere, 1, nowhere, device_stream(d));
    if (!device_ran(d, code, "to_bf16", &e) && !device_wait(d, &e))
        return 0;
    fail(&e);
    device_close(d);
    if (!device_open(&other, 0, &e))
        return 0;
    return fail(&e);
}

/* --- cuDNN's description --- */

static char *description(void *library, cudnnHandle_t handle, int64_t *bytes)
{
    cudnnBackendDescriptor_t about = NULL;
    char *text = NULL;
    if (FIND(library, cudnnBackendCreateDescriptor)(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, &about) ||
        FIND(library, cudnnBackendSetAttribute)(about, CUDNN_ATTR_DEVICEPROP_HANDLE,
                                                CUDNN_TYPE_HANDLE, 1, &handle) ||
        FIND(library, cudnnBackendFinalize)(about) ||
        FIND(library, cudnnBackendGetAttribute)(about, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION,
                                                CUDNN_TYPE_CHAR, 0, bytes, NULL))
        return NULL;
    text = calloc(1, (size_t)*bytes + 1);
    if (text &&
        FIND(library, cudnnBackendGetAttribute)(about, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION,
                                                CUDNN_TYPE_CHAR, *bytes, bytes, text)) {
        free(text);
        text = NULL;
    }
    return text;
}

static int describe(const char *path)
{
    cudnnHandle_t handle;
    int64_t bytes = 0;
    void *library = load("libcudnn.so." TEXT_OF(CUDNN_MAJOR));
    if (!library)
        return -1;
    printf("cuDNN %zu\n", FIND(library, cudnnGetVersion)());
    if (FIND(library, cudnnCreate)(&handle)) {
        printf("gpu_facts: cuDNN makes no handle\n");
        return -1;
    }
    char *text = description(library, handle, &bytes);
    FILE *file = text ? fopen(path, "w") : NULL;
    int result = -1;
    if (!text)
        printf("gpu_facts: cuDNN does not describe the device\n");
    else if (!file || fputs(text, file) < 0)
        printf("gpu_facts: %s cannot be written\n", path);
    else
        result = 0;
    if (file && fclose(file))
        result = -1;
    free(text);
    return result;
}

int main(int argc, char **argv)
{
    struct device *d;
    struct err e;
    if (device_open(&d, 0, &e)) {
        printf("gpu_facts: %s\n", e.text);
        return 2;
    }
    uint64_t left, all;
    const struct device_facts *f = device_facts(d);
    if (argc > 1 && !strcmp(argv[1], "--trap"))
        return trap(d) != 0;
    device_memory(d, &left, &all);
    printf("%s, compute capability %d.%d, %d multiprocessors, %.1f of %.1f GiB free, bus %s, %s\n",
           f->name, f->major, f->minor, f->multiprocessors, (double)left / (double)GIB,
           (double)all / (double)GIB, f->bus, device_library());
    if (argc > 1 && !strcmp(argv[1], "--there"))
        return 0;
    int bad = copy_rates(d) != 0;
    bad |= launch_costs(d) != 0;
    bad |= product_rate(d) != 0;
    if (argc > 1)
        bad |= describe(argv[1]) != 0;
    device_close(d);
    return bad;
}
