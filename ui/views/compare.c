/* compare.c - marked runs side by side. Screen thread only.
 *
 * Charts of every figure and of every loss term by name, in each of them a line a run; one
 * crosshair reads all runs at the same epoch, and the table below has the values of the chart that
 * has the focus, with their distance from the baseline's. Up and Down select a run, whose line is
 * drawn last. Beside the table, or instead of it, stands what differs in the settings.
 */
#include "ui/views/compare_axes.h"
#include "ui/views/compare_table.h"

#include "base/str.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

struct compare_view {
    struct marks *marks;
    int64_t alone;    /* the run that is shown while none is marked */
    int64_t baseline; /* 0 = the first */
    struct compare_set set;
    struct compare_axes axes;
    struct compare_room room;
    struct compare_places places;
    struct live_layout shown;         /* charts, as last drawn */
    int64_t wanted[UI_MOST_COMPARED]; /* the set's runs, as many as can be read */
    size_t n_wanted;
    struct ui_figure figure;                     /* asked for by the last key, and */
    int64_t drawn[UI_MOST_COMPARED];             /* its runs, */
    struct palette_look looks[UI_MOST_COMPARED]; /* as they look here */
    bool zoom;                                   /* one chart alone */
    bool settings; /* Up and Down are theirs and, where there is room for one alone, they are shown
                    */
};

static void init(void *state, const struct ui_options *options)
{
    struct compare_view *v = state;
    v->marks = options->marks;
    v->axes.phase = ROW_TEST;
}

static void fini(void *state)
{
    struct compare_view *v = state;
    compare_set_fini(&v->set);
    compare_room_fini(&v->room);
}

/* The selection is a run, which stays selected where it goes. */
static void sync(struct compare_view *v, const struct ui_model *m)
{
    compare_set_sync(&v->set, m, v->marks, v->alone, v->baseline);
    size_t line = compare_set_line(&v->set, v->axes.selected);
    v->places.runs.at = (int)line;
    v->axes.selected = v->set.n ? v->set.lines[line].run : 0;
    v->n_wanted = v->set.n_members < UI_MOST_COMPARED ? v->set.n_members : UI_MOST_COMPARED;
    for (size_t i = 0; i < v->n_wanted; i++)
        v->wanted[i] = m->runs[v->set.members[i]].id;
}

static void opened(void *state, const struct ui_model *m, int64_t run)
{
    struct compare_view *v = state;
    if (run)
        v->alone = v->axes.selected = run;
    else if (!v->alone)
        v->alone = m->live.run;
    sync(v, m);
}

/* --- drawing --- */

static void draw_missing(const struct compare_view *v, struct pen *pen, const struct ui_model *m,
                         struct rect at)
{
    int x = at.x + 2, cells = at.columns - 4;
    pen_rule(pen, at.y, at.x, at.columns, "Compare", "");
    if (!v->set.made) {
        pen_text(pen, at.y + 2, x, cells, ROLE_BAD, "Out of memory: the runs cannot be compared.");
        return;
    }
    pen_text(pen, at.y + 2, x, cells, ROLE_TEXT,
             m->reading_runs ? "Reading the runs ..." : "No runs are marked.");
    pen_text(pen, at.y + 4, x, cells, ROLE_DIM,
             "1 shows the list: Space marks a run there, * all that the filter shows.");
    pen_text(pen, at.y + 5, x, cells, ROLE_DIM, "Then 3 sets them side by side.");
}

/* "test images · by epoch · smoothing 0.9 · baseline 12" */
static void describe(const struct compare_view *v, const struct pen *pen, int cells, char *to,
                     size_t room)
{
    const char *dot = pen->glyphs->separator;
    char smoothing[48] = "", zoomed[32] = "", baseline[48] = "";
    if (v->axes.smoothing)
        snprintf(smoothing, sizeof smoothing, "%ssmoothed %s", dot,
                 compare_smoothing(v->axes.smoothing));
    if (!axis_is_all(&v->axes.x))
        snprintf(zoomed, sizeof zoomed, "%s%.0f %% of it", dot, 100 * axis_size(&v->axes.x));
    if (v->set.n > 1)
        snprintf(baseline, sizeof baseline, "%sbaseline run %lld", dot,
                 (long long)v->set.lines[v->set.baseline].run);
    snprintf(to, room, "%s%s%sby %s%s%s%s", row_phases[v->axes.phase].name,
             cells < 100 ? "" : " images", dot, v->axes.by_time ? "time" : "epoch", zoomed,
             smoothing, baseline);
}

