/* test_gate.c - the squeeze-and-excitation gate's layers, there and back, against plain loops. */
#include "cuda/kernels/gate.h"
#include "tests/cuda/norm_cases.h"

#include <math.h>

struct gate_case {
    int n, c, r, parts;
};

static const struct gate_case cases[] = {
    {1, 1, 1, 1},     {2, 3, 2, 3},      {3, 5, 1, 1},    {2, 7, 3, 2},
    {1, 8, 8, 1},     {64, 16, 4, 2},    {3, 48, 16, 1},  {2, 64, 33, 5},
    {17, 256, 16, 2}, {2, 2048, 128, 1}, {9, 40, 129, 1},
};

#define GATE "%d images, %d to %d channels"
#define GATE_OF(s) (s)->n, (s)->c, (s)->r

/* Arrays of both directions: layers 0 to 3 are w1, b1, w2, b2. */
struct gate_arrays {
    struct array *layer[4], *gradient[4];
    struct array *scale, *shift, *image_mean, *squeezed, *reduced, *gate;
};

static struct gate_layers layers_of(struct array *const a[4])
{
    return (struct gate_layers){a[0]->at, a[1]->at, a[2]->at, a[3]->at};
}

static struct gate_values values_of(const struct gate_arrays *a)
{
    return (struct gate_values){a->image_mean->at, a->squeezed->at, a->reduced->at, a->gate->at};
}

static struct gate_arrays arrays_of(struct kit *k, const struct gate_case *s)
{
    struct gate_arrays a;
    size_t c = (size_t)s->c, r = (size_t)s->r, n = (size_t)s->n;
    size_t count[4] = {c * r, r, c * r, c};
    for (int i = 0; i < 4; i++) {
        float spread = i == 0 ? 2 / sqrtf((float)c) : i == 2 ? 2 / sqrtf((float)r) : 0.5f;
        a.layer[i] = kit_random(k, ELEMENT_F32, count[i], 0, spread);
        a.gradient[i] = kit_empty(k, ELEMENT_F32, count[i]);
    }
    a.scale = kit_random(k, ELEMENT_F32, c, 1, 0.5f);
    a.shift = kit_random(k, ELEMENT_F32, c, 0, 1);
    a.image_mean = kit_random(k, ELEMENT_F32, n * c, 0, 1);
    a.squeezed = kit_empty(k, ELEMENT_F32, n * c);
    a.reduced = kit_empty(k, ELEMENT_F32, n * r);
    a.gate = kit_empty(k, ELEMENT_F32, n * c);
    return a;
}

/* out[i][o] = sum over j of in[i][j] w[o][j], plus bias. */
static void layer(const float *in, const float *w, const float *bias, int n, int inputs,
                  int outputs, double *out)
{
    for (int i = 0; i < n * outputs; i++) {
        out[i] = (double)bias[i % outputs];
        for (int j = 0; j < inputs; j++)
            out[i] += (double)in[i / outputs * inputs + j] * (double)w[i % outputs * inputs + j];
    }
}

/* Each step is judged by what the step before it left on the device. */
static void forward_check(struct kit *k, const struct gate_case *s)
{
    struct gate_arrays a = arrays_of(k, s);
    struct gate_layers w = layers_of(a.layer);
    struct gate_values v = values_of(&a);
    double *squeezed = doubles((size_t)(s->n * s->c)), *gate = doubles((size_t)(s->n * s->c));
    double *reduced = doubles((size_t)(s->n * s->r));
    kit_run(k, kernel_gate(&w, a.scale->at, a.shift->at, s->n, s->c, s->r, &v, k->stream), "gate");
    kit_read(k, a.squeezed);
    kit_read(k, a.reduced);
    kit_read(k, a.gate);
    for (int i = 0; i < s->n * s->c; i++)
        squeezed[i] = (double)a.scale->value[i % s->c] * (double)a.image_mean->value[i] +
                      (double)a.shift->value[i % s->c];
    layer(a.squeezed->value, a.layer[0]->value, a.layer[1]->value, s->n, s->c, s->r, reduced);
    for (int i = 0; i < s->n * s->r; i++)
        reduced[i] = reduced[i] < 0 ? 0 : reduced[i];
    layer(a.reduced->value, a.layer[2]->value, a.layer[3]->value, s->n, s->r, s->c, gate);
    for (int i = 0; i < s->n * s->c; i++)
        gate[i] = 1 / (1 + exp(-gate[i]));
    kit_near(a.squeezed, squeezed, (struct tolerance){.ulps = 1, .floor = 2}, "squeezed, " GATE,
             GATE_OF(s));
    kit_near(a.reduced, reduced, (struct tolerance){.ulps = 16, .floor = 8}, "reduced, " GATE,
             GATE_OF(s));
    kit_near(a.gate, gate, (struct tolerance){.ulps = 32, .floor = 1}, "gate, " GATE, GATE_OF(s));
    mem_free(squeezed);
    mem_free(reduced);
    mem_free(gate);
}

