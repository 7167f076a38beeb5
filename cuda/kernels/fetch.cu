/* fetch.cu - the plan's next batch: from stored images to a network's input, one thread a pixel. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/step.h"

#define THREADS 256

static __global__ void begin_plan(struct state *s, float rate)
{
    after_previous();
    s->next = 0;
    s->rate = rate;
}

extern "C" int kernel_begin_plan(struct state *s, float rate, void *stream)
{
    return LAUNCH(begin_plan, 1, 1, 0, stream, s, rate);
}

static __global__ void next_batch(struct state *s, int n)
{
    after_previous();
    s->first = s->next;
    s->next += (uint64_t)n;
    s->step++;
}

extern "C" int kernel_next_batch(struct state *s, int n, void *stream)
{
    return LAUNCH(next_batch, 1, 1, 0, stream, s, n);
}

/* EIGHT: a pixel has 8 channels, which are stored at once. */
template <class T, bool EIGHT>
static __global__ void fetch(const struct state *s, struct plan_values p, const uint8_t *pixels,
                             struct map m, unsigned blocks, T *out)
{
    after_previous();
    unsigned sample = blockIdx.x / blocks;
    unsigned at = blockIdx.x % blocks * THREADS + threadIdx.x, area = (unsigned)(m.h * m.w);
    if (at >= area)
        return;
    uint64_t planned = s->first + sample;
    const struct augment_draw draw = p.draws[planned];
    const struct state_place place = p.place[planned];
    const struct augment_source source = {pixels + place.offset, place.width, m.h, m.w};
    int y = (int)(at / (unsigned)m.w), x = (int)(at % (unsigned)m.w);
    uint8_t rgb[3];
    augment_pixel(&source, &draw, y, x, rgb);
    float v[8] = {0};
    UNROLL
    for (int c = 0; c < 3; c++)
        v[c] = s->table.value[c][rgb[c]];
    T *to = out + ((size_t)sample * area + at) * (size_t)m.c;
    if constexpr (EIGHT)
        store_8(to, v);
    else
        for (int c = 0; c < m.c; c++)
            put(&to[c], c < 3 ? v[c] : 0);
}

template <class T>
static int start_fetch(const struct state *s, struct plan_values p, const uint8_t *pixels,
                       struct map m, T *out, void *stream)
{
    unsigned blocks = (unsigned)((map_area(m) + THREADS - 1) / THREADS);
    if (m.c == 8)
        return LAUNCH((fetch<T, true>), blocks * (unsigned)m.n, THREADS, 0, stream, s, p, pixels, m,
                      blocks, out);
    return LAUNCH((fetch<T, false>), blocks * (unsigned)m.n, THREADS, 0, stream, s, p, pixels, m,
                  blocks, out);
}

extern "C" int kernel_fetch(enum element t, const struct state *s, struct plan_values p,
                            const uint8_t *pixels, struct map m, void *out, void *stream)
{
    if (t == ELEMENT_BF16)
        return start_fetch(s, p, pixels, m, static_cast<bf16 *>(out), stream);
    return start_fetch(s, p, pixels, m, static_cast<float *>(out), stream);
}
