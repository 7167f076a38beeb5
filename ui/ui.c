/* ui.c - the screen as a whole: which view is shown, what surrounds it, where keys go. Screen
 * thread only.
 *
 * A key is first offered to a question on the status line, then to a text that is typed in the
 * view, then as a request to the view; what the view does not take is handled here. Actions leave
 * through one place, finish(), where those that need a yes wait for it. The one doupdate is in
 * ui_draw.
 */
#include "ui/ui.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/canvas.h"
#include "ui/facts.h"
#include "ui/screen.h"
#include "ui/verbs.h"
#include "ui/views/views.h"

#include <curses.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum view_index { VIEW_RUNS, VIEW_LIVE, VIEW_LAUNCH, VIEW_HELP, VIEWS };

static const struct view *const views[VIEWS] = {&view_runs, &view_live, &view_launch, &view_help};
static const enum request view_requests[VIEWS] = {REQ_RUNS, REQ_LIVE, REQ_LAUNCH, REQ_HELP};

struct ui {
    struct screen screen;
    struct theme theme;
    struct canvas canvas;
    enum ui_chart_style charts;
    bool unicode;
    bool redraw;                  /* the terminal's content is not to be trusted */
    enum view_index view, before; /* before: where Escape leads from form and help */
    struct runs_view runs;
    struct live_view live;
    struct launch_view launch;
    struct help_view help;
    char note[512]; /* on the status line until the next key */
    bool note_is_error;
    char question[512]; /* "" unless an answer is waited for */
    struct ui_action asked;
};

static bool wants_no_colour(const struct ui_options *o)
{
    const char *no_colour = getenv("NO_COLOR");
    return o->no_colour || (no_colour && no_colour[0]);
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
    if (canvas_reserve(&ui->canvas, ui->screen.rows, ui->screen.columns)) {
        ui_close(ui);
        return mem_error(e, "charts", 0);
    }
    theme_init(&ui->theme, wants_no_colour(options));
    ui->unicode = screen_is_utf8();
    ui->charts = options->charts;
    if (ui->charts == UI_CHART_AUTO || !ui->unicode)
        ui->charts = ui->unicode ? UI_CHART_BRAILLE : UI_CHART_ASCII;
    runs_view_init(&ui->runs);
    launch_view_init(&ui->launch, options->launch);
    *out = ui;
    return 0;
}

void ui_close(struct ui *ui)
{
    if (!ui)
        return;
    screen_close(&ui->screen);
    runs_view_fini(&ui->runs);
    canvas_fini(&ui->canvas);
    mem_free(ui);
}

static void *state_of(struct ui *ui)
{
    void *const states[VIEWS] = {&ui->runs, &ui->live, &ui->launch, &ui->help};
    return states[ui->view];
}

/* --- drawing --- */

/* The engine of this process in a few words, for every view; fewer where there is little room. */
static void engine_words(const struct pen *pen, const struct ui_model *m, int cells, char *to,
                         size_t room)
{
    const struct snapshot *s = &m->live;
    if (!s->run) {
        str_copy(to, room, m->can_train ? "engine idle" : "watching");
        return;
    }
    const char *sign = pen->glyphs->state[s->paused ? RUN_PAUSED : RUN_RUNNING];
    int n = snprintf(to, room, "%s run %lld  %d/%d", sign, (long long)s->run, s->epoch, s->epochs);
    char eta[32] = "";
    if (isfinite(s->eta_s) && cells >= 28) {
        str_duration(eta, sizeof eta, s->eta_s);
        snprintf(to + n, room - (size_t)n, "  ETA %s", eta);
    } else if (cells < n) {
        snprintf(to, room, "%s %d/%d", sign, s->epoch, s->epochs);
    }
}

static void draw_header(struct ui *ui, struct pen *pen, const struct ui_model *m, struct rect at)
{
    char engine[128], key[16];
    int x = at.x + 1;
    x += pen_text(pen, at.y, x, 10, ROLE_TITLE, "combolab") + 1;
    for (int i = 0; i < VIEWS; i++) {
        bool here = (int)ui->view == i;
        request_keys(view_requests[i], true, key, sizeof key);
        x += pen_text(pen, at.y, x, 1, ROLE_FOCUS, here ? "[" : " ");
        x += pen_text(pen, at.y, x, 4, ROLE_KEY, key) + 1;
        x += pen_text(pen, at.y, x, 10, here ? ROLE_TITLE : ROLE_DIM, views[i]->name);
        x += pen_text(pen, at.y, x, 1, ROLE_FOCUS, here ? "]" : " ");
    }
    x += 2;
    engine_words(pen, m, at.columns - x - 1, engine, sizeof engine);
    pen_right(pen, at.y, x, at.columns - x - 1, m->live.run ? ROLE_BUSY : ROLE_DIM, engine);
}

