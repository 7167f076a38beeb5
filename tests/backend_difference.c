/* backend_difference.c - see backend_difference.h. */
#include "tests/backend_difference.h"

#include "base/mem.h"
#include "tests/tap.h"

#include <math.h>
#include <stdio.h>

/* Relative difference; infinite when a value is finite on one side only. */
static double difference(const float *mine, const float *ref, size_t count, bool rms)
{
    double most = 0, scale = 0, squares = 0, scale_squares = 0;
    for (size_t i = 0; i < count; i++) {
        double a = (double)mine[i], b = (double)ref[i];
        if (!isfinite(a) || !isfinite(b))
            return INFINITY;
        most = fmax(most, fabs(a - b));
        scale = fmax(scale, fabs(b));
        squares += (a - b) * (a - b);
        scale_squares += b * b;
    }
    if (most == 0)
        return 0;
    return rms ? sqrt(squares / scale_squares) : most / scale;
}

void verdict_values(struct verdict *v, const char *what, const float *mine, const float *ref,
                    size_t count, double tolerance)
{
    double d = difference(mine, ref, count, v->rms);
    v->compared++;
    v->worst = fmax(v->worst, d / tolerance);
    if (d <= tolerance)
        return;
    v->wrong++;
    if (v->wrong <= 12)
        diag("%s, %s: %s is %.2e away, allowed is %.0e", v->name, v->when, what, d, tolerance);
}

static void compare(struct verdict *v, const struct pair *p, enum backend_kind kind, int index,
                    const char *what, double tolerance)
{
    float *mine = subject_get(&p->mine, kind, index), *ref = subject_get(&p->ref, kind, index);
    verdict_values(v, what, mine, ref, subject_count(&p->ref, kind, index), tolerance);
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

void verdict_report(const struct verdict *v)
{
    ok(!v->wrong && v->compared,
       "%s: %d of %d tensors near the reference, the worst at %.2f of its "
       "tolerance",
       v->name, v->compared - v->wrong, v->compared, v->worst);
}
