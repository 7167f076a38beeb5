/* fetch.cu - from stored images to a network's input, one thread a pixel. */
#include "cuda/kernels.h"

static __global__ void fetch(const uint8_t *pixels, const struct kernel_sample *samples,
                             const struct augment_table *table, int height, int width, float *out)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x;
    int y = blockIdx.y;
    if (x >= width)
        return;
    const struct kernel_sample *s = &samples[blockIdx.z];
    uint8_t rgb[3];
    const struct augment_source source = {pixels + s->offset, s->image_width, height, width};
    augment_pixel(&source, &s->draw, y, x, rgb);
    float *to = out + (((size_t)blockIdx.z * height + y) * width + x) * 3;
    for (int c = 0; c < 3; c++)
        to[c] = table->value[c][rgb[c]];
}

extern "C" int kernel_fetch(const uint8_t *pixels, const struct kernel_sample *samples,
                            const struct augment_table *table, int n, int height, int width,
                            float *out, void *stream)
{
    dim3 threads(64);
    dim3 blocks((width + 63) / 64, height, n);
    fetch<<<blocks, threads, 0, (cudaStream_t)stream>>>(pixels, samples, table, height, width, out);
    return (int)cudaGetLastError();
}