static void draw_status(struct ui *ui, struct pen *pen, const struct ui_model *m, struct rect at)
{
    int x = at.x + 1, cells = at.columns - 2;
    const char *message = m->message ? m->message : "";
    if (ui->question[0]) {
        int used = pen_text(pen, at.y, x, cells - 7, ROLE_WARN, ui->question);
        pen_text(pen, at.y, x + used + 1, 6, ROLE_KEY, "(y/n)");
    } else if (ui->note[0]) {
        pen_text(pen, at.y, x, cells, ui->note_is_error ? ROLE_BAD : ROLE_TEXT, ui->note);
    } else if (message[0]) {
        pen_text(pen, at.y, x, cells, m->message_is_error ? ROLE_BAD : ROLE_TEXT, message);
    } else {
        pen_text(pen, at.y, x, cells, ROLE_DIM, m->db_path ? m->db_path : "");
    }
}

static int draw_hint(struct pen *pen, int y, int x, int end, struct hint hint)
{
    char key[16];
    const char *word = hint.word ? hint.word : request_word(hint.request);
    request_keys(hint.request, true, key, sizeof key);
    int cells = (int)(strlen(key) + strlen(word)) + 1;
    if (x + cells > end)
        return 0;
    pen_text(pen, y, x, cells, ROLE_KEY, key);
    pen_text(pen, y, x + (int)strlen(key) + 1, cells, ROLE_DIM, word);
    return cells + 2;
}

static const struct run_row *current_run(struct ui *ui, const struct ui_model *m)
{
    const struct view *view = views[ui->view];
    return view->run ? view->run(state_of(ui), m) : NULL;
}

static void draw_footer(struct ui *ui, struct pen *pen, const struct ui_model *m, struct rect at)
{
    const struct run_row *run = current_run(ui, m);
    /* Help and quit stand at the right, always. */
    int end = at.x + at.columns - 16, x = at.x + 1;
    for (const struct hint *h = views[ui->view]->footer; h->request != REQ_NONE; h++) {
        if (!verbs_allow(m, run, h->request))
            continue;
        int used = draw_hint(pen, at.y, x, end, *h);
        if (!used)
            break;
        x += used;
    }
    x = end + 1;
    x += draw_hint(pen, at.y, x, at.x + at.columns, (struct hint){REQ_HELP, NULL});
    draw_hint(pen, at.y, x, at.x + at.columns, (struct hint){REQ_QUIT, NULL});
}

static void draw_frame(struct ui *ui, struct pen *pen, const struct ui_model *m)
{
    struct frame f = layout_frame(ui->screen.rows, ui->screen.columns);
    if (!f.fits) {
        pen_format(pen, 0, 0, ui->screen.columns, ROLE_TEXT, "%dx%d: combolab needs at least %dx%d",
                   ui->screen.columns, ui->screen.rows, LAYOUT_LEAST_COLUMNS, LAYOUT_LEAST_ROWS);
        /* What waits for an answer must be seen at any size. */
        pen_text(pen, 1, 0, ui->screen.columns, ROLE_WARN, ui->question);
        return;
    }
    draw_header(ui, pen, m, f.header);
    views[ui->view]->draw(state_of(ui), pen, m, f.body);
    draw_status(ui, pen, m, f.status);
    draw_footer(ui, pen, m, f.footer);
}

void ui_draw(struct ui *ui, const struct ui_model *model)
{
    screen_use(&ui->screen);
    if (screen_resize(&ui->screen) || ui->redraw) {
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
        .charts = ui->charts,
        .unicode = ui->unicode,
        .cursor_y = -1,
    };
    wattrset(stdscr, A_NORMAL);
    werase(stdscr);
    draw_frame(ui, &pen, model);
    curs_set(pen.cursor_y >= 0);
    wmove(stdscr, pen.cursor_y >= 0 ? pen.cursor_y : ui->screen.rows - 1,
          pen.cursor_y >= 0 ? pen.cursor_x : 0);
    wnoutrefresh(stdscr);
    doupdate();
}

/* --- keys --- */

static void show(struct ui *ui, enum view_index view)
{
    bool passing = ui->view == VIEW_LAUNCH || ui->view == VIEW_HELP;
    if (!passing)
        ui->before = ui->view;
    ui->view = view;
}

/* An action leaves; the screen goes along with it. */
static void finish(struct ui *ui, const struct ui_action *action, struct ui_action *out)
{
    *out = *action;
    switch (action->kind) {
    case UI_OPEN:
        if (ui->live.open != action->run)
            ui->live = (struct live_view){.log_y = ui->live.log_y, .planned = ui->live.planned};
        ui->live.open = action->run;
        show(ui, VIEW_LIVE);
        return;
    case UI_CLOSE:
        ui->live.open = 0;
        show(ui, VIEW_RUNS);
        return;
    default:
        return;
    }
}