static void draw_title(const struct compare_view *v, struct pen *pen, const struct ui_model *m,
                       struct rect at)
{
    char title[256], right[200], drawn[48] = "", left_out[48] = "", lines[64] = "";
    const char *dot = pen->glyphs->separator;
    size_t too_long = 0, lines_drawn = 0;
    for (size_t i = 0; i < m->n_compared; i++)
        too_long += m->compared[i].too_long;
    for (size_t i = 0; i < v->set.n; i++)
        lines_drawn += compare_set_drawn(&v->set, i, (size_t)v->places.runs.at);
    if (lines_drawn < v->set.n)
        snprintf(drawn, sizeof drawn, "%s%zu drawn", dot, lines_drawn);
    if (too_long)
        snprintf(left_out, sizeof left_out, "%s%zu too long to draw", dot, too_long);
    if (v->set.by)
        snprintf(lines, sizeof lines, "%s%zu by %s", dot, v->set.n, groups_name(v->set.by));
    snprintf(title, sizeof title, "Compare%s%zu run%s%s%s%s%s", dot, v->set.n_members,
             v->set.n_members == 1 ? "" : "s", lines, drawn, left_out,
             v->marks->n ? "" : ": Space in the list marks others");
    describe(v, pen, at.columns, right, sizeof right);
    pen_rule(pen, at.y, at.x, at.columns, title, right);
}

static void draw_charts(struct compare_view *v, struct pen *pen, const struct ui_model *m,
                        const struct compare_curve *curves, const struct live_layout *l)
{
    for (int i = 0; i < l->cells; i++) {
        struct chart chart;
        char note[64];
        int which = l->first + i;
        if (compare_chart(&v->axes, &v->set, m, &curves[which], which, pen, &v->room, &chart, note))
            chart_draw(pen, l->cell[i], &chart);
        else
            pen_text(pen, l->cell[i].y + 1, l->cell[i].x + 2, l->cell[i].columns - 4, ROLE_BAD,
                     "out of memory");
    }
}

/* Above the tables: what they are and, where it is so, why figures are not comparable. */
static void draw_rule(const struct compare_view *v, struct pen *pen, const struct compare_layout *l,
                      bool settings)
{
    char more[48] = "";
    size_t differ = compare_settings_count(&v->set), below = 0;
    int rows = l->rows.rows;
    if (!settings && v->set.n > (size_t)(v->places.runs.first + rows))
        below = v->set.n - (size_t)(v->places.runs.first + rows);
    if (settings && differ > (size_t)(v->places.settings.first + rows))
        below = differ - (size_t)(v->places.settings.first + rows);
    if (below)
        snprintf(more, sizeof more, "%zu more below", below);
    else if (!l->settings.columns && differ)
        snprintf(more, sizeof more,
                 settings      ? "i shows the runs"
                 : differ == 1 ? "%zu setting differs: i"
                               : "%zu settings differ: i",
                 differ);
    pen_rule(pen, l->rule.y, l->rule.x, l->rule.columns, settings ? "Settings" : "Runs", more);
    if (!v->set.warning[0])
        return;
    int x = l->rule.x + 14, cells = l->rule.columns - 16 - (more[0] ? (int)strlen(more) + 6 : 0);
    pen_format(pen, l->rule.y, x, cells, ROLE_WARN, " %s ", v->set.warning);
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct compare_view *v = state;
    struct compare_curve curves[LAYOUT_MOST_CHARTS];
    sync(v, m);
    v->shown.cells = v->places.runs.rows.rows = v->places.settings.rows.rows = 0;
    if (!v->set.n) {
        draw_missing(v, pen, m, body);
        return;
    }
    int n = compare_curves(&v->set, m, curves);
    size_t differ = compare_settings_count(&v->set);
    if (v->axes.focus >= n)
        v->axes.focus = n - 1;
    int lines = (int)(v->set.n > differ ? v->set.n : differ);
    struct compare_layout l = layout_compare(body, n, v->axes.focus, v->zoom, lines);
    v->shown = l.charts;
    struct compare_told told = {&v->axes, &v->set, m, &curves[v->axes.focus]};
    bool beside = l.settings.columns > 0, settings = v->settings && !beside;
    draw_title(v, pen, m, l.title);
    draw_charts(v, pen, m, curves, &l.charts);
    draw_rule(v, pen, &l, settings);
    if (settings)
        compare_settings_draw(&told, pen,
                              (struct rect){l.head.y, l.head.x, l.rows.rows + 1, l.head.columns},
                              &v->places.settings, true);
    else
        compare_table_draw(&told, pen, l.head, l.rows, &v->places.runs);
    if (beside)
        compare_settings_draw(&told, pen, l.settings, &v->places.settings, v->settings);
}

