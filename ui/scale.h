/* scale.h - where values stand on an axis of rows, and which of them get a tick. Pure. */
#ifndef COMBOLAB_UI_SCALE_H
#define COMBOLAB_UI_SCALE_H

#include "results/ticks.h"

#define SCALE_MOST_TICKS 6

struct scale {
    double low, high; /* rising; above 0 where it is logarithmic */
    bool log;
    struct ticks ticks;
    int rows[TICKS_MOST]; /* of the ticks, from the top */
};

/* The row, from the top, that a value has among so many rows (of dots or cells); what lies outside
 * has the first or the last. */
int scale_row(const struct scale *s, double value, int rows);

/* Fills in ticks for an axis of so many rows: at most SCALE_MOST_TICKS, as far apart as each other.
 */
void scale_ticks(struct scale *s, int rows);

#endif
