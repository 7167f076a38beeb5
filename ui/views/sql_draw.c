/* sql_draw.c - how the SQL view looks: the statement with its words in colour, what there is to say
 * of it, the list of completions, and where nothing has been run yet, what one may begin with.
 * Screen thread only. */
#include "ui/views/sql_priv.h"

#include "base/str.h"
#include "ui/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MARGIN 2
#define LIST_ROWS 10
#define NAME_CELLS 18

/* --- the statement --- */

static enum role role_of(enum sql_token token)
{
    switch (token) {
    case SQL_WORD:
        return ROLE_KEY;
    case SQL_TEXT:
        return ROLE_VAL;
    case SQL_COMMENT:
        return ROLE_DIM;
    case SQL_BLANK:
    case SQL_NAME:
    case SQL_NUMBER:
    case SQL_SIGN:
        break;
    }
    return ROLE_TEXT;
}

/* Where a byte of the text stands, from the text's first line and cell. */
struct spot {
    int line, cell;
};

static struct spot spot_of(const struct pen *pen, const char *text, size_t at)
{
    char part[EDITOR_BYTES];
    struct spot s = {0, 0};
    size_t begin = 0;
    for (size_t i = 0; i < at && text[i]; i++) {
        if (text[i] != '\n')
            continue;
        s.line++;
        begin = i + 1;
    }
    memcpy(part, text + begin, at - begin);
    part[at - begin] = '\0';
    s.cell = text_cells(part, pen->unicode);
    return s;
}

/* A part of one line, at a cell of the text; what is left of the window is not drawn. */
static void draw_part(const struct editor *e, struct pen *pen, struct rect at, struct spot s,
                      enum role role, const char *part)
{
    int y = s.line - e->first, x = s.cell - e->left;
    if (y < 0 || y >= at.rows)
        return;
    while (x < 0 && *part) {
        int bytes;
        char one[8];
        text_decode(part, &bytes);
        snprintf(one, sizeof one, "%.*s", bytes, part);
        x += text_cells(one, pen->unicode);
        part += bytes;
    }
    if (*part && x >= 0 && x < at.columns)
        pen_text(pen, at.y + y, at.x + x, at.columns - x, role, part);
}

/* A token, from its spot on, which becomes the next one's. */
static void draw_token(const struct editor *e, struct pen *pen, struct rect at, struct spot *s,
                       const char *token, size_t length, enum role role)
{
    char part[EDITOR_BYTES];
    for (const char *end = token + length; token < end;) {
        size_t n = strcspn(token, "\n");
        bool breaks = token + n < end;
        n = breaks ? n : (size_t)(end - token);
        memcpy(part, token, n);
        part[n] = '\0';
        draw_part(e, pen, at, *s, role, part);
        s->cell = breaks ? 0 : s->cell + text_cells(part, pen->unicode);
        s->line += breaks;
        token += n + breaks;
    }
}

static void scroll(struct editor *e, struct rect at, struct spot caret)
{
    e->first = layout_scroll(e->first, caret.line, editor_lines(e), at.rows);
    if (caret.cell < e->left)
        e->left = caret.cell;
    if (caret.cell >= e->left + at.columns)
        e->left = caret.cell - at.columns + 1;
}

/* The byte where it is wrong, if it still is what was run. */
static void draw_mistake(const struct sql_view *v, const struct ui_sql *r, struct pen *pen,
                         struct rect at)
{
    char one[8] = " ";
    int bytes = 0;
    if (!r || !r->problem[0] || r->problem_at == UI_NOWHERE || strcmp(v->asked, v->editor.text))
        return;
    const char *wrong = v->asked + r->problem_at;
    if (*wrong && *wrong != '\n') {
        text_decode(wrong, &bytes);
        snprintf(one, sizeof one, "%.*s", bytes, wrong);
    }
    pen->selected = true;
    draw_part(&v->editor, pen, at, spot_of(pen, v->asked, r->problem_at), ROLE_BAD, one);
    pen->selected = false;
}

static void draw_statement(struct sql_view *v, struct pen *pen, const struct ui_sql *r,
                           struct rect text)
{
    struct editor *e = &v->editor;
    struct rect at = {text.y, text.x + MARGIN, text.rows, text.columns - MARGIN - 1};
    struct spot caret = spot_of(pen, e->text, e->caret), s = {0, 0};
    enum sql_token token;
    v->text_at = at;
    scroll(e, at, caret);
    for (int y = 0; y < at.rows; y++)
        pen_glyph(pen, at.y + y, text.x, v->mode == SQL_EDITS ? ROLE_FOCUS : ROLE_BORDER,
                  pen->glyphs->down);
    for (size_t i = 0, length; e->text[i]; i += length) {
        length = sql_next_token(e->text, i, &token);
        draw_token(e, pen, at, &s, e->text + i, length, role_of(token));
    }
    draw_mistake(v, r, pen, at);
    if (v->mode == SQL_EDITS) {
        pen->cursor_y = at.y + caret.line - e->first;
        pen->cursor_x = at.x + caret.cell - e->left;
    }
}

