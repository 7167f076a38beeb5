/* help.c - every key and what it does, from the request table; and what signs mean. Screen thread
 * only. */
#include "ui/signs.h"
#include "ui/text.h"
#include "ui/view.h"

#include <stdio.h>

#define KEYS_CELLS 18
#define SIGN_CELLS 8

struct help_view {
    int first;
    int page, lines;
};

/* A key or a sign, and what it means. */
static void draw_pair(struct pen *pen, int y, int x, int cells, int left, const char *what,
                      const char *meaning)
{
    pen_text(pen, y, x + 2, left - 1, ROLE_KEY, what);
    pen_text(pen, y, x + 2 + left, cells - left - 2, ROLE_TEXT, meaning);
}

/* Line `wanted` of the help: a heading, a request, a sign or nothing. The number of lines when
 * wanted < 0. */
static int help_line(struct pen *pen, int wanted, int y, int x, int cells)
{
    char sign[SIGN_BYTES];
    const char *meaning, *gesture;
    int line = 0;
    for (int g = 0; g < REQUEST_GROUPS; g++) {
        if (line++ == wanted)
            pen_text(pen, y, x, cells, ROLE_TITLE, request_group_title((enum request_group)g));
        for (int r = 1; r < REQUEST_COUNT; r++) {
            if (request_group((enum request)r) != (enum request_group)g || line++ != wanted)
                continue;
            char keys[64];
            request_keys((enum request)r, false, keys, sizeof keys);
            draw_pair(pen, y, x, cells, KEYS_CELLS, keys, request_help((enum request)r));
        }
        line++; /* an empty line after each group */
    }
    if (line++ == wanted)
        pen_text(pen, y, x, cells, ROLE_TITLE, "Mouse");
    for (int i = 0; (meaning = pointer_help(i, &gesture)); i++)
        if (line++ == wanted)
            draw_pair(pen, y, x, cells, KEYS_CELLS, gesture, meaning);
    line++;
    if (line++ == wanted)
        pen_text(pen, y, x, cells, ROLE_TITLE, "Signs");
    for (int i = 0; (meaning = sign_at(i, pen->glyphs, sign)); i++)
        if (line++ == wanted)
            draw_pair(pen, y, x, cells, SIGN_CELLS, sign, meaning);
    return line;
}

/* Cells of the longest line of all. */
static int longest(const struct pen *pen)
{
    char sign[SIGN_BYTES];
    const char *meaning, *gesture;
    int most = 0;
    for (int r = 1; r < REQUEST_COUNT; r++) {
        int cells = KEYS_CELLS + text_cells(request_help((enum request)r), true);
        most = cells > most ? cells : most;
    }
    for (int i = 0; (meaning = pointer_help(i, &gesture)); i++) {
        int cells = KEYS_CELLS + text_cells(meaning, true);
        most = cells > most ? cells : most;
    }
    for (int i = 0; (meaning = sign_at(i, pen->glyphs, sign)); i++) {
        int cells = SIGN_CELLS + text_cells(meaning, true);
        most = cells > most ? cells : most;
    }
    return most + 2;
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct help_view *v = state;
    char right[64];
    (void)m;
    v->page = body.rows - 1;
    v->lines = help_line(pen, -1, 0, 0, 0);
    /* Two columns of lines where they fit side by side. */
    int across = body.columns / 2 - 3 >= longest(pen) ? 2 : 1, cells = body.columns / across - 3;
    int rows = v->page, shown = rows * across;
    if (v->first > v->lines - shown)
        v->first = v->lines - shown;
    if (v->first < 0)
        v->first = 0;
    int last = v->first + shown < v->lines ? v->first + shown : v->lines;
    snprintf(right, sizeof right, "lines %d-%d of %d", v->first + 1, last, v->lines);
    pen_rule(pen, body.y, body.x, body.columns, "Help", v->lines > shown ? right : "");
    for (int i = 0; i < shown; i++)
        help_line(pen, v->first + i, body.y + 1 + i % rows,
                  body.x + 2 + i / rows * (body.columns / across), cells);
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct help_view *v = state;
    (void)m;
    (void)reply;
    switch (request) {
    case REQ_UP:
        v->first--;
        break;
    case REQ_DOWN:
        v->first++;
        break;
    case REQ_PAGE_UP:
        v->first -= v->page;
        break;
    case REQ_PAGE_DOWN:
        v->first += v->page;
        break;
    case REQ_FIRST:
        v->first = 0;
        break;
    case REQ_LAST:
        v->first = v->lines;
        break;
    default:
        return false;
    }
    if (v->first < 0)
        v->first = 0;
    return true;
}

static enum request point(void *state, const struct ui_model *m, const struct pointer *p)
{
    struct help_view *v = state;
    (void)m;
    v->first += pointer_scroll(p);
    if (v->first < 0)
        v->first = 0;
    return p->kind == POINTER_RIGHT ? REQ_BACK : REQ_NONE;
}

static const struct hint footer[] = {
    {REQ_BACK, NULL}, {REQ_DOWN, NULL},   {REQ_PAGE_DOWN, NULL}, {REQ_RUNS, NULL},
    {REQ_LIVE, NULL}, {REQ_LAUNCH, NULL}, {REQ_NONE, NULL},
};

const struct view view_help = {
    .name = "Help",
    .shown_by = REQ_HELP,
    .passing = true,
    .footer = footer,
    .state_bytes = sizeof(struct help_view),
    .draw = draw,
    .request = request,
    .point = point,
};
