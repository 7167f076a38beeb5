/* norm_plain_back.cu - batch norm backward, plainly: see norm_plain.h. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/norm_math.h"
#include "cuda/kernels/norm_plain.h"

#define THREADS 128

static unsigned blocks_for(size_t count)
{
    return (unsigned)((count + THREADS - 1) / THREADS);
}

static __device__ __forceinline__ size_t thread_number()
{
    return (size_t)blockIdx.x * THREADS + threadIdx.x;
}

/* g: y's gradient where the ReLU let it through. */
template <class T> static __device__ float through(const norm_back &a, size_t i, int c, float raw)
{
    float g = to_float(static_cast<const T *>(a.gradient)[i]);
    if (a.mask)
        return a.mask[i / 8] >> (i % 8) & 1 ? g : 0;
    return a.relu ? norm_let_through(g, raw, a.scale[c], a.shift[c]) : g;
}

/* --- sums --- */

template <class T> static __global__ void back_sums(norm_back a, map m, parts p, float *sums)
{
    after_previous();
    const T *raw = static_cast<const T *>(a.raw);
    size_t i = thread_number(), area = map_area(m);
    if (i >= (size_t)m.n * p.n * m.c)
        return;
    int c = (int)(i % m.c), part = (int)(i / m.c % p.n);
    size_t image = i / m.c / p.n * area, from = image + (size_t)part * p.pixels;
    float sum = 0, product = 0;
    for (size_t pixel = from; pixel < from + parts_pixels(m, p, part); pixel++) {
        size_t at = pixel * m.c + c;
        float x = to_float(raw[at]), g = through<T>(a, at, c, x);
        sum += g;
        product = fmaf(g, x - a.mean[c], product);
    }
    float *out = sums + i / m.c * 2 * m.c + c;
    out[0] = sum;
    out[m.c] = product;
}

int norm_plain_back_sums(enum element t, const struct norm_back *a, struct map m, struct parts p,
                         float *sums, void *stream)
{
    norm_back values = *a;
    unsigned blocks = blocks_for((size_t)m.n * p.n * m.c);
    if (t == ELEMENT_BF16)
        return LAUNCH(back_sums<bf16>, blocks, THREADS, 0, stream, values, m, p, sums);
    return LAUNCH(back_sums<float>, blocks, THREADS, 0, stream, values, m, p, sums);
}

/* --- factors --- */

static __global__ void back_finish(const float *sums, map m, parts p, norm_values v, norm_gating g,
                                   float *gamma_gradient, float *beta_gradient, norm_factors f)
{
    after_previous();
    int c = (int)thread_number();
    if (c >= m.c)
        return;
    float sum = 0, product = 0, area = (float)map_area(m);
    for (int n = 0; n < m.n; n++) {
        float s = 0, q = 0;
        for (int i = 0; i < p.n; i++) {
            const float *part = sums + ((size_t)n * p.n + i) * 2 * m.c + c;
            s += part[0];
            q += part[m.c];
        }
        if (g.gate) {
            size_t at = (size_t)n * m.c + c;
            s = fmaf(g.gate[at], s, g.squeezed_gradient[at]);
            q = fmaf(g.gate[at], q, g.squeezed_gradient[at] * (g.image_mean[at] - v.mean[c]));
        }
        sum += s;
        product += q;
    }
    norm_turn turn = norm_turn_of(v, c, sum, product, (float)m.n * area);
    gamma_gradient[c] = turn.gamma_gradient;
    beta_gradient[c] = sum;
    f.k[c] = turn.k;
    if (!g.gate) {
        f.a[c] = turn.a;
        f.b[c] = turn.b;
    }
    for (int n = 0; g.gate && n < m.n; n++)
        norm_turn_image(turn, g, (size_t)n * m.c + c, area, f);
}

int norm_plain_back_finish(const float *sums, struct map m, struct parts p,
                           const struct norm_values *v, struct norm_gating g, float *gamma_gradient,
                           float *beta_gradient, const struct norm_factors *f, void *stream)
{
    norm_values values = *v;
    norm_factors factors = *f;
    return LAUNCH(back_finish, blocks_for(m.c), THREADS, 0, stream, sums, m, p, values, g,
                  gamma_gradient, beta_gradient, factors);
}

/* --- gradients --- */

template <class T>
static __global__ void back_apply(norm_back a, map m, norm_factors f, bool gated, T *raw_gradient,
                                  shortcut_part part, T *shortcut)
{
    after_previous();
    size_t i = thread_number();
    if (i >= map_count(m))
        return;
    int c = (int)(i % m.c);
    size_t at = gated ? i / (map_area(m) * m.c) * m.c + c : c;
    float raw = to_float(static_cast<const T *>(a.raw)[i]), g = through<T>(a, i, c, raw);
    put(&raw_gradient[i], norm_raw_gradient(g, f.a[at], f.b[at], f.k[c], raw, a.mean[c]));
    if (part == SHORTCUT_SHARED)
        put(static_cast<T *>(a.gradient) + i, g);
    if (part == SHORTCUT_FIRST)
        put(&shortcut[i], g);
    if (part == SHORTCUT_ADDED)
        put(&shortcut[i], to_float(shortcut[i]) + g);
}

int norm_plain_back_apply(enum element t, const struct norm_back *a, struct map m,
                          const struct norm_factors *f, bool gated, void *raw_gradient,
                          enum shortcut_part part, void *shortcut_gradient, void *stream)
{
    norm_back values = *a;
    norm_factors factors = *f;
    unsigned blocks = blocks_for(map_count(m));
    if (t == ELEMENT_BF16)
        return LAUNCH(back_apply<bf16>, blocks, THREADS, 0, stream, values, m, factors, gated,
                      static_cast<bf16 *>(raw_gradient), part,
                      static_cast<bf16 *>(shortcut_gradient));
    return LAUNCH(back_apply<float>, blocks, THREADS, 0, stream, values, m, factors, gated,
                  static_cast<float *>(raw_gradient), part,
                  static_cast<float *>(shortcut_gradient));
}
