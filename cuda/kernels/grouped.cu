/* grouped.cu - 3x3 convolutions of narrow groups on tensor cores: forward and data gradient. See
 * conv.h and grouped_priv.h.
 *
 * A warp makes tiles of 16 results by NARROW channels, the products of its filters kept in
 * registers: groups narrower than that stand in one square matrix as blocks along its diagonal.
 * Zeros there mean that what isn't finite spreads to the neighbouring groups too.
 */
#include "cuda/kernels/conv.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/grouped_priv.h"
#include "cuda/kernels/norm.h"
#include "cuda/kernels/plain.h"
#include "cuda/kernels/tile_moments.h"

#define THREADS 128
#define WARPS (THREADS / 32)
#define SHARES (WARPS * NARROW / SLAB) /* warps that share a band's pixels of the same channels */

/* --- filters --- */

/* The right-hand sides of all taps, as mma_16x8x16 wants them: of each 16 source channels and of
 * both halves of the result channels. */
template <int GROUP> struct filters {
    static constexpr int DEEP = GROUP > NARROW ? GROUP / NARROW : 1;
    static constexpr int BLOCKS = DEEP > 1 ? 3 : 4; /* that have registers for theirs at a time */
    uint32_t b[TAPS][DEEP][2][2];
};

/* Two neighbouring source channels of a result channel and a tap. Forward, a filter's own inputs;
 * back, the same input of two filters. */
template <int GROUP, bool BACK>
static __device__ __forceinline__ uint32_t filter_pair(const bf16 *w, int result, int source,
                                                       int tap)
{
    if (GROUP < NARROW && result / GROUP != source / GROUP)
        return 0;
    if (!BACK)
        return load_pair(w + ((size_t)result * TAPS + tap) * GROUP + source % GROUP);
    const bf16 *at = w + ((size_t)source * TAPS + tap) * GROUP + result % GROUP;
    return at[0].bits | (uint32_t)at[TAPS * GROUP].bits << 16;
}

/* Of the tile of result channels from `first` on; `taps` backwards where that is a correlation
 * turned round. */
template <int GROUP, int KIND>
static __device__ __forceinline__ void load_filters(const bf16 *w, int first, filters<GROUP> *f)
{
    constexpr bool BACK = KIND == DATA_1 || KIND == DATA_2;
    const int lane = (int)threadIdx.x % 32, from = GROUP > NARROW ? first / SLAB * SLAB : first;
    UNROLL
    for (int tap = 0; tap < TAPS; tap++)
        UNROLL
    for (int i = 0; i < filters<GROUP>::DEEP * 4; i++) {
        const int result = first + tile_channel<2>(i / 2 % 2, lane / 4);
        const int source = from + i / 4 * 16 + i % 2 * 8 + lane % 4 * 2;
        f->b[tap][i / 4][i / 2 % 2][i % 2] =
            filter_pair<GROUP, BACK>(w, result, source, KIND == DATA_1 ? TAPS - 1 - tap : tap);
    }
}

/* sum += what a tap sees times its filters. */
template <int GROUP>
static __device__ __forceinline__ void add_tap(float sum[2][4], const uint32_t a[][4],
                                               const filters<GROUP> &f, int tap)
{
    UNROLL
    for (int k = 0; k < filters<GROUP>::DEEP; k++)
        UNROLL
    for (int half = 0; half < 2; half++)
        mma_16x8x16(sum[half], a[k], f.b[tap][k][half]);
}

template <int GROUP>
static __device__ __forceinline__ void load_seen(uint32_t a[][4], const unsigned char *at)
{
    UNROLL
    for (int k = 0; k < filters<GROUP>::DEEP; k++)
        load_matrices(a[k], at + k * 2 * NARROW);
}

/* --- moments --- */

/* The block's: shared[warp][channel], of which the warps of a tile are joined in order. */
static __device__ __forceinline__ void write_moments(const grouped_bands &t, int number, int slab,
                                                     const moment *shared, float *moments)
{
    const int i = (int)threadIdx.x;
    if (i >= SLAB)
        return;
    const moment *own = shared + i / NARROW * SHARES * NARROW + i % NARROW;
    write_moment<SHARES>(own, NARROW, moments + (size_t)number * 2 * t.channels + slab * SLAB + i,
                         t.channels);
}

/* --- results --- */

/* Of a tile's 16 results a lane holds four channels of number lane / 4 and of the one 8 behind it.
 * Neighbouring lanes change halves, so that each has 8 channels of one: number `swapped_result`,
 * from channel `swapped_channel` on. */
