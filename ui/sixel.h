/* sixel.h - a picture as DEC's terminals of the eighties took it, and xterm, foot, mlterm, WezTerm,
 * Windows Terminal and others do. */
#ifndef COMBOLAB_UI_SIXEL_H
#define COMBOLAB_UI_SIXEL_H

#include <stdint.h>

struct err;
struct str;

/* RGB pixels, height x width, at the cursor, pixel for pixel. Messages: out of memory. */
int sixel_add(struct str *to, const uint8_t *rgb, int height, int width, struct err *e);

#endif
