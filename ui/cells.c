/* cells.c - see cells.h. Screen thread only.
 *
 * Columns are as wide as what is in sight of them, and are drawn whole or not at all, as no number
 * may be cut; only where a single one is wider than the screen it is.
 */
#include "ui/cells.h"

#include "results/table.h"
#include "ui/text.h"

#include <string.h>

#define MARGIN 2
#define GAP 2
#define TEXT_BYTES 1024

/* What is in sight. */
struct sight {
    const struct cells *cells;
    struct rect at;
    int first_row, rows;
};

static int rows_of(const struct table *t)
{
    return t->n_columns ? (int)(t->n_cells / t->n_columns) : 0;
}

static void text_of(const struct table *t, int row, int column, char to[TEXT_BYTES])
{
    table_show(&t->columns[column], &t->cells[(size_t)row * t->n_columns + (size_t)column], to,
               TEXT_BYTES);
}

static int width_of(const struct pen *pen, const struct sight *s, int column)
{
    char text[TEXT_BYTES];
    const struct table *t = s->cells->table;
    int widest = text_cells(t->columns[column].title, pen->unicode);
    for (int row = s->first_row; row < s->first_row + s->rows && row < rows_of(t); row++) {
        text_of(t, row, column, text);
        int width = text_cells(text, pen->unicode);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void draw_text(struct pen *pen, int y, int x, int width, bool right, enum role role,
                      const char *text)
{
    if (right)
        pen_right(pen, y, x, width, role, text);
    else
        pen_text(pen, y, x, width, role, text);
}

/* A column from its head down; the selected cell on the selection's background. */
static void draw_column(struct pen *pen, const struct sight *s, int column, int x, int width,
                        const struct cells_place *place)
{
    char text[TEXT_BYTES];
    const struct table *t = s->cells->table;
    bool right = table_is_number(t->columns[column].kind);
    draw_text(pen, s->at.y, x, width, right, ROLE_HEAD, t->columns[column].title);
    for (int i = 0; i < s->rows && s->first_row + i < rows_of(t); i++) {
        int row = s->first_row + i, y = s->at.y + 1 + i;
        text_of(t, row, column, text);
        pen->selected = place && place->row == row && place->column == column;
        if (pen->selected)
            pen_repeat(pen, y, x, width, ROLE_TEXT, L' ');
        draw_text(pen, y, x, width, right,
                  s->cells->role(s->cells->context, (size_t)row, (size_t)column), text);
        pen->selected = false;
    }
}

/* Scrolls sideways as little as can be. */
static void show_column(const struct pen *pen, const struct sight *s, int room,
                        struct cells_place *p)
{
    if (p->first_column > p->column)
        p->first_column = p->column;
    for (;; p->first_column++) {
        int needed = -GAP;
        for (int column = p->first_column; column <= p->column; column++)
            needed += width_of(pen, s, column) + GAP;
        if (needed <= room || p->first_column == p->column)
            return;
    }
}

static int narrower(int a, int b)
{
    return a < b ? a : b;
}

void cells_draw(struct pen *pen, struct rect at, const struct cells *cells,
                struct cells_place *place)
{
    const struct table *t = cells->table;
    struct sight s = {cells, at, 0, at.rows - 1};
    if (place) {
        place->page = s.rows;
        place->at = at;
        place->shown = 0;
        place->first_row = layout_scroll(place->first_row, place->row, rows_of(t), s.rows);
        s.first_row = place->first_row;
    }
    pen_repeat(pen, at.y, at.x, at.columns, ROLE_HEAD, L' ');
    int names = narrower(width_of(pen, &s, 0), at.columns / 3);
    int x = at.x + MARGIN + names + GAP, end = at.x + at.columns - 1;
    draw_column(pen, &s, 0, at.x + MARGIN, names, place);
    if (place && place->row - s.first_row < s.rows)
        pen_glyph(pen, at.y + 1 + place->row - s.first_row, at.x, ROLE_KEY, pen->glyphs->here);
    if (place)
        show_column(pen, &s, end - x, place);
    int first = place ? place->first_column : 1, column = first;
    for (; column < (int)t->n_columns && x < end; column++) {
        int width = width_of(pen, &s, column);
        if (x + width > end && column > first)
            break;
        draw_column(pen, &s, column, x, narrower(width, end - x), place);
        x += width + GAP;
        if (place && place->shown < CELLS_MOST_SHOWN)
            place->ends[place->shown++] = x - 1;
    }
    if (first > 1)
        pen_text(pen, at.y, at.x, 1, ROLE_KEY, "<");
    if (column < (int)t->n_columns)
        pen_text(pen, at.y, at.x + at.columns - 1, 1, ROLE_KEY, ">");
}

void cells_keep(struct cells_place *p, const struct table *t)
{
    int rows = rows_of(t), columns = (int)t->n_columns;
    p->row = narrower(p->row, rows - 1);
    p->column = narrower(p->column, columns - 1);
    p->row = p->row < 0 ? 0 : p->row;
    p->column = p->column < 1 ? 1 : p->column;
    p->first_column = p->first_column < 1 ? 1 : narrower(p->first_column, columns - 1);
}

bool cells_move(struct cells_place *p, const struct table *t, enum request request)
{
    switch (request) {
    case REQ_UP:
        p->row--;
        break;
    case REQ_DOWN:
        p->row++;
        break;
    case REQ_LEFT:
        p->column--;
        break;
    case REQ_RIGHT:
        p->column++;
        break;
    case REQ_PAGE_UP:
        p->row -= p->page;
        break;
    case REQ_PAGE_DOWN:
        p->row += p->page;
        break;
    case REQ_FIRST:
        p->row = 0;
        break;
    case REQ_LAST:
        p->row = rows_of(t) - 1;
        break;
    default:
        return false;
    }
    cells_keep(p, t);
    return true;
}

bool cells_point(struct cells_place *p, const struct table *t, const struct pointer *pointer,
                 enum request *request)
{
    int row = p->first_row + pointer->y - p->at.y - 1, column = 0, lines = pointer_scroll(pointer);
    *request = REQ_NONE;
    if (!rect_has(p->at, pointer->y, pointer->x) || pointer->y == p->at.y)
        return false;
    if (lines) {
        p->row += lines;
        cells_keep(p, t);
        return true;
    }
    while (column < p->shown && pointer->x >= p->ends[column])
        column++;
    if (!pointer_clicks(pointer) || row >= rows_of(t) || column == p->shown)
        return false;
    p->row = row;
    p->column = p->first_column + column;
    *request = pointer->kind == POINTER_TWICE ? REQ_ENTER : REQ_NONE;
    return true;
}
