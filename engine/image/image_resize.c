/* image_resize.c - the antialiased bilinear resize that Pillow does, to the bit.
 *
 * A triangle filter, widened by the scale when shrinking, is sampled at each output pixel,
 * normalised to sum 1 in double and rounded to fixed point with 22 fraction bits. Rows are filtered
 * first (only those that the second pass reads), rounded to bytes, then columns. A pass that would
 * change nothing is left out. Equality with Pillow matters because evaluation scores shift with the
 * resize kernel.
 */
#include "engine/image/image_priv.h"
#include "engine/image/image_resize_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

static void kernel_fini(struct resize_kernel *k)
{
    mem_free(k->first);
    mem_free(k->taps);
    mem_free(k->weight);
}

static double triangle(double x)
{
    x = fabs(x);
    return x < 1.0 ? 1.0 - x : 0.0;
}

static int32_t fixed_point(double weight)
{
    /* Cut towards zero after adding a half: ties go away from zero. No weight is negative here. */
    return (int32_t)(0.5 + weight * (1 << RESIZE_FRACTION_BITS));
}

static void sample_weights(struct resize_kernel *k, double *scratch, int from, int to)
{
    double scale = (double)from / to;
    double widened = scale < 1.0 ? 1.0 : scale;
    double inverse = 1.0 / widened;
    for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * scale, sum = 0;
        int first = (int)(centre - widened + 0.5), last = (int)(centre + widened + 0.5);
        if (first < 0)
            first = 0;
        if (last > from)
            last = from;
        int taps = last - first;
        for (int t = 0; t < taps; t++) {
            scratch[t] = triangle((t + first - centre + 0.5) * inverse);
            sum += scratch[t];
        }
        int32_t *weight = k->weight + (size_t)i * (size_t)k->room;
        for (int t = 0; t < taps; t++)
            weight[t] = fixed_point(sum != 0.0 ? scratch[t] / sum : scratch[t]);
        k->first[i] = first;
        k->taps[i] = taps;
    }
}

static int kernel_init(struct resize_kernel *k, int from, int to, struct err *e)
{
    double scale = (double)from / to;
    k->room = (int)ceil(scale < 1.0 ? 1.0 : scale) * 2 + 1;
    k->first = mem_alloc((size_t)to, sizeof *k->first);
    k->taps = mem_alloc((size_t)to, sizeof *k->taps);
    k->weight = mem_alloc((size_t)to * (size_t)k->room, sizeof *k->weight);
    double *scratch = mem_alloc((size_t)k->room, sizeof *scratch);
    int result = 0;
    if (k->first && k->taps && k->weight && scratch)
        sample_weights(k, scratch, from, to);
    else
        result = mem_error(e, "the weights of a resize", (size_t)to * (size_t)k->room * 4);
    mem_free(scratch);
    return result;
}

static int resize_rows(struct image *out, const struct image *from, int top, int height, int width,
                       struct err *e)
{
    struct resize_kernel k = {0};
    int result = kernel_init(&k, from->width, width, e);
    if (!result)
        result = image_make(out, height, width, "a resized image", e);
    if (!result)
        resize_pass_rows(out, from, top, &k);
    kernel_fini(&k);
    return result;
}

static int resize_columns(struct image *out, const struct image *from, int top,
                          const struct resize_kernel *k, int height, struct err *e)
{
    if (image_make(out, height, from->width, "a resized image", e))
        return -1;
    resize_pass_columns(out, from, top, k);
    return 0;
}

static int copy(struct image *out, const struct image *from, struct err *e)
{
    if (image_make(out, from->height, from->width, "a copy of an image", e))
        return -1;
    memcpy(out->rgb, from->rgb, (size_t)from->height * (size_t)from->width * 3);
    return 0;
}

/* Both passes; the first makes only the rows that the second reads. */
static int resize_both(struct image *out, const struct image *from,
                       const struct resize_kernel *columns, int height, int width, struct err *e)
{
    struct image middle = {0};
    int top = columns->first[0];
    int rows = columns->first[height - 1] + columns->taps[height - 1] - top;
    if (resize_rows(&middle, from, top, rows, width, e))
        return -1;
    int result = resize_columns(out, &middle, top, columns, height, e);
    image_fini(&middle);
    return result;
}

int image_resize(struct image *out, const struct image *from, int height, int width, struct err *e)
{
    memset(out, 0, sizeof *out);
    if (image_check_size(height > 0 ? (uint64_t)height : 0, width > 0 ? (uint64_t)width : 0,
                         "resizing", e))
        return -1;
    if (height == from->height)
        return width == from->width ? copy(out, from, e)
                                    : resize_rows(out, from, 0, height, width, e);
    struct resize_kernel columns = {0};
    int result = kernel_init(&columns, from->height, height, e);
    if (!result)
        result = width == from->width ? resize_columns(out, from, 0, &columns, height, e)
                                      : resize_both(out, from, &columns, height, width, e);
    kernel_fini(&columns);
    return result;
}
