/* grouped_priv.h - what the kernels of narrow groups (grouped.cu, grouped_weights.cu) share: a band
 * (bands.h) of a map in shared memory. Included behind kernel.h.
 *
 * A block works on a slab of SLAB channels of its bands. What a band's results are made of is
 * copied to shared memory, rows and columns beyond the map as zeros. A pixel takes PIXEL_BYTES
 * there, 16 more than it has: so the 8 pixels that a matrix load reads lie in 32 different banks.
 * For a convolution of stride 2 the columns of odd number stand first, then the even ones: what one
 * tap sees of neighbouring results are neighbours again.
 */
#ifndef COMBOLAB_CUDA_KERNELS_GROUPED_PRIV_H
#define COMBOLAB_CUDA_KERNELS_GROUPED_PRIV_H

#include "cuda/kernels/bands.h"

#define SLAB 32
#define PIXEL_BYTES (2 * SLAB + 16)
#define CHUNKS (2 * SLAB / 16) /* copies of 16 bytes that a pixel takes */
#define TAPS 9
#define NARROW 16 /* channels of a tensor-core tile: a group, several, or half of one */

/* What results are made of. The data gradient of stride 2 has four kinds of results, by odd and
 * even row and column; a row of `results` is then a pair of rows. */
enum grouped_kind { FORWARD_1, FORWARD_2, DATA_1, DATA_2 };

static inline __host__ __device__ constexpr int kind_step(int kind) /* source rows to the next */
{
    return kind == FORWARD_2 ? 2 : 1;
}

static inline __host__ __device__ constexpr int kind_reach(int kind) /* source rows of one */
{
    return kind == DATA_2 ? 2 : 3;
}

static inline __host__ __device__ constexpr int kind_border(int kind) /* of them before the map */
{
    return kind == DATA_2 ? 0 : 1;
}

struct grouped_bands : map_bands {
    int channels;
    int pitch;  /* pixels of a source row in shared memory */
    int source; /* pixels of a band's source there */
    int pixels; /* of all that a band takes there */
};

grouped_bands kernel_map_bands(enum grouped_kind kind, const conv_shape *s);
grouped_bands kernel_weights_bands(const conv_shape *s);
size_t kernel_weights_count(const conv_shape *s);

/* Where the first tap sees result number `pixel`; beyond the last result, what that one sees. */
template <int STEP>
static __device__ __forceinline__ int seen_from(const grouped_bands &t, const map_band &b,
                                                int pixel)
{
    const int own = pixel < b.pixels ? pixel : b.pixels - 1, row = row_of(t, own);
    return (row * STEP * t.pitch + own - row * t.w) * PIXEL_BYTES;
}

/* Begins the copies of a band's source, from a slab's first channel on. */
template <int KIND, int THREADS>
static __device__ __forceinline__ void copy_source(const grouped_bands &t, const map_band &b,
                                                   const bf16 *source, unsigned char *to)
{
    constexpr int STEP = kind_step(KIND), REACH = kind_reach(KIND), BORDER = kind_border(KIND);
    const int lines = (b.rows - 1) * STEP + REACH, columns = (t.w - 1) * STEP + REACH;
    const int chunk = (int)threadIdx.x % CHUNKS;
    for (int line = 0; line < lines; line++) {
        const int y = b.row * STEP + line - BORDER;
        const bool row_there = y >= 0 && y < t.source_h;
        const bf16 *row =
            source + ((size_t)b.image * t.source_h + (row_there ? y : 0)) * t.source_w * t.channels;
        for (int i = (int)threadIdx.x / CHUNKS; i < columns; i += THREADS / CHUNKS) {
            const int x = i - BORDER, place = STEP == 1 ? i : i / 2 + i % 2 * (t.w + 1);
            const bool there = row_there && x >= 0 && x < t.source_w;
            copy_16(to + (line * t.pitch + place) * PIXEL_BYTES + chunk * 16,
                    row + (there ? (size_t)x * t.channels : 0) + chunk * 8, there);
        }
    }
}

/* Bytes from what the first tap sees to what tap `tap` sees. */
template <int STEP>
static __device__ __forceinline__ int tap_offset(const grouped_bands &t, int tap)
{
    const int column = STEP == 1 ? tap % 3 : tap % 3 == 1 ? t.w + 1 : tap % 3 / 2;
    return (tap / 3 * t.pitch + column) * PIXEL_BYTES;
}

#endif
