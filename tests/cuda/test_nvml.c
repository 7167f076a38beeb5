/* test_nvml.c - what a card does, told by a library that stands in for NVIDIA's: it is loaded
 * first, under the name that nvml.c looks for. */
#include "cuda/nvml.h"
#include "tests/cuda/fake_nvml.h"
#include "tests/kit/tap.h"

#include <dlfcn.h>

static int all_nan(const struct cuda_nvml *n)
{
    double load = 0, temperature = 0, power = 0;
    cuda_nvml_read(n, &load, &temperature, &power);
    return isnan(load) && isnan(temperature) && isnan(power);
}

static void check_card(struct fake_nvml *fake)
{
    double load, temperature, power;
    struct cuda_nvml *n = cuda_nvml_open(FAKE_NVML_BUS);
    if (!ok(n && fake->users == 1, "a card is found by its place on the bus"))
        return;
    fake->tells_power = true;
    cuda_nvml_read(n, &load, &temperature, &power);
    is_near(load, 0.87, 1e-12, "its load is a part of 1");
    is_near(temperature, 54, 0, "its temperature is in degrees");
    is_near(power, 301.5, 1e-12, "its power is in watts");
    fake->tells_power = false;
    cuda_nvml_read(n, &load, &temperature, &power);
    is_near(power, (double)NAN, 0, "power that a card doesn't tell is not known");
    is_near(temperature, 54, 0, "and the rest is");
    cuda_nvml_close(n);
    is_int(fake->users, 0, "the library is left");
}

int main(void)
{
    ok(!cuda_nvml_open(""), "a device that is on no bus is not asked");
    ok(all_nan(NULL), "and nothing is known of it");
    cuda_nvml_close(NULL);
    void *library = dlopen("tests/cuda/fake_nvml.so", RTLD_NOW | RTLD_LOCAL);
    struct fake_nvml *fake = library ? dlsym(library, "fake_nvml") : NULL;
    if (!ok(fake != NULL, "the fake library is there"))
        return tap_done();
    check_card(fake);
    ok(!cuda_nvml_open("0000:4c:00.0") && !fake->users,
       "a card that the library doesn't know is not asked, and the library is left");
    dlclose(library);
    return tap_done();
}
