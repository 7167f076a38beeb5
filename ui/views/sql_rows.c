/* sql_rows.c - the rows of a statement as a grid that goes both ways, and one cell of it whole.
 * Screen thread only. */
#include "ui/views/sql_priv.h"

#include "base/str.h"
#include "results/value.h"
#include "ui/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LEAST_CELLS 16 /* of a text, before later columns go out of sight */
#define MOST_CELLS 80
#define LOOKED_AT 100 /* rows that say whether a column is of numbers */
#define HEX_LINE 16   /* bytes */

/* --- the grid --- */

struct rows_context {
    const struct sql_view *view;
    const struct ui_sql *result;
};

static const struct row_value *value_at(const struct ui_sql *r, size_t row, size_t column)
{
    return &r->values[row * r->n_columns + column];
}

static void value_text(const struct row_value *v, char *to, size_t room)
{
    struct row_value whole = *v;
    struct str text;
    str_init(&text);
    if (v->kind == ROW_VALUE_BLOB && (size_t)v->whole > v->count)
        whole.count = (size_t)v->whole; /* its length is said, its first bytes shown */
    value_add(&text, &whole);
    str_copy(to, room, text.text);
    str_fini(&text);
}

static void fill(const void *context, const struct pen *pen, size_t line, int column,
                 struct grid_cell *cell)
{
    const struct rows_context *c = context;
    const struct sql_view *v = c->view;
    const struct row_value *value = value_at(c->result, line, (size_t)(v->left + column));
    (void)pen;
    if (value->kind == ROW_VALUE_NULL) {
        str_copy(cell->text, sizeof cell->text, "NULL");
        cell->role = ROLE_DIM;
    } else {
        value_text(value, cell->text, sizeof cell->text);
    }
    if (v->mode != SQL_EDITS && (int)line == v->place.at && v->left + column == v->column)
        cell->role = ROLE_KEY;
}

static bool is_of_numbers(const struct ui_sql *r, size_t column)
{
    bool any = false;
    for (size_t row = 0; row < r->n_rows && row < LOOKED_AT; row++) {
        const struct row_value *v = value_at(r, row, column);
        if (v->kind != ROW_VALUE_NULL && !value_is_number(v))
            return false;
        any |= v->kind != ROW_VALUE_NULL;
    }
    return any;
}

static void go_left(struct sql_view *v, int left)
{
    v->left = left;
    memset(v->place.before, 0, sizeof v->place.before); /* these are of other columns */
    memset(v->place.after, 0, sizeof v->place.after);
    memset(v->place.figures, 0, sizeof v->place.figures);
}

static void draw_from(struct sql_view *v, struct pen *pen, const struct ui_sql *r,
                      const struct sql_layout *l)
{
    struct column columns[GRID_MOST_COLUMNS];
    struct rows_context context = {v, r};
    int n = (int)r->n_columns - v->left;
    n = n < GRID_MOST_COLUMNS ? n : GRID_MOST_COLUMNS;
    for (int c = 0; c < n; c++)
        columns[c] = (struct column){.title = r->names[v->left + c],
                                     .least = LEAST_CELLS,
                                     .most = MOST_CELLS,
                                     .priority = c,
                                     .right = is_of_numbers(r, (size_t)(v->left + c))};
    const struct grid grid = {.columns = columns,
                              .n_columns = n,
                              .n = r->n_rows,
                              .cell = fill,
                              .context = &context,
                              .sorted = -1};
    for (int y = 0; y < l->rows.rows; y++)
        pen_repeat(pen, l->rows.y + y, l->rows.x, l->rows.columns, ROLE_TEXT, L' ');
    grid_draw(pen, l->head, l->rows, &grid, &v->place);
}

static void draw_grid(struct sql_view *v, struct pen *pen, const struct ui_sql *r,
                      const struct sql_layout *l)
{
    if (v->column >= (int)r->n_columns)
        v->column = (int)r->n_columns - 1;
    if (v->column < v->left)
        go_left(v, v->column);
    draw_from(v, pen, r, l);
    while (v->place.shown && v->column >= v->left + v->place.shown && v->left < v->column) {
        go_left(v, v->left + 1);
        draw_from(v, pen, r, l);
    }
}

/* --- one cell --- */

