/* norm_fold.h - the last block of a chunk of channels goes on with what its sums are for, so that
 * no kernel of its own has to be started for that (norm.h: kernel_norm_statistics and
 * kernel_norm_back_turn). It has few threads for each channel: that pays where parts are few.
 * Included behind kernel.h, columns.h and norm_math.h.
 *
 * Sums are added in the order of lanes and lines, whichever block does it: bits depend on the shape
 * alone. */
#ifndef COMBOLAB_CUDA_KERNELS_NORM_FOLD_H
#define COMBOLAB_CUDA_KERNELS_NORM_FOLD_H

/* Parts of a batch that one block reads in about the time that it takes to start a kernel: eleven
 * rounds of loads by two threads of a channel. */
#define FOLD_MOST_PARTS 128
#define FOLD_AHEAD 6 /* parts of a thread under way */

static inline bool norm_folds(const struct map &m, const struct parts &p)
{
    return (size_t)m.n * (size_t)p.n <= FOLD_MOST_PARTS;
}

/* Whether this block is the last of so many that come here; all threads of each do. `counter` is 0
 * before and after. */
static __device__ __forceinline__ bool last_of_blocks(unsigned *counter, unsigned blocks)
{
    SHARED_ARRAY(unsigned, before, 1);
    __syncthreads();
    if (threadIdx.x == 0) {
        fence();
        *before = atomic_add(counter, 1);
        fence();
        if (*before == blocks - 1)
            *counter = 0;
    }
    __syncthreads();
    return *before == blocks - 1;
}

/* A thread's place in a chunk: a channel, and every rows-th of what is summed. */
struct fold_thread {
    int c, row, rows, wide; /* wide: channels of the chunk */
    bool there;
};

static __device__ __forceinline__ fold_thread fold_thread_of(const map &m, const columns &k,
                                                             int chunk)
{
    int wide = 8 * k.wide, rows = (int)blockDim.x / wide;
    int c = chunk * wide + (int)threadIdx.x % wide, row = (int)threadIdx.x / wide;
    return {c, row, rows, wide, c < m.c && row < rows};
}

/* Adds a value of each thread up over the rows; those of row 0 get their channel's. shared: a float
 * a thread. */
static __device__ __forceinline__ float fold_rows(float v, const fold_thread &t, float *shared)
{
    float sum = 0;
    __syncthreads();
    shared[threadIdx.x] = v;
    __syncthreads();
    for (int row = 0; t.row == 0 && row < t.rows; row++)
        sum += shared[row * t.wide + threadIdx.x];
    return sum;
}

/* Two sums of each of FOLD_AHEAD lines. */
struct fold_parts {
    float first[FOLD_AHEAD], second[FOLD_AHEAD];
};

/* Of a thread's lines, `apart` from each other, those from number `line` on; zeros where there are
 * no more. */
static __device__ __forceinline__ void fold_load(const float *sums, size_t apart, int channels,
                                                 const fold_thread &t, int line, int lines,
                                                 fold_parts *to)
{
    const float *at = sums + line * apart + t.c;
    UNROLL
    for (int i = 0; i < FOLD_AHEAD; i++, at += t.rows * apart) {
        bool more = line + i * t.rows < lines;
        to->first[i] = more ? at[0] : 0;
        to->second[i] = more ? at[channels] : 0;
    }
}

#endif
