/* planted_main.c - `planted [FAULT]`: runs the kernels of planted.cu with that fault of planted.h,
 * and checks what they made. Exits with 1 where that is wrong, or as the simulator or a sanitizer
 * ends it. */
#include "tests/cuda/kernel_kit.h"
#include "tests/cudasim/planted.h"

#include <string.h>

static void rows(struct kit *k, enum planted_fault f, int n)
{
    enum { ROWS = 6 };
    struct array *x = kit_random(k, ELEMENT_F32, (size_t)(ROWS * n), 3, 1);
    struct array *to = kit_empty(k, ELEMENT_F32, 2 * ROWS);
    double want[2 * ROWS] = {0};
    for (int i = 0; i < ROWS * n; i++)
        want[i / n * 2] += (double)x->value[i];
    for (int i = 0; i < ROWS * n; i++) {
        double off = (double)x->value[i] - want[i / n * 2] / n;
        want[i / n * 2 + 1] += off * off;
    }
    kit_run(k, planted_rows(f, x->at, ROWS, n, to->at, k->stream), "rows");
    kit_read(k, to);
    kit_near(to, want, (struct tolerance){.ulps = 64, .floor = 1e-3}, "sums of rows of %d", n);
    kit_clear(k);
}

static void mirror(struct kit *k, enum planted_fault f)
{
    enum { COUNT = 4096 };
    static float want[COUNT];
    struct array *x = kit_random(k, ELEMENT_F32, COUNT + 4, 0, 1);
    struct array *to = kit_empty(k, ELEMENT_F32, COUNT);
    for (int i = 0; i < COUNT; i++)
        want[i] = x->value[COUNT - 1 - i];
    kit_run(k, planted_mirror(f, x->at, COUNT, to->at, k->stream), "mirror");
    kit_read(k, to);
    kit_same(to, want, "mirrored");
    kit_clear(k);
}

static const void *wrong_pointer(struct kit *k, enum planted_fault f)
{
    struct err e;
    void *gone;
    if (f == PLANTED_HOST_POINTER)
        return k;
    if (f != PLANTED_FREED_POINTER || device_alloc(k->device, 1000, "an array", &gone, &e))
        return NULL;
    device_free(k->device, gone);
    return gone;
}

static void total(struct kit *k, enum planted_fault f)
{
    enum { COUNT = 1000 };
    unsigned zero[2] = {0};
    struct array *x = kit_random(k, ELEMENT_F32, COUNT, 0, 1);
    struct array *part = kit_empty(k, ELEMENT_F32, COUNT), *to = kit_empty(k, ELEMENT_F32, 1);
    struct array *counter = kit_bytes(k, sizeof zero, zero);
    float host_part[COUNT];
    struct planted_sum s = {f == PLANTED_NONE, part->at, counter->at, to->at};
    const void *values = wrong_pointer(k, f);
    double want = 0;
    for (int i = 0; i < COUNT; i++)
        want += (double)x->value[i];
    if (f == PLANTED_HOST_POINTER_IN_STRUCT)
        s.part = host_part;
    kit_run(k, planted_total(f, values ? values : x->at, COUNT, s, k->stream), "total");
    kit_read(k, to);
    want *= s.twice ? 2 : 1;
    kit_near(to, &want, (struct tolerance){.ulps = 64, .floor = 16}, "the total");
    if (f == PLANTED_NONE) {
        kit_read(k, counter);
        kit_same_bytes(counter, zero, "the counter is 0 again");
    }
    kit_clear(k);
}

static void nothing(struct kit *k, enum planted_fault f)
{
    struct array *to = kit_empty(k, ELEMENT_F32, 1);
    kit_run(k, planted_nothing(f, to->at, k->stream), "nothing");
    kit_read(k, to);
    kit_same(to, &(float){1}, "a kernel of one thread");
    kit_clear(k);
}

#define NAME(name) #name,

static enum planted_fault named(const char *text)
{
    static const char *const names[] = {PLANTED_FAULTS(NAME)};
    for (int f = 0; f < PLANTED_COUNT; f++)
        if (!strcmp(names[f], text))
            return (enum planted_fault)f;
    printf("Bail out! There is no fault %s.\n", text);
    return PLANTED_COUNT;
}

int main(int argc, char **argv)
{
    struct kit k;
    enum planted_fault f = named(argc > 1 ? argv[1] : "NONE");
    if (f == PLANTED_COUNT || !kit_open(&k))
        return 2;
    rows(&k, f, 1);
    rows(&k, f, 1000);
    mirror(&k, f);
    total(&k, f);
    nothing(&k, f);
    ok(!planted_float_atomics(), "sums of floats by atomics cannot be written");
    diag("structs: %s", planted_structs_seen() ? "seen" : "not seen");
    return kit_close(&k);
}
