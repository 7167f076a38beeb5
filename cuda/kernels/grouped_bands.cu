/* grouped_bands.cu - how the kernels of narrow groups cut their work: functions of the shape alone.
 * See grouped_priv.h. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/grouped_priv.h"

/* Shared memory of a block that makes a map: four at a time on a large GPU. Of one that makes
 * weights, for each of its two bands: what a block can have on a small GPU. */
#define MAP_PIXELS (44 * 1024 / PIXEL_BYTES)
#define WEIGHTS_PIXELS (99 * 1024 / 2 / PIXEL_BYTES)

#define MAP_BLOCKS 384 /* are enough: more work than that and a block takes several bands */
#define MAP_MOST 8     /* of them */
#define WEIGHTS_BLOCKS 256
#define SCRATCH_BYTES (8 << 20)

/* Pixels of a source row in shared memory: as few as hold it, but where results often go on in the
 * next row, 8 neighbours should still lie in different banks. */
static int pitch_of(int step, int columns, int w)
{
    for (int pitch = columns; w % 8 && w < 64 && pitch < columns + 8; pitch++)
        if ((step * pitch - w) % 8 == 0)
            return pitch;
    return columns;
}

static int source_pixels(enum grouped_kind kind, const grouped_bands *t, int rows)
{
    return ((rows - 1) * kind_step(kind) + kind_reach(kind)) * t->pitch;
}

/* Those of the results' gradient, whose last pixels are filled up to a tile. */
static int gradient_pixels(const grouped_bands *t, int rows)
{
    return in_parts(rows * t->w, 16) * 16;
}

/* As many rows as fit, in bands of about equal size. Without any that fit, `rows` is 0. */
static void cut(grouped_bands *t, enum grouped_kind kind, bool weights, int most_pixels)
{
    int rows = t->h;
    while (rows && source_pixels(kind, t, rows) + weights * gradient_pixels(t, rows) > most_pixels)
        rows--;
    t->rows = rows;
    if (!rows)
        return;
    cut_rows(t, rows);
    t->source = source_pixels(kind, t, t->rows);
    t->pixels = t->source + weights * gradient_pixels(t, t->rows);
}

static grouped_bands bands_of(enum grouped_kind kind, const conv_shape *s)
{
    const bool back = kind == DATA_1 || kind == DATA_2;
    grouped_bands t = {};
    t.n = s->n;
    t.channels = s->in;
    t.source_h = back ? s->out_h : s->in_h;
    t.source_w = back ? s->out_w : s->in_w;
    t.h = s->out_h;
    t.w = s->out_w;
    t.per_w = in_parts(PER_W, t.w);
    t.pitch = pitch_of(kind_step(kind), (t.w - 1) * kind_step(kind) + kind_reach(kind), t.w);
    return t;
}

grouped_bands kernel_map_bands(enum grouped_kind kind, const conv_shape *s)
{
    grouped_bands t = bands_of(kind, s);
    cut(&t, kind, false, MAP_PIXELS);
    const int most = in_parts(all_bands(t) * (t.channels / SLAB), MAP_BLOCKS);
    t.most = 2 * t.pixels > MAP_PIXELS ? 1 : most < MAP_MOST ? most : MAP_MOST;
    return t;
}

grouped_bands kernel_weights_bands(const conv_shape *s)
{
    const enum grouped_kind kind = s->stride == 1 ? FORWARD_1 : FORWARD_2;
    grouped_bands t = bands_of(kind, s);
    cut(&t, kind, true, WEIGHTS_PIXELS);
    const int all = all_bands(t), slabs = t.channels / SLAB;
    const int room = (int)(SCRATCH_BYTES / (sizeof(float) * kernel_weights_count(s)));
    int blocks = WEIGHTS_BLOCKS / slabs < room ? WEIGHTS_BLOCKS / slabs : room;
    t.most = in_parts(all, blocks < 1 ? 1 : blocks);
    return t;
}

size_t kernel_weights_count(const conv_shape *s)
{
    return (size_t)s->out * TAPS * (size_t)(s->in / s->groups);
}

extern "C" size_t kernel_grouped_scratch(const struct conv_shape *s)
{
    const grouped_bands t = kernel_weights_bands(s);
    return sizeof(float) * kernel_weights_count(s) * blocks_of(t);
}

extern "C" struct parts kernel_grouped_parts(const struct conv_shape *s)
{
    const grouped_bands t = kernel_map_bands(s->stride == 1 ? FORWARD_1 : FORWARD_2, s);
    return {t.bands, t.rows * t.w};
}

extern "C" bool kernel_grouped_can(enum element t, const struct conv_shape *s)
{
    const int group = s->groups ? s->in / s->groups : 0;
    if (t != ELEMENT_BF16 || s->kernel != 3 || s->pad != 1 || s->in != s->out || s->in % SLAB ||
        (s->stride != 1 && s->stride != 2) ||
        (group != 4 && group != 8 && group != 16 && group != 32))
        return false;
    return kernel_map_bands(s->stride == 1 ? FORWARD_1 : FORWARD_2, s).rows &&
           kernel_map_bands(s->stride == 1 ? DATA_1 : DATA_2, s).rows &&
           kernel_weights_bands(s).rows;
}
