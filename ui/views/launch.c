/* launch.c - the form that launches runs, made from the option table. Screen thread only.
 *
 * Which lines there are is form.c's, how it looks launch_draw.c's. Characters are typed into fields
 * and are never commands here. A value goes into the settings only through settings_set, which also
 * says what is wrong with it; whether the data can be opened is asked with UI_CHECK as soon as an
 * option of theirs has changed. An empty form begins as the newest run was launched.
 */
#include "ui/views/launch_priv.h"

#include "base/err.h"
#include "base/str.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

static void init(void *state, const struct ui_options *options)
{
    struct launch_view *v = state;
    struct run_config config;
    v->page = 10;
    config_defaults(&config);
    settings_init(&v->settings, options->launch ? options->launch : &config);
}

static void fini(void *state)
{
    struct launch_view *v = state;
    settings_fini(&v->settings);
}

bool launch_cycles(const struct opt *o)
{
    return o->type == OPT_CHOICE || o->type == OPT_FLAG;
}

int launch_row_of(const struct form *f, int i)
{
    return i < f->common ? i : i + 1;
}

static struct form form_of(const struct launch_view *v)
{
    struct form f;
    form_lines(&f, &v->settings, v->unfolded);
    return f;
}

const struct form_line *launch_line_here(const struct launch_view *v, const struct form *f)
{
    return v->at < f->n ? &f->line[v->at] : NULL;
}

static const struct opt *option_here(const struct launch_view *v)
{
    struct form f = form_of(v);
    const struct form_line *here = launch_line_here(v, &f);
    return here ? here->option : NULL;
}

/* Others may have come above it, or gone. */
static void stay_on(struct launch_view *v, const struct opt *o)
{
    struct form f = form_of(v);
    for (int i = 0; i < f.n; i++)
        if (f.line[i].option == o)
            v->at = i;
}

static bool set(struct launch_view *v, const struct opt *o, const char *value)
{
    bool here = option_here(v) == o;
    struct err e;
    err_clear(&e);
    if (settings_set(&v->settings, o, value, &e)) {
        str_copy(v->error, sizeof v->error, e.text);
        return false;
    }
    v->error[0] = '\0';
    v->like = 0;
    v->unchecked |= !strcmp(o->group, "Data") || !strcmp(o->name, "preset");
    if (here)
        stay_on(v, o);
    return true;
}

/* The choice that stands `by` places on from the present one, or from the first of a list. */
static void cycle(struct launch_view *v, const struct opt *o, int by)
{
    static const char *const flag[] = {"no", "yes", NULL};
    const char *const *choices = o->type == OPT_FLAG ? flag : o->choices;
    char value[OPT_TEXT_BYTES];
    size_t n_runs;
    int n = 0, at = 0;
    opt_format(o, settings_runs(&v->settings, &n_runs), value, sizeof value);
    for (; choices[n]; n++)
        if (!strcmp(choices[n], value))
            at = n;
    set(v, o, choices[(at + by + n) % n]);
}

static void leave_field(struct launch_view *v)
{
    v->mode = LAUNCH_LOOKS;
    v->error[0] = '\0';
    v->completes = false;
}

static void start_typing(struct launch_view *v, const struct opt *o, const char *text)
{
    char value[OPT_TEXT_BYTES];
    if (text)
        str_copy(value, sizeof value, text);
    else
        settings_value(&v->settings, o, value, sizeof value);
    leave_field(v);
    edit_start(&v->edit, value);
    v->mode = LAUNCH_TYPES;
}

static void start_choosing(struct launch_view *v, const struct opt *o)
{
    char value[OPT_TEXT_BYTES];
    settings_value(&v->settings, o, value, sizeof value);
    leave_field(v);
    choices_open(&v->choices, o, value);
    v->mode = LAUNCH_CHOOSES;
}

bool launch_types_path(const struct launch_view *v)
{
    const struct opt *o = v->mode == LAUNCH_TYPES ? option_here(v) : NULL;
    return o && o->type == OPT_PATH;
}

/* --- what comes without a key --- */

