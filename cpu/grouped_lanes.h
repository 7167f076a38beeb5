/* grouped_lanes.h - the inner loops of grouped.c for one width of vector. Included once for each:
 * LANES is the number of floats (4, 8 or 16), VEC their type, OF(name) the name with the width in
 * it. SPREAD(v, i) gives every group of 4 its i-th channel, HALF(v, i) every group of 8. */

#define LOAD(p) (*(const VEC *)(p))

/* Adds one tap for `tile` pixels, groups of 4: x is at the vector's own channels. */
SIMD_BODY void OF(tap_of_4)(VEC *sum, int tile, const float *x, int step, const float *w, int to)
{
    VEC w0 = LOAD(w), w1 = LOAD(w + to), w2 = LOAD(w + 2 * to), w3 = LOAD(w + 3 * to);
    for (int p = 0; p < tile; p++) {
        VEC v = LOAD(x + p * step);
        sum[p] += SPREAD(v, 0) * w0;
        sum[p] += SPREAD(v, 1) * w1;
        sum[p] += SPREAD(v, 2) * w2;
        sum[p] += SPREAD(v, 3) * w3;
    }
}

#if LANES == 16
/* Two groups of 8 in a vector; the weights in two halves, since all eight would not stay in
 * registers beside the sums. */
SIMD_BODY void OF(tap_of_8)(VEC *sum, int tile, const float *x, int step, const float *w, int to)
{
    for (int half = 0; half < 8; half += 4, w += 4 * to) {
        VEC w0 = LOAD(w), w1 = LOAD(w + to), w2 = LOAD(w + 2 * to), w3 = LOAD(w + 3 * to);
        for (int p = 0; p < tile; p++) {
            VEC v = LOAD(x + p * step);
            sum[p] += (half ? HALF(v, 4) : HALF(v, 0)) * w0;
            sum[p] += (half ? HALF(v, 5) : HALF(v, 1)) * w1;
            sum[p] += (half ? HALF(v, 6) : HALF(v, 2)) * w2;
            sum[p] += (half ? HALF(v, 7) : HALF(v, 3)) * w3;
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
        for (int p = 0; p < tile; p++)
            sum[p] += x[p * step + i] * v;
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
    VEC sum[MOST_TILE] = {{0}};
    for (int ky = 0; ky < v->kernel; ky++) {
        int fy = row * v->stride - v->pad + ky;
        if (fy < 0 || fy >= v->from_h)
            continue;
        for (int kx = first; kx < last; kx++) {
            int fx = at * v->stride - v->pad + kx;
            int tap = ky * v->kernel + kx;
            if (v->flip)
                tap = v->kernel * v->kernel - 1 - tap;
            OF(tap)
            (sum, tile, from + ((size_t)fy * v->from_w + fx) * v->from, v->stride * v->from,
             w + (size_t)tap * v->from_group * v->to + c, v->to, c, v->from_group, v->to_group);
        }
    }
    for (int p = 0; p < tile; p++)
        *(VEC *)(y + (size_t)(at + p) * v->to + c) = sum[p];
}

/* Columns low..high - 1, where the whole window lies on the map. The last tile starts early rather
 * than be cut: pixels made twice come out the same. */
SIMD_BODY void OF(inner)(const struct view *v, int tile, int low, int high, int row, int c,
                         const float *from, const float *w, float *y)
{
    for (int at = low; at < high; at += tile)
        OF(pixels)
    (v, tile, at + tile <= high ? at : high - tile, row, 0, v->kernel, c, from, w, y);
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
                OF(tap)
                (&sum, 1, y + pixel * s->out, 0, w + (size_t)tap * out_group * s->in + c, s->in, c,
                 out_group, in_group);
            }
            *(VEC *)(x + (size_t)at * s->in + c) = sum;
        }
}

/* --- weights' gradient --- */

/* Sums over `count` pixels of a row, groups of 4; odd pixels in sums of their own, since one chain
 * of additions would wait for each other. */