/* --- keys --- */

/* One level: the crosshair, the piece of the axis, the one chart, then the list. */
static void back(struct compare_view *v, struct view_reply *reply)
{
    if (v->axes.reading) {
        v->axes.reading = false;
    } else if (!axis_is_all(&v->axes.x)) {
        axis_all(&v->axes.x);
    } else if (v->zoom) {
        v->zoom = false;
    } else {
        reply->show = REQ_RUNS;
        reply->run = v->axes.selected;
    }
}

/* The selected line's runs; what is left of the marks stays here. */
static void unmark(struct compare_view *v, const struct ui_model *m)
{
    const struct compare_line *line = &v->set.lines[v->places.runs.at];
    for (size_t k = 0; k < line->n; k++) {
        int64_t run = m->runs[v->set.members[line->first + k]].id;
        if (marks_has(v->marks, run))
            marks_turn(v->marks, run);
    }
    sync(v, m);
}

/* One run a line, or the mean of those that differ in the seed, or in the fold, alone. */
static void next_grouping(struct compare_view *v)
{
    enum groups_by by = v->marks->groups;
    v->marks->groups = by < GROUPS_BUT_SEED   ? GROUPS_BUT_SEED
                       : by < GROUPS_BUT_FOLD ? GROUPS_BUT_FOLD
                                              : GROUPS_NONE;
}

static bool move(struct compare_view *v, enum request request)
{
    if (v->settings)
        return grid_move(&v->places.settings, compare_settings_count(&v->set), request);
    if (!grid_move(&v->places.runs, v->set.n, request))
        return false;
    v->axes.selected = v->set.lines[v->places.runs.at].run;
    return true;
}

/* What the charts are of, as the command curves calls it; the learning rate is no figure there. */
static void figure_metrics(const struct compare_view *v, const struct compare_curve *curves, int n,
                           char *to, size_t room)
{
    size_t at = 0;
    to[0] = '\0';
    for (int i = 0; i < n; i++) {
        const char *name = curves[i].metric;
        if (!name || (v->zoom && i != v->axes.focus) || at + strlen(name) + 2 > room)
            continue;
        at += (size_t)snprintf(to + at, room - at, "%s%s", at ? "," : "", name);
    }
}

