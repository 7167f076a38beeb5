/* module.c - the CUDA backend as others see it: lists devices, without a context on any. It does
 * not train yet, so open and all that needs an open net are absent from the table. */
#include "cuda/device.h"
#include "engine/core/backend.h"

const struct backend_ops *BACKEND_ENTRY(void)
{
    static const struct backend_ops ops = {
        .version = BACKEND_VERSION,
        .name = "cuda",
        .usual = BACKEND_BF16,
        .library = device_library,
        .devices = device_list,
    };
    return &ops;
}
