/* kernel_kit.h - what tests of kernels share: a device, arrays on it, and comparisons.
 *
 *     struct kit k;
 *     if (!kit_open(&k))
 *         return tap_done();                        no device: the test is skipped
 *     struct array *x = kit_random(&k, t, count, 0, 1), *y = kit_empty(&k, t, count);
 *     kit_run(&k, kernel_twice(t, x->at, count, y->at, k.stream), "twice");
 *     kit_read(&k, y);
 *     kit_near(y, want, (struct tolerance){.ulps = 1}, "twice of %zu", count);
 *     kit_clear(&k);                                after each case: looks at guards, frees
 *     return kit_close(&k);
 *
 * The same program runs under the simulator and on a device. What is read goes into a hash that
 * kit_close prints: it has to be the same in every order of threads. Around each array lie guards
 * of NaN: what reads there gets NaN, and what writes there is found by kit_clear; under
 * AddressSanitizer there are none, as it looks at every access itself. A device's error ends the
 * program. Single-threaded.
 */
#ifndef COMBOLAB_TESTS_CUDA_KERNEL_KIT_H
#define COMBOLAB_TESTS_CUDA_KERNEL_KIT_H

#include "cuda/device.h"
#include "cuda/kernels/element.h"
#include "tests/kit/tap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KIT_ARRAYS 64 /* in one case */

/* An array on the device, and what the host knows of it: as it was sent or last read. */
struct array {
    void *at; /* on the device */
    enum element type;
    size_t count, bytes;
    void *raw;    /* `bytes` bytes in the device's own form */
    float *value; /* the `count` elements; NULL where it has bytes and no elements */
    unsigned char *block;
    size_t guard;
};

struct kit {
    struct device *device;
    void *stream; /* for launchers */
    bool small;   /* KERNEL_SMALL is set: few and small cases, as sanitizers are slow */
    struct array array[KIT_ARRAYS];
    int n;
    uint32_t draws;
    uint64_t hash;
};

bool kit_open(struct kit *k);
int kit_close(struct kit *k); /* tap_done's */
void kit_clear(struct kit *k);

/* Arrays live until kit_clear. */
struct array *kit_empty(struct kit *k, enum element t, size_t count); /* all NaN */
struct array *kit_random(struct kit *k, enum element t, size_t count, float mean, float spread);
struct array *kit_zeros(struct kit *k, enum element t, size_t count);
struct array *kit_values(struct kit *k, enum element t, size_t count, const float *values);
struct array *kit_bytes(struct kit *k, size_t bytes, const void *from); /* NULL: all bits set */

/* Sends value (or of bytes: raw) again after the test has changed it; rounds it as kept. */
void kit_send(struct kit *k, struct array *a);
/* Waits, then fetches raw and value. */
void kit_read(struct kit *k, struct array *a);
/* Fails the test where a launcher's code isn't 0, and waits for the kernel. */
void kit_run(struct kit *k, int code, const char *kernel);

/* [0, 1), a sequence that is the same on every run. */
float kit_draw(struct kit *k);
int kit_draw_below(struct kit *k, int n);

/* How far a value may be off: `ulps` units in the last place of the element type at the magnitude
 * of the wanted value, or of size[i], or of floor, whichever is largest. */
struct tolerance {
    double ulps, floor;
    const double *size;
};

/* TAP lines. All fail on NaN, and name the first wrong element. */
int kit_near(const struct array *a, const double *want, struct tolerance t, const char *what, ...)
    __attribute__((format(printf, 4, 5)));
int kit_same(const struct array *a, const float *want, const char *what, ...)
    __attribute__((format(printf, 3, 4)));
int kit_same_bytes(const struct array *a, const void *want, const char *what, ...)
    __attribute__((format(printf, 3, 4)));

/* v as it is after being kept in that type. */
float kit_kept(enum element t, float v);

#endif