/* The zoomed chart, or all of them; by epoch, and not smoothed. */
static void save(struct compare_view *v, const struct ui_model *m,
                 const struct compare_curve *curves, int n, struct view_reply *reply)
{
    size_t n_runs = 0, epochs = 0;
    v->figure = (struct ui_figure){.runs = v->drawn,
                                   .looks = v->looks,
                                   .log_y = v->axes.log_y >> v->axes.focus & 1,
                                   .over_seed = v->set.by == GROUPS_BUT_SEED,
                                   .over_fold = v->set.by == GROUPS_BUT_FOLD};
    for (size_t i = 0; i < v->set.n; i++)
        for (size_t k = 0; k < v->set.lines[i].n && n_runs < UI_MOST_COMPARED; k++) {
            const struct mark *look = &v->set.lines[i].look;
            if (!compare_set_in_mean(&v->set, m, i, k))
                continue;
            v->looks[n_runs] = (struct palette_look){look->colour, look->turn};
            v->drawn[n_runs++] = compare_set_row(&v->set, m, i, k)->id;
        }
    for (size_t i = 0; i < m->n_compared; i++)
        epochs += m->compared[i].curves.n;
    v->figure.n_runs = n_runs;
    str_copy(v->figure.phases, sizeof v->figure.phases, row_phases[v->axes.phase].name);
    figure_metrics(v, curves, n, v->figure.metrics, sizeof v->figure.metrics);
    if (!epochs || !v->figure.metrics[0])
        str_copy(reply->note, sizeof reply->note,
                 epochs ? "the learning rate is not drawn into files"
                        : "there is no epoch to draw yet");
    else
        reply->action = (struct ui_action){.kind = UI_FIGURE, .figure = &v->figure};
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct compare_view *v = state;
    struct compare_curve curves[LAYOUT_MOST_CHARTS];
    sync(v, m);
    if (!v->set.n && request != REQ_BACK)
        return false;
    int n = compare_curves(&v->set, m, curves);
    if (move(v, request) || compare_axes_request(&v->axes, &v->set, m, request))
        return true;
    switch (request) {
    case REQ_NEXT:
    case REQ_PREVIOUS:
        v->axes.focus = (v->axes.focus + (request == REQ_NEXT ? 1 : n - 1)) % n;
        return true;
    case REQ_ENTER:
        v->zoom = !v->zoom;
        return true;
    case REQ_BASELINE:
        v->baseline = v->axes.selected;
        return true;
    case REQ_SETTINGS:
        v->settings = !v->settings;
        return true;
    case REQ_SAVE:
        save(v, m, curves, n, reply);
        return true;
    case REQ_GROUP:
        next_grouping(v);
        return true;
    case REQ_CHANGE:
        unmark(v, m);
        return true;
    case REQ_LIVE:
        reply->show = REQ_LIVE;
        reply->run = v->axes.selected;
        return true;
    case REQ_BACK:
        back(v, reply);
        return true;
    default:
        return false;
    }
}

/* A line of the table that is in sight, or of both. */
static enum request point_table(struct compare_view *v, const struct pointer *p)
{
    enum request request;
    if (grid_point(&v->places.settings, compare_settings_count(&v->set), p, &request)) {
        v->settings = true;
    } else if (grid_point(&v->places.runs, v->set.n, p, &request)) {
        v->settings = false;
        v->axes.selected = v->set.lines[v->places.runs.at].run;
        return request ? REQ_LIVE : REQ_NONE;
    }
    return p->kind == POINTER_RIGHT ? REQ_BACK : REQ_NONE;
}

static enum request point(void *state, const struct ui_model *m, const struct pointer *p)
{
    struct compare_view *v = state;
    double place;
    sync(v, m);
    switch (axis_point(&v->axes.x, &v->shown, p, &v->axes.focus, &place)) {
    case AXIS_READS:
        compare_axes_read(&v->axes, &v->set, m, place);
        return REQ_NONE;
    case AXIS_ENTERS:
        return REQ_ENTER;
    case AXIS_CHANGED:
        v->axes.reading &= p->kind != POINTER_DRAGGED;
        return REQ_NONE;
    case AXIS_ELSEWHERE:
        break;
    }
    return point_table(v, p);
}

static int say(void *state, const struct ui_model *m, enum request request, const char *text,
               struct view_reply *reply)
{
    struct compare_view *v = state;
    enum groups_by by = groups_of_word(text);
    (void)m;
    if (request == REQ_GROUP && by != GROUPS_KINDS && by != GROUPS_EXPERIMENT) {
        v->marks->groups = by;
        return 1;
    }
    for (int i = 0; request == REQ_PHASE && i < ROW_PHASES; i++)
        if (!strcmp(row_phases[i].name, text)) {
            v->axes.phase = i;
            return 1;
        }
    if (request != REQ_GROUP && request != REQ_PHASE)
        return 0;
    str_copy(reply->note, sizeof reply->note,
             request == REQ_GROUP
                 ? "curves are drawn one by one (none), or as means over seed or fold"
                 : "images are train, val or test");
    return -1;
}