static __device__ __forceinline__ int swapped_result()
{
    return (int)threadIdx.x % 32 / 4 + (int)threadIdx.x % 2 * 8;
}

static __device__ __forceinline__ int swapped_channel()
{
    return (int)threadIdx.x % QUADS / 2 * 8;
}

/* Writes them; `to` is where this lane's 8 go, or NULL. */
static __device__ __forceinline__ void write_results(const float sum[2][4], bf16 *to, bool add)
{
    const bool odd = threadIdx.x % 2;
    float v[8], before[8];
    UNROLL
    for (int i = 0; i < 4; i++) {
        const float upper = sum[i / 2][i % 2], lower = sum[i / 2][2 + i % 2];
        const float got = __shfl_xor_sync(0xffffffffu, odd ? upper : lower, 1);
        v[i] = odd ? got : upper;
        v[4 + i] = odd ? lower : got;
    }
    if (!to)
        return;
    if (add) {
        load_8(to, before);
        UNROLL
        for (int i = 0; i < 8; i++)
            v[i] += before[i];
    }
    store_8(to, v);
}

/* Where a warp works. */
struct place {
    int lane, share;
    int first; /* channel of its tile */
};

/* Results that see three rows and columns of the source. `to` is the image's first channel of the
 * slab's. */
template <int GROUP, int KIND>
static __device__ __forceinline__ void
make_results(const grouped_bands &t, const map_band &b, const place &at, const filters<GROUP> &f,
             const unsigned char *seen, bf16 *to, bool add, bool summed, lane_sums<2> *sums)
{
    constexpr int STEP = kind_step(KIND);
    for (int i = at.share * 16; i < b.pixels; i += SHARES * 16) {
        const unsigned char *from = seen + seen_from<STEP>(t, b, i + at.lane % 16);
        float sum[2][4] = {};
        UNROLL
        for (int tap = 0; tap < TAPS; tap++) {
            uint32_t a[filters<GROUP>::DEEP][4];
            load_seen<GROUP>(a, from + tap_offset<STEP>(t, tap));
            add_tap<GROUP>(sum, a, f, tap);
        }
        if (summed) {
            UNROLL
            for (int k = 0; k < 8; k++)
                sum[k / 4][k % 4] = kept(sum[k / 4][k % 4], to);
            add_results(sums, sum, i == at.share * 16, i, b.pixels);
        }
        const int result = i + swapped_result();
        write_results(sum,
                      result < b.pixels
                          ? to + ((size_t)b.row * t.w + result) * t.channels + swapped_channel()
                          : NULL,
                      add);
    }
}

/* The data gradient of stride 2: of two by two pixels each, which see one to four pixels of the
 * source through 1, 2, 2 and 4 taps. h and w are those of the map. */
template <int GROUP>
static __device__ __forceinline__ void
make_pairs(const grouped_bands &t, const map_band &b, const place &at, const filters<GROUP> &f,
           const unsigned char *seen, bf16 *to, int h, int w, bool add)
{
    for (int i = at.share * 16; i < b.pixels; i += SHARES * 16) {
        const unsigned char *from = seen + seen_from<1>(t, b, i + at.lane % 16);
        const int result = i + swapped_result(), row = row_of(t, result);
        float sum[4][2][4] = {}; /* by row and column */
        UNROLL
        for (int corner = 0; corner < 4; corner++) {
            uint32_t a[filters<GROUP>::DEEP][4];
            load_seen<GROUP>(a, from + (corner / 2 * t.pitch + corner % 2) * PIXEL_BYTES);
            UNROLL
            for (int tap = 0; tap < TAPS; tap++)
                if ((tap / 3 == 0) == corner / 2 && (tap % 3 == 0) == corner % 2)
                    add_tap<GROUP>(sum[(tap / 3 != 1) * 2 + (tap % 3 != 1)], a, f, tap);
        }
        UNROLL
        for (int k = 0; k < 4; k++) {
            const int y = (b.row + row) * 2 + k / 2, x = (result - row * t.w) * 2 + k % 2;
            write_results(sum[k],
                          result < b.pixels && y < h && x < w
                              ? to + ((size_t)y * w + x) * t.channels + swapped_channel()
                              : NULL,
                          add);
        }
    }
}

/* --- kernels --- */