/* --- what is to be said --- */

static void count_of(uint64_t n, char to[48])
{
    char digits[24];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n), k = 0;
    for (size_t i = 0; i < length; i++) {
        to[k++] = digits[i];
        if ((length - i) % 3 == 1 && i + 1 < length)
            to[k++] = ',';
    }
    snprintf(to + k, 48 - k, " row%s", n == 1 ? "" : "s");
}

static void draw_problem(const struct sql_view *v, const struct ui_sql *r, struct pen *pen, int y,
                         int x, int cells)
{
    int line, column;
    enum role role =
        strcmp(v->asked, v->editor.text) ? ROLE_DIM : ROLE_BAD; /* it is being mended */
    if (r->problem_at == UI_NOWHERE) {
        pen_text(pen, y, x, cells, role, r->problem);
        return;
    }
    editor_place(v->asked, r->problem_at, &line, &column);
    if (strchr(v->asked, '\n'))
        pen_format(pen, y, x, cells, role, "line %d, column %d: %s", line, column, r->problem);
    else
        pen_format(pen, y, x, cells, role, "column %d: %s", column, r->problem);
}

static void draw_file(const struct sql_view *v, const struct ui_sql_file *f, struct pen *pen, int y,
                      int x, int cells)
{
    char count[48];
    count_of(f->rows, count);
    if (v->asks)
        pen_format(pen, y, x, cells, ROLE_WARN, "%s is there already: replace it? (y/n)", f->path);
    else if (v->running)
        pen_format(pen, y, x, cells, ROLE_BUSY, "writing %s: %s so far", v->path, count);
    else if (v->ended || f->exists)
        pen_format(pen, y, x, cells, ROLE_WARN, "%s was not written", v->path);
    else if (f->problem[0])
        pen_text(pen, y, x, cells, ROLE_BAD, f->problem);
    else
        pen_format(pen, y, x, cells, ROLE_GOOD, "%s written into %s in %.3f s", count, f->path,
                   f->seconds);
}

static void draw_message(const struct sql_view *v, const struct ui_model *m, struct pen *pen,
                         struct rect at)
{
    int x = at.x + MARGIN, cells = at.columns - MARGIN - 1;
    const struct ui_sql *r = sql_result(v, m);
    if (v->mode == SQL_NAMES) {
        int used = pen_text(pen, at.y, x, cells, ROLE_TEXT, "all rows as CSV into ");
        edit_draw(&v->file, pen, at.y, x + used, cells - used);
    } else if (v->to_file) {
        draw_file(v, &m->sql_file, pen, at.y, x, cells);
    } else if (r && r->problem[0] && !v->ended) {
        draw_problem(v, r, pen, at.y, x, cells);
    } else if (v->back) {
        pen_format(pen, at.y, x, cells, ROLE_DIM, "%s %zu of %zu",
                   m->n_history ? "statement before:" : "example", v->back,
                   m->n_history ? m->n_history : sql_n_examples);
    } else {
        pen_text(pen, at.y, x, cells, ROLE_DIM,
                 "Enter behind ; runs it; Esc, then a digit, shows a view");
    }
}

/* What the rows are. */
static void draw_rule(const struct sql_view *v, const struct ui_sql *r, struct pen *pen,
                      struct rect at)
{
    char count[48], right[160] = "", title[64] = "To begin with";
    bool running = v->running && !v->to_file;
    count_of(r ? r->n_rows : 0, count);
    if (running)
        snprintf(right, sizeof right, "running, %.1f s: %s so far", r ? r->seconds : 0, count);
    else if (r && v->ended && !v->to_file)
        snprintf(right, sizeof right, "ended after %s, %.3f s", count, r->seconds);
    else if (r && r->more)
        snprintf(right, sizeof right, "the first %s in %.3f s; export writes all", count,
                 r->seconds);
    else if (r && r->n_columns)
        snprintf(right, sizeof right, "%s in %.3f s", count, r->seconds);
    if (r || running)
        str_copy(title, sizeof title, "Rows");
    if (r && v->place.shown && v->place.shown < (int)r->n_columns && v->mode != SQL_ZOOMS)
        snprintf(title, sizeof title, "Rows, columns %d to %d of %zu", v->left + 1,
                 v->left + v->place.shown, r->n_columns);
    pen_rule(pen, at.y, at.x, at.columns, title, right);
}

/* --- where nothing has been run --- */

static int draw_example(struct pen *pen, struct rect at, int y, const struct sql_example *e)
{
    int lines = 0;
    if (y < at.rows)
        pen_text(pen, at.y + y, at.x, at.columns, ROLE_DIM, e->about);
    for (const char *text = e->text; *text; lines++) {
        size_t n = strcspn(text, "\n");
        if (y + 1 + lines < at.rows)
            pen_format(pen, at.y + y + 1 + lines, at.x + 2, at.columns - 2, ROLE_TEXT, "%.*s",
                       (int)n, text);
        text += n + (text[n] == '\n');
    }
    return lines + 2;
}

