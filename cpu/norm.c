/* norm.c - batch norm with what follows it in a unit: gate, shortcut, ReLU.
 *
 * Forward is two passes over the convolution's output: moments, then everything else as one
 * multiply-add per channel (per image and channel under a gate). Since mean(norm(x)) =
 * norm(mean(x)), the gate's squeeze comes from the same moments. Backward is two passes too: sums,
 * then the gradient.
 *
 * Sums: float within a block of rows that fits in cache, about the block's own mean (so that
 * nothing cancels), then double over blocks in order. Under a gate no block crosses images.
 */
#include "cpu/cpu.h"
#include "cpu/norm_rows.h"

#include <math.h>
#include <string.h>

#define BLOCK_FLOATS 32768 /* 128 KiB: half of a small second-level cache, with a second array */

/* Rows cut into ranges (an image each under a gate, else one) and ranges into blocks. */
struct cut {
    size_t rows; /* of a range */
    size_t step; /* rows of a block */
    int ranges, per_range;
    int channels;
};

static struct cut cut_rows(const struct backend *b, int u, int n)
{
    const struct unit *t = &b->units[u];
    struct cut c = {.channels = t->shape.c, .ranges = 1};
    c.rows = cpu_area(t->shape);
    if (b->net.units[u].squeeze)
        c.ranges = n;
    else
        c.rows *= (size_t)n;
    c.step = BLOCK_FLOATS / (size_t)c.channels;
    c.step = c.step < 8 ? 8 : c.step;
    c.per_range = (int)((c.rows + c.step - 1) / c.step);
    return c;
}

static int blocks(const struct cut *c)
{
    return c->ranges * c->per_range;
}

static size_t first_row(const struct cut *c, int block)
{
    return (size_t)(block / c->per_range) * c->rows + (size_t)(block % c->per_range) * c->step;
}

static size_t rows_of(const struct cut *c, int block)
{
    size_t left = c->rows - (size_t)(block % c->per_range) * c->step;
    return left < c->step ? left : c->step;
}

size_t norm_partial_floats(const struct backend *b, int u)
{
    size_t most = 0;
    for (int i = 0; i < b->n_batches; i++) {
        struct cut c = cut_rows(b, u, b->batches[i].size);
        size_t floats = 2 * (size_t)blocks(&c) * (size_t)c.channels;
        most = floats > most ? floats : most;
    }
    return most;
}

/* A block's two lines of sums. */
static float *partial(const struct backend *b, const struct cut *c, int block)
{
    return b->partial + 2 * (size_t)block * (size_t)c->channels;
}

/* --- forward --- */

static void moments(const struct backend *b, const struct unit *t, const struct cut *c)
{
#pragma omp parallel for schedule(static)
    for (int i = 0; i < blocks(c); i++) {
        float *sum = partial(b, c, i);
        norm_rows_moments(b->isa, t->raw + first_row(c, i) * (size_t)c->channels, rows_of(c, i),
                          c->channels, sum, sum + c->channels);
    }
}

/* One channel's mean and squares about it, from the blocks' (Chan, Golub, LeVeque 1979). */
static void join(const struct backend *b, const struct cut *c, int channel, double *mean,
                 double *squares)
{
    double sum = 0, square = 0;
    for (int i = 0; i < blocks(c); i++)
        sum += (double)partial(b, c, i)[channel];
    *mean = sum / ((double)c->rows * c->ranges);
    for (int i = 0; i < blocks(c); i++) {
        const float *p = partial(b, c, i) + channel;
        double rows = (double)rows_of(c, i), off = (double)p[0] / rows - *mean;
        square += (double)p[c->channels] + rows * off * off;
    }
    *squares = square;
}

static void settle_channel(const struct backend *b, int u, const struct cut *c, int k,
                           bool training)
{
    const struct unit *t = &b->units[u];
    float *running_mean = cpu_role(b, u, NET_MEAN)->value + k;
    float *running_var = cpu_role(b, u, NET_VAR)->value + k;
    double mean = (double)*running_mean, variance = (double)*running_var;
    if (training) {
        double squares, rows = (double)c->rows * c->ranges;
        join(b, c, k, &mean, &squares);
        variance = squares / rows;
        *running_mean += (float)(NET_BN_MOMENTUM * (mean - (double)*running_mean));
        *running_var += (float)(NET_BN_MOMENTUM * (squares / (rows - 1) - (double)*running_var));
    }
    double inverse = 1 / sqrt(variance + NET_BN_EPS);
    double scale = (double)cpu_role(b, u, NET_GAMMA)->value[k] * inverse;
    t->mean[k] = (float)mean;
    t->inverse[k] = (float)inverse;
    t->scale[k] = (float)scale;
    t->shift[k] = (float)((double)cpu_role(b, u, NET_BETA)->value[k] - mean * scale);
}

