/* grouped_lanes.h - the inner loops of grouped.c for one width of vector. Included once for each:
 * LANES is the number of floats (4, 8 or 16), VEC their type, BITS that of
 * as many integers, OF(name) the name with the width in
 * it. SPREAD(v, i) gives every group of 4 its i-th channel, QUARTERS(v, i) doubles the i-th
 * quarter of each half. */

#define LOAD(p) (*(const VEC *)(p))
#define STORE(p, v) (*(VEC *)(p) = (v))

/* Adds one tap for `tile` pixels, groups of 4: x is at the vector's own channels. */
SIMD_BODY void OF(tap_of_4)(VEC *sum, int tile, const float *x, int step, const float *w, int to)
{
    VEC w0 = LOAD(w), w1 = LOAD(w + to), w2 = LOAD(w + 2 * to), w3 = LOAD(w + 3 * to);
    SIMD_UNROLL for (int p = 0; p < tile; p++)
    {
        VEC v = LOAD(x + p * step);
        sum[p] += SPREAD(v, 0) * w0;
        sum[p] += SPREAD(v, 1) * w1;
        sum[p] += SPREAD(v, 2) * w2;
        sum[p] += SPREAD(v, 3) * w3;
    }
}

#if LANES == 16
/* Two groups of 8 in a vector: the lower and the upper half of each, doubled, then as groups of 4;
 * all eight weights would not stay in registers beside the sums. */
SIMD_BODY void OF(tap_of_8)(VEC *sum, int tile, const float *x, int step, const float *w, int to)
{
    for (int half = 0; half < 2; half++, w += 4 * to) {
        VEC w0 = LOAD(w), w1 = LOAD(w + to), w2 = LOAD(w + 2 * to), w3 = LOAD(w + 3 * to);
        SIMD_UNROLL for (int p = 0; p < tile; p++)
        {
            VEC v = LOAD(x + p * step);
            v = half ? QUARTERS(v, 1) : QUARTERS(v, 0);
            sum[p] += SPREAD(v, 0) * w0;
            sum[p] += SPREAD(v, 1) * w1;
            sum[p] += SPREAD(v, 2) * w2;
            sum[p] += SPREAD(v, 3) * w3;
        }
    }
}
#endif

/* One group fills the vector: every channel of x's group in turn. */
SIMD_BODY void OF(tap_of_many)(VEC *sum, int tile, const float *x, int step, const float *w, int to,
                               int group)
{
    for (int i = 0; i < group; i++) {
        VEC v = LOAD(w + i * to);
        SIMD_UNROLL for (int p = 0; p < tile; p++) sum[p] += x[p * step + i] * v;
    }
}

/* Adds one tap, whatever the groups: x is at the pixel's first channel, `to` channels are made of
 * groups of `made` from groups of `read`; the vector's first is c. */
SIMD_BODY void OF(tap)(VEC *sum, int tile, const float *x, int step, const float *w, int to, int c,
                       int read, int made)
{
    if (made == 4) {
        OF(tap_of_4)(sum, tile, x + c, step, w, to);
        return;
    }
#if LANES == 16
    if (made == 8) {
        OF(tap_of_8)(sum, tile, x + c, step, w, to);
        return;
    }
#endif
    OF(tap_of_many)(sum, tile, x + c / made * read, step, w, to, read);
}

/* Makes `tile` pixels from column `at`, LANES channels from c; only taps first..last - 1 of a row
 * of the window lie on the map. */
SIMD_BODY void OF(pixels)(const struct view *v, int tile, int at, int row, int first, int last,
                          int c, const float *from, const float *w, float *y)
{
    VEC sum[MOST_TILE];
    int step = v->stride * v->from;
    SIMD_UNROLL for (int p = 0; p < tile; p++) sum[p] = v->bias ? LOAD(v->bias + c) : (VEC){0};
    for (int ky = 0; ky < v->kernel; ky++) {
        int fy = row * v->stride - v->pad + ky;
        if (fy < 0 || fy >= v->from_h)
            continue;
        for (int kx = first; kx < last; kx++) {
            int fx = at * v->stride - v->pad + kx;
            int tap = ky * v->kernel + kx;
            if (v->flip)
                tap = v->kernel * v->kernel - 1 - tap;
            const float *x = from + ((size_t)fy * v->from_w + fx) * v->from;
            const float *taps = w + (size_t)tap * v->from_group * v->to + c;
            OF(tap)(sum, tile, x, step, taps, v->to, c, v->from_group, v->to_group);
        }
    }
    if (v->relu)
        SIMD_UNROLL for (int p = 0; p < tile; p++) sum[p] =
            (VEC)((BITS)sum[p] & ~(BITS)(sum[p] < 0)); /* NaN stays */
    SIMD_UNROLL for (int p = 0; p < tile; p++) STORE(y + (size_t)(at + p) * v->to + c, sum[p]);
}

/* Columns low..high - 1, where the whole window lies on the map. The last tile starts early rather
 * than be cut: pixels made twice come out the same. */
