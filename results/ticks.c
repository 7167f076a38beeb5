/* ticks.c - round numbers along an axis. Pure; any thread.
 *
 * Any range may be asked for: figures come from files. Where a double is no finer than a step, or a
 * step would vanish, there are no ticks; nothing here goes on until doubles meet.
 */
#include "results/ticks.h"

#include "base/str.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#define LEAST_SPAN (DBL_MIN * 1e3) /* so that steps within it are numbers of full precision */

/* The smallest of 1, 2, 5 x 10^k that is not below `raw`. */
static double nice_step(double raw)
{
    double power = pow(10, floor(log10(raw)));
    static const double factors[] = {1, 2, 5, 10};
    for (int i = 0; i < 3; i++)
        if (factors[i] * power >= raw * (1 - 1e-9))
            return factors[i] * power;
    return 10 * power;
}

static void label(char to[TICKS_LABEL_BYTES], double value, double step)
{
    int decimals = (int)-floor(log10(step) + 1e-9);
    if (fabs(value) < step * 1e-6)
        value = 0; /* no "-0.0" or 1e-17 */
    str_figure(to, TICKS_LABEL_BYTES, value, decimals < 0 ? 0 : decimals, TICKS_LABEL_CELLS);
}

void ticks_linear(struct ticks *t, double low, double high, int most, bool whole)
{
    t->n = 0;
    double span = high - low, largest = fmax(fabs(low), fabs(high));
    if (!(span >= LEAST_SPAN) || !isfinite(span) || largest / span > 1e12)
        return;
    most = most < 2 ? 2 : most > TICKS_MOST ? TICKS_MOST : most;
    double step = nice_step(span / (3 * most));
    if (whole && step < 1)
        step = 1;
    for (int i = 0; i < 8 && floor(high / step) - ceil(low / step) + 1 > most; i++)
        step = nice_step(step * 1.5);
    if (largest / step > 1e12)
        return;
    double first = ceil(low / step - 1e-9);
    for (int i = 0; i < most; i++) {
        double at = (first + i) * step;
        if (at - high > step * 1e-9)
            break;
        t->at[t->n] = at;
        label(t->label[t->n], at, step);
        t->n++;
    }
}

void ticks_log(struct ticks *t, double low, double high, int most)
{
    t->n = 0;
    if (!(low > 0) || !isfinite(high) || high <= low)
        return;
    int from = (int)ceil(log10(low) - 1e-9), to = (int)floor(log10(high) + 1e-9);
    if (to - from < 1) {
        ticks_linear(t, low, high, most, false);
        return;
    }
    most = most < 2 ? 2 : most > TICKS_MOST ? TICKS_MOST : most;
    int stride = (to - from) / most + 1;
    for (int k = from; k <= to && t->n < most; k += stride) {
        t->at[t->n] = pow(10, k);
        label(t->label[t->n], t->at[t->n], t->at[t->n]);
        t->n++;
    }
}

void ticks_widen(double *low, double *high, bool log)
{
    double least = log ? log10(*low) : *low, most = log ? log10(*high) : *high;
    double margin = (most - least) / 20;
    if (most - least <= fabs(most) * 1e-12)
        margin = log ? 0.1 : most != 0 ? fabs(most) / 10 : 1;
    if (isfinite(least - margin) && isfinite(most + margin)) {
        least -= margin;
        most += margin;
    }
    *low = log ? fmax(pow(10, least), DBL_MIN) : least;
    *high = log ? fmin(fmax(pow(10, most), 2 * DBL_MIN), DBL_MAX) : most;
}
