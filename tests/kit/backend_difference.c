/* backend_difference.c - see backend_difference.h. */
#include "tests/kit/backend_difference.h"

#include "base/mem.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <stdio.h>

/* The size of a tensor: largest or root mean square value. */
static double size_of(const float *values, size_t count, bool rms)
{
    double most = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, fabs((double)values[i]));
        squares += (double)values[i] * (double)values[i];
    }
    return rms ? sqrt(squares / (double)count) : most;
}

/* Difference relative to `scale`; infinite when a value is not finite. */
static double difference(const float *mine, const float *ref, size_t count, double scale, bool rms)
{
    double most = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        double a = (double)mine[i], b = (double)ref[i];
        if (!isfinite(a) || !isfinite(b))
            return INFINITY;
        most = fmax(most, fabs(a - b));
        squares += (a - b) * (a - b);
    }
    if (most == 0)
        return 0;
    return (rms ? sqrt(squares / (double)count) : most) / scale;
}

/* The first value that alone is further away than allowed: its place, and both. By root mean square
 * none need be. */
static void show_first(const float *mine, const float *ref, size_t count, double scale,
                       double tolerance, const struct net_shape *shape)
{
    size_t i = 0;
    while (i < count && fabs((double)mine[i] - (double)ref[i]) <= scale * tolerance)
        i++;
    if (i == count)
        return;
    if (!shape) {
        diag("  first at %zu: %.9g instead of %.9g", i, (double)mine[i], (double)ref[i]);
        return;
    }
    size_t c = (size_t)shape->c, w = (size_t)shape->w, h = (size_t)shape->h;
    diag("  first at image %zu, row %zu, column %zu, channel %zu: %.9g instead of %.9g",
         i / (c * w * h), i / (c * w) % h, i / c % w, i % c, (double)mine[i], (double)ref[i]);
}

static void judge(struct verdict *v, const char *what, const float *mine, const float *ref,
                  size_t count, double scale, double tolerance, const struct net_shape *shape)
{
    double d = difference(mine, ref, count, scale, v->rms);
    v->compared++;
    v->worst = fmax(v->worst, d / tolerance);
    if (d <= tolerance)
        return;
    v->wrong++;
    if (v->wrong > 12)
        return;
    diag("%s, %s: %s is %.2e away, allowed is %.0e", v->name, v->when, what, d, tolerance);
    show_first(mine, ref, count, scale, tolerance, shape);
}

void verdict_values(struct verdict *v, const char *what, const float *mine, const float *ref,
                    size_t count, double tolerance)
{
    judge(v, what, mine, ref, count, size_of(ref, count, v->rms), tolerance, NULL);
}

/* What errors of a tensor are measured against: its own size. Only, a beta whose shift a later
 * batch norm takes away again has the gradient 0, and what float32 makes of it is all rounding; so
 * a beta's gradient and momentum are measured against its gamma's where that is larger. */
static double scale_of(const struct pair *p, enum backend_kind kind, int index, const float *ref,
                       bool rms)
{
    double own = size_of(ref, subject_count(&p->ref, kind, index), rms);
    bool driven = kind == BACKEND_GRADIENT || kind == BACKEND_MOMENTUM;
    if (!driven || p->ref.params->at[index].role != NET_BETA)
        return own;
    int gamma = net_params_role(p->ref.params, p->ref.params->at[index].unit, NET_GAMMA);
    float *values = subject_get(&p->ref, kind, gamma);
    double other = size_of(values, subject_count(&p->ref, kind, gamma), rms);
    mem_free(values);
    return fmax(own, other);
}

static void compare(struct verdict *v, const struct pair *p, enum backend_kind kind, int index,
                    const char *what, double tolerance)
{
    bool is_tensor = kind == BACKEND_TENSOR || kind == BACKEND_TENSOR_GRADIENT;
    float *mine = subject_get(&p->mine, kind, index), *ref = subject_get(&p->ref, kind, index);
    judge(v, what, mine, ref, subject_count(&p->ref, kind, index),
          scale_of(p, kind, index, ref, v->rms), tolerance,
          is_tensor ? &p->ref.shapes[index] : NULL);
    mem_free(mine);
    mem_free(ref);
}

void verdict_tensors(struct verdict *v, const struct pair *p, enum backend_kind kind,
                     double tolerance)
{
    bool gradient = kind == BACKEND_TENSOR_GRADIENT;
    for (int t = gradient && !p->ref.probe ? 1 : 0; t <= p->ref.net.n_units; t++) {
        char what[40];
        snprintf(what, sizeof what, "%stensor %d", gradient ? "gradient of " : "", t);
        compare(v, p, kind, t, what, tolerance);
    }
}

void verdict_params(struct verdict *v, const struct pair *p, enum backend_kind kind,
                    double tolerance)
{
    for (int i = 0; i < p->ref.params->n; i++) {
        const struct net_param *param = &p->ref.params->at[i];
        char what[NET_NAME_BYTES + 40];
        if (kind != BACKEND_PARAM && !net_role_trained(param->role))
            continue;
        snprintf(what, sizeof what, "%s%s",
                 kind == BACKEND_GRADIENT   ? "gradient of "
                 : kind == BACKEND_MOMENTUM ? "momentum of "
                                            : "",
                 param->name);
        compare(v, p, kind, i, what, tolerance);
    }
}

void verdict_results(struct verdict *v, const struct backend_result *mine,
                     const struct backend_result *ref, int classes, double tolerance)
{
    float values[2][LOSS_MAX_TERMS + 1];
    const struct backend_result *r[2] = {mine, ref};
    for (int k = 0; k < 2; k++) {
        values[k][0] = (float)r[k]->total;
        for (int t = 0; t < LOSS_MAX_TERMS; t++)
            values[k][t + 1] = (float)r[k]->term[t];
    }
    if (mine->n != ref->n || mine->first != ref->first || !mine->finite ||
        !mine->probabilities != !ref->probabilities) {
        v->wrong++;
        diag("%s, %s: %d samples from %zu, wanted %d from %zu; finite %d", v->name, v->when,
             mine->n, mine->first, ref->n, ref->first, mine->finite);
        return;
    }
    verdict_values(v, "loss and its terms", values[0], values[1], LOSS_MAX_TERMS + 1, tolerance);
    verdict_values(v, "scores", mine->scores, ref->scores, (size_t)ref->n, tolerance);
    if (ref->probabilities)
        verdict_values(v, "probabilities", mine->probabilities, ref->probabilities,
                       (size_t)(ref->n * classes), tolerance);
}

void verdict_report(const struct verdict *v)
{
    ok(!v->wrong && v->compared,
       "%s: %d of %d tensors near the reference, the worst at %.2f of its "
       "tolerance",
       v->name, v->compared - v->wrong, v->compared, v->worst);
}
