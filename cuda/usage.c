/* usage.c - what an open net uses of its device, and on what it runs. */
#include "cuda/cuda_priv.h"
#include "engine/core/door.h"

#include <stdio.h>
#include <string.h>

void cuda_usage(const struct backend *b, struct backend_usage *out)
{
    memcpy(out->bytes, b->bytes, sizeof out->bytes);
    snprintf(out->detail, sizeof out->detail, "%.60s, %.60s, %s%s", device_library(),
             device_facts(b->device)->name, door_precision_names[b->spec.precision],
             b->captures ? ", graphs" : "");
    cuda_nvml_read(b->nvml, &out->load, &out->temperature_c, &out->power_w);
}
