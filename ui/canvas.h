/* canvas.h - a grid of dots finer than the screen's cells: 2x4 dots a cell in Braille, 2x2 in block
 * characters, 1x1 in ASCII. Dots remember which series set them. */
#ifndef COMBOLAB_UI_CANVAS_H
#define COMBOLAB_UI_CANVAS_H

#include "ui/ui.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

/* A series' values that fall on one column of dots. */
struct canvas_column {
    double first, last, least, most;
    int n;       /* values; 0 = nothing here */
    bool broken; /* a gap lies between the column before and this one */
};

struct canvas {
    uint8_t *mask, *owner;        /* a cell's dots; the series that drew last, from 1 */
    struct canvas_column *column; /* one for each column of dots, for the chart's use */
    size_t cells_room, columns_room;
    int rows, columns; /* in cells */
    int across, down;  /* dots a cell */
    enum ui_chart_style style;
};

/* Room for charts up to that size. On -1 the canvas has no room, and canvas_start says so. */
int canvas_reserve(struct canvas *c, int rows, int columns);
void canvas_fini(struct canvas *c);

/* An empty grid of rows x columns cells. False when that is more than was reserved. */
bool canvas_start(struct canvas *c, int rows, int columns, enum ui_chart_style style);

/* A dot, counted from the top left; outside the grid nothing happens. */
void canvas_dot(struct canvas *c, int x, int y, int series);

enum canvas_dash { CANVAS_SOLID, CANVAS_DASHED, CANVAS_DOTTED, CANVAS_DASH_DOT, CANVAS_DASHES };

/* A dot of many alike: a cell's owner says how many it has got, up to 255. */
void canvas_count(struct canvas *c, int x, int y);

/* A dot behind those: only where the cell has got none. Its owner is 0. */
void canvas_behind(struct canvas *c, int x, int y);

/* A line with both ends. `along` counts along it from piece to piece. In ASCII, where marks tell
 * series apart, all are solid. */
void canvas_line(struct canvas *c, int x0, int y0, int x1, int y1, int series,
                 enum canvas_dash dash, int *along);

/* What to show in a cell; 0 for an empty one. In ASCII a mark of the series, from 1. */
wchar_t canvas_glyph(const struct canvas *c, int row, int column);

#endif
