/* stem_priv.h - what the kernels of a net's first convolution (stem.cu, stem_weights.cu) share: a
 * band (bands.h) of the image in shared memory. Included behind kernel.h.
 *
 * The 7 rows of a filter are seen as 8 taps of 4 channels each: 32 values, two steps of a product.
 * What is filled of a pixel takes 8 bytes in shared memory, pixels beyond the image are zeros. So
 * what the taps of a filter row see for a result are the 64 bytes from its first tap's pixel on,
 * for the next result those from 16 bytes further on: rows as matrix loads want them, in different
 * banks. The eighth tap and a fourth channel that isn't filled are products with zeros, by which
 * what isn't finite spreads to results that do not see it.
 */
#ifndef COMBOLAB_CUDA_KERNELS_STEM_PRIV_H
#define COMBOLAB_CUDA_KERNELS_STEM_PRIV_H

#include "cuda/kernels/bands.h"

#define STEM_KERNEL 7
#define STEM_STRIDE 2
#define STEM_BORDER 3
#define STEM_TAPS 8 /* of a filter row, with the one of zeros */
#define STEM_IN 8   /* channels of a pixel */
#define STEM_READ 4 /* of them are read */
#define STEM_OUT 64

#define STEM_THREADS 128
#define STEM_WARPS (STEM_THREADS / 32)
#define STEM_BLOCKS 264 /* are enough: two at a time on each multiprocessor of a large GPU */

#define SOURCE_BYTES (2 * STEM_READ)              /* of a pixel in shared memory */
#define RESULT_BYTES (STEM_STRIDE * SOURCE_BYTES) /* from what one result sees to the next's */
#define GRADIENT_BYTES (2 * STEM_OUT + 16)        /* of a result there: 8 of them in 32 banks */

/* Bytes are of shared memory. */
struct stem_bands : map_bands {
    int line;    /* of a source row */
    int source;  /* of a band's source */
    int bytes;   /* of all that a band takes */
    int buffers; /* bands that a block has there: one is made, the next one copied */
};

/* Without any way to cut the shape, `rows` is 0. */
stem_bands kernel_stem_bands(const conv_shape *s);
stem_bands kernel_stem_weights_bands(const conv_shape *s);

/* Where a block has its band number `number`, of those from `first` on. */
static __device__ __forceinline__ unsigned char *
buffer_of(const stem_bands &t, unsigned char *shared, int number, int first)
{
    return shared + (number - first) % t.buffers * t.bytes;
}

/* Begins the copies of a band's source. */
static __device__ __forceinline__ void copy_source(const stem_bands &t, const map_band &b,
                                                   const bf16 *x, unsigned char *to)
{
    const int lines = (b.rows - 1) * STEM_STRIDE + STEM_KERNEL, columns = t.line / SOURCE_BYTES;
    for (int line = (int)threadIdx.x / 32; line < lines; line += STEM_WARPS) {
        const int row = b.row * STEM_STRIDE + line - STEM_BORDER;
        const bool row_there = row >= 0 && row < t.source_h;
        const bf16 *from =
            x + ((size_t)b.image * t.source_h + (row_there ? row : 0)) * t.source_w * STEM_IN;
        for (int i = (int)threadIdx.x % 32; i < columns; i += 32) {
            const int column = i - STEM_BORDER;
            const bool there = row_there && column >= 0 && column < t.source_w;
            copy_8(to + line * t.line + i * SOURCE_BYTES, from + (there ? column * STEM_IN : 0),
                   there);
        }
    }
}

/* Where result number `pixel` of a band begins to see; beyond the last one, what that one sees. */
static __device__ __forceinline__ int seen_from(const stem_bands &t, const map_band &b, int pixel)
{
    const int own = pixel < b.pixels ? pixel : b.pixels - 1, row = row_of(t, own);
    return row * STEM_STRIDE * t.line + (own - row * t.w) * RESULT_BYTES;
}

#endif
