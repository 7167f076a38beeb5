/* canvas.c - dots and lines finer than cells. Knows neither charts nor curses. */
#include "ui/canvas.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

int canvas_reserve(struct canvas *c, int rows, int columns)
{
    size_t cells = (size_t)rows * (size_t)columns;
    if (cells <= c->cells_room && (size_t)columns * 2 <= c->columns_room)
        return 0;
    canvas_fini(c);
    c->mask = mem_alloc(cells, 1);
    c->owner = mem_alloc(cells, 1);
    c->column = mem_alloc((size_t)columns * 2, sizeof *c->column);
    if (!c->mask || !c->owner || !c->column) {
        canvas_fini(c);
        return -1;
    }
    c->cells_room = cells;
    c->columns_room = (size_t)columns * 2;
    return 0;
}

void canvas_fini(struct canvas *c)
{
    mem_free(c->mask);
    mem_free(c->owner);
    mem_free(c->column);
    memset(c, 0, sizeof *c);
}

bool canvas_start(struct canvas *c, int rows, int columns, enum ui_chart_style style)
{
    if (rows < 1 || columns < 1 || (size_t)rows * (size_t)columns > c->cells_room ||
        (size_t)columns * 2 > c->columns_room)
        return false;
    c->rows = rows;
    c->columns = columns;
    c->style = style;
    c->across = style == UI_CHART_ASCII ? 1 : 2;
    c->down = style == UI_CHART_BRAILLE ? 4 : style == UI_CHART_BLOCK ? 2 : 1;
    memset(c->mask, 0, (size_t)rows * (size_t)columns);
    memset(c->owner, 0, (size_t)rows * (size_t)columns);
    return true;
}

/* The dot's cell; -1 outside the grid. */
static int cell_of(const struct canvas *c, int x, int y)
{
    bool inside = x >= 0 && y >= 0 && x < c->columns * c->across && y < c->rows * c->down;
    return inside ? y / c->down * c->columns + x / c->across : -1;
}

/* Bit = dot within the cell, row by row. */
static void set_dot(struct canvas *c, int cell, int x, int y)
{
    c->mask[cell] |= (uint8_t)(1u << (y % c->down * c->across + x % c->across));
}

void canvas_dot(struct canvas *c, int x, int y, int series)
{
    int cell = cell_of(c, x, y);
    if (cell < 0)
        return;
    set_dot(c, cell, x, y);
    c->owner[cell] = (uint8_t)series;
}

void canvas_count(struct canvas *c, int x, int y)
{
    int cell = cell_of(c, x, y);
    if (cell < 0)
        return;
    set_dot(c, cell, x, y);
    c->owner[cell] += c->owner[cell] < UINT8_MAX;
}

void canvas_behind(struct canvas *c, int x, int y)
{
    int cell = cell_of(c, x, y);
    if (cell >= 0 && !c->owner[cell])
        set_dot(c, cell, x, y);
}

/* Dashes of three dots, single dots, or both in turn. */
static bool gap_of_dash(const struct canvas *c, enum canvas_dash dash, int at)
{
    if (c->style == UI_CHART_ASCII)
        return false;
    switch (dash) {
    case CANVAS_DASHED:
        return at % 5 >= 3;
    case CANVAS_DOTTED:
        return at % 3 >= 1;
    case CANVAS_DASH_DOT:
        return at % 9 >= 4 && at % 9 != 6;
    default:
        return false;
    }
}

void canvas_line(struct canvas *c, int x0, int y0, int x1, int y1, int series,
                 enum canvas_dash dash, int *along)
{
    int dx = abs(x1 - x0), dy = -abs(y1 - y0);
    int step_x = x0 < x1 ? 1 : -1, step_y = y0 < y1 ? 1 : -1;
    for (int error = dx + dy;;) {
        if (!gap_of_dash(c, dash, (*along)++))
            canvas_dot(c, x0, y0, series);
        if (x0 == x1 && y0 == y1)
            return;
        int twice = 2 * error;
        if (twice >= dy) {
            error += dy;
            x0 += step_x;
        }
        if (twice <= dx) {
            error += dx;
            y0 += step_y;
        }
    }
}

static wchar_t braille(unsigned mask)
{
    /* Unicode numbers Braille dots down the left column, then the right, then the lowest row. */
    static const uint8_t bit[8] = {0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
    unsigned dots = 0;
    for (int i = 0; i < 8; i++)
        if (mask & (1u << i))
            dots |= bit[i];
    return (wchar_t)(0x2800 + dots);
}

wchar_t canvas_glyph(const struct canvas *c, int row, int column)
{
    static const wchar_t blocks[17] = L" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█";
    static const char marks[] = "*o+x";
    int cell = row * c->columns + column;
    if (!c->mask[cell])
        return 0;
    switch (c->style) {
    case UI_CHART_BLOCK:
        return blocks[c->mask[cell] & 15];
    case UI_CHART_ASCII:
        return (wchar_t)marks[(c->owner[cell] - 1) & 3];
    default:
        return braille(c->mask[cell]);
    }
}
