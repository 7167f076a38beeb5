/* module.c - the CUDA backend as others see it: lists devices, without a context on any. It does
 * not train yet, so open and all that needs an open net are absent from the table. */
#include "engine/core/backend.h"

#include <cuda_runtime_api.h>
#include <stdio.h>
#include <string.h>

static const char *library(void)
{
    static char text[64]; /* written once with the same bytes, whoever comes first */
    int version = 0;
    cudaRuntimeGetVersion(&version);
    snprintf(text, sizeof text, "CUDA runtime %d.%d", version / 1000, version % 1000 / 10);
    return text;
}

static int device_count(char *why, size_t why_room)
{
    int n = 0;
    cudaError_t code = cudaGetDeviceCount(&n);
    if (code == cudaErrorInsufficientDriver || code == cudaErrorNoDevice) {
        snprintf(why, why_room, "no NVIDIA device or driver on this machine");
        return 0;
    }
    if (code) {
        snprintf(why, why_room, "%s", cudaGetErrorString(code));
        return 0;
    }
    return n;
}

static int devices(struct backend_device *list, int room, char *why, size_t why_room)
{
    why[0] = '\0';
    int n = device_count(why, why_room);
    for (int i = 0; i < n && i < room; i++) {
        struct cudaDeviceProp p;
        memset(&list[i], 0, sizeof list[i]);
        snprintf(list[i].id, sizeof list[i].id, "cuda:%d", i);
        if (cudaGetDeviceProperties(&p, i)) {
            snprintf(list[i].detail, sizeof list[i].detail, "cannot be asked for its properties");
            continue;
        }
        snprintf(list[i].name, sizeof list[i].name, "%.90s", p.name);
        snprintf(list[i].detail, sizeof list[i].detail, "compute capability %d.%d", p.major,
                 p.minor);
        list[i].memory_bytes = p.totalGlobalMem;
    }
    return n < room ? n : room;
}

const struct backend_ops *BACKEND_ENTRY(void)
{
    static const struct backend_ops ops = {
        .version = BACKEND_VERSION,
        .name = "cuda",
        .usual = BACKEND_BF16,
        .library = library,
        .devices = devices,
    };
    return &ops;
}
