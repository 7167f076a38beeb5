/* grid.c - a table on screen. Screen thread only.
 *
 * Cells are asked for twice a frame, to measure and to draw: only lines in sight are, and nothing
 * has to be kept or allocated.
 */
#include "ui/grid.h"

#include "ui/text.h"

#include <string.h>

#define MARGIN 2     /* for the mark of the selected line, */
#define SIGN_CELLS 1 /* and the sign of any */
#define LEAST_BAR 4  /* a shorter bar says nothing */

static void fill_cell(const struct grid *g, const struct pen *pen, size_t line, int column,
                      int cells, struct grid_cell *cell)
{
    cell->text[0] = '\0';
    cell->decimals = -1;
    cell->role = ROLE_TEXT;
    cell->has_bar = false;
    g->cell(g->context, pen, line, column, cell);
    if (cell->decimals >= 0)
        pen_figure(pen, cell->text, sizeof cell->text, cell->figure, cell->decimals, cells);
}

#define DIGITS "0123456789"

/* Characters of a number from its decimal point on, 0 for whole ones. What is no number ends where
 * the longest ends: at `most`. */
static int cells_after(const struct column *column, const char *text, int most)
{
    if (!column->right || !text[strcspn(text, DIGITS)])
        return most;
    const char *point = strrchr(text, '.');
    if (!point || point[1 + strspn(point + 1, DIGITS)])
        return 0;
    return (int)strlen(point);
}

static void widen(int *widest, int cells)
{
    if (*widest < cells)
        *widest = cells;
}

static bool is_across(const struct grid *g, const struct pen *pen, size_t line,
                      struct grid_cell *cell)
{
    cell->text[0] = '\0';
    cell->role = ROLE_TEXT;
    return g->across && g->across(g->context, pen, line, cell);
}

/* Widens the columns to what is in sight. */
static void measure(const struct pen *pen, const struct grid *g, struct grid_place *p, int rows)
{
    struct grid_cell cell;
    for (int c = 0; c < g->n_columns; c++) {
        for (int i = 0; i < rows && (size_t)(p->first + i) < g->n; i++) {
            if (is_across(g, pen, (size_t)(p->first + i), &cell))
                continue;
            fill_cell(g, pen, (size_t)(p->first + i), c, g->columns[c].most, &cell);
            int after = cells_after(&g->columns[c], cell.text, 0);
            widen(&p->before[c], text_cells(cell.text, pen->unicode) - after);
            widen(&p->after[c], after);
            p->bars[c] |= cell.has_bar;
            p->figures[c] |= cell.decimals >= 0;
        }
    }
}

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

/* What is left over makes bars longer. */
static void lengthen_bars(const struct grid *g, const bool *bars, int left,
                          struct column_place *places)
{
    int moved = 0;
    for (int c = 0; c < g->n_columns; c++) {
        places[c].x += moved;
        int more = least_of(left - moved, g->columns[c].most - places[c].cells);
        if (!bars[c] || !places[c].cells || more <= LEAST_BAR)
            continue;
        places[c].cells += more;
        moved += more;
    }
}

static int margin_of(const struct grid *g)
{
    return MARGIN + (g->sign ? SIGN_CELLS : 0);
}

/* Columns as wide as their content, within what they may be and what there is room for. */
static void place_columns(const struct grid *g, struct grid_place *p, int cells)
{
    struct column_place *places = p->places;
    struct column fitting[GRID_MOST_COLUMNS];
    for (int c = 0; c < g->n_columns; c++) {
        const struct column *column = &g->columns[c];
        int wanted = p->before[c] + p->after[c];
        widen(&wanted, (int)strlen(column->title) + 1); /* the mark of sorting */
        fitting[c] = *column;
        fitting[c].most = least_of(column->most, wanted);
        fitting[c].least = least_of(column->least, fitting[c].most);
        if (column->right && !p->figures[c])
            fitting[c].least = fitting[c].most; /* a number is there whole, or its column is not */
    }
    layout_columns(fitting, g->n_columns, cells, places);
    int end = 0;
    for (int c = 0; c < g->n_columns; c++)
        if (places[c].cells)
            end = places[c].x + places[c].cells;
    lengthen_bars(g, p->bars, cells - end, places);
    for (int c = 0; c < GRID_MOST_COLUMNS; c++)
        places[c] = c < g->n_columns
                        ? (struct column_place){places[c].x + margin_of(g), places[c].cells}
                        : (struct column_place){0, 0};
}

static void draw_head(struct pen *pen, struct rect at, const struct grid *g,
                      const struct column_place *places)
{
    pen_repeat(pen, at.y, at.x, at.columns, ROLE_HEAD, L' ');
    for (int c = 0; c < g->n_columns; c++) {
        const struct column *column = &g->columns[c];
        int x = at.x + places[c].x, cells = places[c].cells;
        if (!cells)
            continue;
        int used = column->right ? pen_right(pen, at.y, x, cells, ROLE_HEAD, column->title)
                                 : pen_text(pen, at.y, x, cells, ROLE_HEAD, column->title);
        if (c == g->sorted && used < cells)
            pen_glyph(pen, at.y, column->right ? x + cells - used - 1 : x + used, ROLE_KEY,
                      g->reverse ? pen->glyphs->up_arrow : pen->glyphs->down_arrow);
    }
}

