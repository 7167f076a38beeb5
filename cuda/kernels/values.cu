/* values.cu - values from one type to the other, and a look for those that are not finite. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/step.h"

#define THREADS 256
#define MOST_BLOCKS 4096

static unsigned blocks_for(size_t count)
{
    size_t blocks = (count + THREADS - 1) / THREADS;
    return (unsigned)(blocks < MOST_BLOCKS ? blocks : MOST_BLOCKS);
}

template <class From, class To>
static __global__ void convert(const From *from, size_t count, To *to)
{
    after_previous();
    for (size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x; i < count;
         i += (size_t)gridDim.x * THREADS)
        put(&to[i], to_float(from[i]));
}

template <class T>
static __global__ void count_bad(const T *values, size_t count, unsigned long long *found)
{
    after_previous();
    unsigned bad = 0;
    for (size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x; i < count;
         i += (size_t)gridDim.x * THREADS)
        bad += !is_finite(to_float(values[i]));
    if (bad)
        atomic_add(found, bad);
}

extern "C" int kernel_to_bf16(const float *from, size_t count, struct bf16 *to, void *stream)
{
    if (!count)
        return 0;
    return LAUNCH((convert<float, bf16>), blocks_for(count), THREADS, 0, stream, from, count, to);
}

extern "C" int kernel_to_float(const struct bf16 *from, size_t count, float *to, void *stream)
{
    if (!count)
        return 0;
    return LAUNCH((convert<bf16, float>), blocks_for(count), THREADS, 0, stream, from, count, to);
}

extern "C" int kernel_count_bad(enum element t, const void *values, size_t count,
                                unsigned long long *found, void *stream)
{
    if (!count)
        return 0;
    if (t == ELEMENT_BF16)
        return LAUNCH(count_bad<bf16>, blocks_for(count), THREADS, 0, stream,
                      static_cast<const bf16 *>(values), count, found);
    return LAUNCH(count_bad<float>, blocks_for(count), THREADS, 0, stream,
                  static_cast<const float *>(values), count, found);
}