static const char *word(const void *state, enum request request, size_t i, const char **about)
{
    static const enum groups_by kinds[] = {GROUPS_NONE, GROUPS_BUT_SEED, GROUPS_BUT_FOLD};
    (void)state;
    if (request == REQ_GROUP && i < sizeof kinds / sizeof *kinds) {
        *about = groups_name(kinds[i]);
        return groups_words[kinds[i]];
    }
    return request == REQ_PHASE && i < ROW_PHASES ? row_phases[i].name : NULL;
}

static const struct ui_run *current(void *state, const struct ui_model *m)
{
    struct compare_view *v = state;
    sync(v, m);
    return ui_run_find(m, v->axes.selected);
}

/* Those that are drawn first; then others, whose values stand in the table. */
static size_t wants(const void *state, struct ui_want wants[UI_MOST_WANTS])
{
    const struct compare_view *v = state;
    struct ui_want *compared = &wants[2];
    wants[0] = (struct ui_want){.kind = UI_WANT_RUNS};
    wants[1] = (struct ui_want){.kind = UI_WANT_NOW};
    *compared = (struct ui_want){.kind = UI_WANT_COMPARED};
    for (size_t i = 0; i < v->n_wanted; i++)
        compared->runs[compared->n_runs++] = v->wanted[i];
    size_t n = compared->n_runs ? 3 : 2;
    if (v->marks->groups > GROUPS_EXPERIMENT)
        wants[n++] = (struct ui_want){.kind = UI_WANT_ALIKE};
    return n;
}

static const struct kept_field kept[] = {
    KEPT_FIELD("run", RUN, struct compare_view, alone, 0),
    KEPT_FIELD("baseline", RUN, struct compare_view, baseline, 0),
    KEPT_FIELD("chart", INT, struct compare_view, axes.focus, LAYOUT_MOST_CHARTS - 1),
    KEPT_FIELD("images", INT, struct compare_view, axes.phase, ROW_PHASES - 1),
    KEPT_FIELD("log-y", INT, struct compare_view, axes.log_y, (1 << LAYOUT_MOST_CHARTS) - 1),
    KEPT_FIELD("smooth", INT, struct compare_view, axes.smoothing, COMPARE_SMOOTHINGS - 1),
    KEPT_FIELD("by-time", FLAG, struct compare_view, axes.by_time, 0),
    KEPT_FIELD("zoom", FLAG, struct compare_view, zoom, 0),
    KEPT_FIELD("settings", FLAG, struct compare_view, settings, 0),
};

/* The first one is there while a piece of the axis is seen. */
static const struct hint footer[] = {
    {REQ_ZOOM_ALL, NULL}, {REQ_BACK, NULL},       {REQ_NEXT, "chart"},  {REQ_ENTER, "zoom"},
    {REQ_LEFT, "values"}, {REQ_GROUP, NULL},      {REQ_BASELINE, NULL}, {REQ_SETTINGS, NULL},
    {REQ_PHASE, NULL},    {REQ_SMOOTH, NULL},     {REQ_AXIS, "time"},   {REQ_LOG_Y, NULL},
    {REQ_ZOOM_IN, NULL},  {REQ_CHANGE, "unmark"}, {REQ_MARKS, NULL},    {REQ_SAVE, NULL},
    {REQ_NONE, NULL},
};

static const struct hint *footer_now(const void *state, bool *types)
{
    const struct compare_view *v = state;
    *types = false;
    return axis_is_all(&v->axes.x) ? footer + 1 : footer;
}

const struct view view_compare = {
    .name = "Compare",
    .shown_by = REQ_COMPARE,
    .footer = footer + 1,
    .footer_now = footer_now,
    .state_bytes = sizeof(struct compare_view),
    .init = init,
    .fini = fini,
    .open = opened,
    .kept = kept,
    .n_kept = sizeof kept / sizeof *kept,
    .draw = draw,
    .request = request,
    .point = point,
    .say = say,
    .word = word,
    .run = current,
    .wants = wants,
};
