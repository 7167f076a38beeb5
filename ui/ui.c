/* ui.c - the screen as a whole: which view is shown, and where keys go. Screen thread only.
 *
 * A key is first offered to a question on the status line, then to the command line, then to a text
 * that is typed in the view, then as a request to the view; what the view does not take is handled
 * here. Actions leave through one place, act(), where those that need a yes wait for it. The one
 * doupdate is in ui_draw.
 */
#include "ui/ui_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/frame.h"
#include "ui/paint.h"
#include "ui/screen.h"
#include "ui/spots.h"
#include "ui/verbs.h"

#include <curses.h>
#include <stdlib.h>
#include <time.h>
#include <wctype.h>

#define VIEW_ADDRESS(name) &view_##name,
const struct view *const ui_views[UI_VIEW_COUNT] = {UI_VIEWS(VIEW_ADDRESS)};
#undef VIEW_ADDRESS

_Static_assert(UI_LEAST_ROWS == LAYOUT_LEAST_ROWS && UI_LEAST_COLUMNS == LAYOUT_LEAST_COLUMNS,
               "the least screen");

static int init_views(struct ui *ui, const struct ui_options *options)
{
    struct ui_options own = *options;
    own.marks = &ui->marks;
    for (int i = 0; i < UI_VIEW_COUNT; i++) {
        ui->states[i] = mem_alloc(1, ui_views[i]->state_bytes);
        if (!ui->states[i])
            return -1;
        if (ui_views[i]->init)
            ui_views[i]->init(ui->states[i], &own);
    }
    return 0;
}

static void fini_views(struct ui *ui)
{
    for (int i = 0; i < UI_VIEW_COUNT; i++) {
        if (ui->states[i] && ui_views[i]->fini)
            ui_views[i]->fini(ui->states[i]);
        mem_free(ui->states[i]);
    }
}

int ui_open(struct ui **out, const struct ui_options *options, struct err *e)
{
    struct ui *ui = mem_alloc(1, sizeof *ui);
    if (!ui)
        return mem_error(e, "the screen", sizeof *ui);
    if (screen_open(&ui->screen, options, e)) {
        mem_free(ui);
        return -1;
    }
    if (canvas_reserve(&ui->canvas, ui->screen.rows, ui->screen.columns) ||
        init_views(ui, options)) {
        ui_close(ui);
        return mem_error(e, "charts and views", 0);
    }
    tzset(); /* reads a file, and later it would be while somebody waits for a key */
    str_copy(ui->term, sizeof ui->term, options->term ? options->term : getenv("TERM"));
    theme_init(&ui->theme, options->theme ? options->theme : theme_found(ui->term));
    ui->unicode = screen_is_utf8();
    ui->pictures = options->pictures;
    if (paint_open(&ui->paint, &ui->theme, ui->unicode, ui->pictures, e)) {
        ui_close(ui);
        return -1;
    }
    ui_use_charts(ui, options->charts);
    *out = ui;
    return 0;
}

void ui_close(struct ui *ui)
{
    if (!ui)
        return;
    screen_close(&ui->screen);
    fini_views(ui);
    canvas_fini(&ui->canvas);
    marks_fini(&ui->marks);
    colon_fini(&ui->colon);
    paint_close(ui->paint);
    mem_free(ui);
}

void ui_abandon(const struct ui *ui)
{
    screen_abandon(&ui->screen);
}

void ui_stopping(const struct ui *ui, bool stops)
{
    screen_mouse(&ui->screen, !stops);
}

void ui_redraw(struct ui *ui)
{
    ui->redraw = true;
}

const struct ui_run *ui_current_run(const struct ui *ui, const struct ui_model *m)
{
    const struct view *view = ui_views[ui->view];
    return view->run ? view->run(ui->states[ui->view], m) : NULL;
}

size_t ui_wants(const struct ui *ui, struct ui_want wants[UI_MOST_WANTS])
{
    const struct view *view = ui_views[ui->view];
    return view->wants ? view->wants(ui->states[ui->view], wants) : 0;
}

