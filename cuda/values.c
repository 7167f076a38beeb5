/* values.c - set and get: float32 in weight-file order on the host; on the device taps before
 * channels, tensor 0 and what reads it with further channels of zeros, tensors in their own type.
 * Values change order and type on the host, in the pinned block that they cross over in. */
#include "cuda/cuda_priv.h"

#include <math.h>
#include <string.h>

/* Values as the host has them, (rows, channels, taps); the device's are (rows, taps, stored). */
struct order {
    size_t rows, channels, taps, stored;
    enum element type;
};

static bool is_tensor(enum backend_kind kind)
{
    return kind == BACKEND_TENSOR || kind == BACKEND_TENSOR_GRADIENT;
}

/* Where the values of a kind and index are. */
static void *find(const struct backend *b, enum backend_kind kind, int index)
{
    if (is_tensor(kind))
        return kind == BACKEND_TENSOR ? b->tensor[index] : b->gradient[index];
    const struct param *p = &b->param[index];
    return kind == BACKEND_PARAM ? p->value : kind == BACKEND_GRADIENT ? p->gradient : p->momentum;
}

static struct order order_of(const struct backend *b, enum backend_kind kind, int index,
                             size_t count)
{
    if (is_tensor(kind)) {
        size_t stored = (size_t)b->shapes[index].c;
        size_t channels = index ? stored : (size_t)b->net.in_channels;
        return (struct order){count / channels, channels, 1, stored, b->type};
    }
    const struct net_param *p = &b->params->at[index];
    if (p->role != NET_CONV)
        return (struct order){1, count, 1, count, ELEMENT_F32};
    size_t rows = (size_t)p->dims[0], taps = (size_t)p->dims[2] * (size_t)p->dims[3];
    return (struct order){rows, (size_t)p->dims[1], taps, b->param[index].stored / rows / taps,
                          ELEMENT_F32};
}

static size_t stored_count(const struct order *o)
{
    return o->rows * o->taps * o->stored;
}

/* --- one value --- */

/* To nearest, ties to even; NaN stays NaN. As to_bf16 of kernels/lanes.h, which is for kernels. */
static struct bf16 narrowed(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return (struct bf16){isnan(f) ? 0x7fff : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

static float widened(struct bf16 v)
{
    uint32_t bits = (uint32_t)v.bits << 16;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static void put(void *to, enum element type, size_t at, float value)
{
    if (type == ELEMENT_BF16)
        ((struct bf16 *)to)[at] = narrowed(value);
    else
        ((float *)to)[at] = value;
}

static float taken(const void *from, enum element type, size_t at)
{
    return type == ELEMENT_BF16 ? widened(((const struct bf16 *)from)[at])
                                : ((const float *)from)[at];
}

/* --- all of them --- */

static void arrange(const struct order *o, const float *from, void *to)
{
    for (size_t row = 0; row < o->rows; row++)
        for (size_t tap = 0; tap < o->taps; tap++)
            for (size_t c = 0; c < o->stored; c++)
                put(to, o->type, (row * o->taps + tap) * o->stored + c,
                    c < o->channels ? from[(row * o->channels + c) * o->taps + tap] : 0);
}

static void arrange_back(const struct order *o, const void *from, float *to)
{
    for (size_t row = 0; row < o->rows; row++)
        for (size_t c = 0; c < o->channels; c++)
            for (size_t tap = 0; tap < o->taps; tap++)
                to[(row * o->channels + c) * o->taps + tap] =
                    taken(from, o->type, (row * o->taps + tap) * o->stored + c);
}

int cuda_values_set(struct backend *b, enum backend_kind kind, int index, const float *from,
                    size_t count, struct err *e)
{
    struct order o = order_of(b, kind, index, count);
    size_t bytes = stored_count(&o) * element_bytes(o.type);
    void *at = find(b, kind, index);
    arrange(&o, from, b->transfer);
    if (device_upload(b->device, at, b->transfer, bytes, e) ||
        (kind == BACKEND_TENSOR_GRADIENT && device_copy(b->device, b->seed, at, bytes, e)))
        return -1;
    b->stale |= kind == BACKEND_PARAM;
    return device_wait(b->device, e);
}

int cuda_values_get(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
                    struct err *e)
{
    struct order o = order_of(b, kind, index, count);
    size_t bytes = stored_count(&o) * element_bytes(o.type);
    if (device_download(b->device, b->transfer, find(b, kind, index), bytes, e) ||
        device_wait(b->device, e))
        return -1;
    arrange_back(&o, b->transfer, to);
    return 0;
}
