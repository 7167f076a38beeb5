/* ui.c - the screen as a whole: which view is shown, and where keys go. Screen thread only.
 *
 * A key is first offered to a question on the status line, then to a text that is typed in the
 * view, then as a request to the view; what the view does not take is handled here. Actions leave
 * through one place, act(), where those that need a yes wait for it. The one doupdate is in
 * ui_draw.
 */
#include "ui/ui.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/canvas.h"
#include "ui/colon.h"
#include "ui/frame.h"
#include "ui/marks.h"
#include "ui/paint.h"
#include "ui/preferences.h"
#include "ui/screen.h"
#include "ui/verbs.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wctype.h>

#define VIEW_ADDRESS(name) &view_##name,
static const struct view *const views[] = {UI_VIEWS(VIEW_ADDRESS)};
#undef VIEW_ADDRESS
#define VIEWS (int)(sizeof views / sizeof *views)

struct ui {
    struct screen screen;
    struct theme theme;
    struct canvas canvas;
    struct paint *paint;
    char term[64]; /* a longer type is none that is known by name */
    enum ui_chart_style charts;
    bool unicode;
    bool redraw; /* the terminal's content is not to be trusted */
    struct marks marks;
    void *states[VIEWS];
    int view;          /* of views */
    int before[VIEWS]; /* where Escape leads from a passing one */
    char note[512];    /* on the status line until the next key */
    bool note_is_error;
    bool begins; /* the view has not been opened: nobody has chosen it yet */
    struct colon colon;
    char set[32];             /* the preference that was asked for by the last key */
    struct question question; /* its text is "" unless an answer is waited for */
};

static int init_views(struct ui *ui, const struct ui_options *options)
{
    struct ui_options own = *options;
    own.marks = &ui->marks;
    for (int i = 0; i < VIEWS; i++) {
        ui->states[i] = mem_alloc(1, views[i]->state_bytes);
        if (!ui->states[i])
            return -1;
        if (views[i]->init)
            views[i]->init(ui->states[i], &own);
    }
    return 0;
}

static void fini_views(struct ui *ui)
{
    for (int i = 0; i < VIEWS; i++) {
        if (ui->states[i] && views[i]->fini)
            views[i]->fini(ui->states[i]);
        mem_free(ui->states[i]);
    }
}

