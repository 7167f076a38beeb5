/* norm_apply.cu - norm, gate, shortcut and ReLU in one pass. Bytes: raw, shortcut and output once
 * each, and a bit an element of mask. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/columns.h"
#include "cuda/kernels/norm_math.h"
#include "cuda/kernels/norm_plain.h"
#include "cuda/kernels/plain.h"

#define STEPS 8 /* pixels of a thread */

/* In flight at once: four loads of 16 bytes. */
template <bool ADDS> struct ahead {
    static constexpr int pixels = ADDS ? 2 : 4;
};

/* One column of a pixel from raw, shortcut to the output, in place; returns the mask's byte. */
template <bool ADDS>
static __device__ __forceinline__ unsigned turn_column(float x[8], const float before[8],
                                                       const float scale[8], const float shift[8],
                                                       const float gate[8], bool relu)
{
    unsigned bits = 0;
    UNROLL
    for (int i = 0; i < 8; i++) {
        float v = norm_value(x[i], scale[i], shift[i], gate[i], ADDS ? before[i] : 0);
        x[i] = relu ? norm_relu(v) : v;
        bits |= (unsigned)(x[i] > 0) << i;
    }
    return bits;
}

template <class T, bool GATED, bool ADDS>
static __global__ void __launch_bounds__(COLUMNS_THREADS, 2) apply_columns(norm_apply a, pass p)
{
    after_previous();
    constexpr int AHEAD = ahead<ADDS>::pixels;
    const T *raw = static_cast<const T *>(a.raw), *shortcut = static_cast<const T *>(a.shortcut);
    T *out = static_cast<T *>(a.out);
    pass_thread t = pass_thread_of(p);
    if (t.from >= t.to)
        return;
    float scale[8], shift[8], gate[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    load_8(a.scale + 8 * t.column, scale);
    load_8(a.shift + 8 * t.column, shift);
    if (GATED)
        load_8(a.gate + 8 * (t.image * p.k.all + t.column), gate);
    for (size_t at = t.from; at < t.to; at += AHEAD * t.step) {
        eight<T> x[AHEAD], before[AHEAD];
        UNROLL
        for (int i = 0; i < AHEAD; i++)
            if (at + i * t.step < t.to) {
                load_8(raw + 8 * (at + i * t.step), &x[i]);
                if (ADDS)
                    load_8(shortcut + 8 * (at + i * t.step), &before[i]);
            }
        UNROLL
        for (int i = 0; i < AHEAD; i++)
            if (at + i * t.step < t.to) {
                float y[8], b[8];
                unpack(x[i], y);
                if (ADDS)
                    unpack(before[i], b);
                unsigned bits = turn_column<ADDS>(y, b, scale, shift, gate, a.relu);
                store_8(out + 8 * (at + i * t.step), y);
                if (a.mask)
                    a.mask[at + i * t.step] = (uint8_t)bits;
            }
    }
}

template <class T> static int start(const struct norm_apply *given, struct map m, void *stream)
{
    norm_apply a = *given;
    pass p = pass_of(m, a.gate, STEPS);
    p.from_end = a.from_end;
    unsigned blocks = a.gate ? p.blocks * m.n : p.blocks, threads = columns_threads(p.k);
    if (a.gate && a.shortcut)
        return LAUNCH((apply_columns<T, true, true>), blocks, threads, 0, stream, a, p);
    if (a.gate)
        return LAUNCH((apply_columns<T, true, false>), blocks, threads, 0, stream, a, p);
    if (a.shortcut)
        return LAUNCH((apply_columns<T, false, true>), blocks, threads, 0, stream, a, p);
    return LAUNCH((apply_columns<T, false, false>), blocks, threads, 0, stream, a, p);
}

extern "C" int kernel_norm_apply(enum element t, const struct norm_apply *a, struct map m,
                                 void *stream)
{
    if (m.c % 8 || kernel_plain("norm_apply"))
        return norm_plain_apply(t, a, m, stream);
    return t == ELEMENT_BF16 ? start<bf16>(a, m, stream) : start<float>(a, m, stream);
}
