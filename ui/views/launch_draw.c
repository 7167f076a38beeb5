/* launch_draw.c - how the launch form looks. Screen thread only. */
#include "ui/views/launch_priv.h"

#include "base/err.h"
#include "base/str.h"
#include "ui/spots.h"
#include "ui/views/launch_side.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_CELLS 17
#define SHORT_VALUE_CELLS 24

/* What auto is for the runs of the form. */
static void draw_auto_rate(const struct launch_view *v, struct pen *pen, int y, int x, int cells)
{
    size_t n;
    const struct run_config *runs = settings_runs(&v->settings, &n);
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, config_learning_rate(&runs[i]));
        most = fmax(most, config_learning_rate(&runs[i]));
    }
    if (least < most)
        pen_format(pen, y, x, cells, ROLE_DIM, "%g to %g", least, most);
    else
        pen_format(pen, y, x, cells, ROLE_DIM, "%g", most);
}

static void draw_value(const struct launch_view *v, struct pen *pen, int y, int x, int cells,
                       const struct opt *o, bool here)
{
    char value[OPT_TEXT_BYTES];
    if (here && v->mode == LAUNCH_TYPES) {
        edit_draw(&v->edit, pen, y, x + 2, cells - 2);
        return;
    }
    settings_value(&v->settings, o, value, sizeof value);
    if (launch_cycles(o)) {
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
    if (o->offset == offsetof(struct run_config, learning_rate) && !strcmp(value, "auto"))
        draw_auto_rate(v, pen, y, x + used + 1, cells - used - 1);
    if (strcmp(value, "0") || !o->unit[0])
        pen_text(pen, y, x + used + 1, cells - used - 1, ROLE_DIM, o->unit);
}

/* A list is seen whole, where there is room. */
static void draw_field(const struct launch_view *v, struct pen *pen, struct rect at, int y,
                       const struct opt *o, bool here)
{
    bool wide = o->type == OPT_TEXT || o->type == OPT_PATH || settings_is_list(&v->settings, o);
    int x = at.x + 2 + NAME_CELLS;
    int cells = wide ? at.columns - NAME_CELLS - 4 : SHORT_VALUE_CELLS;
    if (here)
        pen_glyph(pen, y, at.x, ROLE_KEY, pen->glyphs->here);
    pen_text(pen, y, at.x + 2, NAME_CELLS - 1, here ? ROLE_KEY : ROLE_TEXT, o->name);
    draw_value(v, pen, y, x, cells, o, here);
    x += cells + 1;
    if (!wide && x < at.x + at.columns - 8)
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
    form_changed(&v->settings, line, text, sizeof text);
    if (unfolded)
        return;
    if (text[0])
        pen_text(pen, y, x, cells, ROLE_TITLE, text);
    else
        pen_text(pen, y, x, cells, ROLE_DIM, "all as by default");
}

/* --- help --- */

static void range_of(const struct opt *o, char *to, size_t room)
{
    static const char *const lists[] = {
        [OPT_FLAG] = "",
        [OPT_INT] = "; 1,3 or 1-5: several runs",
        [OPT_REAL] = "; 0.1,0.2: several runs",
        [OPT_CHOICE] = "",
        [OPT_TEXT] = "",
        [OPT_PATH] = "",
    };
    char range[256];
    opt_range(o, range, sizeof range);
    snprintf(to, room, "%s%s%s, default %s%s", range, o->unit[0] ? " " : "", o->unit,
             o->fallback[0] ? o->fallback : "empty", lists[o->type]);
}

static void draw_paths(struct pen *pen, const struct ui_model *m, int y, int x, int cells)
{
    struct str names;
    str_init(&names);
    for (size_t i = 0; i < m->n_paths && names.length < 512; i++)
        str_addf(&names, "%s%s", i ? "  " : "", m->paths[i]);
    if (m->n_paths)
        pen_items(pen, y, x, cells, ROLE_TEXT, "  ", names.text);
    else
        pen_text(pen, y, x, cells, ROLE_DIM, "no name goes on so");
    str_fini(&names);
}

/* What the second line says of a field. */
static void draw_how(const struct launch_view *v, struct pen *pen, const struct ui_model *m, int y,
                     int x, int cells, const struct opt *o)
{
    char text[512], key[16];
    if (launch_has_paths(v, m)) {
        draw_paths(pen, m, y, x, cells);
        return;
    }
    if (v->mode == LAUNCH_CHOOSES) {
        pen_text(pen, y, x, cells, ROLE_DIM,
                 "Space marks several, which makes several runs; Enter takes, Esc leaves");
        return;
    }
    if (o->type == OPT_PATH && v->mode == LAUNCH_TYPES) {
        pen_text(pen, y, x, cells, ROLE_DIM, "Tab completes, Enter takes, Esc keeps the old path");
        return;
    }
    if (o->offset == offsetof(struct run_config, data) && !v->settings.base.data[0]) {
        request_command_key(REQ_DRAW, key, sizeof key);
        int used = pen_text(pen, y, x, cells, ROLE_TEXT, "no data? ");
        used += pen_text(pen, y, x + used, cells - used, ROLE_KEY, key);
        pen_text(pen, y, x + used, cells - used, ROLE_TEXT, " draws portraits to try things on");
        return;
    }
    range_of(o, text, sizeof text);
    pen_text(pen, y, x, cells, ROLE_DIM, text);
}

/* Two lines: what the field is and what it may be, or what is wrong with it. */
static void draw_help(const struct launch_view *v, struct pen *pen, const struct ui_model *m,
                      struct rect at, const struct form_line *line)
{
    char under[512];
    const struct opt *o = line ? line->option : NULL;
    int x = at.x + 2, cells = at.columns - 3;
    if (v->error[0]) {
        int used = pen_wrap(pen, (struct rect){at.y, x, at.rows, cells}, ROLE_BAD, v->error);
        if (at.rows > used)
            pen_text(pen, at.y + used, x, cells, ROLE_DIM,
                     "Enter tries again, Esc keeps the old value");
        return;
    }
    if (line && !o) {
        form_under(&v->settings, line, under, sizeof under);
        int used = pen_wrap(pen, (struct rect){at.y, x, at.rows, cells}, ROLE_TEXT, under);
        if (used < at.rows)
            pen_text(pen, at.y + used, x, cells, ROLE_DIM, "Enter shows them, or folds them again");
        return;
    }
    if (!o) {
        pen_text(pen, at.y, x, cells, ROLE_TEXT,
                 "Enter puts what is launched into the queue; it starts when the engine is free.");
        return;
    }
    pen_text(pen, at.y, x, cells, ROLE_TEXT, o->help);
    if (at.rows > 1)
        draw_how(v, pen, m, at.y + 1, x, cells, o);
}

/* --- the button --- */

/* "about 2h05m, by run 7": "" when no run of this machine tells. */
static void how_long(const struct launch_view *v, const struct ui_model *m, char *to, size_t room)
{
    const struct ui_run *by;
    char duration[32];
    double seconds = launch_side_seconds(m, &v->settings, &by);
    to[0] = '\0';
    if (isnan(seconds))
        return;
    str_duration(duration, sizeof duration, seconds);
    snprintf(to, room, "about %s, by run %lld", duration, (long long)by->id);
}

/* Why nothing can be launched; false when it can. */
static bool draw_problem(const struct launch_view *v, struct pen *pen, const struct ui_model *m,
                         struct rect at)
{
    struct err e;
    const char *why = NULL;
    err_clear(&e);
    if (launch_waits(v)) {
        pen_text(pen, at.y, at.x, at.columns, ROLE_DIM, LAUNCH_WAITS);
        return true;
    }
    if (!m->can_train)
        why = "this screen only watches: it cannot train";
    else if (settings_check(&v->settings, &e))
        why = e.text;
    else if (m->launch_problem && m->launch_problem[0])
        why = m->launch_problem;
    if (why)
        pen_text(pen, at.y, at.x, at.columns, ROLE_WARN, why);
    return why != NULL;
}

static void draw_button(const struct launch_view *v, struct pen *pen, const struct ui_model *m,
                        struct rect at, bool here)
{
    char title[256], time[80], button[32];
    size_t n;
    const struct run_config *runs = settings_runs(&v->settings, &n);
    snprintf(button, sizeof button, n > 1 ? "[ Launch %zu runs ]" : "[ Launch ]", n);
    if (here)
        pen_glyph(pen, at.y, at.x, ROLE_KEY, pen->glyphs->here);
    pen->selected = here;
    int used = 4 + pen_text(pen, at.y, at.x + 2, 24, ROLE_TITLE, button);
    pen->selected = false;
    spots_add(pen->spots, &(struct spot){.at = {at.y, at.x + 2, 1, used - 4},
                                         .key = request_key(REQ_SUBMIT, true)});
    struct rect rest = {at.y, at.x + used, 1, at.columns - used - 1};
    if (draw_problem(v, pen, m, rest))
        return;
    how_long(v, m, time, sizeof time);
    used = pen_text(pen, at.y, rest.x, rest.columns, ROLE_TEXT, time);
    used += used ? 2 : 0;
    config_title(&runs[0], title, sizeof title);
    pen_format(pen, at.y, rest.x + used, rest.columns - used, ROLE_DIM, "%s%s",
               runs[0].name[0] ? runs[0].name : title, n > 1 ? " and so on" : "");
}

/* --- the whole --- */

static void draw_lines(struct launch_view *v, struct pen *pen, const struct form_layout *l,
                       const struct form *f, bool side)
{
    for (int i = 0; i < f->n; i++) {
        int row = launch_row_of(f, i) - v->first;
        struct rect at = l->fields;
        if (row < 0 || row >= at.rows)
            continue;
        if (side && row)
            at.columns = l->side.x - at.x;
        if (f->line[i].option)
            draw_field(v, pen, at, at.y + row, f->line[i].option, i == v->at);
        else
            draw_heading(v, pen, at, at.y + row, &f->line[i], i == v->at);
    }
}

void launch_draw(struct launch_view *v, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct form f;
    struct form_layout l = layout_form(body);
    char right[64];
    form_lines(&f, &v->settings, v->unfolded);
    if (v->at > f.n)
        v->at = f.n;
    const struct form_line *here = launch_line_here(v, &f);
    v->page = l.fields.rows;
    v->fields = l.fields;
    int rows = launch_row_of(&f, f.n), at = here ? launch_row_of(&f, v->at) : rows - 1;
    v->first = layout_scroll(v->first, at, rows, l.fields.rows);
    int last = v->first + v->page < rows ? v->first + v->page : rows;
    snprintf(right, sizeof right, "lines %d-%d of %d", v->first + 1, last, rows);
    pen_rule(pen, l.title.y, l.title.x, l.title.columns, "Launch a run",
             last < rows || v->first ? right : "");
    bool side = m->data && l.side.columns;
    draw_lines(v, pen, &l, &f, side);
    if (side)
        launch_side_draw(pen, l.side, m->data);
    const struct opt *o = here ? here->option : NULL;
    pen_rule(pen, l.rule.y, l.rule.x, l.rule.columns,
             o      ? o->name
             : here ? here->heading
                    : "launch",
             o ? o->group : "");
    draw_help(v, pen, m, l.help, here);
    draw_button(v, pen, m, l.button, !here);
    if (v->mode == LAUNCH_CHOOSES)
        choices_draw(&v->choices, pen, l.fields, l.fields.y + at - v->first,
                     l.fields.x + NAME_CELLS);
}
