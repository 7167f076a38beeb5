/* kernel_kit.c - see kernel_kit.h. */
#include "tests/cuda/kernel_kit.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/philox.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1 /* as gcc says it */
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
#define GUARD 0
#else
#define GUARD 256 /* bytes before and behind an array; keeps its alignment */
#endif

static void must(int code, const struct err *e)
{
    if (!code)
        return;
    printf("Bail out! %s\n", e->text);
    exit(1);
}

static void must_have(const void *p)
{
    if (p)
        return;
    printf("Bail out! The host has no memory left for this test.\n");
    exit(1);
}

bool kit_open(struct kit *k)
{
    struct err e;
    memset(k, 0, sizeof *k);
    k->small = getenv("KERNEL_SMALL") != NULL;
    k->hash = HASH_START;
    if (device_open(&k->device, 0, &e)) {
        skip("%s", e.text);
        return false;
    }
    k->stream = device_stream(k->device);
    return true;
}

int kit_close(struct kit *k)
{
    kit_clear(k);
    device_close(k->device);
    diag("bits %016llx", (unsigned long long)k->hash);
    return tap_done();
}

/* --- elements --- */

float kit_kept(enum element t, float v)
{
    uint32_t bits;
    if (t == ELEMENT_F32 || isnan(v))
        return v;
    memcpy(&bits, &v, sizeof bits);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void pack(struct array *a)
{
    for (size_t i = 0; a->value && i < a->count; i++) {
        uint32_t bits;
        a->value[i] = kit_kept(a->type, a->value[i]);
        memcpy(&bits, &a->value[i], sizeof bits);
        if (a->type == ELEMENT_F32)
            ((uint32_t *)a->raw)[i] = bits;
        else
            ((uint16_t *)a->raw)[i] = (uint16_t)(bits >> 16);
    }
}

static void unpack(struct array *a)
{
    for (size_t i = 0; a->value && i < a->count; i++) {
        uint32_t bits = a->type == ELEMENT_F32 ? ((const uint32_t *)a->raw)[i]
                                               : (uint32_t)((const uint16_t *)a->raw)[i] << 16;
        memcpy(&a->value[i], &bits, sizeof bits);
    }
}

/* --- arrays --- */

static struct array *make(struct kit *k, size_t bytes)
{
    struct err e;
    void *block;
    if (k->n == KIT_ARRAYS) {
        printf("Bail out! A case has more than %d arrays.\n", KIT_ARRAYS);
        exit(1);
    }
    struct array *a = &k->array[k->n++];
    *a = (struct array){.bytes = bytes, .guard = GUARD};
    size_t whole = bytes + 2 * a->guard;
    must(device_alloc(k->device, whole, "a test's array", &block, &e), &e);
    a->block = block;
    a->at = a->block + a->guard;
    a->raw = mem_alloc(whole, 1);
    must_have(a->raw);
    memset(a->raw, 0xff, whole);
    must(device_upload(k->device, a->block, a->raw, whole, &e), &e);
    must(device_wait(k->device, &e), &e);
    return a;
}

struct array *kit_empty(struct kit *k, enum element t, size_t count)
{
    struct array *a = make(k, count * element_bytes(t));
    a->type = t;
    a->count = count;
    a->value = mem_alloc(count, sizeof *a->value);
    must_have(a->value);
    unpack(a);
    return a;
}

struct array *kit_random(struct kit *k, enum element t, size_t count, float mean, float spread)
{
    struct array *a = kit_empty(k, t, count);
    for (size_t i = 0; i < count; i++)
        a->value[i] = mean + spread * (2 * kit_draw(k) - 1);
    kit_send(k, a);
    return a;
}

struct array *kit_values(struct kit *k, enum element t, size_t count, const float *values)
{
    struct array *a = kit_empty(k, t, count);
    memcpy(a->value, values, count * sizeof *values);
    kit_send(k, a);
    return a;
}

struct array *kit_zeros(struct kit *k, enum element t, size_t count)
{
    struct array *a = kit_empty(k, t, count);
    memset(a->value, 0, count * sizeof *a->value);
    kit_send(k, a);
    return a;
}

struct array *kit_bytes(struct kit *k, size_t bytes, const void *from)
{
    struct array *a = make(k, bytes);
    if (!from)
        return a;
    memcpy(a->raw, from, bytes);
    kit_send(k, a);
    return a;
}

void kit_send(struct kit *k, struct array *a)
{
    struct err e;
    pack(a);
    must(device_upload(k->device, a->at, a->raw, a->bytes, &e), &e);
    must(device_wait(k->device, &e), &e);
}

void kit_read(struct kit *k, struct array *a)
{
    struct err e;
    must(device_download(k->device, a->raw, a->at, a->bytes, &e), &e);
    must(device_wait(k->device, &e), &e);
    k->hash = hash_bytes(k->hash, a->raw, a->bytes);
    unpack(a);
}

void kit_run(struct kit *k, int code, const char *kernel)
{
    struct err e;
    must(device_ran(k->device, code, kernel, &e), &e);
    must(device_wait(k->device, &e), &e);
}

/* Whether both guards are as they were. */
static bool untouched(struct kit *k, const struct array *a)
{
    unsigned char guard[2 * GUARD + 1];
    struct err e;
    if (!a->guard)
        return true;
    must(device_download(k->device, guard, a->block, a->guard, &e), &e);
    must(device_download(k->device, guard + a->guard, a->block + a->guard + a->bytes, a->guard, &e),
         &e);
    must(device_wait(k->device, &e), &e);
    for (size_t i = 0; i < 2 * a->guard; i++)
        if (guard[i] != 0xff)
            return false;
    return true;
}

void kit_clear(struct kit *k)
{
    for (int i = 0; i < k->n; i++) {
        struct array *a = &k->array[i];
        if (!untouched(k, a))
            ok(0, "array %d of the case, %zu bytes: nothing is written beside it", i, a->bytes);
        device_free(k->device, a->block);
        mem_free(a->raw);
        mem_free(a->value);
    }
    k->n = 0;
}

/* --- draws --- */

float kit_draw(struct kit *k)
{
    return philox_unit(philox4x32(1, k->draws++, 0, 0, 0).v[0]);
}

int kit_draw_below(struct kit *k, int n)
{
    return (int)philox_below(philox4x32(1, k->draws++, 0, 0, 0).v[0], (uint32_t)n);
}

/* --- comparisons --- */

static int say(const char *what, va_list args, size_t wrong, size_t first, size_t count)
{
    char text[300];
    vsnprintf(text, sizeof text, what, args);
    if (!ok(!wrong, "%s", text))
        diag("%zu of %zu wrong; the first is element %zu", wrong, count, first);
    return !wrong;
}

/* The unit in the last place of the type's values near `size`. */
static double unit(enum element t, double size)
{
    int exponent;
    frexp(size, &exponent);
    return ldexp(1, exponent - (t == ELEMENT_BF16 ? 8 : 24));
}

static double allowed(const struct array *a, const double *want, struct tolerance t, size_t i)
{
    double size = fabs(want[i]);
    if (t.size && t.size[i] > size)
        size = t.size[i];
    if (t.floor > size)
        size = t.floor;
    return t.ulps * unit(a->type, size);
}

int kit_near(const struct array *a, const double *want, struct tolerance t, const char *what, ...)
{
    size_t wrong = 0, first = 0;
    for (size_t i = 0; i < a->count; i++)
        if (!(fabs((double)a->value[i] - want[i]) <= allowed(a, want, t, i)) && !wrong++)
            first = i;
    va_list args;
    va_start(args, what);
    int good = say(what, args, wrong, first, a->count);
    va_end(args);
    if (!good)
        diag("it is %.9g; wanted %.9g, give or take %.3g", (double)a->value[first], want[first],
             allowed(a, want, t, first));
    return good;
}

int kit_same(const struct array *a, const float *want, const char *what, ...)
{
    size_t wrong = 0, first = 0;
    for (size_t i = 0; i < a->count; i++)
        if (!(a->value[i] == want[i]) && !wrong++)
            first = i;
    va_list args;
    va_start(args, what);
    int good = say(what, args, wrong, first, a->count);
    va_end(args);
    if (!good)
        diag("it is %.9g; wanted %.9g", (double)a->value[first], (double)want[first]);
    return good;
}

int kit_same_bytes(const struct array *a, const void *want, const char *what, ...)
{
    const unsigned char *x = a->raw, *y = want;
    size_t wrong = 0, first = 0;
    for (size_t i = 0; i < a->bytes; i++)
        if (x[i] != y[i] && !wrong++)
            first = i;
    va_list args;
    va_start(args, what);
    int good = say(what, args, wrong, first, a->bytes);
    va_end(args);
    if (!good)
        diag("it is %u; wanted %u", x[first], y[first]);
    return good;
}
