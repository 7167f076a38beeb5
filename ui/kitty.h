/* kitty.h - a picture in Kitty's graphics protocol, which WezTerm, Ghostty, Konsole and others know
 * too. Pure. */
#ifndef COMBOLAB_UI_KITTY_H
#define COMBOLAB_UI_KITTY_H

#include <stdint.h>

struct str;

/* Asks whether the terminal knows it: one pixel that is not kept. */
#define KITTY_QUESTION "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\"

/* All pictures of the screen go. */
#define KITTY_REMOVE_ALL "\033_Ga=d,d=A,q=2\033\\"

/* RGB pixels, height x width, at the cursor, which stays: as high as `rows` cells or as wide as
 * `columns`, whichever is not 0. `id` is the picture's in the terminal; one of that number goes. */
void kitty_add(struct str *to, int id, const uint8_t *rgb, int height, int width, int rows,
               int columns);

void kitty_remove(struct str *to, int id);

#endif