/* Means of raw over each image, and what the gate is given: the same, normalised. */
static void squeeze(const struct backend *b, const struct unit *t, const struct cut *c)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < c->ranges; n++)
        for (int k = 0; k < c->channels; k++) {
            size_t at = (size_t)n * (size_t)c->channels + (size_t)k;
            double sum = 0;
            for (int i = 0; i < c->per_range; i++)
                sum += (double)partial(b, c, n * c->per_range + i)[k];
            t->raw_mean[at] = (float)(sum / (double)c->rows);
            t->squeezed[at] = t->raw_mean[at] * t->scale[k] + t->shift[k];
        }
}

/* Scale and shift of each image: the channel's, times the gate. */
static void gate_scales(const struct backend *b, const struct unit *t, const struct cut *c)
{
    size_t count = (size_t)c->ranges * (size_t)c->channels;
    float *scale = b->image, *shift = b->image + count;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i++) {
        size_t k = i % (size_t)c->channels;
        scale[i] = t->scale[k] * t->gate[i];
        shift[i] = t->shift[k] * t->gate[i];
    }
}

static void apply(const struct backend *b, int u, const struct cut *c)
{
    const struct net_unit *unit = &b->net.units[u];
    const struct unit *t = &b->units[u];
    const float *shortcut = unit->shortcut >= 0 ? b->tensor[unit->shortcut] : NULL;
    const float *scale = unit->squeeze ? b->image : t->scale;
    const float *shift = unit->squeeze ? scale + (size_t)c->ranges * c->channels : t->shift;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < blocks(c); i++) {
        size_t at = first_row(c, i) * (size_t)c->channels;
        size_t image = (size_t)(i / c->per_range) * (size_t)c->channels;
        norm_rows_apply(b->isa, t->raw + at, scale + image, shift + image,
                        shortcut ? shortcut + at : NULL, unit->relu, t->out + at, rows_of(c, i),
                        c->channels);
    }
}

void norm_running(struct backend *b, int u)
{
    struct cut c = {.channels = b->units[u].shape.c};
#pragma omp parallel for schedule(static)
    for (int k = 0; k < c.channels; k++)
        settle_channel(b, u, &c, k, false);
}

int norm_forward(struct backend *b, int u, bool training, struct err *e)
{
    const struct unit *t = &b->units[u];
    bool gated = b->net.units[u].squeeze;
    struct cut c = cut_rows(b, u, b->n);
    if (training || gated)
        moments(b, t, &c);
#pragma omp parallel for schedule(static)
    for (int k = 0; k < c.channels; k++)
        settle_channel(b, u, &c, k, training);
    if (gated) {
        squeeze(b, t, &c);
        profile_lap(b, WORK_NORM, 0);
        if (gate_forward(b, u, e))
            return -1;
        profile_lap(b, WORK_GATE, 0);
        gate_scales(b, t, &c);
    }
    apply(b, u, &c);
    return 0;
}

/* --- backward --- */

static void sums(const struct backend *b, const struct norm_rows_gradient *g, const struct cut *c,
                 float *to)
{
#pragma omp parallel for schedule(static)
    for (int i = 0; i < blocks(c); i++) {
        size_t at = first_row(c, i) * (size_t)c->channels;
        struct norm_rows_gradient here = *g;
        float *sum = partial(b, c, i);
        here.gradient += at;
        here.late = g->late ? g->late + at : NULL;
        here.raw += at;
        here.y += at;
        norm_rows_gradient_sums(b->isa, &here, to + at, rows_of(c, i), c->channels, sum,
                                sum + c->channels);
    }
}

/* Sums of each image, in b->image: gradients, then products. */
static void image_sums(const struct backend *b, const struct cut *c)
{
    size_t count = (size_t)c->ranges * (size_t)c->channels;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < c->ranges; n++)
        for (int k = 0; k < c->channels; k++) {
            double sum = 0, product = 0;
            for (int i = 0; i < c->per_range; i++) {
                const float *p = partial(b, c, n * c->per_range + i) + k;
                sum += (double)p[0];
                product += (double)p[c->channels];
            }
            size_t at = (size_t)n * (size_t)c->channels + (size_t)k;
            b->image[at] = (float)sum;
            b->image[count + at] = (float)product;
        }
}

/* Sums over the batch of the gradient of the norm's output and of its product with raw - mean.
 * Under a gate that gradient is  g * gate + squeezed' / area. */
