/* paint.h - pictures on the screen, two pixels a cell, in as many colours as the terminal has: each
 * pixel's own, 240 of the 256 that terminals share, the greys among 16, or shades of characters.
 *
 * Order of calls: paint_open once; in each frame paint_begin, pen_picture, and paint_end after
 * curses has written its part. Screen thread only.
 */
#ifndef COMBOLAB_UI_PAINT_H
#define COMBOLAB_UI_PAINT_H

#include "ui/pen.h"

#include <stdint.h>

struct paint;

/* After theme_init. `unicode`: half blocks can be shown. */
int paint_open(struct paint **out, const struct theme *theme, bool unicode, struct err *e);
void paint_close(struct paint *p); /* NULL is allowed */

void paint_begin(struct paint *p);

/* Writes colours that curses cannot, to the terminal `out`, where they are others than before.
 * `anew`: the terminal has none of them. */
void paint_end(struct paint *p, int out, bool anew);

/* RGB pixels, height (even) x width, in the middle of `at`; what does not fit is left out. */
void pen_picture(struct pen *pen, struct rect at, const uint8_t *rgb, int height, int width);

#endif