bool ui_due(struct ui *ui, const struct ui_model *m, struct ui_action *out)
{
    const struct view *view = ui_views[ui->view];
    struct view_reply reply = {.note = ""};
    if (ui->begins && m->n_runs && view->open)
        view->open(ui->states[ui->view], m, 0);
    ui->begins &= !m->n_runs;
    if (!view->due || ui->question.text[0])
        return false;
    view->due(ui->states[ui->view], m, &reply);
    *out = reply.action;
    return out->kind != UI_NONE;
}

/* --- drawing --- */

static void draw_frame(struct ui *ui, struct pen *pen, const struct ui_model *m)
{
    struct frame f = layout_frame(ui->screen.rows, ui->screen.columns);
    if (!f.fits) {
        pen_format(pen, 0, 0, ui->screen.columns, ROLE_TEXT, "%dx%d: combolab needs at least %dx%d",
                   ui->screen.columns, ui->screen.rows, LAYOUT_LEAST_COLUMNS, LAYOUT_LEAST_ROWS);
        /* What waits for an answer must be seen at any size. */
        pen_text(pen, 1, 0, ui->screen.columns, ROLE_WARN, ui->question.text);
        return;
    }
    const struct view *view = ui_views[ui->view];
    view->draw(ui->states[ui->view], pen, m, f.body);
    struct frame_words words = {.views = ui_views,
                                .n_views = UI_VIEW_COUNT,
                                .here = ui->view,
                                .footer = view->footer,
                                .types = view->types,
                                .run = ui_current_run(ui, m),
                                .question = &ui->question,
                                .note = ui->note,
                                .note_is_error = ui->note_is_error};
    if (view->footer_now)
        words.footer = view->footer_now(ui->states[ui->view], &words.types);
    if (ui->colon.open) {
        words.footer = colon_hints;
        words.types = true;
    }
    frame_draw(pen, m, &f, &words);
    if (ui->colon.open)
        colon_draw(&ui->colon, pen, &f);
}

void ui_draw(struct ui *ui, const struct ui_model *model)
{
    screen_use(&ui->screen);
    bool anew = screen_resize(&ui->screen) || ui->redraw;
    if (anew) {
        ui->redraw = false;
        clearok(stdscr, TRUE);
        /* Without room charts say so; everything else is still drawn. */
        canvas_reserve(&ui->canvas, ui->screen.rows, ui->screen.columns);
    }
    struct pen pen = {
        .window = stdscr,
        .theme = &ui->theme,
        .glyphs = ui->unicode ? &glyphs_unicode : &glyphs_ascii,
        .canvas = &ui->canvas,
        .paint = ui->paint,
        .spots = &ui->spots,
        .charts = ui->charts,
        .unicode = ui->unicode,
        .cursor_y = -1,
    };
    wattrset(stdscr, A_NORMAL);
    wbkgdset(stdscr, ' ' | ui->theme.ground);
    werase(stdscr);
    paint_begin(ui->paint, &ui->screen.can);
    ui->spots.n = 0;
    draw_frame(ui, &pen, model);
    paint_clear(ui->paint, stdscr, ui->screen.out, anew);
    curs_set(pen.cursor_y >= 0);
    wmove(stdscr, pen.cursor_y >= 0 ? pen.cursor_y : ui->screen.rows - 1,
          pen.cursor_y >= 0 ? pen.cursor_x : 0);
    wnoutrefresh(stdscr);
    doupdate();
    paint_end(ui->paint, ui->screen.out, anew);
    if (paint_asks(ui->paint))
        screen_ask(&ui->screen);
}

void ui_dump(struct ui *ui, struct str *out)
{
    screen_use(&ui->screen);
    screen_dump(&ui->screen, out);
}

/* --- keys --- */

/* The view that a request shows; -1 when it is none of a view. */
int ui_view_of(enum request request)
{
    for (int i = 0; i < UI_VIEW_COUNT; i++)
        if (request && ui_views[i]->shown_by == request)
            return i;
    return -1;
}

/* Escape would come there from view `from`, perhaps by others. */
static bool leads_back(const struct ui *ui, int from, int view)
{
    while (from != view && ui_views[from]->passing)
        from = ui->before[from];
    return from == view;
}

