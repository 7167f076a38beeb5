/* launch.c - the form that launches a run, made from the option table. Screen thread only.
 *
 * Which lines there are is form.c's. A value goes into the config only through opt_set, which also
 * says what is wrong with it; whether the data can be opened is asked with UI_CHECK as soon as an
 * option of theirs has changed.
 */
#include "ui/edit.h"
#include "ui/view.h"
#include "ui/views/form.h"

#include "base/err.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

#define NAME_CELLS 17
#define SHORT_VALUE_CELLS 24

struct launch_view {
    struct run_config config;
    unsigned unfolded; /* groups, by bit */
    int at;            /* line; one past the last is the button */
    int first;
    int page;
    bool typing;
    struct edit edit;
    char error[512]; /* why the last value was refused, or "" */
};

static void init(void *state, const struct ui_options *options)
{
    struct launch_view *v = state;
    v->page = 10;
    if (options->launch)
        v->config = *options->launch;
    else
        config_defaults(&v->config);
}

static bool cycles(const struct opt *o)
{
    return o->type == OPT_CHOICE || o->type == OPT_FLAG;
}

/* The choice that stands `by` places on from the present one. */
static void cycle(struct launch_view *v, const struct opt *o, int by)
{
    char *field = (char *)&v->config + o->offset;
    int n = 0, *choice = (int *)(void *)field;
    v->error[0] = '\0';
    if (o->type == OPT_FLAG) {
        bool *flag = (bool *)(void *)field;
        *flag = !*flag;
        return;
    }
    while (o->choices[n])
        n++;
    *choice = (*choice + by + n) % n;
}

static bool set(struct launch_view *v, const struct opt *o, const char *value)
{
    struct err e;
    err_clear(&e);
    if (opt_set(&config_options, &v->config, o->name, value, &e)) {
        str_copy(v->error, sizeof v->error, e.text);
        return false;
    }
    v->error[0] = '\0';
    return true;
}

static void start_typing(struct launch_view *v, const struct opt *o, const char *text)
{
    char value[OPT_TEXT_BYTES];
    if (text)
        str_copy(value, sizeof value, text);
    else
        opt_format(o, &v->config, value, sizeof value);
    edit_start(&v->edit, value);
    v->error[0] = '\0';
    v->typing = true;
}

static void draw_value(const struct launch_view *v, struct pen *pen, int y, int x, int cells,
                       const struct opt *o, bool here)
{
    char value[OPT_TEXT_BYTES];
    if (here && v->typing) {
        edit_draw(&v->edit, pen, y, x + 2, cells - 2);
        return;
    }
    opt_format(o, &v->config, value, sizeof value);
    if (cycles(o)) {
        int used = here ? pen_text(pen, y, x, cells, ROLE_KEY, pen->glyphs->open) : 2;
        used += pen_text(pen, y, x + used, cells - used, ROLE_TITLE, value);
        if (here)
            pen_text(pen, y, x + used, cells - used, ROLE_KEY, pen->glyphs->close);
        return;
    }
    x += 2;
    cells -= 2;
    if (!value[0]) {
        pen_text(pen, y, x, cells, ROLE_DIM, pen->glyphs->none);
        return;
    }
    int used = pen_text(pen, y, x, cells, ROLE_TITLE, value);
    if (strcmp(value, "0") || !o->unit[0])
        pen_text(pen, y, x + used + 1, cells - used - 1, ROLE_DIM, o->unit);
}

static void draw_field(const struct launch_view *v, struct pen *pen, struct rect at, int y,
                       const struct opt *o, bool here)
{
    bool is_short = o->type != OPT_TEXT && o->type != OPT_PATH;
    int x = at.x + 2 + NAME_CELLS;
    int cells = is_short ? SHORT_VALUE_CELLS : at.columns - NAME_CELLS - 4;
    if (here)
        pen_glyph(pen, y, at.x, ROLE_KEY, pen->glyphs->here);
    pen_text(pen, y, at.x + 2, NAME_CELLS - 1, here ? ROLE_KEY : ROLE_TEXT, o->name);
    draw_value(v, pen, y, x, cells, o, here);
    x += cells + 1;
    if (is_short)
        pen_text(pen, y, x, at.x + at.columns - x - 1, ROLE_DIM, o->help);
}

/* A group's name, and what of it is not as it is by default: nothing that matters is hidden. */
static void draw_heading(const struct launch_view *v, struct pen *pen, struct rect at, int y,
                         const struct form_line *line, bool here)
{
    char text[256];
    bool unfolded = v->unfolded >> line->group & 1;
    int x = at.x + 2 + NAME_CELLS + 2, cells = at.columns - NAME_CELLS - 6;
    if (here)
        pen_glyph(pen, y, at.x, ROLE_KEY, pen->glyphs->here);
    pen_format(pen, y, at.x + 2, NAME_CELLS - 1, here ? ROLE_KEY : ROLE_TITLE, "%s %s",
               unfolded ? pen->glyphs->unfolded : pen->glyphs->folded, line->heading);
    form_changed(&v->config, line, text, sizeof text);
    if (unfolded)
        return;
    if (text[0])
        pen_text(pen, y, x, cells, ROLE_TITLE, text);
    else
        pen_text(pen, y, x, cells, ROLE_DIM, "all as by default");
}