static void opened(void *state, const struct ui_model *m, int64_t run)
{
    struct launch_view *v = state;
    bool empty = !v->settings.base.data[0] && !v->settings.n_lists;
    if (run || (empty && v->mode == LAUNCH_LOOKS && m->n_runs))
        v->like = run ? run : m->runs[0].id;
    if (run)
        leave_field(v);
}

/* Settings of another run, portraits or names in a folder that are in the model by now. */
static void sync(struct launch_view *v, const struct ui_model *m)
{
    if (v->like && m->rows_of == v->like) {
        settings_like(&v->settings, m->options, m->n_options);
        v->like = 0;
        v->unchecked = true;
    }
    if (v->draws && m->portraits && m->portraits[0]) {
        v->draws = false;
        set(v, opt_find(&config_options, "data"), m->portraits);
        set(v, opt_find(&config_options, "preset"), config_preset_names[PRESET_QUICK]);
    }
    if (v->completes && launch_types_path(v))
        launch_complete_path(v, m);
}

static void ask(const struct launch_view *v, enum ui_action_kind kind, struct view_reply *reply)
{
    reply->action.kind = kind;
    reply->action.configs = settings_runs(&v->settings, &reply->action.n_configs);
}

/* Whether the data can be opened is not for the screen to find out. */
static void ask_check(struct launch_view *v, struct view_reply *reply)
{
    if (v->unchecked && reply->action.kind == UI_NONE && v->settings.base.data[0])
        ask(v, UI_CHECK, reply);
    v->unchecked &= reply->action.kind == UI_NONE && v->settings.base.data[0];
}

static void due(void *state, const struct ui_model *m, struct view_reply *reply)
{
    struct launch_view *v = state;
    sync(v, m);
    ask_check(v, reply);
}

static size_t wants(const void *state, struct ui_want wants[UI_MOST_WANTS])
{
    const struct launch_view *v = state;
    size_t n = 0;
    wants[n++] = (struct ui_want){.kind = UI_WANT_RUNS};
    if (v->like)
        wants[n++] = (struct ui_want){.kind = UI_WANT_RUN, .run = v->like};
    if (launch_types_path(v)) {
        wants[n] = (struct ui_want){.kind = UI_WANT_PATHS};
        str_copy(wants[n].text, sizeof wants[n].text, v->edit.text);
        n++;
    }
    return n;
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct launch_view *v = state;
    sync(v, m);
    launch_draw(v, pen, m, body);
}

/* --- keys --- */

static void launch(const struct launch_view *v, const struct ui_model *m, struct view_reply *reply)
{
    struct err e;
    err_clear(&e);
    if (launch_waits(v)) {
        str_copy(reply->note, sizeof reply->note, LAUNCH_WAITS);
        return;
    }
    reply->note_is_error = true;
    if (!m->can_train) {
        str_copy(reply->note, sizeof reply->note, "this screen only watches: it cannot train");
        return;
    }
    if (settings_check(&v->settings, &e)) {
        str_copy(reply->note, sizeof reply->note, e.text);
        return;
    }
    reply->note_is_error = false;
    ask(v, UI_LAUNCH, reply);
}

static void go_to(struct launch_view *v, const struct form *f, int at)
{
    v->at = at < 0 ? 0 : at > f->n ? f->n : at;
    v->error[0] = '\0';
}

static bool move_line(struct launch_view *v, const struct form *f, enum request request)
{
    switch (request) {
    case REQ_UP:
        go_to(v, f, v->at - 1);
        return true;
    case REQ_DOWN:
        go_to(v, f, v->at + 1);
        return true;
    case REQ_NEXT:
        go_to(v, f, v->at == f->n ? 0 : v->at + 1);
        return true;
    case REQ_PREVIOUS:
        go_to(v, f, v->at ? v->at - 1 : f->n);
        return true;
    case REQ_PAGE_UP:
        go_to(v, f, v->at - v->page);
        return true;
    case REQ_PAGE_DOWN:
        go_to(v, f, v->at + v->page);
        return true;
    case REQ_FIRST:
        go_to(v, f, 0);
        return true;
    case REQ_LAST:
        go_to(v, f, f->n);
        return true;
    default:
        return false;
    }
}

