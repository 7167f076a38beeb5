/* nvml.c - see nvml.h. The library comes with the driver, not with the toolkit, so it is looked for
 * when a card is opened; the few of its types and codes that count are written here. */
#include "cuda/nvml.h"

#include "base/mem.h"

#include <dlfcn.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY "libnvidia-ml.so.1"
#define SUCCESS 0       /* NVML_SUCCESS */
#define SENSOR_OF_GPU 0 /* NVML_TEMPERATURE_GPU */

struct utilization { /* nvmlUtilization_t: percent of the time since the last sample */
    unsigned gpu, memory;
};

struct cuda_nvml {
    void *library, *card;
    int (*init)(void);
    int (*shutdown)(void);
    int (*by_bus)(const char *bus, void **card);
    int (*utilization)(void *card, struct utilization *out);
    int (*temperature)(void *card, int sensor, unsigned *celsius);
    int (*power)(void *card, unsigned *milliwatts);
};

/* Copied, as ISO C knows no cast from an object's address to a function's. */
static int find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found ? 0 : -1;
}

static int find_all(struct cuda_nvml *n)
{
    return find(n->library, "nvmlInit_v2", &n->init) ||
                   find(n->library, "nvmlShutdown", &n->shutdown) ||
                   find(n->library, "nvmlDeviceGetHandleByPciBusId_v2", &n->by_bus) ||
                   find(n->library, "nvmlDeviceGetUtilizationRates", &n->utilization) ||
                   find(n->library, "nvmlDeviceGetTemperature", &n->temperature) ||
                   find(n->library, "nvmlDeviceGetPowerUsage", &n->power)
               ? -1
               : 0;
}

struct cuda_nvml *cuda_nvml_open(const char *bus)
{
    struct cuda_nvml *n = bus[0] ? mem_alloc(1, sizeof *n) : NULL;
    if (!n)
        return NULL;
    n->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!n->library || find_all(n) || n->init() != SUCCESS)
        goto closed;
    if (n->by_bus(bus, &n->card) == SUCCESS)
        return n;
    n->shutdown();
closed:
    if (n->library)
        dlclose(n->library);
    mem_free(n);
    return NULL;
}

void cuda_nvml_close(struct cuda_nvml *n)
{
    if (!n)
        return;
    n->shutdown();
    dlclose(n->library);
    mem_free(n);
}

void cuda_nvml_read(const struct cuda_nvml *n, double *load, double *temperature_c, double *power_w)
{
    struct utilization busy;
    unsigned celsius, milliwatts;
    *load = *temperature_c = *power_w = (double)NAN;
    if (n && n->utilization(n->card, &busy) == SUCCESS)
        *load = busy.gpu / 100.0;
    if (n && n->temperature(n->card, SENSOR_OF_GPU, &celsius) == SUCCESS)
        *temperature_c = celsius;
    if (n && n->power(n->card, &milliwatts) == SUCCESS)
        *power_w = milliwatts / 1000.0;
}