void ui_leave_for(struct ui *ui, int view)
{
    if (view != ui->view && ui_views[ui->view]->left)
        ui_views[ui->view]->left(ui->states[ui->view]);
    ui->view = view;
    ui->begins = false;
}

void ui_go(struct ui *ui, const struct ui_model *m, int view, int64_t run)
{
    if (!leads_back(ui, ui->view, view))
        ui->before[view] = ui->view;
    ui_leave_for(ui, view);
    if (ui_views[view]->open)
        ui_views[view]->open(ui->states[view], m, run);
}

/* An action that something is asked before waits for the answer. */
static void act(struct ui *ui, const struct ui_model *m, const struct ui_action *action,
                struct ui_action *out)
{
    verbs_question(m, action, &ui->question);
    if (!ui->question.text[0])
        *out = *action;
}

static void answer(struct ui *ui, struct key key, struct ui_action *out)
{
    struct question *q = &ui->question;
    enum request request = request_of_key(key);
    wchar_t letter = (wchar_t)towlower((wint_t)key.character);
    for (int i = 0; letter && i < QUESTION_ANSWERS; i++)
        if (letter == q->answers[i].key) {
            *out = q->answers[i].action;
            q->text[0] = '\0';
            return;
        }
    if (letter == L'n' || request == REQ_BACK || request == REQ_QUIT || request == REQ_ENTER)
        q->text[0] = '\0';
}

void ui_take_reply(struct ui *ui, const struct ui_model *m, const struct view_reply *reply,
                   struct ui_action *out)
{
    str_copy(ui->note, sizeof ui->note, reply->note);
    ui->note_is_error = reply->note_is_error;
    if (reply->show)
        ui_go(ui, m, ui_view_of(reply->show), reply->run);
    if (reply->filter && ui_views[ui->view]->filter)
        ui_views[ui->view]->filter(ui->states[ui->view], reply->filter);
    if (reply->action.kind != UI_NONE)
        act(ui, m, &reply->action, out);
}

/* Shows the form and has it take the request. */
static void ask_form(struct ui *ui, const struct ui_model *m, enum request request, int64_t run,
                     struct ui_action *out)
{
    int form = ui_view_of(REQ_LAUNCH);
    struct view_reply reply = {.note = ""};
    ui_go(ui, m, form, run);
    ui_views[form]->request(ui->states[form], m, request, &reply);
    ui_take_reply(ui, m, &reply, out);
}

static void next_marks(struct ui *ui)
{
    if (!ui->unicode)
        return;
    ui_use_charts(ui, ui->charts == UI_CHART_BRAILLE ? UI_CHART_BLOCK
                      : ui->charts == UI_CHART_BLOCK ? UI_CHART_ASCII
                                                     : UI_CHART_BRAILLE);
}

/* What no view took. */
static void common(struct ui *ui, const struct ui_model *m, enum request request,
                   struct ui_action *out)
{
    struct ui_action quit = {.kind = UI_QUIT}, undo = {.kind = UI_UNDO};
    struct view_reply reply = {.note = ""};
    int view = ui_view_of(request);
    if (view >= 0) {
        const struct ui_run *run = ui_views[view]->follows ? ui_current_run(ui, m) : NULL;
        ui_go(ui, m, view, run ? run->id : 0);
        return;
    }
    switch (request) {
    case REQ_BACK:
        if (ui_views[ui->view]->passing)
            ui_leave_for(ui, ui->before[ui->view]);
        return;
    case REQ_MARKS:
        next_marks(ui);
        return;
    case REQ_COLON:
        ui_open_colon(ui, m);
        return;
    case REQ_LIKE:
        if (ui_current_run(ui, m))
            ask_form(ui, m, REQ_NONE, ui_current_run(ui, m)->id, out);
        return;
    case REQ_DRAW:
        ask_form(ui, m, REQ_DRAW, 0, out);
        return;
    case REQ_REDRAW:
        ui->redraw = true;
        return;
    case REQ_QUIT:
        act(ui, m, &quit, out);
        return;
    case REQ_UNDO:
        act(ui, m, &undo, out);
        return;
    default:
        if (verbs_request(m, ui_current_run(ui, m), request, &reply))
            ui_take_reply(ui, m, &reply, out);
        return;
    }
}

