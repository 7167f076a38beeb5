/* image_resize.c - the antialiased bilinear resize that Pillow does, to the bit.
 *
 * A triangle filter, widened by the scale when shrinking, is sampled at each output pixel,
 * normalised to sum 1 in double and rounded to fixed point with 22 fraction bits. Rows are filtered
 * first (only those that the second pass reads), rounded to bytes, then columns. A pass that would
 * change nothing is left out. Equality with Pillow matters because evaluation scores shift with the
 * resize kernel.
 */
#include "engine/data/image_codec.h"

#include "base/err.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

#define FRACTION_BITS 22
#define HALF (1 << (FRACTION_BITS - 1))

/* Weights of one axis: output i is the sum of inputs first[i] .. first[i] + taps[i] - 1. */
struct kernel {
    int room; /* weights kept for each output */
    int *first, *taps;
    int32_t *weight;
};

static void kernel_fini(struct kernel *k)
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
    return (int32_t)(0.5 + weight * (1 << FRACTION_BITS));
}

static void sample_weights(struct kernel *k, double *scratch, int from, int to)
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

static int kernel_init(struct kernel *k, int from, int to, struct err *e)
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

static uint8_t to_byte(int32_t sum)
{
    int32_t value = sum >> FRACTION_BITS;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* Filters along x: rows `top` .. `top + out->height - 1` of `from`. */
static void pass_rows(struct image *out, const struct image *from, int top, const struct kernel *k)
{
    for (int y = 0; y < out->height; y++) {
        const uint8_t *row = from->rgb + (size_t)(top + y) * (size_t)from->width * 3;
        uint8_t *to = out->rgb + (size_t)y * (size_t)out->width * 3;
        const int32_t *weight = k->weight;
        for (int x = 0; x < out->width; x++, weight += k->room, to += 3) {
            const uint8_t *p = row + (size_t)k->first[x] * 3;
            int32_t red = HALF, green = HALF, blue = HALF;
            for (int t = 0; t < k->taps[x]; t++, p += 3) {
                red += p[0] * weight[t];
                green += p[1] * weight[t];
                blue += p[2] * weight[t];
            }
            to[0] = to_byte(red);
            to[1] = to_byte(green);
            to[2] = to_byte(blue);
        }
    }
}

/* Filters along y; row 0 of `from` is row `top` for the kernel. `sums` has room for a row. */
static void pass_columns(struct image *out, const struct image *from, int top,
                         const struct kernel *k, int32_t *sums)
{
    size_t row_values = (size_t)out->width * 3;
    for (int y = 0; y < out->height; y++) {
        const uint8_t *row = from->rgb + (size_t)(k->first[y] - top) * row_values;
        const int32_t *weight = k->weight + (size_t)y * (size_t)k->room;
        for (size_t i = 0; i < row_values; i++)
            sums[i] = HALF;
        for (int t = 0; t < k->taps[y]; t++, row += row_values) {
            int32_t w = weight[t];
            for (size_t i = 0; i < row_values; i++)
                sums[i] += row[i] * w;
        }
        uint8_t *to = out->rgb + (size_t)y * row_values;
        for (size_t i = 0; i < row_values; i++)
            to[i] = to_byte(sums[i]);
    }
}

static int resize_rows(struct image *out, const struct image *from, int top, int height, int width,
                       struct err *e)
{
    struct kernel k = {0};
    int result = kernel_init(&k, from->width, width, e);
    if (!result)
        result = image_make(out, height, width, "a resized image", e);
    if (!result)
        pass_rows(out, from, top, &k);
    kernel_fini(&k);
    return result;
}

static int resize_columns(struct image *out, const struct image *from, int top,
                          const struct kernel *k, int height, struct err *e)
{
    int32_t *sums = mem_alloc((size_t)from->width * 3, sizeof *sums);
    if (!sums)
        return mem_error(e, "a row of sums", (size_t)from->width * 3 * sizeof *sums);
    int result = image_make(out, height, from->width, "a resized image", e);
    if (!result)
        pass_columns(out, from, top, k, sums);
    mem_free(sums);
    return result;
}

static int copy(struct image *out, const struct image *from, struct err *e)
{
    if (image_make(out, from->height, from->width, "a copy of an image", e))
        return -1;
    memcpy(out->rgb, from->rgb, (size_t)from->height * (size_t)from->width * 3);
    return 0;
}

/* Both passes; the first makes only the rows that the second reads. */
static int resize_both(struct image *out, const struct image *from, const struct kernel *columns,
                       int height, int width, struct err *e)
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
    struct kernel columns = {0};
    int result = kernel_init(&columns, from->height, height, e);
    if (!result)
        result = width == from->width ? resize_columns(out, from, 0, &columns, height, e)
                                      : resize_both(out, from, &columns, height, width, e);
    kernel_fini(&columns);
    return result;
}
