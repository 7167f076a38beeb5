/* edit.c - a line of text that is being typed. Screen thread only; never allocates. */
#include "ui/edit.h"

#include "base/str.h"
#include "ui/text.h"

#include <curses.h>
#include <string.h>

static bool inside_character(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

void edit_start(struct edit *e, const char *text)
{
    str_copy(e->text, sizeof e->text, text);
    e->caret = strlen(e->text);
}

static size_t before(const struct edit *e)
{
    size_t at = e->caret;
    while (at > 0 && inside_character(e->text[--at]))
        ;
    return at;
}

static size_t after(const struct edit *e)
{
    size_t at = e->caret;
    if (e->text[at])
        at++;
    while (inside_character(e->text[at]))
        at++;
    return at;
}

static void cut(struct edit *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, strlen(e->text + to) + 1);
    e->caret = from;
}

static enum edit_result insert(struct edit *e, wchar_t c)
{
    char bytes[4];
    size_t length = (size_t)text_encode(c, bytes), old = strlen(e->text);
    if (old + length >= sizeof e->text)
        return EDIT_IGNORED;
    memmove(e->text + e->caret + length, e->text + e->caret, old - e->caret + 1);
    memcpy(e->text + e->caret, bytes, length);
    e->caret += length;
    return EDIT_MORE;
}

static enum edit_result character(struct edit *e, wchar_t c)
{
    switch (c) {
    case L'\n':
    case L'\r':
        return EDIT_DONE;
    case KEY_ESCAPE:
        return EDIT_CANCEL;
    case L'\b':
    case 127:
        cut(e, before(e), e->caret);
        return EDIT_MORE;
    case KEY_CTRL('U'):
        edit_start(e, "");
        return EDIT_MORE;
    case KEY_CTRL('A'):
        e->caret = 0;
        return EDIT_MORE;
    case KEY_CTRL('E'):
        e->caret = strlen(e->text);
        return EDIT_MORE;
    default:
        return c < L' ' ? EDIT_IGNORED : insert(e, c);
    }
}

enum edit_result edit_key(struct edit *e, struct key key)
{
    if (!key.code)
        return character(e, key.character);
    switch (key.code) {
    case KEY_ENTER:
        return EDIT_DONE;
    case KEY_BACKSPACE:
        cut(e, before(e), e->caret);
        return EDIT_MORE;
    case KEY_DC:
        cut(e, e->caret, after(e));
        return EDIT_MORE;
    case KEY_LEFT:
        e->caret = before(e);
        return EDIT_MORE;
    case KEY_RIGHT:
        e->caret = after(e);
        return EDIT_MORE;
    case KEY_HOME:
        e->caret = 0;
        return EDIT_MORE;
    case KEY_END:
        e->caret = strlen(e->text);
        return EDIT_MORE;
    default:
        return EDIT_IGNORED;
    }
}

void edit_draw(const struct edit *e, struct pen *pen, int y, int x, int cells)
{
    char head[EDIT_BYTES];
    size_t from = 0;
    if (cells < 2)
        return;
    for (;;) {
        size_t length = e->caret - from;
        memcpy(head, e->text + from, length);
        head[length] = '\0';
        if (text_cells(head, pen->unicode) < cells || from == e->caret)
            break;
        do
            from++;
        while (inside_character(e->text[from]));
    }
    pen_repeat(pen, y, x, cells, ROLE_EDIT, L' ');
    pen_text(pen, y, x, cells, ROLE_EDIT, e->text + from);
    pen->cursor_y = y;
    pen->cursor_x = x + text_cells(head, pen->unicode);
}
