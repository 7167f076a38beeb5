/* ref_conv.c - grouped convolution and its two gradients, by definition.
 *
 * All three are the same sum over (image, output row, tap, channel, output column) with the
 * channels of the other side innermost. Weights are first copied into an order in which that inner
 * loop is contiguous; taps that fall into the padding are left out.
 */
#include "tests/ref/ref_priv.h"

#include <string.h>

/* Columns ox whose tap kx lies inside the image: from (inclusive) to (exclusive). */
struct span {
    int from, to;
};

static struct span inside(const struct net_unit *u, int kx, int in_w, int out_w)
{
    struct span s = {0, out_w};
    while (s.from < s.to && s.from * u->stride - u->pad + kx < 0)
        s.from++;
    while (s.to > s.from && (s.to - 1) * u->stride - u->pad + kx >= in_w)
        s.to--;
    return s;
}

/* Offset of weight (o, i, tap) in the file's order (out, in / groups, kernel, kernel). */
static size_t file_at(const struct net_unit *u, int o, int i, int tap)
{
    size_t taps = (size_t)(u->kernel * u->kernel);
    return ((size_t)o * (size_t)(u->in / u->groups) + (size_t)i) * taps + (size_t)tap;
}

/* Offset in the order (tap, in / groups, out). */
static size_t outputs_last(const struct net_unit *u, int o, int i, int tap)
{
    return (size_t)(tap * (u->in / u->groups) + i) * (size_t)u->out + (size_t)o;
}

/* Offset in the order (tap, out, in / groups). */
static size_t inputs_last(const struct net_unit *u, int o, int i, int tap)
{
    return (size_t)(tap * u->out + o) * (size_t)(u->in / u->groups) + (size_t)i;
}

/* A unit's weights as products read them, in one of the two orders. */
static const double *weights(struct backend *b, int unit,
                             size_t (*at)(const struct net_unit *, int, int, int))
{
    const struct net_unit *u = &b->net.units[unit];
    int conv = net_params_role(b->params, unit, NET_CONV);
    const double *w = b->at[conv].value;
    double *to = b->weights;
    for (int o = 0; o < u->out; o++)
        for (int i = 0; i < u->in / u->groups; i++)
            for (int tap = 0; tap < u->kernel * u->kernel; tap++)
                to[at(u, o, i, tap)] = w[file_at(u, o, i, tap)];
    ref_keep(b, to, b->params->at[conv].count);
    return to;
}

static const double *pixel(const double *t, struct net_shape s, int n, int y, int x)
{
    return t + (((size_t)n * (size_t)s.h + (size_t)y) * (size_t)s.w + (size_t)x) * (size_t)s.c;
}

static double *pixel_of(double *t, struct net_shape s, int n, int y, int x)
{
    return t + (((size_t)n * (size_t)s.h + (size_t)y) * (size_t)s.w + (size_t)x) * (size_t)s.c;
}

/* The input row of tap row ky for output row oy, or -1 when it lies in the padding. */
static int input_row(const struct net_unit *u, struct net_shape in, int oy, int ky)
{
    int iy = oy * u->stride - u->pad + ky;
    return iy < in.h ? iy : -1;
}

void ref_conv(struct backend *b, int unit, double *y)
{
    const struct net_unit *u = &b->net.units[unit];
    struct net_shape in = b->shapes[u->input], out = b->units[unit].conv;
    const double *x = b->tensor[u->input], *w = weights(b, unit, outputs_last);
    int ipg = u->in / u->groups, opg = u->out / u->groups;
    memset(y, 0, (size_t)b->n * ref_count(out) * sizeof *y);
    for (int at = 0; at < b->n * out.h; at++) {
        int oy = at % out.h, n = at / out.h;
        for (int tap = 0; tap < u->kernel * u->kernel; tap++) {
            int iy = input_row(u, in, oy, tap / u->kernel), kx = tap % u->kernel;
            if (iy < 0)
                continue;
            struct span s = inside(u, kx, in.w, out.w);
            for (int i = 0; i < u->in; i++) {
                int first = i / ipg * opg;
                const double *row = w + outputs_last(u, first, i % ipg, tap);
                for (int ox = s.from; ox < s.to; ox++)
                    ref_axpy(pixel_of(y, out, n, oy, ox) + first, row,
                             pixel(x, in, n, iy, ox * u->stride - u->pad + kx)[i], opg);
            }
        }
    }
}

void ref_conv_input_gradient(struct backend *b, int unit, const double *gy)
{
    const struct net_unit *u = &b->net.units[unit];
    struct net_shape in = b->shapes[u->input], out = b->units[unit].conv;
    double *gx = b->gradient[u->input];
    const double *w = weights(b, unit, inputs_last);
    int ipg = u->in / u->groups, opg = u->out / u->groups;
    for (int at = 0; at < b->n * out.h; at++) {
        int oy = at % out.h, n = at / out.h;
        for (int tap = 0; tap < u->kernel * u->kernel; tap++) {
            int iy = input_row(u, in, oy, tap / u->kernel), kx = tap % u->kernel;
            if (iy < 0)
                continue;
            struct span s = inside(u, kx, in.w, out.w);
            for (int o = 0; o < u->out; o++) {
                int first = o / opg * ipg;
                const double *row = w + inputs_last(u, o, 0, tap);
                for (int ox = s.from; ox < s.to; ox++)
                    ref_axpy(pixel_of(gx, in, n, iy, ox * u->stride - u->pad + kx) + first, row,
                             pixel(gy, out, n, oy, ox)[o], ipg);
            }
        }
    }
}

void ref_conv_weight_gradient(struct backend *b, int unit, const double *gy)
{
    const struct net_unit *u = &b->net.units[unit];
    struct net_shape in = b->shapes[u->input], out = b->units[unit].conv;
    const double *x = b->tensor[u->input];
    double *order = b->weights, *gw = ref_role(b, unit, NET_CONV)->gradient;
    int ipg = u->in / u->groups, opg = u->out / u->groups, taps = u->kernel * u->kernel;
    memset(order, 0, (size_t)(u->out * ipg) * (size_t)taps * sizeof *order);
    for (int at = 0; at < b->n * out.h; at++) {
        int oy = at % out.h, n = at / out.h;
        for (int tap = 0; tap < taps; tap++) {
            int iy = input_row(u, in, oy, tap / u->kernel), kx = tap % u->kernel;
            if (iy < 0)
                continue;
            struct span s = inside(u, kx, in.w, out.w);
            for (int i = 0; i < u->in; i++) {
                int first = i / ipg * opg;
                double *row = order + outputs_last(u, first, i % ipg, tap);
                for (int ox = s.from; ox < s.to; ox++)
                    ref_axpy(row, pixel(gy, out, n, oy, ox) + first,
                             pixel(x, in, n, iy, ox * u->stride - u->pad + kx)[i], opg);
            }
        }
    }
    for (int o = 0; o < u->out; o++)
        for (int i = 0; i < ipg; i++)
            for (int tap = 0; tap < taps; tap++)
                gw[file_at(u, o, i, tap)] = order[outputs_last(u, o, i, tap)];
}
