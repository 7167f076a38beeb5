/* ticks.h - round numbers along an axis, with labels. Pure. */
#ifndef COMBOLAB_RESULTS_TICKS_H
#define COMBOLAB_RESULTS_TICKS_H

#include <stdbool.h>

#define TICKS_MOST 12
#define TICKS_LABEL_CELLS 7 /* enough for every number */
#define TICKS_LABEL_BYTES 16

struct ticks {
    int n;
    double at[TICKS_MOST];
    char label[TICKS_MOST][TICKS_LABEL_BYTES]; /* as many decimals as the step needs */
};

/* Multiples of 1, 2 or 5 times a power of ten within low..high, at most `most` (2..TICKS_MOST) of
 * them, rising. `whole`: integers only. None when low..high is no finite, rising range. */
void ticks_linear(struct ticks *t, double low, double high, int most, bool whole);

/* Powers of ten within low..high (both above 0); where fewer than two fall in, as ticks_linear. */
void ticks_log(struct ticks *t, double low, double high, int most);

/* Makes low..high a range that can be drawn: a single value gets room around it, others a margin of
 * a twentieth. `log`: by factors; both must be above 0. */
void ticks_widen(double *low, double *high, bool log);

#endif