SIMD_BODY void OF(inner)(const struct view *v, int tile, int low, int high, int row, int c,
                         const float *from, const float *w, float *y)
{
    for (int at = low; at < high; at += tile) {
        int first = at + tile <= high ? at : high - tile;
        OF(pixels)(v, tile, first, row, 0, v->kernel, c, from, w, y);
    }
}

/* Columns low..high - 1 one by one, with the window cut to the map. */
SIMD_BODY void OF(border)(const struct view *v, int low, int high, int row, int c,
                          const float *from, const float *w, float *y)
{
    for (int at = low; at < high; at++) {
        int left = at * v->stride - v->pad;
        int first = left < 0 ? -left : 0;
        int last = v->from_w - left < v->kernel ? v->from_w - left : v->kernel;
        OF(pixels)(v, 1, at, row, first, last, c, from, w, y);
    }
}

SIMD_BODY void OF(make_row)(const struct view *v, int row, const float *from, const float *w,
                            float *y)
{
    for (int c = 0; c < v->to; c += LANES) {
        OF(border)(v, 0, v->low, row, c, from, w, y);
        switch (v->tile) {
#if LANES == 16
        case 13:
            OF(inner)(v, 13, v->low, v->high, row, c, from, w, y);
            break;
#endif
        case 9:
            OF(inner)(v, 9, v->low, v->high, row, c, from, w, y);
            break;
        case 6:
            OF(inner)(v, 6, v->low, v->high, row, c, from, w, y);
            break;
        case 5:
            OF(inner)(v, 5, v->low, v->high, row, c, from, w, y);
            break;
        default:
            OF(inner)(v, 1, v->low, v->high, row, c, from, w, y);
        }
        OF(border)(v, v->high, v->width, row, c, from, w, y);
    }
}

/* The data gradient at larger strides: each input pixel takes the outputs whose windows meet it,
 * found by division. */
SIMD_BODY void OF(take_row)(const struct dnn_shape *s, int row, const float *y, const float *w,
                            float *x)
{
    int in_group = s->in / s->groups, out_group = s->out / s->groups;
    for (int at = 0; at < s->w; at++)
        for (int c = 0; c < s->in; c += LANES) {
            VEC sum = {0};
            for (int tap = 0; tap < s->kernel * s->kernel; tap++) {
                int dy = row + s->pad - tap / s->kernel, dx = at + s->pad - tap % s->kernel;
                if (dy < 0 || dx < 0 || dy % s->stride || dx % s->stride ||
                    dy / s->stride >= s->out_h || dx / s->stride >= s->out_w)
                    continue;
                size_t pixel = (size_t)(dy / s->stride) * s->out_w + dx / s->stride;
                const float *taps = w + (size_t)tap * out_group * s->in + c;
                OF(tap)(&sum, 1, y + pixel * s->out, 0, taps, s->in, c, out_group, in_group);
            }
            STORE(x + (size_t)at * s->in + c, sum);
        }
}

/* --- weights' gradient --- */

/* Adds one pixel to the sums of one tap: a line for each channel of the group. */
SIMD_BODY void OF(add_pixel)(VEC *sum, int group, const float *x, const float *y)
{
    VEC v = LOAD(x), g = LOAD(y);
    if (group == 4) {
        sum[0] += SPREAD(v, 0) * g;
        sum[1] += SPREAD(v, 1) * g;
        sum[2] += SPREAD(v, 2) * g;
        sum[3] += SPREAD(v, 3) * g;
    }
#if LANES == 16
    if (group == 8) {
        VEC low = QUARTERS(v, 0), high = QUARTERS(v, 1);
        sum[0] += SPREAD(low, 0) * g;
        sum[1] += SPREAD(low, 1) * g;
        sum[2] += SPREAD(low, 2) * g;
        sum[3] += SPREAD(low, 3) * g;
        sum[4] += SPREAD(high, 0) * g;
        sum[5] += SPREAD(high, 1) * g;
        sum[6] += SPREAD(high, 2) * g;
        sum[7] += SPREAD(high, 3) * g;
    }
#endif
}

/* One pixel, three taps beside each other; those that leave the map, if any, are left out. */
SIMD_BODY void OF(add_cut)(VEC *sum, const struct dnn_shape *s, int group, int column,
                           const float *x, const float *y)
{
    SIMD_UNROLL for (int t = 0; t < 3; t++)
    {
        int at = column * s->stride - s->pad + t;
        if (at >= 0 && at < s->w)
            OF(add_pixel)(sum + group * t, group, x + (size_t)at * s->in, y);
    }
}

/* Adds a row of output to the gradient of the three taps of one row of a 3x3 window: x is that row
 * of the map, w the first tap's first line, all at channel c; sums stay in registers. */