/* Two lines: what the field is and what it may be, or what is wrong with it. */
static void draw_help(const struct launch_view *v, struct pen *pen, struct rect at,
                      const struct form_line *line)
{
    char range[256], under[512];
    const struct opt *o = line ? line->option : NULL;
    int x = at.x + 2, cells = at.columns - 3;
    if (v->error[0]) {
        pen_text(pen, at.y, x, cells, ROLE_BAD, v->error);
        if (at.rows > 1)
            pen_text(pen, at.y + 1, x, cells, ROLE_DIM,
                     "Enter tries again, Esc keeps the old value");
        return;
    }
    if (line && !o) {
        form_under(&v->config, line, under, sizeof under);
        int used = pen_wrap(pen, (struct rect){at.y, x, at.rows, cells}, ROLE_TEXT, under);
        if (used < at.rows)
            pen_text(pen, at.y + used, x, cells, ROLE_DIM, "Enter shows them, or folds them again");
        return;
    }
    if (!o) {
        pen_text(pen, at.y, x, cells, ROLE_TEXT,
                 "Enter puts the run into the queue; it starts when "
                 "the engine is free.");
        return;
    }
    pen_text(pen, at.y, x, cells, ROLE_TEXT, o->help);
    opt_range(o, range, sizeof range);
    if (at.rows > 1)
        pen_format(pen, at.y + 1, x, cells, ROLE_DIM, "%s%s%s, default %s", range,
                   o->unit[0] ? " " : "", o->unit, o->fallback[0] ? o->fallback : "empty");
}

static void draw_button(const struct launch_view *v, struct pen *pen, const struct ui_model *m,
                        struct rect at, bool here)
{
    char title[256];
    struct err e;
    err_clear(&e);
    if (here)
        pen_glyph(pen, at.y, at.x, ROLE_KEY, pen->glyphs->here);
    pen->selected = here;
    int used = 3 + pen_text(pen, at.y, at.x + 2, 12, ROLE_TITLE, "[ Launch ]");
    pen->selected = false;
    int x = at.x + used + 1, cells = at.columns - used - 2;
    if (!m->can_train) {
        pen_text(pen, at.y, x, cells, ROLE_WARN, "this screen only watches: it cannot train");
    } else if (config_check(&v->config, &e)) {
        pen_text(pen, at.y, x, cells, ROLE_WARN, e.text);
    } else if (m->launch_problem && m->launch_problem[0]) {
        pen_text(pen, at.y, x, cells, ROLE_WARN, m->launch_problem);
    } else {
        config_title(&v->config, title, sizeof title);
        pen_text(pen, at.y, x, cells, ROLE_DIM, v->config.name[0] ? v->config.name : title);
    }
}

/* Line i of the form on the screen: headings and what is under them stand below an empty line. */
static int row_of(const struct form *f, int i)
{
    return i < f->common ? i : i + 1;
}

static struct form form_of(const struct launch_view *v)
{
    struct form f;
    form_lines(&f, &v->config, v->unfolded);
    return f;
}

/* NULL on the button. */
static const struct form_line *line_here(const struct launch_view *v, const struct form *f)
{
    return v->at < f->n ? &f->line[v->at] : NULL;
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct launch_view *v = state;
    struct form f = form_of(v);
    struct form_layout l = layout_form(body);
    char right[64];
    if (v->at > f.n)
        v->at = f.n;
    const struct form_line *here = line_here(v, &f);
    v->page = l.fields.rows;
    int rows = row_of(&f, f.n), at = here ? row_of(&f, v->at) : rows - 1;
    v->first = layout_scroll(v->first, at, rows, l.fields.rows);
    int last = v->first + v->page < rows ? v->first + v->page : rows;
    snprintf(right, sizeof right, "lines %d-%d of %d", v->first + 1, last, rows);
    pen_rule(pen, l.title.y, l.title.x, l.title.columns, "Launch a run",
             last < rows || v->first ? right : "");
    for (int i = 0; i < f.n; i++) {
        int row = row_of(&f, i) - v->first;
        if (row < 0 || row >= l.fields.rows)
            continue;
        if (f.line[i].option)
            draw_field(v, pen, l.fields, l.fields.y + row, f.line[i].option, i == v->at);
        else
            draw_heading(v, pen, l.fields, l.fields.y + row, &f.line[i], i == v->at);
    }
    const struct opt *o = here ? here->option : NULL;
    pen_rule(pen, l.rule.y, l.rule.x, l.rule.columns,
             o      ? o->name
             : here ? here->heading
                    : "launch",
             o ? o->group : "");
    draw_help(v, pen, l.help, here);
    draw_button(v, pen, m, l.button, !here);
}

