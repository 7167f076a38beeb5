/* paint.h - pictures on the screen: as such, where the terminal shows any (Kitty's protocol,
 * Sixel), else two pixels a cell, in as many colours as the terminal has: each pixel's own, 240 of
 * the 256 that terminals share, the greys among 16, or shades of characters.
 *
 * Order of calls: paint_open once; in each frame paint_begin, paint_box and pen_picture,
 * paint_clear before curses writes its part, and paint_end after that. Screen thread only.
 */
#ifndef COMBOLAB_UI_PAINT_H
#define COMBOLAB_UI_PAINT_H

#include "ui/pen.h"

#include <stdint.h>

struct paint;

/* What is known of the terminal by now. */
struct paint_terminal {
    bool kitty, sixel;
    int cell_height, cell_width; /* pixels; 0 = unknown */
};

/* After theme_init. `unicode`: half blocks can be shown. */
int paint_open(struct paint **out, const struct theme *theme, bool unicode, enum ui_pictures_as as,
               struct err *e);
void paint_close(struct paint *p); /* NULL is allowed */

void paint_begin(struct paint *p, const struct paint_terminal *can);

/* Takes pictures of the frame before away that are no more, or lie under something in the window.
 * `anew`: the terminal shows nothing of that frame. */
void paint_clear(struct paint *p, void *window, int out, bool anew);

/* Writes what curses cannot to the terminal `out`, where it is another than before. */
void paint_end(struct paint *p, int out, bool anew);

/* A picture was to be shown, so that it matters what the terminal can. */
bool paint_asks(const struct paint *p);

/* Pictures are not switched off. */
bool paint_shows(const struct pen *pen);

/* Pixels, square ones, that a picture may have to fill these cells; 0 where none are shown. */
void paint_box(const struct pen *pen, struct rect at, int *height, int *width);

/* RGB pixels, height (even) x width, in the middle of `at`; what is larger than its box is left
 * out. */
void pen_picture(struct pen *pen, struct rect at, const uint8_t *rgb, int height, int width);

#endif
