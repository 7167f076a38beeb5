/* net_init.c - initial weights, one tensor at a time, keyed by seed and tensor name. */
#include "engine/core/net.h"

#include "base/hash.h"
#include "base/philox.h"

#include <math.h>

/* Two normal deviates from two words: Box-Muller. */
static void normal_pair(uint32_t a, uint32_t b, double out[2])
{
    double u = ((double)a + 0.5) / 4294967296.0;
    double v = ((double)b + 0.5) / 4294967296.0;
    double radius = sqrt(-2.0 * log(u));
    out[0] = radius * cos(6.283185307179586 * v);
    out[1] = radius * sin(6.283185307179586 * v);
}

/* Key and high counter words come from seed and name, so a tensor's values depend on nothing else.
 */
static struct philox words(uint64_t seed, uint64_t name, size_t block)
{
    return philox4x32(seed, (uint32_t)block, (uint32_t)name, (uint32_t)(name >> 32),
                      PHILOX_WEIGHTS);
}

static void fill_normal(uint64_t seed, uint64_t name, double deviation, float *to, size_t count)
{
    for (size_t i = 0; i < count; i += 4) {
        struct philox r = words(seed, name, i / 4);
        double z[4];
        normal_pair(r.v[0], r.v[1], z);
        normal_pair(r.v[2], r.v[3], z + 2);
        for (size_t k = 0; k < 4 && i + k < count; k++)
            to[i + k] = (float)(deviation * z[k]);
    }
}

static void fill_uniform(uint64_t seed, uint64_t name, double bound, float *to, size_t count)
{
    for (size_t i = 0; i < count; i += 4) {
        struct philox r = words(seed, name, i / 4);
        for (size_t k = 0; k < 4 && i + k < count; k++)
            to[i + k] = (float)(bound * (2.0 * philox_unit(r.v[k]) - 1.0));
    }
}

static void fill(float value, float *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = value;
}

static double fan_in(const struct net_param *weight)
{
    double fan = weight->dims[1];
    return weight->rank == 4 ? fan * weight->dims[2] * weight->dims[3] : fan;
}

void net_init_param(const struct net_params *all, int index, unsigned long long seed, float *to)
{
    const struct net_param *p = &all->at[index];
    uint64_t name = hash_text(HASH_START, p->name);
    switch (p->role) {
    case NET_CONV:
    case NET_SE_W1:
    case NET_SE_W2:
        fill_normal(seed, name, sqrt(2.0 / ((double)p->dims[0] * p->dims[2] * p->dims[3])), to,
                    p->count);
        break;
    case NET_GAMMA:
    case NET_VAR:
        fill(1, to, p->count);
        break;
    case NET_BETA:
    case NET_MEAN:
        fill(0, to, p->count);
        break;
    case NET_SCORE_W:
    case NET_CLASS_W:
        fill_uniform(seed, name, 1.0 / sqrt(fan_in(p)), to, p->count);
        break;
    case NET_SE_B1:
    case NET_SE_B2:
    case NET_SCORE_B:
    case NET_CLASS_B:
        /* A bias follows its weight in the list. */
        fill_uniform(seed, name, 1.0 / sqrt(fan_in(p - 1)), to, p->count);
        break;
    }
}