static void launch(struct launch_view *v, const struct ui_model *m, struct view_reply *reply)
{
    struct err e;
    err_clear(&e);
    reply->note_is_error = true;
    if (!m->can_train) {
        str_copy(reply->note, sizeof reply->note, "this screen only watches: it cannot train");
        return;
    }
    if (config_check(&v->config, &e)) {
        str_copy(reply->note, sizeof reply->note, e.text);
        return;
    }
    reply->note_is_error = false;
    reply->action.kind = UI_LAUNCH;
    reply->action.config = v->config;
}

static void go_to(struct launch_view *v, const struct form *f, int at)
{
    v->at = at < 0 ? 0 : at > f->n ? f->n : at;
    v->error[0] = '\0';
}

static bool move(struct launch_view *v, const struct form *f, enum request request)
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

/* Whether the data can be opened is not for the screen to find out. */
static void ask_check(const struct launch_view *v, const struct opt *o, struct view_reply *reply)
{
    if (strcmp(o->group, "Data"))
        return;
    reply->action.kind = UI_CHECK;
    reply->action.config = v->config;
}

/* What is unfolded moves into sight, as far as there is room. */
static bool request_heading(struct launch_view *v, const struct form *f,
                            const struct form_line *line, enum request request)
{
    unsigned bit = 1u << line->group;
    v->first = v->unfolded & bit ? v->first : row_of(f, v->at);
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

static bool request_field(struct launch_view *v, const struct opt *o, enum request request,
                          struct view_reply *reply)
{
    switch (request) {
    case REQ_LEFT:
    case REQ_RIGHT:
    case REQ_CHANGE:
        if (cycles(o)) {
            cycle(v, o, request == REQ_LEFT ? -1 : 1);
            ask_check(v, o, reply);
        }
        return true;
    case REQ_ENTER:
        if (cycles(o)) {
            cycle(v, o, 1);
            ask_check(v, o, reply);
        } else {
            start_typing(v, o, NULL);
        }
        return true;
    case REQ_RESET:
        if (set(v, o, o->fallback))
            ask_check(v, o, reply);
        return true;
    default:
        return false;
    }
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct launch_view *v = state;
    struct form f = form_of(v);
    const struct form_line *here = line_here(v, &f);
    if (move(v, &f, request))
        return true;
    if (request == REQ_SUBMIT || (request == REQ_ENTER && !here)) {
        launch(v, m, reply);
        return true;
    }
    if (!here)
        return false;
    if (!here->option)
        return request_heading(v, &f, here, request);
    return request_field(v, here->option, request, reply);
}

/* A digit starts a new number. */
static bool starts_number(const struct opt *o, struct key key)
{
    bool number = o && (o->type == OPT_INT || o->type == OPT_REAL);
    return number && !key.code && key.character >= L'-' && key.character <= L'9' &&
           key.character != L'/';
}

/* Keys while a value is typed; and digits. */
static bool type(void *state, const struct ui_model *m, struct key key, struct view_reply *reply)
{
    struct launch_view *v = state;
    struct form f = form_of(v);
    const struct form_line *here = line_here(v, &f);
    const struct opt *o = here ? here->option : NULL;
    (void)m;
    if (!v->typing) {
        if (!starts_number(o, key))
            return false;
        char text[2] = {(char)key.character, '\0'};
        start_typing(v, o, text);
        return true;
    }
    switch (edit_key(&v->edit, key)) {
    case EDIT_DONE:
        if (set(v, o, v->edit.text)) {
            v->typing = false;
            ask_check(v, o, reply);
        }
        return true;
    case EDIT_CANCEL:
        v->typing = false;
        v->error[0] = '\0';
        return true;
    case EDIT_MORE:
        v->error[0] = '\0';
        return true;
    case EDIT_IGNORED:
        break;
    }
    /* Leaving the field takes the value, if it is one; F2 goes on to launch. */
    if (!set(v, o, v->edit.text))
        return true;
    v->typing = false;
    ask_check(v, o, reply);
    return false;
}

static const struct hint footer[] = {
    {REQ_BACK, NULL},   {REQ_SUBMIT, NULL}, {REQ_NEXT, "field"}, {REQ_ENTER, "edit"},
    {REQ_CHANGE, NULL}, {REQ_RESET, NULL},  {REQ_NONE, NULL},
};

const struct view view_launch = {
    .name = "Launch",
    .shown_by = REQ_LAUNCH,
    .passing = true,
    .footer = footer,
    .state_bytes = sizeof(struct launch_view),
    .init = init,
    .draw = draw,
    .request = request,
    .type = type,
};
