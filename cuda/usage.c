/* usage.c - what an open net uses of its device, and on what it runs. */
#include "cuda/cuda_priv.h"
#include "engine/core/door.h"

#include <stdio.h>
#include <string.h>

void cuda_usage(const struct backend *b, struct backend_usage *out)
{
    memcpy(out->bytes, b->bytes, sizeof out->bytes);
    const char *libraries = b->tools.libraries;
    snprintf(out->detail, sizeof out->detail, "%.40s, %.40s%s%.50s, %s%s", device_library(),
             libraries, libraries[0] ? ", " : "", device_facts(b->device)->name,
             door_precision_names[b->spec.precision], b->captures ? ", graphs" : "");
    cuda_nvml_read(b->nvml, &out->load, &out->temperature_c, &out->power_w);
}