SIMD_BODY void OF(row_of_4)(float *w, int to, const float *x, int x_step, const float *y,
                            int y_step, int count)
{
    VEC sum[4] = {LOAD(w), LOAD(w + to), LOAD(w + 2 * to), LOAD(w + 3 * to)};
    VEC odd[4] = {{0}};
    int p = 0;
    for (; p + 2 <= count; p += 2) {
        VEC a = LOAD(x + p * x_step), b = LOAD(x + (p + 1) * x_step);
        VEC g = LOAD(y + p * y_step), h = LOAD(y + (p + 1) * y_step);
        sum[0] += SPREAD(a, 0) * g;
        odd[0] += SPREAD(b, 0) * h;
        sum[1] += SPREAD(a, 1) * g;
        odd[1] += SPREAD(b, 1) * h;
        sum[2] += SPREAD(a, 2) * g;
        odd[2] += SPREAD(b, 2) * h;
        sum[3] += SPREAD(a, 3) * g;
        odd[3] += SPREAD(b, 3) * h;
    }
    if (p < count) {
        VEC a = LOAD(x + p * x_step), g = LOAD(y + p * y_step);
        sum[0] += SPREAD(a, 0) * g;
        sum[1] += SPREAD(a, 1) * g;
        sum[2] += SPREAD(a, 2) * g;
        sum[3] += SPREAD(a, 3) * g;
    }
    for (int i = 0; i < 4; i++)
        *(VEC *)(w + i * to) = sum[i] + odd[i];
}

#if LANES == 16
SIMD_BODY void OF(row_of_8)(float *w, int to, const float *x, int x_step, const float *y,
                            int y_step, int count)
{
    VEC sum[8];
    for (int i = 0; i < 8; i++)
        sum[i] = LOAD(w + i * to);
    for (int p = 0; p < count; p++) {
        VEC a = LOAD(x + p * x_step), g = LOAD(y + p * y_step);
        sum[0] += HALF(a, 0) * g;
        sum[1] += HALF(a, 1) * g;
        sum[2] += HALF(a, 2) * g;
        sum[3] += HALF(a, 3) * g;
        sum[4] += HALF(a, 4) * g;
        sum[5] += HALF(a, 5) * g;
        sum[6] += HALF(a, 6) * g;
        sum[7] += HALF(a, 7) * g;
    }
    for (int i = 0; i < 8; i++)
        *(VEC *)(w + i * to) = sum[i];
}
#endif

/* Eight channels of one wide group. */
SIMD_BODY void OF(row_of_many)(float *w, int to, const float *x, int x_step, const float *y,
                               int y_step, int count)
{
    VEC sum[8];
    for (int i = 0; i < 8; i++)
        sum[i] = LOAD(w + i * to);
    for (int p = 0; p < count; p++) {
        VEC g = LOAD(y + p * y_step);
        for (int i = 0; i < 8; i++)
            sum[i] += x[p * x_step + i] * g;
    }
    for (int i = 0; i < 8; i++)
        *(VEC *)(w + i * to) = sum[i];
}

/* Adds one row of output to the gradient of one tap, LANES outputs from c. */
SIMD_BODY void OF(tap_row)(const struct dnn_shape *s, int tap, int row, int c, const float *x,
                           const float *y, float *w)
{
    int in_group = s->in / s->groups, out_group = s->out / s->groups;
    int fy = row * s->stride - s->pad + tap / s->kernel, left = tap % s->kernel - s->pad;
    int low = left < 0 ? (-left + s->stride - 1) / s->stride : 0;
    int high = s->w - left > 0 ? (s->w - left - 1) / s->stride + 1 : 0;
    high = high < s->out_w ? high : s->out_w;
    if (fy < 0 || fy >= s->h || low >= high)
        return;
    const float *from = x + ((size_t)fy * s->w + low * s->stride + left) * s->in;
    const float *g = y + (size_t)low * s->out + c;
    float *to = w + (size_t)tap * in_group * s->out + c;
    int step = s->stride * s->in;
    if (out_group == 4) {
        OF(row_of_4)(to, s->out, from + c, step, g, s->out, high - low);
        return;
    }
#if LANES == 16
    if (out_group == 8) {
        OF(row_of_8)(to, s->out, from + c, step, g, s->out, high - low);
        return;
    }
#endif
    from += c / out_group * in_group;
    for (int i = 0; i < in_group; i += 8)
        OF(row_of_many)
    (to + (size_t)i * s->out, s->out, from + i, step, g, s->out, high - low);
}

SIMD_BODY void OF(add_row)(const struct dnn_shape *s, int row, const float *x, const float *y,
                           float *w)
{
    for (int c = 0; c < s->out; c += LANES)
        for (int tap = 0; tap < s->kernel * s->kernel; tap++)
            OF(tap_row)(s, tap, row, c, x, y, w);
}

#undef LANES
#undef VEC
#undef OF
#undef SPREAD
#undef HALF
#undef LOAD