/* What is unfolded moves into sight, as far as there is room. */
static bool request_heading(struct launch_view *v, const struct form *f,
                            const struct form_line *line, enum request request)
{
    unsigned bit = 1u << line->group;
    v->first = v->unfolded & bit ? v->first : launch_row_of(f, v->at);
    switch (request) {
    case REQ_ENTER:
    case REQ_CHANGE:
        v->unfolded ^= bit;
        return true;
    case REQ_RIGHT:
        v->unfolded |= bit;
        return true;
    case REQ_LEFT:
        v->unfolded &= ~bit;
        return true;
    default:
        return false;
    }
}

static bool request_field(struct launch_view *v, const struct opt *o, enum request request)
{
    switch (request) {
    case REQ_LEFT:
    case REQ_RIGHT:
    case REQ_CHANGE:
        if (launch_cycles(o))
            cycle(v, o, request == REQ_LEFT ? -1 : 1);
        else
            start_typing(v, o, NULL);
        return true;
    case REQ_ENTER:
        if (o->type == OPT_CHOICE)
            start_choosing(v, o);
        else if (o->type == OPT_FLAG)
            cycle(v, o, 1);
        else
            start_typing(v, o, NULL);
        return true;
    case REQ_RESET:
        set(v, o, o->fallback);
        return true;
    default:
        return false;
    }
}

static void draw_portraits(struct launch_view *v, const struct ui_model *m,
                           struct view_reply *reply)
{
    v->draws = true;
    v->at = 0;
    if (!m->portraits || !m->portraits[0])
        reply->action.kind = UI_DRAW;
}

static bool request_line(struct launch_view *v, const struct ui_model *m, enum request request,
                         struct view_reply *reply)
{
    struct form f = form_of(v);
    const struct form_line *here = launch_line_here(v, &f);
    if (move_line(v, &f, request))
        return true;
    if (request == REQ_SUBMIT || (request == REQ_ENTER && !here)) {
        launch(v, m, reply);
        return true;
    }
    if (request == REQ_DRAW) {
        draw_portraits(v, m, reply);
        return true;
    }
    if (!here)
        return false;
    return here->option ? request_field(v, here->option, request)
                        : request_heading(v, &f, here, request);
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct launch_view *v = state;
    sync(v, m);
    bool taken = request_line(v, m, request, reply);
    sync(v, m);
    ask_check(v, reply);
    return taken;
}

static bool erases(struct key key)
{
    return key.code == KEY_BACKSPACE || key.character == 127 || key.character == L'\b';
}

/* A key on a field that is not being edited: a character begins a new value, Backspace edits the
 * one that is there. False for keys that are commands. */
static bool begin(struct launch_view *v, const struct opt *o, struct key key,
                  struct view_reply *reply)
{
    bool space = key.character == L' ' && (!o || launch_cycles(o));
    if (!erases(key) && (key.code || key.character < L' ' || space))
        return false;
    if (o && !(erases(key) && launch_cycles(o))) {
        start_typing(v, o, erases(key) ? NULL : "");
        edit_key(&v->edit, key);
    } else if (!o) {
        str_copy(reply->note, sizeof reply->note,
                 "letters are typed into fields; here Enter, Esc, F1 and F2 do something");
    }
    return true;
}

/* Tab goes on with what is typed; false where there is nothing to complete. */
static bool complete(struct launch_view *v, const struct ui_model *m, const struct opt *o)
{
    char text[EDIT_BYTES];
    if (o->type == OPT_PATH) {
        launch_complete_path(v, m);
        return true;
    }
    str_copy(text, sizeof text, v->edit.text);
    if (o->type != OPT_CHOICE || !choices_complete(o, text, sizeof text) ||
        !strcmp(text, v->edit.text))
        return false;
    edit_start(&v->edit, text);
    return true;
}

/* Gives the key to what is open in the field, and fills `value` with what it says by now. */
static enum edit_result give(struct launch_view *v, struct key key, char *value, size_t room)
{
    if (v->mode == LAUNCH_TYPES) {
        enum edit_result result = edit_key(&v->edit, key);
        str_copy(value, room, v->edit.text);
        return result;
    }
    enum edit_result result = choices_key(&v->choices, key);
    choices_value(&v->choices, value, room);
    return result;
}