/* An action that needs a yes waits for it. */
static void act(struct ui *ui, const struct ui_model *m, const struct ui_action *action,
                struct ui_action *out)
{
    verbs_question(m, action, ui->question, sizeof ui->question);
    if (ui->question[0])
        ui->asked = *action;
    else
        finish(ui, action, out);
}

static void answer(struct ui *ui, struct key key, struct ui_action *out)
{
    enum request request = request_of_key(key);
    if (key.character == L'y' || key.character == L'Y') {
        ui->question[0] = '\0';
        finish(ui, &ui->asked, out);
    } else if (key.character == L'n' || key.character == L'N' || request == REQ_BACK ||
               request == REQ_QUIT || request == REQ_ENTER) {
        ui->question[0] = '\0';
    }
}

static void take_reply(struct ui *ui, const struct ui_model *m, const struct view_reply *reply,
                       struct ui_action *out)
{
    str_copy(ui->note, sizeof ui->note, reply->note);
    ui->note_is_error = reply->note_is_error;
    if (reply->action.kind != UI_NONE)
        act(ui, m, &reply->action, out);
}

static void go_back(struct ui *ui, const struct ui_model *m, struct ui_action *out)
{
    struct ui_action close = {.kind = UI_CLOSE};
    if (ui->view == VIEW_LIVE)
        act(ui, m, &close, out);
    else if (ui->view != VIEW_RUNS)
        ui->view = ui->before;
}

static void go_live(struct ui *ui, const struct ui_model *m, struct ui_action *out)
{
    struct ui_action open = {.kind = UI_OPEN, .run = m->live.run};
    if (m->run || !m->live.run)
        show(ui, VIEW_LIVE);
    else
        act(ui, m, &open, out);
}

static void next_marks(struct ui *ui)
{
    if (!ui->unicode)
        return;
    ui->charts = ui->charts == UI_CHART_BRAILLE ? UI_CHART_BLOCK
                 : ui->charts == UI_CHART_BLOCK ? UI_CHART_ASCII
                                                : UI_CHART_BRAILLE;
}

/* What no view took. */
static void common(struct ui *ui, const struct ui_model *m, enum request request,
                   struct ui_action *out)
{
    struct ui_action quit = {.kind = UI_QUIT};
    struct view_reply reply = {.note = ""};
    const struct run_row *run = current_run(ui, m);
    switch (request) {
    case REQ_RUNS:
        show(ui, VIEW_RUNS);
        return;
    case REQ_LIVE:
        go_live(ui, m, out);
        return;
    case REQ_LAUNCH:
        show(ui, VIEW_LAUNCH);
        return;
    case REQ_HELP:
        show(ui, VIEW_HELP);
        return;
    case REQ_BACK:
        go_back(ui, m, out);
        return;
    case REQ_MARKS:
        next_marks(ui);
        return;
    case REQ_REDRAW:
        ui->redraw = true;
        return;
    case REQ_QUIT:
        act(ui, m, &quit, out);
        return;
    default:
        if (verbs_request(m, run, request, &reply))
            take_reply(ui, m, &reply, out);
        return;
    }
}

int ui_key(struct ui *ui, const struct ui_model *model, struct ui_action *out)
{
    struct key key;
    struct view_reply reply = {.note = ""};
    out->kind = UI_NONE;
    out->run = 0;
    screen_use(&ui->screen);
    int got = screen_key(&ui->screen, &key);
    if (got <= 0)
        return got;
    if (key.code == KEY_RESIZE)
        return 1;
    ui->note[0] = '\0';
    if (ui->question[0]) {
        answer(ui, key, out);
        return 1;
    }
    const struct view *view = views[ui->view];
    enum request request = request_of_key(key);
    if ((view->type && view->type(state_of(ui), model, key, &reply)) ||
        (request && view->request(state_of(ui), model, request, &reply)))
        take_reply(ui, model, &reply, out);
    else
        common(ui, model, request, out);
    return 1;
}

void ui_launched(struct ui *ui, int64_t run)
{
    runs_view_await(&ui->runs, run);
    show(ui, VIEW_RUNS);
}

/* --- tests --- */

void ui_test_key(struct ui *ui, int key)
{
    if (ui->screen.n_pending < SCREEN_MOST_PENDING)
        ui->screen.pending[ui->screen.n_pending++] = key;
}

void ui_test_dump(struct ui *ui, struct str *out)
{
    screen_use(&ui->screen);
    screen_dump(&ui->screen, out);
}