/* NaN in one image gets through its layers, and into no other image. */
static void nan_check(struct kit *k, const struct gate_case *s)
{
    struct gate_arrays a = arrays_of(k, s);
    struct gate_layers w = layers_of(a.layer);
    struct gate_values v = values_of(&a);
    int bad = s->n / 2, nans = 0, elsewhere = 0;
    a.image_mean->value[bad * s->c] = NAN;
    kit_send(k, a.image_mean);
    kit_run(k, kernel_gate(&w, a.scale->at, a.shift->at, s->n, s->c, s->r, &v, k->stream), "gate");
    kit_read(k, a.gate);
    for (int i = 0; i < s->n * s->c; i++)
        *(i / s->c == bad ? &nans : &elsewhere) += isnan(a.gate->value[i]) != 0;
    ok(nans == s->c && !elsewhere, "NaN stays in its image, " GATE, GATE_OF(s));
}

/* Products summed over images: w (outputs, inputs) and bias. */
static void layer_gradients(const float *in, const float *gradient, int n, int inputs, int outputs,
                            double *w, double *bias)
{
    for (int i = 0; i < n; i++)
        for (int o = 0; o < outputs; o++) {
            double g = (double)gradient[i * outputs + o];
            bias[o] += g;
            for (int j = 0; j < inputs; j++)
                w[o * inputs + j] += g * (double)in[i * inputs + j];
        }
}

static void layer_back(const float *gradient, const float *w, int n, int inputs, int outputs,
                       double *to)
{
    for (int i = 0; i < n; i++)
        for (int o = 0; o < outputs; o++)
            for (int j = 0; j < inputs; j++)
                to[i * inputs + j] += (double)gradient[i * outputs + o] * (double)w[o * inputs + j];
}

static void back_check(struct kit *k, const struct gate_case *s)
{
    struct gate_arrays a = arrays_of(k, s);
    size_t wide = (size_t)(s->n * s->c), narrow = (size_t)(s->n * s->r);
    struct array *sums = kit_random(k, ELEMENT_F32, wide * 2 * (size_t)s->parts, 0, 1);
    struct array *beta = kit_random(k, ELEMENT_F32, (size_t)s->c, 0, 1);
    struct array *gate_gradient = kit_empty(k, ELEMENT_F32, wide);
    struct array *reduced_gradient = kit_empty(k, ELEMENT_F32, narrow);
    struct array *squeezed_gradient = kit_empty(k, ELEMENT_F32, wide);
    a.squeezed = kit_random(k, ELEMENT_F32, wide, 0, 1);
    a.reduced = kit_random(k, ELEMENT_F32, narrow, 0, 1);
    a.gate = kit_random(k, ELEMENT_F32, wide, 0.5f, 0.5f);
    struct gate_layers w = layers_of(a.layer), gradient = layers_of(a.gradient);
    struct gate_values v = values_of(&a);
    kit_run(k,
            kernel_gate_back(sums->at, s->parts, &w, a.scale->at, beta->at, s->n, s->c, s->r, &v,
                             gate_gradient->at, reduced_gradient->at, &gradient,
                             squeezed_gradient->at, k->stream),
            "gate_back");
    struct array *got[] = {gate_gradient, reduced_gradient, squeezed_gradient, a.gradient[0],
                           a.gradient[1], a.gradient[2],    a.gradient[3]};
    const char *names[] = {
        "gate's gradient", "reduced's", "squeezed's", "w1's", "b1's", "w2's", "b2's"};
    double *want[7];
    for (int i = 0; i < 7; i++) {
        kit_read(k, got[i]);
        want[i] = doubles(got[i]->count);
    }
    for (size_t i = 0; i < wide; i++) {
        size_t c = i % (size_t)s->c;
        double sum = 0, product = 0, g = (double)a.gate->value[i];
        for (size_t p = 0; p < (size_t)s->parts; p++) {
            size_t at = (i / (size_t)s->c * (size_t)s->parts + p) * 2 * (size_t)s->c + c;
            sum += (double)sums->value[at];
            product += (double)sums->value[at + (size_t)s->c];
        }
        want[0][i] =
            ((double)a.scale->value[c] * product + (double)beta->value[c] * sum) * g * (1 - g);
    }
    layer_back(gate_gradient->value, a.layer[2]->value, s->n, s->r, s->c, want[1]);
    for (size_t i = 0; i < narrow; i++)
        want[1][i] = a.reduced->value[i] > 0 ? want[1][i] : 0;
    layer_back(reduced_gradient->value, a.layer[0]->value, s->n, s->c, s->r, want[2]);
    layer_gradients(a.squeezed->value, reduced_gradient->value, s->n, s->c, s->r, want[3], want[4]);
    layer_gradients(a.reduced->value, gate_gradient->value, s->n, s->r, s->c, want[5], want[6]);
    for (int i = 0; i < 7; i++) {
        kit_near(got[i], want[i], (struct tolerance){.ulps = 16, .floor = 8}, "%s, " GATE, names[i],
                 GATE_OF(s));
        mem_free(want[i]);
    }
}

int main(void)
{
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    for (int fast = 0; fast < 2; fast++) {
        norm_cases_way(fast, ELEMENT_F32);
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            forward_check(&k, &cases[c]);
            kit_clear(&k);
            nan_check(&k, &cases[c]);
            kit_clear(&k);
            back_check(&k, &cases[c]);
            kit_clear(&k);
        }
    }
    return kit_close(&k);
}