/* Keys while a field is being edited. False when the value was taken and the key is a command. */
static bool edit_field(struct launch_view *v, const struct ui_model *m, const struct opt *o,
                       struct key key)
{
    char value[OPT_TEXT_BYTES];
    if (v->mode == LAUNCH_TYPES && key.character == L'\t' && complete(v, m, o))
        return true;
    switch (give(v, key, value, sizeof value)) {
    case EDIT_CANCEL:
        leave_field(v);
        return true;
    case EDIT_MORE:
        v->error[0] = '\0';
        v->completes = false;
        return true;
    case EDIT_DONE:
        if (set(v, o, value))
            leave_field(v);
        return true;
    case EDIT_IGNORED:
        break;
    }
    /* A key that is no command leaves the field as it is; leaving takes the value, if it is one. */
    if (request_of_key(key) == REQ_NONE || !set(v, o, value))
        return true;
    leave_field(v);
    return false;
}

static bool type(void *state, const struct ui_model *m, struct key key, struct view_reply *reply)
{
    struct launch_view *v = state;
    sync(v, m);
    const struct opt *o = option_here(v);
    bool taken = v->mode == LAUNCH_LOOKS || !o ? begin(v, o, key, reply) : edit_field(v, m, o, key);
    if (taken)
        ask_check(v, reply);
    return taken;
}

/* The line there, on the screen; -1 = none. */
static int line_at(const struct launch_view *v, const struct form *f, int y, int x)
{
    for (int i = 0; i < f->n && rect_has(v->fields, y, x); i++)
        if (v->fields.y + launch_row_of(f, i) - v->first == y)
            return i;
    return -1;
}

/* What is open in the field: the list of choices has the pointer, and a text is taken, as any key
 * that leads out of it does. False while it stays open. */
static bool point_open(struct launch_view *v, const struct opt *o, const struct pointer *p)
{
    char value[OPT_TEXT_BYTES];
    enum edit_result result = p->kind == POINTER_RIGHT ? EDIT_CANCEL : EDIT_DONE;
    str_copy(value, sizeof value, v->edit.text);
    if (v->mode == LAUNCH_CHOOSES) {
        result = choices_point(&v->choices, p);
        choices_value(&v->choices, value, sizeof value);
    } else if (pointer_scroll(p)) {
        return false;
    }
    if (result == EDIT_CANCEL || (result == EDIT_DONE && set(v, o, value)))
        leave_field(v);
    return v->mode == LAUNCH_LOOKS;
}

/* A click on the line that is selected opens its field, or folds it. */
static enum request point(void *state, const struct ui_model *m, const struct pointer *p)
{
    struct launch_view *v = state;
    bool chose = v->mode == LAUNCH_CHOOSES;
    sync(v, m);
    const struct opt *o = option_here(v);
    if (v->mode != LAUNCH_LOOKS && o && (!point_open(v, o, p) || chose))
        return REQ_NONE;
    struct form f = form_of(v);
    int at = pointer_clicks(p) ? line_at(v, &f, p->y, p->x) : -1;
    if (pointer_scroll(p))
        go_to(v, &f, v->at + pointer_scroll(p));
    if (at < 0)
        return p->kind == POINTER_RIGHT ? REQ_BACK : REQ_NONE;
    if (at == v->at)
        return REQ_ENTER;
    go_to(v, &f, at);
    return REQ_NONE;
}

static const struct hint footer[] = {
    {REQ_BACK, NULL},  {REQ_SUBMIT, NULL}, {REQ_NEXT, "field"}, {REQ_ENTER, "edit"},
    {REQ_RESET, NULL}, {REQ_DRAW, NULL},   {REQ_NONE, NULL},
};

const struct view view_launch = {
    .name = "Launch",
    .shown_by = REQ_LAUNCH,
    .passing = true,
    .types = true,
    .footer = footer,
    .state_bytes = sizeof(struct launch_view),
    .init = init,
    .fini = fini,
    .open = opened,
    .draw = draw,
    .request = request,
    .type = type,
    .point = point,
    .due = due,
    .wants = wants,
};
