/* stem_bands.cu - how the kernels of the first convolution cut their work: functions of the shape
 * alone. See stem_priv.h. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/stem_priv.h"

/* Shared memory of a block: what it can have on a small GPU, less a little for moments; of a band,
 * forward: two blocks at a time there. */
#define BLOCK_BYTES (97 * 1024)
#define FORWARD_BYTES (24 * 1024)

static int source_bytes(const stem_bands *t, int rows)
{
    return ((rows - 1) * STEM_STRIDE + STEM_KERNEL) * t->line;
}

/* Those of the results' gradient, whose last pixels are filled up to a tile. */
static int gradient_bytes(const stem_bands *t, int rows)
{
    return in_parts(rows * t->w, 16) * 16 * GRADIENT_BYTES;
}

static int band_bytes(const stem_bands *t, bool weights, int rows)
{
    return source_bytes(t, rows) + (weights ? gradient_bytes(t, rows) : 0);
}

/* As many rows as `most` bytes hold, or one where it is more. */
static stem_bands bands_of(const conv_shape *s, bool weights, int most)
{
    stem_bands t = {};
    t.n = s->n;
    t.source_h = s->in_h;
    t.source_w = s->in_w;
    t.h = s->out_h;
    t.w = s->out_w;
    t.per_w = in_parts(PER_W, t.w);
    t.line = (t.w - 1) * RESULT_BYTES + STEM_TAPS * SOURCE_BYTES;
    int rows = t.h;
    while (rows > 1 && band_bytes(&t, weights, rows) > most)
        rows--;
    t.bytes = band_bytes(&t, weights, rows);
    if (t.bytes > BLOCK_BYTES)
        return t;
    cut_rows(&t, rows);
    t.source = source_bytes(&t, t.rows);
    t.bytes = band_bytes(&t, weights, t.rows);
    t.most = in_parts(all_bands(t), STEM_BLOCKS);
    t.buffers = t.most > 1 && 2 * t.bytes <= BLOCK_BYTES ? 2 : 1;
    return t;
}

stem_bands kernel_stem_bands(const conv_shape *s)
{
    return bands_of(s, false, FORWARD_BYTES);
}

stem_bands kernel_stem_weights_bands(const conv_shape *s)
{
    return bands_of(s, true, BLOCK_BYTES / 2);
}

extern "C" struct parts kernel_stem_parts(const struct conv_shape *s)
{
    const stem_bands t = kernel_stem_bands(s);
    return {t.bands, t.rows * t.w};
}

extern "C" bool kernel_stem_can(enum element t, const struct conv_shape *s)
{
    return t == ELEMENT_BF16 && s->kernel == STEM_KERNEL && s->stride == STEM_STRIDE &&
           s->pad == STEM_BORDER && s->groups == 1 && s->in == STEM_IN && s->filled > 0 &&
           s->filled <= STEM_READ && s->out == STEM_OUT && kernel_stem_bands(s).rows &&
           kernel_stem_weights_bands(s).rows;
}
