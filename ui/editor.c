/* editor.c - a text of several lines that is being typed. Screen thread only; never allocates. */
#include "ui/editor.h"

#include "base/str.h"
#include "ui/text.h"

#include <curses.h>
#include <string.h>

static bool inside_character(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

void editor_start(struct editor *e, const char *text)
{
    *e = (struct editor){.caret = 0};
    str_copy(e->text, sizeof e->text, text);
    e->caret = strlen(e->text);
}

static size_t before(const char *text, size_t at)
{
    while (at > 0 && inside_character(text[--at]))
        ;
    return at;
}

static size_t after(const char *text, size_t at)
{
    if (text[at])
        at++;
    while (inside_character(text[at]))
        at++;
    return at;
}

static size_t line_begin(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const char *text, size_t at)
{
    return at + strcspn(text + at, "\n");
}

static size_t word_begin(const char *text, size_t at)
{
    while (at > 0 && strchr(" \t\n", text[at - 1]))
        at--;
    while (at > 0 && !strchr(" \t\n", text[at - 1]))
        at--;
    return at;
}

bool editor_replace(struct editor *e, size_t n_before, const char *text)
{
    size_t length = strlen(text), rest = strlen(e->text + e->caret), from = e->caret - n_before;
    if (from + length + rest >= sizeof e->text)
        return false;
    memmove(e->text + from + length, e->text + e->caret, rest + 1);
    memcpy(e->text + from, text, length);
    e->caret = from + length;
    return true;
}

static enum edit_result cut(struct editor *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, strlen(e->text + to) + 1);
    e->caret = from;
    return EDIT_MORE;
}

static enum edit_result go(struct editor *e, size_t to)
{
    e->caret = to;
    return EDIT_MORE;
}

/* Cells between two bytes of a line. */
static int cells_between(const char *text, size_t from, size_t to)
{
    char part[EDITOR_BYTES];
    memcpy(part, text + from, to - from);
    part[to - from] = '\0';
    return text_cells(part, true);
}

/* In the line that begins at `to`, at that cell if it is so long. */
static size_t at_cell(const struct editor *e, size_t to, int cell)
{
    size_t end = line_end(e->text, to), at = to;
    while (at < end && cells_between(e->text, to, after(e->text, at)) <= cell)
        at = after(e->text, at);
    return at;
}

static enum edit_result go_to_line(struct editor *e, size_t to)
{
    int cell = cells_between(e->text, line_begin(e->text, e->caret), e->caret);
    return go(e, at_cell(e, to, cell));
}

void editor_go(struct editor *e, int line, int cell)
{
    size_t begin = 0;
    while (line-- > 0 && e->text[line_end(e->text, begin)])
        begin = line_end(e->text, begin) + 1;
    e->caret = at_cell(e, begin, cell);
}

static enum edit_result up(struct editor *e)
{
    size_t begin = line_begin(e->text, e->caret);
    return begin ? go_to_line(e, line_begin(e->text, begin - 1)) : EDIT_IGNORED;
}

static enum edit_result down(struct editor *e)
{
    size_t end = line_end(e->text, e->caret);
    return e->text[end] ? go_to_line(e, end + 1) : EDIT_IGNORED;
}

static enum edit_result insert(struct editor *e, wchar_t c)
{
    char bytes[5] = "";
    bytes[text_encode(c, bytes)] = '\0';
    editor_replace(e, 0, bytes);
    return EDIT_MORE;
}

static enum edit_result character(struct editor *e, wchar_t c)
{
    switch (c) {
    case L'\n':
    case L'\r':
        return insert(e, L'\n');
    case L'\b':
    case 127:
        return cut(e, before(e->text, e->caret), e->caret);
    case KEY_CTRL('U'):
        return cut(e, line_begin(e->text, e->caret), e->caret);
    case KEY_CTRL('W'):
        return cut(e, word_begin(e->text, e->caret), e->caret);
    case KEY_CTRL('A'):
        return go(e, line_begin(e->text, e->caret));
    case KEY_CTRL('E'):
        return go(e, line_end(e->text, e->caret));
    default:
        return c < L' ' ? EDIT_IGNORED : insert(e, c);
    }
}

enum edit_result editor_key(struct editor *e, struct key key)
{
    if (!key.code)
        return character(e, key.character);
    switch (key.code) {
    case KEY_ENTER:
        return insert(e, L'\n');
    case KEY_BACKSPACE:
        return cut(e, before(e->text, e->caret), e->caret);
    case KEY_DC:
        return cut(e, e->caret, after(e->text, e->caret));
    case KEY_LEFT:
        return go(e, before(e->text, e->caret));
    case KEY_RIGHT:
        return go(e, after(e->text, e->caret));
    case KEY_HOME:
        return go(e, line_begin(e->text, e->caret));
    case KEY_END:
        return go(e, line_end(e->text, e->caret));
    case KEY_UP:
        return up(e);
    case KEY_DOWN:
        return down(e);
    default:
        return EDIT_IGNORED;
    }
}

int editor_lines(const struct editor *e)
{
    int lines = 1;
    for (const char *at = e->text; (at = strchr(at, '\n')); at++)
        lines++;
    return lines;
}

void editor_place(const char *text, size_t at, int *line, int *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < at && text[i]; i++) {
        if (text[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (!inside_character(text[i + 1])) {
            ++*column;
        }
    }
}
