/* gate.cu - the gate's layers as small products, in two launches. All sums are in an order that
 * shapes decide. There is little to read and to compute, so what counts is how often a thread waits
 * for memory: products of short sums have their operands staged in shared memory by one wait, those
 * of long sums are split over a block. */
#include "cuda/kernels/gate_priv.h"
#include "cuda/kernels/plain.h"

static __global__ void __launch_bounds__(THREADS)
    reduce(gate_layers w, const float *scale, const float *shift, int n, int c, int r,
           gate_values v)
{
    after_previous();
    SHARED_ARRAY(float, total, SUMS);
    tile t = tile_of(r);
    float sums[SUMS] = {0};
    UNROLL_BY(2)
    for (int k = threadIdx.x; k < c; k += blockDim.x) {
        float x[TILE], row[TILE];
        UNROLL
        for (int i = 0; i < TILE; i++) {
            size_t at = (size_t)(t.n + i) * c + k;
            x[i] = t.n + i < n ? fmaf(scale[k], v.image_mean[at], shift[k]) : 0;
            row[i] = t.o + i < r ? w.w1[(size_t)(t.o + i) * c + k] : 0;
            if (t.o == 0 && t.n + i < n)
                v.squeezed[at] = x[i];
        }
        tile_add(sums, x, row);
    }
    tile_block_sum(sums, total);
    for (int i = threadIdx.x; i < SUMS; i += blockDim.x) {
        int image = t.n + i / TILE, o = t.o + i % TILE;
        if (image >= n || o >= r)
            continue;
        float y = total[i] + w.b1[o];
        v.reduced[(size_t)image * r + o] = y < 0 ? 0 : y; /* NaN has to get through */
    }
}

/* Outputs for 8 channels and 64 images. */
template <bool WHOLE>
static __global__ void __launch_bounds__(THREADS)
    expand(gate_layers w, int n, int c, int r, gate_values v)
{
    after_previous();
    SHARED_ARRAY(float, x, IMAGES *ROW);
    SHARED_ARRAY(float, rows, CHANNELS *ROW);
    int image = (int)blockIdx.y * IMAGES, channel = (int)blockIdx.x * CHANNELS;
    float sums[EACH_IMAGE] = {0};
    for (int from = 0; from < r; from += WIDTH) {
        stage<WHOLE, IMAGES>(x, v.reduced + (size_t)image * r, n - image, r, from);
        stage<WHOLE, CHANNELS>(rows, w.w2 + (size_t)channel * r, c - channel, r, from);
        staged();
        dot_rows(x, rows, r - from, sums);
        __syncthreads();
    }
    channel += (int)threadIdx.x % CHANNELS;
    image += (int)threadIdx.x / CHANNELS;
    UNROLL
    for (int k = 0; k < EACH_IMAGE; k++)
        if (image + k * ROWS < n && channel < c)
            v.gate[(size_t)(image + k * ROWS) * c + channel] =
                1 / (1 + expf(-(sums[k] + w.b2[channel])));
}

extern "C" int kernel_gate(const struct gate_layers *w, const float *scale, const float *shift,
                           int n, int c, int r, const struct gate_values *v, void *stream)
{
    if (kernel_plain("gate"))
        return gate_plain(w, scale, shift, n, c, r, v, stream);
    gate_layers layers = *w;
    gate_values values = *v;
    int code = LAUNCH(reduce, tiles(n, r), threads_for(c), 0, stream, layers, scale, shift, n, c, r,
                      values);
    if (code)
        return code;
    dim3 blocks = blocks_of(c, CHANNELS, n, IMAGES);
    return r % 8 ? LAUNCH(expand<false>, blocks, THREADS, 0, stream, layers, n, c, r, values)
                 : LAUNCH(expand<true>, blocks, THREADS, 0, stream, layers, n, c, r, values);
}
