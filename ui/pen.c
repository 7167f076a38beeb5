/* pen.c - drawing on the screen. Screen thread only. Nothing here refreshes: ui.c does, once a
 * frame. */
#include "ui/pen.h"

#include "base/str.h"
#include "ui/text.h"

#include <curses.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static attr_t attributes(const struct pen *pen, enum role role)
{
    return (attr_t)(pen->selected ? pen->theme->selected[role] : pen->theme->plain[role]);
}

/* Cells left from x to the window's edge, at most `cells`; 0 outside. */
static int room_at(const struct pen *pen, int y, int x, int cells)
{
    int rows = getmaxy((WINDOW *)pen->window), columns = getmaxx((WINDOW *)pen->window);
    if (y < 0 || x < 0 || y >= rows || x >= columns)
        return 0;
    return cells < columns - x ? cells : columns - x;
}

int pen_text(struct pen *pen, int y, int x, int cells, enum role role, const char *text)
{
    wchar_t wide[2 * TEXT_MOST_CELLS];
    int used =
        text_fit(text, room_at(pen, y, x, cells), pen->unicode, wide, sizeof wide / sizeof *wide);
    if (!used)
        return 0;
    wattrset((WINDOW *)pen->window, (int)attributes(pen, role));
    mvwaddwstr(pen->window, y, x, wide);
    return used;
}

/* Where the last divider stands; NULL when there is none. */
static char *last_divider(char *text, const char *divider)
{
    char *last = NULL;
    for (char *at = text; (at = strstr(at, divider)) != NULL; at++)
        last = at;
    return last;
}

int pen_items(struct pen *pen, int y, int x, int cells, enum role role, const char *divider,
              const char *text)
{
    const char *dots = pen->unicode ? " \xe2\x80\xa6" : " ~";
    char shown[1200], *end;
    if (text_cells(text, pen->unicode) <= cells ||
        str_copy(shown, sizeof shown - strlen(dots), text))
        return pen_text(pen, y, x, cells, role, text);
    while (text_cells(shown, pen->unicode) + 2 > cells &&
           (end = last_divider(shown, divider)) != NULL)
        *end = '\0';
    strcat(shown, dots);
    return pen_text(pen, y, x, cells, role, shown);
}

int pen_format(struct pen *pen, int y, int x, int cells, enum role role, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return pen_text(pen, y, x, cells, role, text);
}

/* Bytes of the longest run of whole words that fits; a word that is too long for a line counts as
 * fitting, and is cut. */
static size_t words_that_fit(const struct pen *pen, const char *text, int cells)
{
    char head[1024];
    size_t fitting = 0;
    for (size_t at = 0; text[at];) {
        size_t end = at + strcspn(text + at, " ");
        if (end >= sizeof head)
            break;
        memcpy(head, text, end);
        head[end] = '\0';
        if (fitting && text_cells(head, pen->unicode) > cells)
            break;
        fitting = end;
        at = end + strspn(text + end, " ");
    }
    return fitting ? fitting : strlen(text);
}

int pen_wrap(struct pen *pen, struct rect at, enum role role, const char *text)
{
    int line = 0;
    char piece[1024];
    text += strspn(text, " ");
    while (*text && line < at.rows) {
        size_t length = words_that_fit(pen, text, at.columns);
        bool last = line == at.rows - 1; /* the rest goes there, cut */
        str_copy(piece, sizeof piece, text);
        if (!last && length < sizeof piece)
            piece[length] = '\0';
        pen_text(pen, at.y + line++, at.x, at.columns, role, piece);
        text += last ? strlen(text) : length;
        text += strspn(text, " ");
    }
    return line;
}

int pen_right(struct pen *pen, int y, int x, int cells, enum role role, const char *text)
{
    int wanted = text_cells(text, pen->unicode);
    int indent = wanted < cells ? cells - wanted : 0;
    return pen_text(pen, y, x + indent, cells - indent, role, text);
}

void pen_glyph(struct pen *pen, int y, int x, enum role role, wchar_t c)
{
    pen_repeat(pen, y, x, 1, role, c);
}

void pen_repeat(struct pen *pen, int y, int x, int cells, enum role role, wchar_t c)
{
    cells = room_at(pen, y, x, cells);
    if (cells <= 0)
        return;
    wchar_t text[2] = {c, L'\0'};
    wattrset((WINDOW *)pen->window, (int)attributes(pen, role));
    wmove(pen->window, y, x);
    for (int i = 0; i < cells; i++)
        waddwstr(pen->window, text);
}

void pen_box(struct pen *pen, struct rect at, enum role role, const char *title)
{
    const struct glyphs *g = pen->glyphs;
    int right = at.x + at.columns - 1, bottom = at.y + at.rows - 1;
    if (at.rows < 2 || at.columns < 2)
        return;
    pen_repeat(pen, at.y, at.x + 1, at.columns - 2, role, g->across);
    pen_repeat(pen, bottom, at.x + 1, at.columns - 2, role, g->across);
    for (int y = at.y + 1; y < bottom; y++) {
        pen_glyph(pen, y, at.x, role, g->down);
        pen_glyph(pen, y, right, role, g->down);
    }
    pen_glyph(pen, at.y, at.x, role, g->corner[0]);
    pen_glyph(pen, at.y, right, role, g->corner[1]);
    pen_glyph(pen, bottom, at.x, role, g->corner[2]);
    pen_glyph(pen, bottom, right, role, g->corner[3]);
    if (title[0] && at.columns > 6)
        pen_format(pen, at.y, at.x + 2, at.columns - 4, ROLE_TITLE, " %s ", title);
}

void pen_rule(struct pen *pen, int y, int x, int cells, const char *title, const char *right)
{
    pen_repeat(pen, y, x, cells, ROLE_BORDER, pen->glyphs->across);
    int used = 2;
    if (title[0])
        used += pen_format(pen, y, x + 2, cells - 4, ROLE_TITLE, " %s ", title);
    if (!right[0] || cells - used < 8)
        return;
    char padded[512];
    snprintf(padded, sizeof padded, " %s ", right);
    pen_right(pen, y, x + used + 2, cells - used - 4, ROLE_DIM, padded);
}

void pen_bar(struct pen *pen, int y, int x, int cells, enum role role, double fraction)
{
    if (cells <= 0)
        return;
    if (!(fraction > 0))
        fraction = 0;
    if (fraction > 1)
        fraction = 1;
    int eighths = (int)(fraction * cells * 8 + 0.5), full = eighths / 8, part = eighths % 8;
    pen_repeat(pen, y, x, full, role, pen->glyphs->full);
    pen_repeat(pen, y, x + full, cells - full, ROLE_BORDER, pen->glyphs->empty);
    if (part && pen->glyphs->part[part])
        pen_glyph(pen, y, x + full, role, pen->glyphs->part[part]);
}

void pen_figure(const struct pen *pen, char *to, size_t room, double value, int decimals, int cells)
{
    if (!isfinite(value))
        str_copy(to, room, pen->glyphs->none);
    else
        str_figure(to, room, value, decimals, cells);
}
