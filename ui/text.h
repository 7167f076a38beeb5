/* text.h - text on cells: what comes from outside is made visible, measured and cut to fit. */
#ifndef COMBOLAB_UI_TEXT_H
#define COMBOLAB_UI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#define TEXT_MOST_CELLS 1000

/* Writes as much of the UTF-8 `text` as fits `cells` screen cells, as wide characters that a
 * terminal shows and none that it obeys; what was cut is marked by an ellipsis ("~" without
 * `unicode`). Always ends in 0 within `room`. Returns the cells used. */
int text_fit(const char *text, int cells, bool unicode, wchar_t *to, size_t room);

/* Cells of the whole text, as text_fit would show it; at most TEXT_MOST_CELLS. */
int text_cells(const char *text, bool unicode);

/* One UTF-8 character to its code point; *length becomes its bytes (1 for a broken one). */
wchar_t text_decode(const char *text, int *length);

/* A code point as UTF-8; returns its bytes (1..4). */
int text_encode(wchar_t c, char to[4]);

#endif
