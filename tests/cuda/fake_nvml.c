/* fake_nvml.c - a library that calls itself libnvidia-ml.so.1 and knows one card. */
#include "tests/cuda/fake_nvml.h"

#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define NOT_SUPPORTED 3 /* NVML_ERROR_NOT_SUPPORTED */
#define NOT_FOUND 6     /* NVML_ERROR_NOT_FOUND */

struct utilization {
    unsigned gpu, memory;
};

EXPORT struct fake_nvml fake_nvml;
static int card;

EXPORT int nvmlInit_v2(void);
EXPORT int nvmlShutdown(void);
EXPORT int nvmlDeviceGetHandleByPciBusId_v2(const char *bus, void **out);
EXPORT int nvmlDeviceGetUtilizationRates(void *of, struct utilization *out);
EXPORT int nvmlDeviceGetTemperature(void *of, int sensor, unsigned *out);
EXPORT int nvmlDeviceGetPowerUsage(void *of, unsigned *out);

int nvmlInit_v2(void)
{
    fake_nvml.users++;
    return 0;
}

int nvmlShutdown(void)
{
    fake_nvml.users--;
    return 0;
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *bus, void **out)
{
    *out = &card;
    return strcmp(bus, FAKE_NVML_BUS) ? NOT_FOUND : 0;
}

int nvmlDeviceGetUtilizationRates(void *of, struct utilization *out)
{
    *out = (struct utilization){87, 12};
    return of == &card ? 0 : NOT_FOUND;
}

int nvmlDeviceGetTemperature(void *of, int sensor, unsigned *out)
{
    *out = 54;
    return of == &card && !sensor ? 0 : NOT_FOUND;
}

int nvmlDeviceGetPowerUsage(void *of, unsigned *out)
{
    *out = 301500;
    return of != &card ? NOT_FOUND : fake_nvml.tells_power ? 0 : NOT_SUPPORTED;
}
