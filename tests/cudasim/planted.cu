/* planted.cu - see planted.h. */
#include "cuda/kernels/kernel.h"
#include "tests/cudasim/planted.h"

#include <type_traits>
#include <utility>

#define THREADS 128

/* --- rows: shared memory, barriers and shuffles --- */

static __device__ float block_sum(float v, float *part, planted_fault f)
{
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    v = warp_sum(v);
    if (!lane)
        part[warp] = v;
    if (f != PLANTED_READ_EARLY)
        __syncthreads();
    v = 0;
    for (int i = 0; i < THREADS / 32; i++)
        v += part[i];
    if (f != PLANTED_REUSED_EARLY)
        __syncthreads();
    return v;
}

static __device__ void other_barriers(planted_fault f)
{
    bool half = threadIdx.x < THREADS / 2;
    if (f == PLANTED_BARRIER_IN_BRANCH && half)
        __syncthreads();
    if (f == PLANTED_TWO_BARRIERS && half)
        __syncthreads();
    if (f == PLANTED_TWO_BARRIERS && !half)
        __syncthreads();
    if (f == PLANTED_HALF_A_WARP && threadIdx.x % 32 < 16)
        warp_sum(1);
}

static __global__ void rows_sums(planted_fault f, const float *x, int n, float *to)
{
    after_previous();
    SHARED_ARRAY(float, part, THREADS / 32);
    const float *row = x + (size_t)blockIdx.x * n;
    float sum = 0, square = 0;
    for (int i = threadIdx.x; i < n + (f == PLANTED_READ_TOO_FAR); i += THREADS)
        sum += row[i];
    sum = block_sum(sum, part, f);
    for (int i = threadIdx.x; i < n; i += THREADS)
        square += (row[i] - sum / n) * (row[i] - sum / n);
    square = block_sum(square, part, f);
    if (f == PLANTED_SHARED_TOO_FAR)
        part[THREADS / 32] = square;
    if (!threadIdx.x) {
        to[2 * blockIdx.x] = sum;
        to[2 * blockIdx.x + 1 + (f == PLANTED_WRITTEN_TOO_FAR)] = square;
    }
    if (f == PLANTED_LAST_WINS)
        to[0] = (float)(blockIdx.x * THREADS + threadIdx.x);
    other_barriers(f);
}

extern "C" int planted_rows(enum planted_fault f, const float *x, int rows, int n, float *to,
                            void *stream)
{
    return LAUNCH(rows_sums, rows, THREADS, 0, stream, f, x, n, to);
}

/* --- mirror: asynchronous copies in two stages --- */

#define TILE (4 * THREADS)

static __device__ void fetch(float *stage, const float *x, planted_fault f)
{
    int off = f == PLANTED_MISALIGNED ? 1 : 0;
    copy_16(stage + 4 * threadIdx.x, x + 4 * threadIdx.x + off, true);
    copy_commit();
}

static __global__ void mirror(planted_fault f, const float *x, int count, float *to)
{
    after_previous();
    SHARED_DYNAMIC(float, stage);
    int tiles = count / TILE;
    fetch(stage, x, f);
    for (int tile = 0; tile < tiles; tile++) {
        const float *now = stage + tile % 2 * TILE;
        if (tile + 1 < tiles)
            fetch(stage + (tile + 1) % 2 * TILE, x + (tile + 1) * TILE, f);
        if (tile + 1 < tiles && f == PLANTED_WAITED_LATE)
            copy_wait<2>();
        else if (tile + 1 < tiles)
            copy_wait<1>();
        else if (f != PLANTED_NEVER_WAITED)
            copy_wait<0>();
        __syncthreads();
        for (int i = threadIdx.x; i < TILE; i += THREADS)
            if (f != PLANTED_OUTPUT_UNSET || i != 77)
                to[count - 1 - tile * TILE - i] = now[i + (f == PLANTED_SHARED_UNSET ? TILE : 0)];
        __syncthreads();
    }
}

extern "C" int planted_mirror(enum planted_fault f, const float *x, int count, float *to,
                              void *stream)
{
    return LAUNCH(mirror, 1, THREADS, 3 * TILE * sizeof(float), stream, f, x, count, to);
}

/* --- total: the last block adds --- */

static __device__ bool is_last(planted_fault f, unsigned *counter)
{
    SHARED_ARRAY(unsigned, before, 1);
    __syncthreads();
    if (!threadIdx.x) {
        if (f != PLANTED_NO_FENCE)
            fence();
        *before = atomic_add(counter, 1);
        if (f != PLANTED_NO_FENCE_AFTER)
            fence();
        if (*before == gridDim.x - 1)
            *counter = 0;
    }
    __syncthreads();
    return *before == gridDim.x - 1;
}

static __global__ void total(planted_fault f, const float *x, int count, planted_sum s)
{
    after_previous();
    int i = blockIdx.x * THREADS + threadIdx.x;
    float sum = warp_sum(i < count ? x[i] : 0);
    if (threadIdx.x % 32 == 0)
        s.part[f == PLANTED_ORDER ? atomic_add(s.counter + 1, 1) : i / 32] = sum;
    if (!is_last(f, s.counter) || threadIdx.x)
        return;
    sum = 0;
    for (unsigned p = 0; p < gridDim.x * THREADS / 32; p++)
        sum += s.part[p];
    *s.to = s.twice ? 2 * sum : sum;
}

extern "C" int planted_total(enum planted_fault f, const float *x, int count, struct planted_sum s,
                             void *stream)
{
    return LAUNCH(total, (count + THREADS - 1) / THREADS, THREADS, 0, stream, f, x, count, s);
}

/* --- launches --- */

static __global__ void nothing(float *to)
{
    after_previous();
    *to = 1;
}

static __global__ void large_array(float *to)
{
    after_previous();
    SHARED_ARRAY(float, much, 48 * 1024 / 4 + 1);
    *to = much[0];
}

extern "C" int planted_nothing(enum planted_fault f, float *to, void *stream)
{
    if (f == PLANTED_ARRAY_TOO_LARGE)
        return LAUNCH(large_array, 1, 1, 0, stream, to);
    dim3 grid(f == PLANTED_GRID_EMPTY ? 0 : 1, f == PLANTED_GRID_TOO_LARGE ? 65536 : 1);
    unsigned block = f == PLANTED_BLOCK_TOO_LARGE ? 1025 : 1;
    size_t bytes = f == PLANTED_SHARED_TOO_LARGE ? 100 * 1024 : 0;
    return LAUNCH(nothing, grid, block, bytes, stream, to);
}

/* --- what kernels cannot say --- */

template <class T> auto ours(T *p) -> decltype(atomic_add(p, T()), std::true_type());
template <class T> std::false_type ours(const volatile T *);
template <class T> auto cudas(T *p) -> decltype(atomicAdd(p, T()), std::true_type());
template <class T> std::false_type cudas(const volatile T *);

extern "C" bool planted_float_atomics(void)
{
    typedef float *place;
    static_assert(decltype(ours(std::declval<unsigned *>()))::value, "counts can be added");
    return decltype(ours(place()))::value || decltype(cudas(place()))::value;
}

#ifdef SIM_CLEAR_PADDING
extern "C" bool planted_structs_seen(void)
{
    return true;
}
#else
extern "C" bool planted_structs_seen(void)
{
    return false;
}
#endif
