/* augment_rows.h - rows of a network's input from stored images, fast: the same as augment_pixel
 * and the normalisation table pixel by pixel, to the bit. */
#ifndef COMBOLAB_CPU_AUGMENT_ROWS_H
#define COMBOLAB_CPU_AUGMENT_ROWS_H

#include "cpu/isa.h"
#include "engine/core/augment.h"

/* Row y of the sample: source->width pixels of 3 floats. The draw must fit (augment_fits). For any
 * thread. */
void augment_row(enum isa isa, const struct augment_source *source, const struct augment_draw *draw,
                 const struct augment_table *table, int y, float *to);

#endif
