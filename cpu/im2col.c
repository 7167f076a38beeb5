/* im2col.c - convolutions as matrix products. For the gradient of the weights every window of the
 * input becomes a row, and one product sums over all output pixels; images are taken in chunks so
 * that rows stay few. Windows of one pixel, without a stride, are rows as they lie: then the data
 * gradient is a product too. conv.c has the rule when.
 */
#include "cpu/cpu.h"

#include <string.h>

#define MOST_FLOATS ((size_t)4 << 20) /* of rows in a chunk */

static size_t row_floats(const struct dnn_shape *s)
{
    return (size_t)s->kernel * s->kernel * s->in;
}

/* Whether the input is its own windows. */
static bool bare(const struct dnn_shape *s)
{
    return s->kernel == 1 && s->stride == 1 && s->pad == 0;
}

/* Images in a chunk: as many as fit, at least one. */
static int chunk(const struct dnn_shape *s)
{
    if (bare(s))
        return s->n;
    size_t image = row_floats(s) * s->out_h * s->out_w;
    size_t fit = MOST_FLOATS / image;
    return fit < 1 ? 1 : fit < (size_t)s->n ? (int)fit : s->n;
}

size_t im2col_floats(const struct dnn_shape *s)
{
    return bare(s) ? 0 : row_floats(s) * s->out_h * s->out_w * (size_t)chunk(s);
}

/* The window of output pixel (oy, ox), zero where it leaves the map. */
static void unroll(const struct dnn_shape *s, const float *x, int oy, int ox, float *to)
{
    size_t pixel = (size_t)s->in;
    for (int ky = 0; ky < s->kernel; ky++)
        for (int kx = 0; kx < s->kernel; kx++, to += pixel) {
            int y = oy * s->stride - s->pad + ky, at = ox * s->stride - s->pad + kx;
            if (y < 0 || y >= s->h || at < 0 || at >= s->w)
                memset(to, 0, pixel * sizeof *to);
            else
                memcpy(to, x + ((size_t)y * s->w + at) * pixel, pixel * sizeof *to);
        }
}

bool im2col_can(const struct dnn_shape *s, enum dnn_kind kind)
{
    return s->groups == 1 && (kind == DNN_WEIGHTS || (kind == DNN_DATA && bare(s)));
}

int im2col_data(const struct dnn_shape *s, float *x, bool add, const float *w, const float *y,
                struct err *e)
{
    long pixels = (long)s->n * s->h * s->w;
    return dnn_gemm(false, false, pixels, s->in, s->out, y, w, add ? 1.0f : 0.0f, x, e);
}

int im2col_weights(const struct dnn_shape *s, const float *x, float *w, const float *y,
                   float *columns, struct err *e)
{
    if (bare(s))
        return dnn_gemm(true, false, s->out, s->in, (long)s->n * s->h * s->w, y, x, 0, w, e);
    int most = chunk(s), area = s->out_h * s->out_w;
    size_t in = (size_t)s->h * s->w * s->in, row = row_floats(s);
    for (int first = 0; first < s->n; first += most) {
        int rows = (s->n - first < most ? s->n - first : most) * area;
#pragma omp parallel for schedule(static)
        for (int r = 0; r < rows; r++)
            unroll(s, x + (size_t)(first + r / area) * in, r % area / s->out_w, r % s->out_w,
                   columns + (size_t)r * row);
        if (dnn_gemm(true, false, s->out, (long)row, rows, y + (size_t)first * area * s->out,
                     columns, first ? 1.0f : 0.0f, w, e))
            return -1;
    }
    return 0;
}
