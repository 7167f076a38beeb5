/* bands.h - how convolutions of our own cut their work: into bands, some whole rows of results of
 * one image, that a block makes one after the other. Functions of the shape alone. Included behind
 * kernel.h.
 */
#ifndef COMBOLAB_CUDA_KERNELS_BANDS_H
#define COMBOLAB_CUDA_KERNELS_BANDS_H

#include "cuda/kernels/conv.h"

struct map_bands {
    int n;
    int source_h, source_w;
    int h, w;  /* of results */
    int rows;  /* of results in a band; the last may have fewer */
    int bands; /* of an image */
    int most;  /* bands that a block takes */
    int per_w; /* 1 / w in units of PER_W, rounded up: exact for what a band has */
};

#define PER_W (1 << 20)

static inline __host__ __device__ int in_parts(int n, int most)
{
    return (n + most - 1) / most;
}

static inline __host__ __device__ int row_of(const map_bands &t, int pixel)
{
    return pixel * t.per_w / PER_W;
}

/* Cuts images into bands of about equal size, none of more than that many rows. */
static inline void cut_rows(map_bands *t, int rows)
{
    t->rows = in_parts(t->h, in_parts(t->h, rows));
    t->bands = in_parts(t->h, t->rows);
}

/* Of the whole batch. */
static inline __host__ __device__ int all_bands(const map_bands &t)
{
    return t.n * t.bands;
}

static inline unsigned blocks_of(const map_bands &t)
{
    return (unsigned)in_parts(all_bands(t), t.most);
}

/* A band of the whole batch, by number. */
struct map_band {
    int image, row, rows, pixels;
};

static __device__ __forceinline__ map_band band_of(const map_bands &t, int number)
{
    map_band b;
    b.image = number / t.bands;
    b.row = number % t.bands * t.rows;
    b.rows = t.h - b.row < t.rows ? t.h - b.row : t.rows;
    b.pixels = b.rows * t.w;
    return b;
}

#endif
