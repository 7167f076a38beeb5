/* signs.h - what the signs on the screen mean: one table, of which the help screen and the manual
 * page are made. No state, any thread. */
#ifndef COMBOLAB_UI_SIGNS_H
#define COMBOLAB_UI_SIGNS_H

#include "ui/theme.h"

#define SIGN_BYTES 16

/* What sign `i`, from 0 on, looks like among these glyphs, as UTF-8. Returns what it means; NULL
 * after the last one. */
const char *sign_at(int i, const struct glyphs *glyphs, char look[SIGN_BYTES]);

#endif
