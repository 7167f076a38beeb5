/* test_values.c - conversions to bf16 and back, and the count of values that are not finite. */
#include "cuda/device.h"
#include "cuda/kernels/step.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <string.h>

#define COUNT 1001

static float nearest_bf16(float f)
{
    double best = INFINITY, value = (double)f;
    float found = NAN;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    for (int i = -1; i <= 1; i++) {
        uint32_t near = ((bits >> 16) + (uint32_t)i) << 16;
        float g;
        memcpy(&g, &near, sizeof g);
        double off = fabs((double)g - value);
        if (off < best || (off == best && !(near >> 16 & 1))) {
            best = off;
            found = g;
        }
    }
    return found;
}

int main(void)
{
    struct device *d;
    struct err e;
    float from[COUNT], back[COUNT];
    void *f, *b, *g, *bad;
    unsigned long long found = 0;
    for (int i = 0; i < COUNT; i++)
        from[i] = (float)(i - 500) * 1.00390625f * (1 + (float)i / 7);
    if (device_open(&d, 0, &e))
        skip("%s", e.text);
    void *s = device_stream(d);
    ok(!device_alloc(d, sizeof from, "a", &f, &e) && !device_alloc(d, COUNT * 2, "b", &b, &e) &&
           !device_alloc(d, sizeof from, "c", &g, &e) && !device_alloc(d, 8, "d", &bad, &e),
       "memory");
    ok(!device_upload(d, f, from, sizeof from, &e) && !device_clear(d, bad, 8, &e) &&
           !device_ran(d, kernel_count_bad(ELEMENT_BF16, b, COUNT, bad, s), "count_bad", &e) &&
           !device_ran(d, kernel_to_bf16(f, COUNT, b, s), "to_bf16", &e) &&
           !device_ran(d, kernel_to_float(b, COUNT, g, s), "to_float", &e) &&
           !device_download(d, back, g, sizeof back, &e) &&
           !device_download(d, &found, bad, sizeof found, &e) && !device_wait(d, &e),
       "there and back");
    int wrong = 0;
    for (int i = 0; i < COUNT; i++)
        wrong += !(back[i] == nearest_bf16(from[i]));
    is_int(wrong, 0, "every value is the nearest bf16");
    ok(found <= COUNT, "%llu of the values before were not finite", found);
    void *all[] = {f, b, g, bad};
    for (int i = 0; i < 4; i++)
        device_free(d, all[i]);
    device_close(d);
    return tap_done();
}