static void draw_cell(struct pen *pen, int y, struct column_place at, const struct column *column,
                      int before, int after, const struct grid_cell *cell)
{
    int bar = at.cells - before - after - 1;
    if (cell->has_bar && bar >= LEAST_BAR)
        pen_bar(pen, y, at.x, bar, cell->bar_role, cell->fraction);
    if (!column->right) {
        pen_text(pen, y, at.x, at.cells, cell->role, cell->text);
        return;
    }
    int to_point = at.cells - after + cells_after(column, cell->text, after);
    bool fits = text_cells(cell->text, pen->unicode) <= to_point;
    pen_right(pen, y, at.x, fits ? to_point : at.cells, cell->role, cell->text);
}

static void draw_across(struct pen *pen, int y, int x, int cells, struct grid_cell *cell)
{
    char *right = strrchr(cell->text, '\t');
    if (right) {
        *right++ = '\0';
        cells -= pen_right(pen, y, x, cells, cell->role, right) + 2;
    }
    pen_items(pen, y, x, cells, cell->role, "  ", cell->text);
}

static void draw_line(struct pen *pen, int y, struct rect at, const struct grid *g,
                      const struct grid_place *p, const struct column_place *places, size_t line)
{
    struct grid_cell cell;
    pen->selected = line == (size_t)p->at;
    if (pen->selected) {
        pen_repeat(pen, y, at.x, at.columns, ROLE_TEXT, L' ');
        pen_glyph(pen, y, at.x, ROLE_KEY, pen->glyphs->here);
    }
    enum role role = ROLE_TEXT;
    wchar_t sign = g->sign ? g->sign(g->context, pen, line, &role) : 0;
    if (sign)
        pen_glyph(pen, y, at.x + 1, role, sign);
    if (is_across(g, pen, line, &cell)) {
        draw_across(pen, y, at.x + margin_of(g), at.columns - margin_of(g) - 1, &cell);
        pen->selected = false;
        return;
    }
    for (int c = 0; c < g->n_columns; c++) {
        struct column_place place = {at.x + places[c].x, places[c].cells};
        if (!place.cells)
            continue;
        fill_cell(g, pen, line, c, place.cells, &cell);
        draw_cell(pen, y, place, &g->columns[c], p->before[c], p->after[c], &cell);
    }
    pen->selected = false;
}

void grid_draw(struct pen *pen, struct rect head, struct rect rows, const struct grid *g,
               struct grid_place *p)
{
    struct column_place *places = p->places;
    p->head = head;
    p->rows = rows;
    p->page = rows.rows;
    p->first = layout_scroll(p->first, p->at, (int)g->n, rows.rows);
    measure(pen, g, p, rows.rows);
    place_columns(g, p, rows.columns - margin_of(g) - 1);
    draw_head(pen, head, g, places);
    for (p->shown = 0; p->shown < g->n_columns && places[p->shown].cells;)
        p->shown++;
    for (int i = 0; i < rows.rows && (size_t)(p->first + i) < g->n; i++)
        draw_line(pen, rows.y + i, rows, g, p, places, (size_t)(p->first + i));
}

static bool move(struct grid_place *p, int last, enum request request)
{
    switch (request) {
    case REQ_UP:
        p->at--;
        return true;
    case REQ_DOWN:
        p->at++;
        return true;
    case REQ_PAGE_UP:
        p->at -= p->page;
        return true;
    case REQ_PAGE_DOWN:
        p->at += p->page;
        return true;
    case REQ_FIRST:
        p->at = 0;
        return true;
    case REQ_LAST:
        p->at = last;
        return true;
    default:
        return false;
    }
}

bool grid_move(struct grid_place *p, size_t n, enum request request)
{
    int last = (int)n - 1;
    if (!move(p, last, request))
        return false;
    if (p->at > last)
        p->at = last;
    if (p->at < 0)
        p->at = 0;
    return true;
}

/* The selection stays where it is on the screen, as far as there are lines. */
static void scroll(struct grid_place *p, int last, int lines)
{
    p->first += lines;
    p->first = p->first > last ? last : p->first < 0 ? 0 : p->first;
    p->at += lines;
    p->at = p->at > last ? last : p->at < 0 ? 0 : p->at;
}

bool grid_point(struct grid_place *p, size_t n, const struct pointer *pointer,
                enum request *request)
{
    int line = p->first + pointer->y - p->rows.y, lines = pointer_scroll(pointer);
    *request = REQ_NONE;
    if (!rect_has(p->rows, pointer->y, pointer->x) || !n)
        return false;
    if (lines)
        scroll(p, (int)n - 1, lines);
    if (lines || !pointer_clicks(pointer) || (size_t)line >= n)
        return lines != 0;
    p->at = line;
    *request = pointer->kind == POINTER_TWICE ? REQ_ENTER : REQ_NONE;
    return true;
}

int grid_column_at(const struct grid_place *p, int x)
{
    int found = -1;
    for (int c = 0; c < GRID_MOST_COLUMNS; c++)
        if (p->places[c].cells && p->head.x + p->places[c].x <= x)
            found = c;
    return found;
}

int grid_head_at(const struct grid_place *p, const struct pointer *pointer)
{
    bool here = pointer_clicks(pointer) && rect_has(p->head, pointer->y, pointer->x);
    return here ? grid_column_at(p, pointer->x) : -1;
}