/* The view may take it. */
void ui_do_request(struct ui *ui, const struct ui_model *m, enum request request,
                   struct ui_action *out)
{
    struct view_reply reply = {.note = ""};
    if (request && ui_views[ui->view]->request(ui->states[ui->view], m, request, &reply))
        ui_take_reply(ui, m, &reply, out);
    else
        common(ui, m, request, out);
}

static void take_key(struct ui *ui, const struct ui_model *m, struct key key, struct ui_action *out)
{
    const struct view *view = ui_views[ui->view];
    struct view_reply reply = {.note = ""};
    if (ui->question.text[0])
        answer(ui, key, out);
    else if (ui->colon.open)
        ui_type_command(ui, m, key, out);
    else if (view->type && view->type(ui->states[ui->view], m, key, &reply))
        ui_take_reply(ui, m, &reply, out);
    else
        ui_do_request(ui, m, request_of_key(key), out);
}

/* A click on a word of the screen presses it; the rest is the view's. */
static void take_pointer(struct ui *ui, const struct ui_model *m, struct ui_action *out)
{
    const struct view *view = ui_views[ui->view];
    const struct pointer *p = &ui->screen.pointer;
    const struct spot *spot = pointer_clicks(p) ? spots_find(&ui->spots, p->y, p->x) : NULL;
    if (spot && !spot->request)
        take_key(ui, m, spot->key, out);
    else if (spot)
        ui_do_request(ui, m, spot->request, out);
    else if (view->point && !ui->question.text[0] && !ui->colon.open &&
             layout_frame(ui->screen.rows, ui->screen.columns).fits)
        ui_do_request(ui, m, view->point(ui->states[ui->view], m, p), out);
}

int ui_key(struct ui *ui, const struct ui_model *model, struct ui_action *out)
{
    struct key key;
    *out = (struct ui_action){.kind = UI_NONE};
    screen_use(&ui->screen);
    int got = screen_key(&ui->screen, &key);
    if (got <= 0)
        return got;
    if (key.code == KEY_RESIZE)
        return 1;
    ui->note[0] = '\0';
    if (key.code == SCREEN_POINTER)
        take_pointer(ui, model, out);
    else
        take_key(ui, model, key, out);
    return 1;
}

int ui_show(struct ui *ui, const struct ui_model *model, int view, const int64_t *runs, size_t n,
            struct err *e)
{
    struct ui_action none;
    for (size_t i = 0; n > 1 && i < n; i++)
        if (!marks_has(&ui->marks, runs[i]) && marks_turn(&ui->marks, runs[i]))
            return mem_error(e, "the runs to be shown", 0);
    if (n)
        ui_go(ui, model, view, runs[0]);
    else
        ui_do_request(ui, model, ui_views[view]->shown_by, &none);
    return 0;
}

bool ui_interrupt(struct ui *ui, const struct ui_model *model)
{
    struct view_reply reply = {.note = ""};
    const struct view *view = ui_views[ui->view];
    if (ui->colon.open) {
        ui->colon.open = false;
        return true;
    }
    return view->request(ui->states[ui->view], model, REQ_CANCEL, &reply);
}

void ui_launched(struct ui *ui, const struct ui_model *model, int64_t run)
{
    int list = ui_view_of(REQ_RUNS);
    if (ui->view == ui_view_of(REQ_LAUNCH))
        ui_go(ui, model, list, run);
    else
        ui_views[list]->open(ui->states[list], model, run);
}

void ui_test_key(struct ui *ui, int key)
{
    if (ui->screen.n_pending < SCREEN_MOST_PENDING)
        ui->screen.pending[ui->screen.n_pending++] = key;
}

void ui_test_mouse(struct ui *ui, int button, int y, int x, bool released)
{
    char report[REPORT_BYTES];
    snprintf(report, sizeof report, "%d;%d;%d%c", button, x + 1, y + 1, released ? 'm' : 'M');
    ui_test_key(ui, REPORT_CODE + REPORT_MOUSE);
    for (const char *c = report; *c; c++)
        ui_test_key(ui, *c);
}
