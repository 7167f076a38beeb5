/* columns.h - how a block's threads lie over a map whose channels are a multiple of 8: a thread has
 * one column (8 channels, 16 bytes of bf16) of every rows-th pixel, so that it loads what belongs
 * to its channels once and neighbours read neighbours. Included behind kernel.h. */
#ifndef COMBOLAB_CUDA_KERNELS_COLUMNS_H
#define COMBOLAB_CUDA_KERNELS_COLUMNS_H

#include "cuda/kernels/map.h"

#define COLUMNS_THREADS 256 /* of a block, at most */

struct columns {
    int all;    /* c / 8 */
    int wide;   /* a block's */
    int rows;   /* a block's pixels at a time */
    int chunks; /* blocks beside one another: wide * chunks >= all */
};

/* `most` columns in a block at most. */
static inline struct columns columns_of(int c, int most)
{
    struct columns k = {c / 8, 0, 0, 0};
    k.chunks = (k.all + most - 1) / most;
    k.wide = (k.all + k.chunks - 1) / k.chunks;
    k.rows = COLUMNS_THREADS / k.wide;
    return k;
}

static inline int columns_threads(struct columns k)
{
    return k.wide * k.rows;
}

/* A pass over whole pixels, each once: images (or the batch as one) cut among blocks, which a
 * device starts in their order. Whoever reads a map that was just written from its end on finds the
 * last of it in the cache, and leaves its beginning there. */
struct pass {
    struct columns k;
    size_t pixels;   /* of an image */
    int per_block;   /* pixels */
    unsigned blocks; /* for an image's pixels, all chunks */
    bool from_end;
};

#define PART_COLUMNS 16 /* of a block that sums a part; map.c counts on it */

#define PASS_FEW_BLOCKS 528 /* four for each multiprocessor of an H100 */

/* Blocks of `steps` pixels a thread; of half as many where blocks would be few. */
static inline struct pass pass_of(struct map m, bool by_image, int steps)
{
    struct pass p = {columns_of(m.c, COLUMNS_THREADS), map_area(m), 0, 0, false};
    size_t images = (size_t)m.n;
    if (!by_image) {
        p.pixels *= images;
        images = 1;
    }
    p.per_block = p.k.rows * steps;
    size_t each = (p.pixels + (size_t)p.per_block - 1) / (size_t)p.per_block;
    if (each * images * (size_t)p.k.chunks < PASS_FEW_BLOCKS)
        p.per_block /= 2;
    each = (p.pixels + (size_t)p.per_block - 1) / (size_t)p.per_block;
    p.blocks = (unsigned)(each * (size_t)p.k.chunks);
    return p;
}

#ifdef __cplusplus

/* 8 elements as they lie in memory: kept so until all loads are under way, or the compiler waits
 * for each in order to turn it into floats. */
template <class T> struct eight;
template <> struct eight<float> {
    float v[8];
};
template <> struct eight<bf16> {
    uint32_t pair[4];
};

static __device__ __forceinline__ void load_8(const float *from, eight<float> *e)
{
    load_8(from, e->v);
}

static __device__ __forceinline__ void load_8(const bf16 *from, eight<bf16> *e)
{
#ifdef __CUDACC__
    const uint4 a = *reinterpret_cast<const uint4 *>(from);
    e->pair[0] = a.x, e->pair[1] = a.y, e->pair[2] = a.z, e->pair[3] = a.w;
#else
    sim_aligned(from, 16);
    memcpy(e->pair, from, 16);
#endif
}

static __device__ __forceinline__ void unpack(const eight<float> &e, float v[8])
{
    UNROLL
    for (int i = 0; i < 8; i++)
        v[i] = e.v[i];
}

static __device__ __forceinline__ void unpack(const eight<bf16> &e, float v[8])
{
    UNROLL
    for (int i = 0; i < 8; i++)
        v[i] = to_float(bf16{(uint16_t)(e.pair[i / 2] >> 16 * (i % 2))});
}

/* 8 bytes at once; aligned to that. */
static __device__ __forceinline__ void load_8(const uint8_t *from, uint8_t v[8])
{
    uint64_t bits = *reinterpret_cast<const uint64_t *>(from);
    UNROLL
    for (int i = 0; i < 8; i++)
        v[i] = (uint8_t)(bits >> 8 * i);
}

static __device__ __forceinline__ void store_8(uint8_t *to, const uint8_t v[8])
{
    uint64_t bits = 0;
    UNROLL
    for (int i = 0; i < 8; i++)
        bits |= (uint64_t)v[i] << 8 * i;
    *reinterpret_cast<uint64_t *>(to) = bits;
}

/* What a thread of a pass does: `column` of image `image`, in places (units of 8 elements) from
 * `from` up to `to`, each `step` behind the last. */
struct pass_thread {
    size_t image, from, to, step;
    int column;
};

/* Threads of columns beyond the last have nothing to do. */
static __device__ __forceinline__ pass_thread pass_thread_of(const pass &p)
{
    unsigned number = p.from_end ? gridDim.x - 1 - blockIdx.x : blockIdx.x;
    unsigned image = number / p.blocks, block = number % p.blocks;
    size_t first = (size_t)(block / p.k.chunks) * p.per_block;
    size_t last = first + p.per_block < p.pixels ? first + p.per_block : p.pixels;
    pass_thread t;
    t.image = image;
    t.column = (int)(block % p.k.chunks * p.k.wide + threadIdx.x % p.k.wide);
    t.from = (image * p.pixels + first + threadIdx.x / p.k.wide) * p.k.all + t.column;
    t.to = t.column < p.k.all ? (image * p.pixels + last) * p.k.all : t.from;
    t.step = (size_t)p.k.rows * p.k.all;
    return t;
}

/* What a thread of a sum over a part does: places as above. Blocks: chunks of a part side by side,
 * the last part first, since what is summed was just written and is read once more. */
struct part_thread {
    size_t part; /* over all images */
    size_t from, to, step;
    int chunk, pixels; /* of the part */
    int column;
};

static __device__ __forceinline__ part_thread part_thread_of(const map &m, const parts &p,
                                                             const columns &k)
{
    part_thread t;
    unsigned number = gridDim.x - 1 - blockIdx.x;
    t.part = number / k.chunks;
    t.chunk = (int)(number % k.chunks);
    t.pixels = parts_pixels(m, p, (int)(t.part % p.n));
    t.column = (int)(t.chunk * k.wide + threadIdx.x % k.wide);
    size_t first = t.part / p.n * map_area(m) + t.part % p.n * p.pixels;
    t.from = (first + threadIdx.x / k.wide) * k.all + t.column;
    t.to = t.column < k.all ? (first + t.pixels) * k.all : t.from;
    t.step = (size_t)k.rows * k.all;
    return t;
}

#endif

#endif
