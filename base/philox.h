/* philox.h - Philox4x32-10, a counter-based random number generator.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. A
 * draw is a pure function of (key, counter): it depends on no order of calls and no thread. Users
 * key by seed and a stream number (one of PHILOX_*), and count by what the draw is for.
 */
#ifndef COMBOLAB_BASE_PHILOX_H
#define COMBOLAB_BASE_PHILOX_H

#include "base/shared.h"

#include <stdint.h>

/* Streams: the same seed gives unrelated numbers for unrelated purposes. */
enum philox_stream {
    PHILOX_WEIGHTS = 1,   /* initial weights, by tensor name and element */
    PHILOX_ORDER = 2,     /* sample order, by epoch and position */
    PHILOX_AUGMENT = 3,   /* augmentation, by epoch and sample */
    PHILOX_SYNTH = 4,     /* procedural portraits, by image */
    PHILOX_HOLD = 5,      /* which training images are held out, by place */
    PHILOX_BOOTSTRAP = 6, /* test images drawn with replacement, by resample and place */
};

struct philox {
    uint32_t v[4];
};

SHARED struct philox philox4x32(uint64_t key, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3)
{
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0;
        uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        uint32_t n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    struct philox out = {{c0, c1, c2, c3}};
    return out;
}

/* [0, 1) with 24 bits: exact in float. */
SHARED float philox_unit(uint32_t bits)
{
    return (float)(bits >> 8) * (1.0f / 16777216.0f);
}

/* Uniform in 0..n-1 by multiplication; the bias is below n / 2^32. */
SHARED uint32_t philox_below(uint32_t bits, uint32_t n)
{
    return (uint32_t)(((uint64_t)bits * n) >> 32);
}

#endif