template <int GROUP, int KIND>
static __global__ void __launch_bounds__(THREADS, filters<GROUP>::BLOCKS)
    grouped(grouped_bands t, int h, int w, const bf16 *source, const bf16 *weights, bf16 *to,
            bool add, float *moments)
{
    after_previous();
    constexpr bool FORWARD = KIND == FORWARD_1 || KIND == FORWARD_2;
    SHARED_DYNAMIC(unsigned char, shared);
    SHARED_ARRAY(moment, shared_moments, WARPS * NARROW);
    const int slabs = t.channels / SLAB, slab = (int)blockIdx.x % slabs;
    const int first = (int)blockIdx.x / slabs * t.most, all = all_bands(t);
    const int end = first + t.most < all ? first + t.most : all;
    const int warp = (int)threadIdx.x / 32, tile = warp / SHARES * NARROW;
    const place at = {(int)threadIdx.x % 32, warp % SHARES, slab * SLAB + tile};
    const bool summed = FORWARD && moments;
    const int lane_bytes = at.lane / 16 * 16 + (GROUP > NARROW ? 0 : 2 * tile);
    filters<GROUP> f;
    copy_source<KIND, THREADS>(t, band_of(t, first), source + slab * SLAB, shared);
    copy_commit();
    load_filters<GROUP, KIND>(weights, at.first, &f);
    for (int number = first; number < end; number++) {
        if (number + 1 < end)
            copy_source<KIND, THREADS>(t, band_of(t, number + 1), source + slab * SLAB,
                                       shared + (number + 1 - first) % 2 * t.pixels * PIXEL_BYTES);
        copy_commit();
        copy_wait<1>();
        __syncthreads();
        const map_band b = band_of(t, number);
        const unsigned char *seen =
            shared + (number - first) % 2 * t.pixels * PIXEL_BYTES + lane_bytes;
        bf16 *image = to + (size_t)b.image * h * w * t.channels + at.first;
        if constexpr (KIND == DATA_2) {
            make_pairs<GROUP>(t, b, at, f, seen, image, h, w, add);
        } else {
            lane_sums<2> sums = {};
            make_results<GROUP, KIND>(t, b, at, f, seen, image, !FORWARD && add, summed, &sums);
            if (summed)
                share_moments(sums, pixels_of_share<SHARES, 16>(b.pixels, at.share),
                              shared_moments + warp * NARROW);
        }
        __syncthreads();
        if (summed)
            write_moments(t, number, slab, shared_moments, moments);
    }
}

/* --- launchers --- */

template <int GROUP, int KIND>
static int start(const conv_shape *s, const void *source, const void *w, void *to, bool add,
                 float *moments, void *stream)
{
    const grouped_bands t = kernel_map_bands((grouped_kind)KIND, s);
    const int h = KIND == DATA_2 ? s->in_h : t.h, width = KIND == DATA_2 ? s->in_w : t.w;
    return LAUNCH((grouped<GROUP, KIND>), blocks_of(t) * (unsigned)(t.channels / SLAB), THREADS,
                  (size_t)(t.most > 1 ? 2 : 1) * t.pixels * PIXEL_BYTES, stream, t, h, width,
                  static_cast<const bf16 *>(source), static_cast<const bf16 *>(w),
                  static_cast<bf16 *>(to), add, moments);
}

template <int KIND>
static int start_kind(const conv_shape *s, const void *source, const void *w, void *to, bool add,
                      float *moments, void *stream)
{
    switch (s->in / s->groups) {
    case 4:
        return start<4, KIND>(s, source, w, to, add, moments, stream);
    case 8:
        return start<8, KIND>(s, source, w, to, add, moments, stream);
    case 16:
        return start<16, KIND>(s, source, w, to, add, moments, stream);
    default:
        return start<32, KIND>(s, source, w, to, add, moments, stream);
    }
}

extern "C" int kernel_grouped_forward(const struct conv_shape *s, const void *x, const void *w,
                                      void *y, float *moments, void *stream)
{
    if (!kernel_plain("grouped_forward"))
        return s->stride == 1 ? start_kind<FORWARD_1>(s, x, w, y, false, moments, stream)
                              : start_kind<FORWARD_2>(s, x, w, y, false, moments, stream);
    const map m = {s->n, s->out_h, s->out_w, s->out};
    const int code = kernel_conv_forward(ELEMENT_BF16, s, x, w, y, stream);
    return code || !moments
               ? code
               : kernel_moments(ELEMENT_BF16, y, m, kernel_grouped_parts(s), moments, stream);
}

extern "C" int kernel_grouped_data(const struct conv_shape *s, const void *w, const void *dy,
                                   void *dx, bool add, void *stream)
{
    if (kernel_plain("grouped_data"))
        return kernel_conv_data(ELEMENT_BF16, s, w, dy, dx, add, stream);
    return s->stride == 1 ? start_kind<DATA_1>(s, dy, w, dx, add, NULL, stream)
                          : start_kind<DATA_2>(s, dy, w, dx, add, NULL, stream);
}
