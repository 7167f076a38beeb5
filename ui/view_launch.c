/* view_launch.c - the form that launches a run, made from the option table. Screen thread only.
 *
 * What most launches change stands first, the rest of the table after it; options of a loss that is
 * not chosen are left out. A value goes into the config only through opt_set, which also says what
 * is wrong with it.
 */
#include "ui/views.h"

#include "base/err.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

#define NAME_CELLS 17
#define MOST_FIELDS 64
#define SHORT_VALUE_CELLS 24

static const char *const common[] = {"data",  "protocol",      "fold",  "backbone",   "loss",
                                     "alpha", "beta",          "gamma", "image-size", "epochs",
                                     "batch", "learning-rate", "seed",  "device",     "threads",
                                     "name",  "experiment"};
static const char *const combo_only[] = {"alpha", "beta", "gamma", "classes"};

/* The options that are on the form now, in its order. */
struct fields {
    const struct opt *of[MOST_FIELDS];
    int n, common; /* the first `common` of them stand above the rest */
};

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static bool is_among(const char *name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

static bool applies(const struct launch_view *v, const char *name)
{
    char loss[64];
    const struct opt *o = opt_find(&config_options, "loss");
    if (!o || !is_among(name, combo_only, COUNT(combo_only)))
        return true;
    opt_format(o, &v->config, loss, sizeof loss);
    return !strcmp(loss, "combo");
}

static struct fields fields_of(const struct launch_view *v)
{
    struct fields f = {.n = 0};
    for (int i = 0; i < COUNT(common); i++) {
        const struct opt *o = opt_find(&config_options, common[i]);
        if (o && applies(v, common[i]))
            f.of[f.n++] = o;
    }
    f.common = f.n;
    for (size_t i = 0; i < config_options.count && f.n < MOST_FIELDS; i++) {
        const struct opt *o = &config_options.options[i];
        if (!is_among(o->name, common, COUNT(common)) && applies(v, o->name))
            f.of[f.n++] = o;
    }
    return f;
}

void launch_view_init(struct launch_view *v, const struct run_config *config)
{
    memset(v, 0, sizeof *v);
    v->page = 10;
    if (config)
        v->config = *config;
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

/* Beside a short value: what it may be or, where there is room, what it means. */
static void draw_remark(struct pen *pen, struct rect at, int y, int x, const struct opt *o)
{
    char range[256];
    opt_range(o, range, sizeof range);
    pen_text(pen, y, x, at.x + at.columns - x - 1, ROLE_DIM, at.columns < 100 ? range : o->help);
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
    if (is_short)
        draw_remark(pen, at, y, x + cells + 1, o);
}

/* Two lines: what the field is and what it may be, or what is wrong with it. */
static void draw_help(const struct launch_view *v, struct pen *pen, struct rect at,
                      const struct opt *o)
{
    char range[256];
    int x = at.x + 2, cells = at.columns - 3;
    if (v->error[0]) {
        pen_text(pen, at.y, x, cells, ROLE_BAD, v->error);
        if (at.rows > 1)
            pen_text(pen, at.y + 1, x, cells, ROLE_DIM,
                     "Enter tries again, Esc keeps the old value");
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
    } else {
        config_title(&v->config, title, sizeof title);
        pen_text(pen, at.y, x, cells, ROLE_DIM, v->config.name[0] ? v->config.name : title);
    }
}

/* Field i's line: the rest stands below an empty line. */
static int line_of(const struct fields *f, int i)
{
    return i < f->common ? i : i + 1;
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct launch_view *v = state;
    struct fields f = fields_of(v);
    struct form_layout l = layout_form(body);
    char right[64];
    if (v->at > f.n)
        v->at = f.n;
    const struct opt *here = v->at < f.n ? f.of[v->at] : NULL;
    v->page = l.fields.rows;
    v->first =
        layout_scroll(v->first, v->at < f.n ? line_of(&f, v->at) : v->first, f.n + 1, v->page);
    int last = v->first + v->page < f.n + 1 ? v->first + v->page : f.n + 1;
    snprintf(right, sizeof right, "lines %d-%d of %d", v->first + 1, last, f.n + 1);
    pen_rule(pen, l.title.y, l.title.x, l.title.columns, "Launch a run",
             last < f.n + 1 || v->first ? right : "");
    for (int i = 0; i < f.n; i++) {
        int row = line_of(&f, i) - v->first;
        if (row >= 0 && row < l.fields.rows)
            draw_field(v, pen, l.fields, l.fields.y + row, f.of[i], i == v->at);
    }
    pen_rule(pen, l.rule.y, l.rule.x, l.rule.columns, here ? here->name : "launch",
             here ? here->group : "");
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

static void go_to(struct launch_view *v, const struct fields *f, int at)
{
    v->at = at < 0 ? 0 : at > f->n ? f->n : at;
    v->error[0] = '\0';
}

static bool move(struct launch_view *v, const struct fields *f, enum request request)
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

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct launch_view *v = state;
    struct fields f = fields_of(v);
    if (move(v, &f, request))
        return true;
    if (request == REQ_SUBMIT || (request == REQ_ENTER && v->at >= f.n)) {
        launch(v, m, reply);
        return true;
    }
    if (v->at >= f.n)
        return false;
    const struct opt *o = f.of[v->at];
    switch (request) {
    case REQ_LEFT:
    case REQ_RIGHT:
    case REQ_CHANGE:
        if (cycles(o))
            cycle(v, o, request == REQ_LEFT ? -1 : 1);
        return true;
    case REQ_ENTER:
        if (cycles(o))
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

/* Keys while a value is typed; and digits, which start a new number. */
static bool type(void *state, const struct ui_model *m, struct key key, struct view_reply *reply)
{
    struct launch_view *v = state;
    struct fields f = fields_of(v);
    (void)m;
    (void)reply;
    const struct opt *o = v->at < f.n ? f.of[v->at] : NULL;
    if (!v->typing) {
        bool number = o && (o->type == OPT_INT || o->type == OPT_REAL);
        if (!number || key.code || key.character < L'-' || key.character > L'9' ||
            key.character == L'/')
            return false;
        char text[2] = {(char)key.character, '\0'};
        start_typing(v, o, text);
        return true;
    }
    switch (edit_key(&v->edit, key)) {
    case EDIT_DONE:
        if (set(v, o, v->edit.text))
            v->typing = false;
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
    return false;
}

static const struct hint footer[] = {
    {REQ_BACK, NULL},   {REQ_SUBMIT, NULL}, {REQ_NEXT, "field"}, {REQ_ENTER, "edit"},
    {REQ_CHANGE, NULL}, {REQ_RESET, NULL},  {REQ_NONE, NULL},
};

const struct view view_launch = {"Launch", footer, draw, request, type, NULL};