static void channel_sums(const struct backend *b, const struct unit *t, const struct cut *c, int k,
                         bool gated, double *sum, double *product)
{
    *sum = *product = 0;
    for (int i = 0; !gated && i < blocks(c); i++) {
        *sum += (double)partial(b, c, i)[k];
        *product += (double)partial(b, c, i)[c->channels + k];
    }
    size_t count = (size_t)c->ranges * (size_t)c->channels;
    for (int n = 0; gated && n < c->ranges; n++) {
        size_t at = (size_t)n * (size_t)c->channels + (size_t)k;
        double gate = (double)t->gate[at], squeezed = (double)b->work[at];
        *sum += gate * (double)b->image[at] + squeezed;
        *product += gate * (double)b->image[count + at] +
                    squeezed * ((double)t->raw_mean[at] - (double)t->mean[k]);
    }
}

/* Factors of the second pass: gradient * a + b + (raw - mean) * c, one line each in b->channel;
 * under a gate a and b are one line an image, in b->image. */
static void factors(const struct backend *b, int u, const struct cut *c)
{
    const struct unit *t = &b->units[u];
    bool gated = b->net.units[u].squeeze;
    double rows = (double)c->rows * c->ranges;
    float *gamma = cpu_role(b, u, NET_GAMMA)->gradient, *beta = cpu_role(b, u, NET_BETA)->gradient;
    float *line = b->channel;
    size_t count = (size_t)c->ranges * (size_t)c->channels;
#pragma omp parallel for schedule(static)
    for (int k = 0; k < c->channels; k++) {
        double sum, product, inverse = (double)t->inverse[k], scale = (double)t->scale[k];
        channel_sums(b, t, c, k, gated, &sum, &product);
        gamma[k] = (float)(product * inverse);
        beta[k] = (float)sum;
        line[k] = t->scale[k];
        line[c->channels + k] = (float)(-scale * sum / rows);
        line[2 * c->channels + k] = (float)(-scale * inverse * inverse * product / rows);
    }
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < (gated ? count : 0); i++) {
        size_t k = i % (size_t)c->channels;
        b->image[i] = t->scale[k] * t->gate[i];
        b->image[count + i] =
            line[(size_t)c->channels + k] + t->scale[k] * b->work[i] / (float)c->rows;
    }
}

static void turn(const struct backend *b, const struct norm_rows_gradient *g, const struct cut *c,
                 bool gated)
{
    size_t line = (size_t)c->channels, count = (size_t)c->ranges * line;
    const float *a = gated ? b->image : b->channel;
    const float *add = gated ? b->image + count : b->channel + line;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < blocks(c); i++) {
        size_t at = first_row(c, i) * line, image = (size_t)(i / c->per_range) * line;
        struct norm_rows_gradient here = *g;
        here.gradient += at;
        here.raw += at;
        norm_rows_gradient_apply(b->isa, &here, a + image, add + image, b->channel + 2 * line,
                                 b->raw_gradient + at, rows_of(c, i), c->channels);
    }
}

/* Hands the gradient before the ReLU on to the shortcut. */
static void pass_on(struct backend *b, int u, const float *gradient)
{
    int to = b->net.units[u].shortcut;
    size_t count = (size_t)b->n * cpu_count(b->units[u].shape);
    if (b->lives.shortcut_part[u] == LIFETIMES_ADDED)
        norm_rows_add(gradient, b->gradient[to], count);
    else if (b->lives.shortcut_part[u] == LIFETIMES_FIRST)
        norm_rows_copy(gradient, b->gradient[to], count);
}

int norm_backward(struct backend *b, int u, float *gradient, struct err *e)
{
    const struct net_unit *unit = &b->net.units[u];
    const struct unit *t = &b->units[u];
    struct cut c = cut_rows(b, u, b->n);
    bool by_raw = unit->shortcut < 0 && !unit->squeeze;
    struct norm_rows_gradient g = {
        .gradient = gradient,
        .late = b->pending == u + 1 ? b->late : NULL,
        .raw = t->raw,
        .y = t->out,
        .scale = t->scale,
        .shift = t->shift,
        .mean = t->mean,
        .mask = !unit->relu ? NORM_ROWS_NO_RELU
                : by_raw    ? NORM_ROWS_BY_RAW
                            : NORM_ROWS_BY_OUTPUT,
    };
    /* Written where the second pass could not find it again, or a shortcut wants it. */
    bool write = g.late || g.mask == NORM_ROWS_BY_OUTPUT;
    float *before = write && b->spec.keep ? b->kept_gradient : gradient;
    sums(b, &g, &c, before);
    if (g.late)
        b->pending = -1;
    if (write) {
        g.gradient = before;
        g.mask = NORM_ROWS_NO_RELU;
    }
    if (unit->squeeze) {
        image_sums(b, &c);
        profile_lap(b, WORK_NORM, 0);
        size_t count = (size_t)b->n * (size_t)c.channels;
        if (gate_backward(b, u, b->image, b->image + count, e))
            return -1;
        profile_lap(b, WORK_GATE, 0);
    }
    factors(b, u, &c);
    turn(b, &g, &c, unit->squeeze);
    pass_on(b, u, before);
    return 0;
}