static void draw_tables(struct pen *pen, const struct ui_model *m, struct rect at)
{
    int y = 0;
    for (size_t i = 0; i < m->n_names && y < at.rows; i++) {
        struct str columns;
        if (m->names[i].column[0])
            continue;
        str_init(&columns);
        for (size_t k = i + 1; k < m->n_names && m->names[k].column[0]; k++)
            str_addf(&columns, "%s%s", k > i + 1 ? ", " : "", m->names[k].column);
        pen_text(pen, at.y + y, at.x, NAME_CELLS - 1, ROLE_TITLE, m->names[i].table);
        pen_text(pen, at.y + y, at.x + NAME_CELLS, at.columns - NAME_CELLS, ROLE_DIM, columns.text);
        str_fini(&columns);
        y++;
    }
}

static void draw_beginning(struct pen *pen, const struct ui_model *m, const struct sql_layout *l)
{
    struct rect at = {l->head.y, l->head.x + MARGIN, l->head.rows + l->rows.rows,
                      l->head.columns - MARGIN - 1};
    struct rect left = at;
    int y = 2;
    if (at.columns >= 110) {
        left.columns = at.columns / 2 - 2;
        at.x += at.columns / 2;
        at.columns -= at.columns / 2;
        draw_tables(pen, m, at);
    }
    pen_text(pen, left.y, left.x, left.columns, ROLE_TEXT,
             m->n_history ? "F5 brings the statement before, Tab completes names. Or try:"
                          : "F5 brings one of these, Tab completes names, F2 runs.");
    for (size_t i = 0; i < sql_n_examples && y < left.rows; i++)
        y += draw_example(pen, left, y, &sql_examples[i]);
}

/* --- the list of completions --- */

static void draw_list(struct sql_view *v, struct pen *pen, const struct ui_model *m,
                      struct rect body)
{
    struct sql_choices c;
    int widest = 0;
    sql_complete(m->names, m->n_names, v->editor.text, v->editor.caret, &c);
    if (!c.n)
        return;
    for (size_t i = 0; i < c.n; i++) {
        int cells = text_cells(c.choice[i].text, pen->unicode);
        widest = cells > widest ? cells : widest;
    }
    int below = body.y + body.rows - pen->cursor_y - 1, most = below - 2;
    int rows = (int)c.n < LIST_ROWS ? (int)c.n : LIST_ROWS;
    rows = rows < most ? rows : most;
    struct rect box = {pen->cursor_y + 1, pen->cursor_x - (int)c.begun - 2, rows + 2, widest + 15};
    if (box.x + box.columns > body.x + body.columns)
        box.x = body.x + body.columns - box.columns;
    box.x = box.x < body.x ? body.x : box.x;
    if (rows < 1 || box.columns > body.columns)
        return;
    v->first_choice = layout_scroll(v->first_choice, v->choice, (int)c.n, rows);
    v->list_at = (struct rect){box.y + 1, box.x + 1, rows, box.columns - 2};
    pen_box(pen, box, ROLE_FOCUS, "");
    for (int i = 0; i < rows; i++) {
        const struct sql_choice *one = &c.choice[v->first_choice + i];
        int y = box.y + 1 + i;
        pen->selected = v->first_choice + i == v->choice;
        pen_repeat(pen, y, box.x + 1, box.columns - 2, ROLE_TEXT, L' ');
        pen_text(pen, y, box.x + 2, widest, ROLE_TEXT, one->text);
        pen_right(pen, y, box.x + 3 + widest, box.columns - widest - 5, ROLE_DIM, one->kind);
        pen->selected = false;
    }
}

/* --- the whole --- */

void sql_draw(struct sql_view *v, struct pen *pen, const struct ui_model *m, struct rect body)
{
    char right[64] = "";
    const struct ui_sql *r = sql_result(v, m);
    struct sql_layout l = layout_sql(body, editor_lines(&v->editor));
    v->list_at.rows = v->place.rows.rows = 0;
    if (r && r->n_columns && v->mode != SQL_EDITS)
        snprintf(right, sizeof right, "row %d, column %d of %zu", v->place.at + 1, v->column + 1,
                 r->n_columns);
    pen_rule(pen, l.title.y, l.title.x, l.title.columns, "Statement", right);
    draw_statement(v, pen, r, l.text);
    draw_message(v, m, pen, l.message);
    if (r)
        sql_rows_draw(v, pen, r, &l);
    draw_rule(v, r, pen, l.rule); /* it says which columns are in sight */
    if (!r && !v->running)
        draw_beginning(pen, m, &l);
    if (v->completes)
        draw_list(v, pen, m, body);
}
