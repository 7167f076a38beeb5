/* cudnn.c - loads cuDNN, and tells it of a device. */
#include "cuda/cudnn.h"

#include "base/mem.h"
#include "cuda/library.h"

#include <stdio.h>
#include <string.h>

#define LEAST_VERSION 90800

int cuda_cudnn_told(const struct cudnn *c, cudnnStatus_t status, const char *what, struct err *e)
{
    char last[400] = "";
    if (status == CUDNN_STATUS_SUCCESS)
        return 0;
    c->cudnnGetLastErrorString(last, sizeof last);
    for (char *p = last; *p; p++)
        if (*p == '\n')
            *p = ' ';
    return err_set(e, ERR_DEVICE, "cuDNN: %s: %s: %s", what, c->cudnnGetErrorString(status), last);
}

/* The graph API alone is a library of its own; what it needs of others it loads itself. */
static void *open_library(struct err *e)
{
    void *library = cuda_library_open("libcudnn_graph.so.9", e);
    return library ? library : cuda_library_open("libcudnn.so.9", e);
}

static int load(struct cudnn *c, struct err *e)
{
#define CUDNN_FUNCTION(name) {#name, offsetof(struct cudnn, name)},
    static const struct cuda_function list[] = {CUDNN_FUNCTIONS(CUDNN_FUNCTION)};
#undef CUDNN_FUNCTION
    if (!(c->library = open_library(e)))
        return -1;
    if (cuda_library_bind(c->library, list, sizeof list / sizeof *list, c, e))
        return err_prefix(e, "cuDNN is not as expected");
    size_t v = c->cudnnGetVersion();
    snprintf(c->version, sizeof c->version, "%zu.%zu.%zu", v / 10000, v / 100 % 100, v % 100);
    if (v < LEAST_VERSION)
        return err_set(e, ERR_VERSION, "cuDNN %s is too old: 9.8 or a newer 9 is needed",
                       c->version);
    return 0;
}

/* A device that is not here. */
static cudnnStatus_t describe(struct cudnn *c, const char *json)
{
    cudnnStatus_t s =
        c->cudnnBackendCreateDescriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, &c->device);
    if (!s)
        s = c->cudnnBackendSetAttribute(c->device, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION,
                                        CUDNN_TYPE_CHAR, (int64_t)strlen(json) + 1, json);
    return s ? s : c->cudnnBackendFinalize(c->device);
}

static int begin(struct cudnn *c, void *stream, const char *json, struct err *e)
{
    if (json)
        return cuda_cudnn_told(c, describe(c, json), "the device's properties", e);
    return cuda_cudnn_told(c, c->cudnnCreate(&c->handle), "its handle", e) ||
                   cuda_cudnn_told(c, c->cudnnSetStream(c->handle, stream), "its stream", e)
               ? -1
               : 0;
}

int cuda_cudnn_open(struct cudnn **out, int capability, void *stream, const char *json,
                    struct err *e)
{
    struct cudnn *c = *out = mem_alloc(1, sizeof *c);
    if (!c)
        return mem_error(e, "cuDNN", sizeof *c);
    c->capability = capability;
    if (!load(c, e) && !begin(c, stream, json, e))
        return 0;
    cuda_cudnn_close(c);
    *out = NULL;
    return -1;
}

void cuda_cudnn_close(struct cudnn *c)
{
    if (!c)
        return;
    if (c->device)
        c->cudnnBackendDestroyDescriptor(c->device);
    if (c->handle)
        c->cudnnDestroy(c->handle);
    cuda_library_close(c->library);
    mem_free(c);
}