SIMD_BODY void OF(three_taps)(const struct dnn_shape *s, int group, const float *x, const float *y,
                              float *w)
{
    VEC sum[24];
    int tap = group * s->out, column = 0, pixel = s->in, step = s->stride * s->in;
    int low = (s->pad + s->stride - 1) / s->stride;
    int end = (s->w + s->pad - 3 + s->stride) / s->stride; /* of whole windows */
    end = end < s->out_w ? end : s->out_w;
    SIMD_UNROLL for (int i = 0; i < 3 * group; i++) sum[i] =
        LOAD(w + i / group * tap + i % group * s->out);
    for (; column < low && column < s->out_w; column++, y += s->out)
        OF(add_cut)(sum, s, group, column, x, y);
    const float *from = x + (size_t)(column * s->stride - s->pad) * s->in;
    for (; column < end; column++, y += s->out, from += step) {
        OF(add_pixel)(sum, group, from, y);
        OF(add_pixel)(sum + group, group, from + pixel, y);
        OF(add_pixel)(sum + 2 * group, group, from + 2 * pixel, y);
    }
    for (; column < s->out_w; column++, y += s->out)
        OF(add_cut)(sum, s, group, column, x, y);
    SIMD_UNROLL for (int i = 0; i < 3 * group; i++)
        STORE(w + i / group * tap + i % group * s->out, sum[i]);
}

/* Eight channels of one tap of a wide group; `count` pixels. */
SIMD_BODY void OF(one_of_many)(float *w, int to, const float *x, int x_step, const float *y,
                               int y_step, int count)
{
    VEC sum[8];
    SIMD_UNROLL for (int i = 0; i < 8; i++) sum[i] = LOAD(w + i * to);
    for (int p = 0; p < count; p++) {
        VEC g = LOAD(y + p * y_step);
        SIMD_UNROLL for (int i = 0; i < 8; i++) sum[i] += x[p * x_step + i] * g;
    }
    SIMD_UNROLL for (int i = 0; i < 8; i++) STORE(w + i * to, sum[i]);
}

/* One tap of narrow groups. */
SIMD_BODY void OF(one_tap)(int group, float *w, int to, const float *x, int x_step, const float *y,
                           int y_step, int count)
{
    VEC sum[8];
    SIMD_UNROLL for (int i = 0; i < group; i++) sum[i] = LOAD(w + i * to);
    for (int p = 0; p < count; p++)
        OF(add_pixel)(sum, group, x + p * x_step, y + p * y_step);
    SIMD_UNROLL for (int i = 0; i < group; i++) STORE(w + i * to, sum[i]);
}

/* Adds a row of output to the gradient of one tap, LANES outputs from c; x is the row of the map
 * that the tap reads. */
SIMD_BODY void OF(tap_row)(const struct dnn_shape *s, int tap, int c, const float *x,
                           const float *y, float *w)
{
    int in_group = s->in / s->groups, out_group = s->out / s->groups;
    int left = tap % s->kernel - s->pad, step = s->stride * s->in;
    int low = left < 0 ? (-left + s->stride - 1) / s->stride : 0;
    int high = s->w - left > 0 ? (s->w - left - 1) / s->stride + 1 : 0;
    high = high < s->out_w ? high : s->out_w;
    if (low >= high)
        return;
    const float *from = x + (size_t)(low * s->stride + left) * s->in;
    const float *g = y + (size_t)low * s->out + c;
    float *to = w + (size_t)tap * in_group * s->out + c;
    if (out_group == 4) {
        OF(one_tap)(4, to, s->out, from + c, step, g, s->out, high - low);
        return;
    }
#if LANES == 16
    if (out_group == 8) {
        OF(one_tap)(8, to, s->out, from + c, step, g, s->out, high - low);
        return;
    }
#endif
    from += c / out_group * in_group;
    for (int i = 0; i < in_group; i += 8, to += (size_t)8 * s->out)
        OF(one_of_many)(to, s->out, from + i, step, g, s->out, high - low);
}

SIMD_BODY void OF(add_row)(const struct dnn_shape *s, int row, const float *x, const float *y,
                           float *w)
{
    int group = s->out / s->groups;
    for (int c = 0; c < s->out; c += LANES)
        for (int ky = 0; ky < s->kernel; ky++) {
            int fy = row * s->stride - s->pad + ky;
            if (fy < 0 || fy >= s->h)
                continue;
            const float *from = x + (size_t)fy * s->w * s->in;
            float *three = w + (size_t)ky * 3 * group * s->out + c;
            if (s->kernel == 3 && group == 4)
                OF(three_taps)(s, 4, from + c, y + c, three);
#if LANES == 16
            else if (s->kernel == 3 && group == 8)
                OF(three_taps)(s, 8, from + c, y + c, three);
#endif
            else
                for (int tap = ky * s->kernel; tap < (ky + 1) * s->kernel; tap++)
                    OF(tap_row)(s, tap, c, from, y, w);
        }
}

#undef LANES
#undef VEC
#undef BITS
#undef OF
#undef SPREAD
#undef QUARTERS
#undef LOAD
#undef STORE
