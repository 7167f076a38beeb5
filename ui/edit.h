/* edit.h - a line of text that is being typed, UTF-8. */
#ifndef COMBOLAB_UI_EDIT_H
#define COMBOLAB_UI_EDIT_H

#include "ui/pen.h"
#include "ui/request.h"

#include <stddef.h>

#define EDIT_BYTES 1024

struct edit {
    char text[EDIT_BYTES];
    size_t caret; /* in bytes, always between characters */
};

enum edit_result { EDIT_MORE, EDIT_DONE, EDIT_CANCEL, EDIT_IGNORED };

/* Text to start from; what does not fit is cut. The caret stands at its end. */
void edit_start(struct edit *e, const char *text);

/* Takes a key: characters, Left, Right, Home, End, Backspace, Delete, Ctrl-U (empties), Enter
 * (done), Escape (cancel). Other keys are ignored. */
enum edit_result edit_key(struct edit *e, struct key key);

/* Draws the text so that the caret is in sight, and tells the pen where the typing cursor belongs.
 */
void edit_draw(const struct edit *e, struct pen *pen, int y, int x, int cells);

#endif
