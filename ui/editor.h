/* editor.h - a text of several lines that is being typed, UTF-8. */
#ifndef COMBOLAB_UI_EDITOR_H
#define COMBOLAB_UI_EDITOR_H

#include "ui/edit.h"

#define EDITOR_BYTES UI_TEXT_BYTES

struct editor {
    char text[EDITOR_BYTES];
    size_t caret;    /* in bytes, always between characters */
    int first, left; /* line and cell that are shown first */
};

/* Text to start from; what does not fit is cut. The caret stands at its end. */
void editor_start(struct editor *e, const char *text);

/* Takes a key: characters, arrows, Home and End of the line, Backspace, Delete, Ctrl-A, Ctrl-E,
 * Ctrl-U (up to the line's begin), Ctrl-W (a word back), Enter and Ctrl-J (a new line). Up in the
 * first line and Down in the last are ignored, and so is every other key. */
enum edit_result editor_key(struct editor *e, struct key key);

/* Puts a text in the place of the `before` bytes before the caret; false when there is no room. */
bool editor_replace(struct editor *e, size_t before, const char *text);

/* The caret goes to a cell of a line, both from 0, or as near as there is text. */
void editor_go(struct editor *e, int line, int cell);

int editor_lines(const struct editor *e);

/* Line and column, in characters from 1, of a byte. */
void editor_place(const char *text, size_t at, int *line, int *column);

#endif
