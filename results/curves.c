/* curves.c - epochs as points of curves. */
#include "results/curves.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

static void add_phase(struct curve_point *p, const struct phase_row *phase, int which)
{
    float *to = p->figure[which];
    p->made |= 1u << which;
    to[CURVE_TOTAL] = (float)phase->total;
    to[CURVE_MAE] = (float)phase->mae;
    to[CURVE_RMSE] = (float)phase->rmse;
    to[CURVE_PC] = (float)phase->pc;
    for (int i = 0; i < ROW_MAX_TERMS; i++)
        to[CURVE_TERM + i] = (float)phase->term[i];
    if (isfinite(phase->seconds))
        p->trained_s += (float)phase->seconds;
}

static struct curve_point point_of(const struct epoch_row *epoch)
{
    struct curve_point p = {.epoch = epoch->epoch, .learning_rate = (float)epoch->learning_rate};
    for (int i = 0; i < ROW_PHASES; i++) {
        const struct phase_row *phase = row_phase(epoch, &row_phases[i]);
        for (int k = 0; k < CURVE_FIGURES; k++)
            p.figure[i][k] = NAN;
        if (phase)
            add_phase(&p, phase, i);
    }
    return p;
}

struct curve_point *curves_points(const struct epoch_row *epochs, size_t n)
{
    struct curve_point *points = mem_alloc(n, sizeof *points);
    for (size_t i = 0; points && i < n; i++)
        points[i] = point_of(&epochs[i]);
    return points;
}

int curves_add(struct curves *c, const struct curve_point *points, size_t n)
{
    struct curve_point *grown = mem_resize(c->points, c->n + n, sizeof *grown);
    if (!grown && c->n + n)
        return -1;
    double trained_s = c->n ? (double)grown[c->n - 1].trained_s : 0;
    c->points = grown;
    for (size_t i = 0; i < n; i++) {
        struct curve_point *to = &grown[c->n++];
        *to = points[i];
        trained_s += (double)to->trained_s;
        to->trained_s = (float)trained_s;
    }
    return 0;
}