/* Bytes of a text that fit a line, up to its line break. */
static size_t line_bytes(const struct pen *pen, const char *text, int cells)
{
    char part[TEXT_MOST_CELLS];
    size_t end = strcspn(text, "\n"), at = 0;
    while (at < end) {
        size_t next = at + 1;
        while (next < end && ((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        if (next >= sizeof part)
            break;
        memcpy(part, text, next);
        part[next] = '\0';
        if (text_cells(part, pen->unicode) > cells && at)
            break;
        at = next;
    }
    return at;
}

/* Draws those lines that are in sight; returns how many there are. */
static int draw_text(struct pen *pen, struct rect at, int first, const char *text)
{
    char part[TEXT_MOST_CELLS];
    int line = 0;
    do {
        size_t bytes = line_bytes(pen, text, at.columns);
        snprintf(part, sizeof part, "%.*s", (int)bytes, text);
        if (line >= first && line < first + at.rows)
            pen_text(pen, at.y + line - first, at.x, at.columns, ROLE_TEXT, part);
        line++;
        text += bytes + (text[bytes] == '\n');
    } while (*text);
    return line;
}

static int draw_blob(struct pen *pen, struct rect at, int first, const struct row_value *v)
{
    int lines = (int)((v->count + HEX_LINE - 1) / HEX_LINE);
    for (int i = first; i < lines && i < first + at.rows; i++) {
        size_t from = (size_t)i * HEX_LINE, left = v->count - from;
        struct str text;
        str_init(&text);
        str_addf(&text, "%6zu  ", from);
        for (size_t k = 0; k < left && k < HEX_LINE; k++) {
            value_add_hex(&text, v->bytes + from + k, 1);
            str_add(&text, k == HEX_LINE / 2 - 1 ? "  " : " ");
        }
        pen_text(pen, at.y + i - first, at.x, at.columns, ROLE_TEXT, text.text);
        str_fini(&text);
    }
    return lines;
}

static void draw_cell(struct sql_view *v, struct pen *pen, const struct ui_sql *r, struct rect at)
{
    char title[300], text[GRID_TEXT_BYTES];
    const struct row_value *value = value_at(r, (size_t)v->place.at, (size_t)v->column);
    bool cut = (value->kind == ROW_VALUE_TEXT || value->kind == ROW_VALUE_BLOB) &&
               (size_t)value->whole > value->count;
    int n = snprintf(title, sizeof title, "%.200s, row %d", r->names[v->column], v->place.at + 1);
    if (cut && n > 0 && (size_t)n < sizeof title)
        snprintf(title + n, sizeof title - (size_t)n, ": the first %zu of %" PRId64 " bytes",
                 value->count, value->whole);
    for (int y = 0; y < at.rows; y++)
        pen_repeat(pen, at.y + y, at.x, at.columns, ROLE_TEXT, L' ');
    pen_box(pen, at, ROLE_FOCUS, title);
    struct rect inside = {at.y + 1, at.x + 2, at.rows - 2, at.columns - 4};
    int lines;
    if (value->kind == ROW_VALUE_TEXT) {
        lines = draw_text(pen, inside, v->zoom, value->bytes);
    } else if (value->kind == ROW_VALUE_BLOB) {
        lines = draw_blob(pen, inside, v->zoom, value);
    } else {
        value_text(value, text, sizeof text);
        lines = draw_text(pen, inside, v->zoom, value->kind == ROW_VALUE_NULL ? "NULL" : text);
    }
    if (v->zoom > lines - 1)
        v->zoom = lines > 0 ? lines - 1 : 0;
}

void sql_rows_draw(struct sql_view *v, struct pen *pen, const struct ui_sql *r,
                   const struct sql_layout *l)
{
    struct rect all = {l->head.y, l->head.x, l->head.rows + l->rows.rows, l->head.columns};
    if (!r->n_columns)
        return;
    if (v->place.at >= (int)r->n_rows)
        v->place.at = r->n_rows ? (int)r->n_rows - 1 : 0;
    if (v->mode == SQL_ZOOMS && r->n_rows)
        draw_cell(v, pen, r, all);
    else
        draw_grid(v, pen, r, l);
}

/* --- requests --- */

static bool request_cell(struct sql_view *v, enum request request)
{
    switch (request) {
    case REQ_ENTER:
    case REQ_BACK:
        v->mode = SQL_LOOKS;
        return true;
    case REQ_UP:
        v->zoom -= v->zoom > 0;
        return true;
    case REQ_DOWN:
        v->zoom++; /* drawing keeps it within */
        return true;
    case REQ_PAGE_UP:
        v->zoom = v->zoom > v->place.page ? v->zoom - v->place.page : 0;
        return true;
    case REQ_PAGE_DOWN:
        v->zoom += v->place.page;
        return true;
    case REQ_FIRST:
        v->zoom = 0;
        return true;
    default:
        return false;
    }
}

static bool request_column(struct sql_view *v, const struct ui_sql *r, enum request request)
{
    if (request != REQ_LEFT && request != REQ_RIGHT)
        return false;
    v->column += request == REQ_RIGHT ? v->column + 1 < (int)r->n_columns : -(v->column > 0);
    v->zoom = 0;
    return true;
}

bool sql_rows_request(struct sql_view *v, const struct ui_sql *r, enum request request)
{
    bool pages = request == REQ_PAGE_UP || request == REQ_PAGE_DOWN;
    if (v->mode == SQL_EDITS)
        return pages && r && grid_move(&v->place, r->n_rows, request);
    if (!r || request == REQ_NEXT || request == REQ_PREVIOUS ||
        (v->mode == SQL_LOOKS && request == REQ_BACK)) {
        bool leaves = !r && request != REQ_NEXT && request != REQ_PREVIOUS && request != REQ_BACK;
        v->mode = SQL_EDITS;
        return !leaves;
    }
    if (request_column(v, r, request) || (v->mode == SQL_ZOOMS && request_cell(v, request)))
        return true;
    if (v->mode == SQL_LOOKS && request == REQ_ENTER) {
        v->mode = r->n_rows ? SQL_ZOOMS : SQL_LOOKS;
        v->zoom = 0;
        return true;
    }
    return v->mode == SQL_LOOKS && grid_move(&v->place, r->n_rows, request);
}

/* A click on the selected cell shows it whole when it is a double one. */
bool sql_rows_point(struct sql_view *v, const struct ui_sql *r, const struct pointer *p,
                    enum request *request)
{
    *request = REQ_NONE;
    if (v->mode == SQL_ZOOMS) {
        v->zoom += pointer_scroll(p);
        v->zoom = v->zoom < 0 ? 0 : v->zoom;
        *request = p->kind == POINTER_RIGHT || p->kind == POINTER_TWICE ? REQ_BACK : REQ_NONE;
        return true;
    }
    int column = grid_column_at(&v->place, p->x);
    if (!r || !grid_point(&v->place, r->n_rows, p, request))
        return false;
    if (pointer_scroll(p))
        return true;
    v->mode = SQL_LOOKS;
    if (column >= 0 && v->left + column < (int)r->n_columns)
        v->column = v->left + column;
    return true;
}
