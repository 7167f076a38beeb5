/* ref_gate.c - the squeeze-and-excitation gate, forward and backward.
 *
 * s = mean over the map of y;  r = relu(W1 s + b1);  gate = sigmoid(W2 r + b2);  y <- gate * y.
 * Source: Hu et al. 2018.
 */
#include "tests/ref/ref_priv.h"

#include <math.h>
#include <string.h>

/* out = W in + bias, for one image; W is (rows, columns). */
static void linear(const double *w, const double *bias, const double *in, int rows, int columns,
                   double *out)
{
    for (int r = 0; r < rows; r++) {
        out[r] = bias[r];
        for (int c = 0; c < columns; c++)
            out[r] += w[(size_t)r * (size_t)columns + (size_t)c] * in[c];
    }
}

void ref_gate_forward(struct backend *b, int u, double *y)
{
    struct ref_unit *t = &b->units[u];
    int channels = t->conv.c, width = b->net.units[u].squeeze;
    size_t area = ref_area(t->conv);
    const double *w1 = ref_role(b, u, NET_SE_W1)->value, *b1 = ref_role(b, u, NET_SE_B1)->value;
    const double *w2 = ref_role(b, u, NET_SE_W2)->value, *b2 = ref_role(b, u, NET_SE_B2)->value;
    for (int n = 0; n < b->n; n++) {
        double *map = y + (size_t)n * ref_count(t->conv);
        double *s = t->squeezed + n * channels, *r = t->reduced + n * width;
        double *gate = t->gate + n * channels;
        memset(s, 0, (size_t)channels * sizeof *s);
        for (size_t p = 0; p < area; p++)
            ref_axpy(s, map + p * (size_t)channels, 1.0 / (double)area, channels);
        linear(w1, b1, s, width, channels, r);
        for (int i = 0; i < width; i++) {
            ref_kink(b, r[i]);
            r[i] = r[i] < 0 ? 0 : r[i]; /* not fmax: NaN has to get through */
        }
        linear(w2, b2, r, channels, width, gate);
        for (int c = 0; c < channels; c++)
            gate[c] = 1.0 / (1.0 + exp(-gate[c]));
        for (size_t p = 0; p < area; p++)
            for (int c = 0; c < channels; c++)
                map[p * (size_t)channels + (size_t)c] *= gate[c];
    }
}

/* For out = W in + bias of one image: adds to the gradients of W and bias, and to gin. */
static void linear_backward(const struct ref_param *w, const struct ref_param *bias,
                            const double *in, int rows, int columns, const double *gout,
                            double *gin)
{
    for (int r = 0; r < rows; r++) {
        size_t row = (size_t)r * (size_t)columns;
        bias->gradient[r] += gout[r];
        ref_axpy(w->gradient + row, in, gout[r], columns);
        ref_axpy(gin, w->value + row, gout[r], columns);
    }
}

static void clear(const struct backend *b, int u, enum net_role role)
{
    int i = net_params_role(b->params, u, role);
    memset(b->at[i].gradient, 0, b->params->at[i].count * sizeof(double));
}

/* From ggate, the gradient of one image's gate (overwritten), to gs, that of its squeezed means;
 * `spare` has room for the reduced width. */
static void through_layers(struct backend *b, int u, int n, double *ggate, double *spare,
                           double *gs)
{
    const struct ref_unit *t = &b->units[u];
    int channels = t->conv.c, width = b->net.units[u].squeeze;
    const double *s = t->squeezed + n * channels, *r = t->reduced + n * width;
    const double *gate = t->gate + n * channels;
    for (int c = 0; c < channels; c++)
        ggate[c] *= gate[c] * (1 - gate[c]);
    memset(spare, 0, (size_t)width * sizeof *spare);
    linear_backward(ref_role(b, u, NET_SE_W2), ref_role(b, u, NET_SE_B2), r, channels, width, ggate,
                    spare);
    for (int i = 0; i < width; i++)
        spare[i] = r[i] > 0 ? spare[i] : 0;
    memset(gs, 0, (size_t)channels * sizeof *gs);
    linear_backward(ref_role(b, u, NET_SE_W1), ref_role(b, u, NET_SE_B1), s, width, channels, spare,
                    gs);
}

void ref_gate_backward(struct backend *b, int u, const double *y, double *g)
{
    const struct ref_unit *t = &b->units[u];
    size_t channels = (size_t)t->conv.c, area = ref_area(t->conv);
    double *ggate = b->narrow, *gs = b->narrow_gradient;
    for (enum net_role role = NET_SE_W1; role <= NET_SE_B2; role++)
        clear(b, u, role);
    for (int n = 0; n < b->n; n++) {
        const double *gate = t->gate + (size_t)n * channels;
        double *gmap = g + (size_t)n * area * channels;
        const double *map = y + (size_t)n * area * channels;
        memset(ggate, 0, channels * sizeof *ggate);
        for (size_t p = 0; p < area; p++)
            for (size_t c = 0; c < channels; c++)
                ggate[c] += gmap[p * channels + c] * map[p * channels + c];
        through_layers(b, u, n, ggate, b->reduced_gradient, gs);
        for (size_t p = 0; p < area; p++)
            for (size_t c = 0; c < channels; c++)
                gmap[p * channels + c] = gmap[p * channels + c] * gate[c] + gs[c] / (double)area;
    }
}
