/* gate_priv.h - what the gate's kernels are made of: sums of products that a block shares, and rows
 * staged in shared memory. Included by gate.cu and gate_back.cu. */
#ifndef COMBOLAB_CUDA_KERNELS_GATE_PRIV_H
#define COMBOLAB_CUDA_KERNELS_GATE_PRIV_H

#include "cuda/kernels/gate_plain.h"
#include "cuda/kernels/kernel.h"

#include <math.h>

#define THREADS 256

/* --- tiles: 8 images by 8 outputs, whose sums a block shares --- */

#define TILE 8
#define SUMS (TILE * TILE)

struct tile {
    int n, o; /* the first image and output */
};

static __device__ __forceinline__ tile tile_of(int outputs)
{
    int across = (outputs + TILE - 1) / TILE;
    return {(int)(blockIdx.x / across) * TILE, (int)(blockIdx.x % across) * TILE};
}

static unsigned tiles(int n, int outputs)
{
    return (unsigned)((n + TILE - 1) / TILE * ((outputs + TILE - 1) / TILE));
}

/* Threads of a block for sums of `inputs` products: whole warps. */
static unsigned threads_for(int inputs)
{
    int threads = (inputs + 31) / 32 * 32;
    return (unsigned)(threads < THREADS ? threads : THREADS);
}

static __device__ __forceinline__ void tile_add(float sums[SUMS], const float x[TILE],
                                                const float w[TILE])
{
    UNROLL
    for (int i = 0; i < SUMS; i++)
        sums[i] = fmaf(x[i / TILE], w[i % TILE], sums[i]);
}

/* From 2 HALF sums of a lane to HALF, added to those of the lane HALF / 2 away, which keeps the
 * others. */
template <int HALF> static __device__ __forceinline__ void tile_halve(float sums[SUMS])
{
    bool upper = threadIdx.x & (HALF / 2);
    UNROLL
    for (int i = 0; i < HALF; i++) {
        float keep = upper ? sums[HALF + i] : sums[i], give = upper ? sums[i] : sums[HALF + i];
        sums[i] = keep + __shfl_xor_sync(0xffffffffu, give, HALF / 2);
    }
}

/* Adds up over the lanes of a warp: lane l gets sums number 2 l and 2 l + 1. */
static __device__ __forceinline__ void tile_warp_sum(float sums[SUMS])
{
    tile_halve<32>(sums);
    tile_halve<16>(sums);
    tile_halve<8>(sums);
    tile_halve<4>(sums);
    tile_halve<2>(sums);
}

/* Adds up over a block, into `total` of shared memory, for all to read. */
static __device__ __forceinline__ void tile_block_sum(float sums[SUMS], float *total)
{
    SHARED_ARRAY(float, warps, THREADS / 32 * SUMS);
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    tile_warp_sum(sums);
    warps[warp * SUMS + 2 * lane] = sums[0];
    warps[warp * SUMS + 2 * lane + 1] = sums[1];
    __syncthreads();
    for (int i = threadIdx.x; i < SUMS; i += blockDim.x) {
        float sum = 0;
        for (int w = 0; w < (int)blockDim.x / 32; w++)
            sum += warps[w * SUMS + i];
        total[i] = sum;
    }
    __syncthreads();
}

/* --- rows of up to 128 values, staged in shared memory --- */

#define CHANNELS 8                /* of a block: 32 bytes next to one another */
#define IMAGES 64                 /* at a time */
#define WIDTH 128                 /* of the reduced width, at a time */
#define ROW (WIDTH + 4)           /* floats from row to row: 8 rows are in 8 times 4 banks */
#define ROWS (THREADS / CHANNELS) /* of threads: images, or places of the reduced width */
#define EACH_IMAGE (IMAGES / ROWS)

static dim3 blocks_of(int c, int channels, int n, int images)
{
    return dim3((unsigned)((c + channels - 1) / channels), (unsigned)((n + images - 1) / images));
}

/* Columns that are staged of what is left of a row: a multiple of 8. */
static __device__ __forceinline__ int columns(int left)
{
    return left < WIDTH ? (left + 7) / 8 * 8 : WIDTH;
}

/* N rows of a matrix of `have` rows of r, from column `from` on; zeros where there is nothing.
 * WHOLE: r is a multiple of 8. */
template <bool WHOLE, int N>
static __device__ __forceinline__ void stage(float *to, const float *matrix, int have, int r,
                                             int from)
{
    int across = columns(r - from) / 4;
    for (int i = threadIdx.x; i < N * across; i += THREADS) {
        int row = i / across, column = i % across * 4;
        const float *at = matrix + (size_t)row * r + from + column;
        if (WHOLE)
            copy_16(to + row * ROW + column, row < have ? at : matrix, row < have);
        for (int k = 0; k < 4 && !WHOLE; k++)
            to[row * ROW + column + k] = row < have && from + column + k < r ? at[k] : 0;
    }
}

static __device__ __forceinline__ void staged()
{
    copy_commit();
    copy_wait<0>();
    __syncthreads();
}

/* Each thread's sums of products of a row of 8 and every 32nd row of 64. */
static __device__ __forceinline__ void dot_rows(const float *of_64, const float *of_8, int left,
                                                float sums[EACH_IMAGE])
{
    const float *one = of_8 + threadIdx.x % CHANNELS * ROW,
                *many = of_64 + threadIdx.x / CHANNELS * ROW;
    for (int k = 0; k < columns(left); k += 8) {
        float a[8], b[8];
        load_8(one + k, a);
        UNROLL
        for (int j = 0; j < EACH_IMAGE; j++) {
            load_8(many + j * ROWS * ROW + k, b);
            UNROLL
            for (int i = 0; i < 8; i++)
                sums[j] = fmaf(a[i], b[i], sums[j]);
        }
    }
}

#endif
