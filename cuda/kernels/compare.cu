/* compare.cu - data from nothing, and how far two results are apart. */
#include "cuda/kernels/compare.h"
#include "cuda/kernels/kernel.h"

#define THREADS 256
#define MOST_BLOCKS 4096

static unsigned blocks_for(size_t count)
{
    size_t blocks = (count + THREADS - 1) / THREADS;
    return (unsigned)(blocks < MOST_BLOCKS ? blocks : MOST_BLOCKS);
}

/* The finaliser of MurmurHash3 (Appleby 2011): every bit of `v` moves every bit of the result. */
static __device__ __forceinline__ uint32_t scatter(uint32_t v)
{
    v = (v ^ v >> 16) * 0x85ebca6bu;
    v = (v ^ v >> 13) * 0xc2b2ae35u;
    return v ^ v >> 16;
}

template <class T> static __global__ void fill_random(T *to, size_t count, uint32_t seed)
{
    after_previous();
    for (size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x; i < count;
         i += (size_t)gridDim.x * THREADS)
        put(&to[i], (float)(int32_t)scatter((uint32_t)i ^ scatter(seed)) * 0x1p-31f);
}

template <class T> static __global__ void pad(T *to, size_t count, int channels, int filled)
{
    after_previous();
    for (size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x; i < count;
         i += (size_t)gridDim.x * THREADS)
        if ((int)(i % channels) >= filled)
            put(&to[i], 0.0f);
}

template <class T> static __global__ void spoil(T *to, size_t count)
{
    after_previous();
    for (size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x; i < count;
         i += (size_t)gridDim.x * THREADS)
        memset(&to[i], 0xff, sizeof(T));
}

static __device__ __forceinline__ void join(struct difference *to, const struct difference *from)
{
    to->off += from->off;
    to->wanted += from->wanted;
    to->most = to->most > from->most ? to->most : from->most;
    to->bad += from->bad;
}

template <class T>
static __global__ void difference_of(const T *got, const T *wanted, size_t count,
                                     struct difference *parts)
{
    after_previous();
    SHARED_ARRAY(struct difference, share, THREADS);
    struct difference mine = {0, 0, 0, 0};
    for (size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x; i < count;
         i += (size_t)gridDim.x * THREADS) {
        float g = to_float(got[i]), w = to_float(wanted[i]);
        if (!is_finite(g) || !is_finite(w)) {
            mine.bad++;
            continue;
        }
        double off = g < w ? (double)w - (double)g : (double)g - (double)w;
        mine.off += off * off;
        mine.wanted += (double)w * (double)w;
        mine.most = off > mine.most ? off : mine.most;
    }
    share[threadIdx.x] = mine;
    for (unsigned half = THREADS / 2; half; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half)
            join(&share[threadIdx.x], &share[threadIdx.x + half]);
    }
    if (!threadIdx.x)
        parts[blockIdx.x] = share[0];
}

extern "C" int kernel_random(enum element t, void *to, size_t count, uint32_t seed, void *stream)
{
    if (t == ELEMENT_BF16)
        return LAUNCH(fill_random<bf16>, blocks_for(count), THREADS, 0, stream,
                      static_cast<bf16 *>(to), count, seed);
    return LAUNCH(fill_random<float>, blocks_for(count), THREADS, 0, stream,
                  static_cast<float *>(to), count, seed);
}

extern "C" int kernel_pad(enum element t, void *to, size_t rows, int channels, int filled,
                          void *stream)
{
    const size_t count = rows * channels;
    if (t == ELEMENT_BF16)
        return LAUNCH(pad<bf16>, blocks_for(count), THREADS, 0, stream, static_cast<bf16 *>(to),
                      count, channels, filled);
    return LAUNCH(pad<float>, blocks_for(count), THREADS, 0, stream, static_cast<float *>(to),
                  count, channels, filled);
}

extern "C" int kernel_spoil(enum element t, void *to, size_t count, void *stream)
{
    if (t == ELEMENT_BF16)
        return LAUNCH(spoil<bf16>, blocks_for(count), THREADS, 0, stream, static_cast<bf16 *>(to),
                      count);
    return LAUNCH(spoil<float>, blocks_for(count), THREADS, 0, stream, static_cast<float *>(to),
                  count);
}

extern "C" int kernel_difference_parts(size_t count)
{
    size_t blocks = (count + 4 * THREADS - 1) / (4 * THREADS);
    return (int)(blocks < DIFFERENCE_MOST_PARTS ? blocks : DIFFERENCE_MOST_PARTS);
}

extern "C" int kernel_difference(enum element t, const void *got, const void *wanted, size_t count,
                                 struct difference *parts, void *stream)
{
    unsigned blocks = (unsigned)kernel_difference_parts(count);
    if (t == ELEMENT_BF16)
        return LAUNCH(difference_of<bf16>, blocks, THREADS, 0, stream,
                      static_cast<const bf16 *>(got), static_cast<const bf16 *>(wanted), count,
                      parts);
    return LAUNCH(difference_of<float>, blocks, THREADS, 0, stream, static_cast<const float *>(got),
                  static_cast<const float *>(wanted), count, parts);
}