static void use_charts(struct ui *ui, enum ui_chart_style style)
{
    ui->charts = style;
    if (style == UI_CHART_AUTO || !ui->unicode)
        ui->charts = ui->unicode ? UI_CHART_BRAILLE : UI_CHART_ASCII;
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
    if (paint_open(&ui->paint, &ui->theme, ui->unicode, e)) {
        ui_close(ui);
        return -1;
    }
    use_charts(ui, options->charts);
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

static const struct ui_run *current_run(const struct ui *ui, const struct ui_model *m)
{
    const struct view *view = views[ui->view];
    return view->run ? view->run(ui->states[ui->view], m) : NULL;
}

size_t ui_wants(const struct ui *ui, struct ui_want wants[UI_MOST_WANTS])
{
    const struct view *view = views[ui->view];
    return view->wants ? view->wants(ui->states[ui->view], wants) : 0;
}

bool ui_due(struct ui *ui, const struct ui_model *m, struct ui_action *out)
{
    const struct view *view = views[ui->view];
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
    const struct view *view = views[ui->view];
    view->draw(ui->states[ui->view], pen, m, f.body);
    struct frame_words words = {.views = views,
                                .n_views = VIEWS,
                                .here = ui->view,
                                .footer = view->footer,
                                .types = view->types,
                                .run = current_run(ui, m),
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
        .charts = ui->charts,
        .unicode = ui->unicode,
        .cursor_y = -1,
    };
    wattrset(stdscr, A_NORMAL);
    wbkgdset(stdscr, ' ' | ui->theme.ground);
    werase(stdscr);
    paint_begin(ui->paint);
    draw_frame(ui, &pen, model);
    curs_set(pen.cursor_y >= 0);
    wmove(stdscr, pen.cursor_y >= 0 ? pen.cursor_y : ui->screen.rows - 1,
          pen.cursor_y >= 0 ? pen.cursor_x : 0);
    wnoutrefresh(stdscr);
    doupdate();
    paint_end(ui->paint, ui->screen.out, anew);
}

void ui_dump(struct ui *ui, struct str *out)
{
    screen_use(&ui->screen);
    screen_dump(&ui->screen, out);
}

/* --- keys --- */

/* The view that a request shows; -1 when it is none of a view. */
static int view_of(enum request request)
{
    for (int i = 0; i < VIEWS; i++)
        if (request && views[i]->shown_by == request)
            return i;
    return -1;
}

/* Escape would come there from view `from`, perhaps by others. */
static bool leads_back(const struct ui *ui, int from, int view)
{
    while (from != view && views[from]->passing)
        from = ui->before[from];
    return from == view;
}

static void leave_for(struct ui *ui, int view)
{
    if (view != ui->view && views[ui->view]->left)
        views[ui->view]->left(ui->states[ui->view]);
    ui->view = view;
    ui->begins = false;
}

static void show(struct ui *ui, const struct ui_model *m, int view, int64_t run)
{
    if (!leads_back(ui, ui->view, view))
        ui->before[view] = ui->view;
    leave_for(ui, view);
    if (views[view]->open)
        views[view]->open(ui->states[view], m, run);
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

static void take_reply(struct ui *ui, const struct ui_model *m, const struct view_reply *reply,
                       struct ui_action *out)
{
    str_copy(ui->note, sizeof ui->note, reply->note);
    ui->note_is_error = reply->note_is_error;
    if (reply->show)
        show(ui, m, view_of(reply->show), reply->run);
    if (reply->filter && views[ui->view]->filter)
        views[ui->view]->filter(ui->states[ui->view], reply->filter);
    if (reply->action.kind != UI_NONE)
        act(ui, m, &reply->action, out);
}

/* Shows the form and has it take the request. */
static void ask_form(struct ui *ui, const struct ui_model *m, enum request request, int64_t run,
                     struct ui_action *out)
{
    int form = view_of(REQ_LAUNCH);
    struct view_reply reply = {.note = ""};
    show(ui, m, form, run);
    views[form]->request(ui->states[form], m, request, &reply);
    take_reply(ui, m, &reply, out);
}

static struct colon_place colon_place(struct ui *ui, const struct ui_model *m)
{
    return (struct colon_place){views, ui->states, VIEWS, ui->view, m};
}

static void open_colon(struct ui *ui, const struct ui_model *m)
{
    struct colon_place place = colon_place(ui, m);
    colon_open(&ui->colon, &place);
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
    struct ui_action quit = {.kind = UI_QUIT}, undo = {.kind = UI_UNDO};
    struct view_reply reply = {.note = ""};
    int view = view_of(request);
    if (view >= 0) {
        const struct ui_run *run = views[view]->follows ? current_run(ui, m) : NULL;
        show(ui, m, view, run ? run->id : 0);
        return;
    }
    switch (request) {
    case REQ_BACK:
        if (views[ui->view]->passing)
            leave_for(ui, ui->before[ui->view]);
        return;
    case REQ_MARKS:
        next_marks(ui);
        return;
    case REQ_COLON:
        open_colon(ui, m);
        return;
    case REQ_LIKE:
        if (current_run(ui, m))
            ask_form(ui, m, REQ_NONE, current_run(ui, m)->id, out);
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
        if (verbs_request(m, current_run(ui, m), request, &reply))
            take_reply(ui, m, &reply, out);
        return;
    }
}

/* The view may take it. */
static void do_request(struct ui *ui, const struct ui_model *m, enum request request,
                       struct ui_action *out)
{
    struct view_reply reply = {.note = ""};
    if (request && views[ui->view]->request(ui->states[ui->view], m, request, &reply))
        take_reply(ui, m, &reply, out);
    else
        common(ui, m, request, out);
}

/* --- commands --- */

/* To the view on screen, else to the first one that takes it, which is shown then. */
static void say(struct ui *ui, const struct ui_model *m, const struct colon_order *o,
                struct ui_action *out)
{
    struct view_reply reply = {.note = "no view takes that"};
    int took = 0, i = ui->view;
    for (int k = -1; !took && k < VIEWS; k++) {
        i = k < 0 ? ui->view : k;
        if (views[i]->say)
            took = views[i]->say(ui->states[i], m, o->request, o->text, &reply);
    }
    if (took > 0)
        reply.note[0] = '\0';
    if (took > 0 && i != ui->view)
        show(ui, m, i, 0);
    reply.note_is_error = took <= 0;
    take_reply(ui, m, &reply, out);
}

static void edit_run(struct ui *ui, const struct ui_model *m, const struct colon_order *o,
                     struct ui_action *out)
{
    static const enum ui_action_kind kinds[REQUEST_COUNT] = {
        [REQ_TAG] = UI_TAG, [REQ_NOTE] = UI_NOTE, [REQ_RENAME] = UI_RENAME};
    struct view_reply reply = {.note = ""};
    const struct ui_run *run = current_run(ui, m);
    if (run)
        reply.action =
            (struct ui_action){.kind = kinds[o->request], .run = run->id, .text = o->text};
    else
        str_copy(reply.note, sizeof reply.note, "no run is selected");
    reply.note_is_error = !run;
    if (run && o->request == REQ_TAG)
        marks_spread(&ui->marks, &reply);
    take_reply(ui, m, &reply, out);
}

/* In the place of the marks before, where it is for Compare. */
static void mark_runs(struct ui *ui, const struct ui_model *m, const struct colon_order *o)
{
    bool failed = false;
    if (o->request == REQ_COMPARE)
        marks_clear(&ui->marks);
    for (size_t i = 0; i < m->n_runs; i++)
        if (colon_names_run(o->text, m->runs[i].id) && !marks_has(&ui->marks, m->runs[i].id))
            failed |= marks_turn(&ui->marks, m->runs[i].id) != 0;
    ui->note_is_error = failed;
    if (failed)
        str_copy(ui->note, sizeof ui->note, "out of memory: not all of them are marked");
    else if (o->request == REQ_COMPARE)
        show(ui, m, view_of(REQ_COMPARE), o->run);
}

static void use_theme(struct ui *ui, enum ui_theme which)
{
    struct paint *paint;
    struct err e;
    theme_init(&ui->theme, which ? which : theme_found(ui->term));
    ui->redraw = true;
    if (paint_open(&paint, &ui->theme, ui->unicode, &e))
        return; /* pictures keep the colours that they had */
    paint_close(ui->paint);
    ui->paint = paint;
}

static void try_theme(struct ui *ui, const char *name)
{
    int which = 0;
    while (ui_theme_names[which] && strcmp(ui_theme_names[which], name))
        which++;
    ui->note_is_error = !ui_theme_names[which];
    if (ui->note_is_error)
        str_copy(ui->note, sizeof ui->note, "there is no such theme: Tab lists what there are");
    else
        use_theme(ui, (enum ui_theme)which);
}

/* "theme light" */
static void ask_to_set(struct ui *ui, const char *text, struct ui_action *out)
{
    size_t n = strcspn(text, " ");
    if (n >= sizeof ui->set || !text[n]) {
        str_copy(ui->note, sizeof ui->note,
                 "set a preference by its name and its value; Tab lists them");
        ui->note_is_error = true;
        return;
    }
    snprintf(ui->set, sizeof ui->set, "%.*s", (int)n, text);
    *out = (struct ui_action){
        .kind = UI_SET, .name = ui->set, .text = text + n + strspn(text + n, " ")};
}

static void obey(struct ui *ui, const struct ui_model *m, const struct colon_order *o,
                 struct ui_action *out)
{
    struct view_reply reply = {.note = ""};
    int view = view_of(o->request == REQ_LIKE ? REQ_LAUNCH : o->request);
    switch (o->does) {
    case COLON_REQUEST:
        do_request(ui, m, o->request, out);
        return;
    case COLON_SAY:
        say(ui, m, o, out);
        return;
    case COLON_SHOW:
    case COLON_EXPERIMENT:
        show(ui, m, view, o->run);
        return;
    case COLON_VIEW:
        do_request(ui, m, o->request, out);
        return;
    case COLON_RUN:
        show(ui, m, views[ui->view]->open ? ui->view : view_of(REQ_RUNS), o->run);
        return;
    case COLON_VERB:
        verbs_request(m, ui_run_find(m, o->run), o->request, &reply);
        take_reply(ui, m, &reply, out);
        return;
    case COLON_EDIT:
        edit_run(ui, m, o, out);
        return;
    case COLON_MARK:
        mark_runs(ui, m, o);
        return;
    case COLON_UNMARK:
        marks_clear(&ui->marks);
        return;
    case COLON_THEME:
        try_theme(ui, o->text);
        return;
    case COLON_SET:
        ask_to_set(ui, o->text, out);
        return;
    }
}

static void type_command(struct ui *ui, const struct ui_model *m, struct key key,
                         struct ui_action *out)
{
    struct colon_place place = colon_place(ui, m);
    struct colon_order order;
    struct view_reply reply = {.note = ""};
    if (key.code && request_of_key(key) == REQ_HELP) { /* the footer offers it */
        ui->colon.open = false;
        do_request(ui, m, REQ_HELP, out);
        return;
    }
    if (!colon_key(&ui->colon, &place, key))
        return;
    if (colon_read(&place, ui->colon.line.text, &order, &reply))
        obey(ui, m, &order, out);
    else
        take_reply(ui, m, &reply, out);
}

int ui_key(struct ui *ui, const struct ui_model *model, struct ui_action *out)
{
    struct key key;
    struct view_reply reply = {.note = ""};
    *out = (struct ui_action){.kind = UI_NONE};
    screen_use(&ui->screen);
    int got = screen_key(&ui->screen, &key);
    if (got <= 0)
        return got;
    if (key.code == KEY_RESIZE)
        return 1;
    ui->note[0] = '\0';
    if (ui->question.text[0]) {
        answer(ui, key, out);
        return 1;
    }
    if (ui->colon.open) {
        type_command(ui, model, key, out);
        return 1;
    }
    const struct view *view = views[ui->view];
    if (view->type && view->type(ui->states[ui->view], model, key, &reply))
        take_reply(ui, model, &reply, out);
    else
        do_request(ui, model, request_of_key(key), out);
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
        show(ui, model, view, runs[0]);
    else
        do_request(ui, model, views[view]->shown_by, &none);
    return 0;
}

/* --- preferences, and how it was left --- */

/* It is opened as by its key once there are runs that it may choose from. */
static void begin_in(struct ui *ui, int view)
{
    leave_for(ui, view);
    ui->begins = true;
}

void ui_prefer(struct ui *ui, const struct ui_model *model, const struct ui_preferences *p,
               const char *name)
{
    const struct view *list = views[view_of(REQ_RUNS)];
    void *state = ui->states[view_of(REQ_RUNS)];
    struct view_reply reply = {.note = ""}; /* what is wrong with them has been said before */
    if (name && !strcmp(name, "theme"))
        use_theme(ui, (enum ui_theme)p->theme);
    if (!name || !strcmp(name, "charts"))
        use_charts(ui, (enum ui_chart_style)p->charts);
    if (!name || !strcmp(name, "filter"))
        list->say(state, model, REQ_FILTER, p->filter, &reply);
    if (!name || !strcmp(name, "sort"))
        list->say(state, model, REQ_SORT, p->sort, &reply);
    if (!name || !strcmp(name, "group"))
        list->say(state, model, REQ_GROUP, groups_word((enum groups_by)p->group), &reply);
    if (p->view && (!name || !strcmp(name, "view")))
        begin_in(ui, p->view - 1);
}

void ui_keep(const struct ui *ui, struct str *out)
{
    char name[REQUEST_NAME_BYTES];
    request_name(views[ui->view]->shown_by, name);
    str_addf(out, "view %s\ncharts %d\n", name, ui->charts);
    for (size_t i = 0; i < ui->marks.n; i++)
        str_addf(out, "mark %lld\n", (long long)ui->marks.at[i].run);
    for (size_t i = 0; i < ui->colon.n_history; i++)
        str_addf(out, "command %s\n", ui->colon.history[i]);
    for (int i = 0; i < VIEWS; i++) {
        request_name(views[i]->shown_by, name);
        kept_add(out, name, views[i]->kept, views[i]->n_kept, ui->states[i]);
        if (views[i]->keep)
            views[i]->keep(ui->states[i], name, out);
    }
}

/* What a view has kept: "sort", "-best_pc". */
static void restore_in(struct ui *ui, const struct ui_model *m, int view, const char *name,
                       const char *value)
{
    const struct view *v = views[view];
    struct view_reply reply = {.note = ""};
    enum request request = colon_request(name);
    if (kept_take(ui->states[view], v->kept, v->n_kept, name, value))
        return;
    if (v->say && request)
        v->say(ui->states[view], m, request, value, &reply);
    else if (v->take)
        v->take(ui->states[view], name, value);
}

/* The form and help are gone to for a while. */
static void restore_view(struct ui *ui, enum request shown_by)
{
    int view = view_of(shown_by);
    if (view >= 0 && shown_by != REQ_LAUNCH && shown_by != REQ_HELP)
        begin_in(ui, view);
}

static void restore_line(struct ui *ui, const struct ui_model *m, char *line)
{
    char *rest = line, *word = strsep(&rest, " "), *value = rest ? rest : line + strlen(line);
    int view = view_of(colon_request(word));
    int64_t number = 0;
    bool is_number = !str_to_int(value, &number);
    if (!strcmp(word, "view"))
        restore_view(ui, colon_request(value));
    else if (!strcmp(word, "charts") && number >= UI_CHART_AUTO && number <= UI_CHART_ASCII)
        use_charts(ui, (enum ui_chart_style)number);
    else if (!strcmp(word, "mark") && is_number && number > 0 && !marks_has(&ui->marks, number))
        marks_turn(&ui->marks, number);
    else if (!strcmp(word, "command") && value[0] && strlen(value) < EDIT_BYTES)
        colon_remember(&ui->colon, value);
    else if (view >= 0 && (word = strsep(&rest, " ")))
        restore_in(ui, m, view, word, rest ? rest : "");
}

void ui_restore(struct ui *ui, const struct ui_model *model, const char *lines)
{
    char *copy = mem_string(lines), *rest = copy;
    while (rest)
        restore_line(ui, model, strsep(&rest, "\n"));
    mem_free(copy);
}

bool ui_interrupt(struct ui *ui, const struct ui_model *model)
{
    struct view_reply reply = {.note = ""};
    const struct view *view = views[ui->view];
    if (ui->colon.open) {
        ui->colon.open = false;
        return true;
    }
    return view->request(ui->states[ui->view], model, REQ_CANCEL, &reply);
}

void ui_launched(struct ui *ui, const struct ui_model *model, int64_t run)
{
    int list = view_of(REQ_RUNS);
    if (ui->view == view_of(REQ_LAUNCH))
        show(ui, model, list, run);
    else
        views[list]->open(ui->states[list], model, run);
}

void ui_test_key(struct ui *ui, int key)
{
    if (ui->screen.n_pending < SCREEN_MOST_PENDING)
        ui->screen.pending[ui->screen.n_pending++] = key;
}
