/* live.c - one run while it trains, and afterwards. Screen thread only.
 *
 * Above: what the run is and how far it got. Then its charts and a panel of facts, as many as fit;
 * Tab moves the focus, and the page with it. Below: the end of its log. Up and Down scroll the
 * panel where it has the focus, else the log. What happens within an epoch the run says itself, of
 * this process or another: losses by step stand where a loss has no curve over epochs yet.
 */
#include "ui/views/live_axes.h"
#include "ui/views/live_log.h"
#include "ui/views/live_panel.h"

#include "base/str.h"
#include "ui/facts.h"
#include "ui/view.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LABEL_CELLS 9
#define SCROLL_ALL 1000000 /* lines, more than there are */

struct live_view {
    int64_t open; /* the run that was asked for, 0 = none */
    struct live_axes axes;
    bool by_step; /* what axes.cursor counts */
    bool zoom;
    struct live_log log;
    struct live_panel panel; /* the last cell, after the charts */
    struct ui_figure figure; /* asked for by the last key */
    /* Where things were last drawn: charts and the panel; no cells or rows where not. */
    struct live_layout charts;
    struct rect panel_at;
};

/* Charts and panel. */
static int cells_of(const struct ui_model *m)
{
    return live_charts(m) + 1;
}

/* It ended before its first epoch: why, and the panel, stand where its charts would. */
static bool has_reason(const struct ui_model *m, const struct ui_run *r)
{
    return !m->n_epochs && r->state_text[0];
}

/* What moves up and down is the panel. */
static bool on_panel(const struct live_view *v, const struct ui_model *m)
{
    const struct ui_run *r = ui_run_find(m, v->open);
    return (r && has_reason(m, r)) || v->axes.focus == cells_of(m) - 1;
}

/* Another run; how curves are drawn stays. */
static void open_run(struct live_view *v, int64_t run)
{
    if (v->open == run)
        return;
    *v = (struct live_view){.open = run,
                            .axes = {.log_y = v->axes.log_y, .planned = v->axes.planned}};
}

/* Epochs or steps, as the model has them by now; then the crosshair stands at neither. */
static void settle_axes(struct live_view *v, const struct ui_model *m)
{
    bool by_step = live_by_step(&v->axes, m);
    if (by_step != v->by_step) {
        v->axes.reading = false;
        axis_all(&v->axes.x);
    }
    v->by_step = by_step;
}

/* Without a run in particular: the one it had, or the one that trains. */
static int64_t newest(const struct ui_model *m)
{
    int64_t run = 0;
    for (size_t i = 0; i < m->n_runs; i++)
        run = m->runs[i].id > run ? m->runs[i].id : run;
    return run;
}

static void opened(void *state, const struct ui_model *m, int64_t run)
{
    struct live_view *v = state;
    if (run)
        open_run(v, run);
    else if (!ui_run_find(m, v->open) && (m->live.run || m->n_runs))
        open_run(v, m->live.run ? m->live.run : newest(m));
}

/* Of what goes on, of any process, the run after the shown one; the first one after the last. */
static int64_t next_training(const struct live_view *v, const struct ui_model *m)
{
    int64_t next = 0, first = 0;
    for (size_t i = 0; i <= m->n_snapshots; i++) {
        int64_t run = i < m->n_snapshots ? m->snapshots[i].run : m->live.run;
        if (run && (!first || run < first))
            first = run;
        if (run && run > v->open && (!next || run < next))
            next = run;
    }
    return next ? next : first;
}

static bool open_training(struct live_view *v, const struct ui_model *m, struct view_reply *reply)
{
    int64_t run = next_training(v, m);
    if (!run || run == v->open)
        str_copy(reply->note, sizeof reply->note, run ? "no other run trains" : "no run trains");
    else
        open_run(v, run);
    return true;
}

/* Its rows have been fetched. */
static bool has_rows(const struct ui_model *m, const struct ui_run *r)
{
    return m->rows_of == r->id;
}

/* Name and state on the left, times on the right. */
static void draw_name(struct pen *pen, const struct ui_model *m, const struct ui_run *r,
                      struct rect at)
{
    const char *state = facts_state(r, ui_run_now(m, r->id));
    char text[400], times[128] = "", took[32];
    bool over = isfinite(r->ended);
    if (isfinite(r->started))
        str_duration(took, sizeof took,
                     over ? row_run_seconds(r->started, r->ended, r->resumed, r->earlier_s, m->now)
                          : m->now - r->started);
    if (isfinite(r->started) && at.columns < 80) {
        str_copy(times, sizeof times, took);
    } else if (isfinite(r->started)) {
        snprintf(times, sizeof times, "run %lld%s%s %s%s", (long long)r->id, pen->glyphs->separator,
                 over         ? "took"
                 : r->resumed ? "resumed"
                              : "started",
                 took, over ? "" : " ago");
    } else {
        snprintf(times, sizeof times, "run %lld", (long long)r->id);
    }
    int right = pen_right(pen, at.y, at.x, at.columns - 1, ROLE_DIM, times);
    snprintf(text, sizeof text, "%s %s", facts_state_sign(pen, state), state);
    int used = 1 + pen_text(pen, at.y, at.x + 1, 16, facts_state_role(state), text) + 2;
    pen_text(pen, at.y, at.x + used, at.columns - used - right - 3, ROLE_TITLE, r->name);
}

/* "epochs   ########----  12/200    6 %  ETA 1h02m" */
static void draw_bar(struct pen *pen, struct rect at, int y, const char *label, double fraction,
                     enum role role, const char *text)
{
    int bar = at.columns < 80 ? 12 : at.columns / 4;
    pen_text(pen, y, at.x + 1, LABEL_CELLS - 1, ROLE_DIM, label);
    pen_bar(pen, y, at.x + 1 + LABEL_CELLS, bar, role, fraction);
    int x = at.x + 1 + LABEL_CELLS + bar + 2;
    pen_items(pen, y, x, at.x + at.columns - x - 1, ROLE_TEXT, "  ", text);
}

static void draw_epochs(struct pen *pen, const struct ui_model *m, const struct ui_run *r,
                        struct rect at, int y)
{
    const struct snapshot *now = ui_run_now(m, r->id);
    char text[256], more[128] = "";
    double done = facts_done(r, now);
    if (now && isfinite(now->eta_s)) {
        char eta[32];
        str_duration(eta, sizeof eta, now->eta_s);
        snprintf(more, sizeof more, "  ETA %s", eta);
    } else if (r->best_epoch > 0) {
        char pc[32];
        pen_figure(pen, pc, sizeof pc, r->best_pc, 4, FACTS_CELLS);
        const char *by = r->select[0] ? r->select : "test";
        if (at.columns < 80)
            snprintf(more, sizeof more, "  best PC %s at %d", pc, r->best_epoch);
        else
            snprintf(more, sizeof more, "  PC %s at %d, best by %s PC", pc, r->best_epoch, by);
    }
    snprintf(text, sizeof text, "%d/%d  %3.0f %%%s", r->epochs_done, r->epochs, 100 * done, more);
    draw_bar(pen, at, y, "epochs", done, facts_state_role(facts_state(r, now)), text);
}

/* "  load 97 %  61 C  412 W", as far as the device tells. */
static void device_text(const struct snapshot *s, char *to, size_t room)
{
    char load[24] = "", temperature[24] = "", power[24] = "";
    if (isfinite(s->load))
        snprintf(load, sizeof load, "  load %.0f %%", 100 * s->load);
    if (isfinite(s->temperature_c))
        snprintf(temperature, sizeof temperature, "  %.0f C", s->temperature_c);
    if (isfinite(s->power_w))
        snprintf(power, sizeof power, "  %.0f W", s->power_w);
    snprintf(to, room, "%s%s%s", load, temperature, power);
}

/* Progress within the epoch, or why there is none. */
static void draw_phase(struct pen *pen, const struct ui_model *m, const struct ui_run *r,
                       struct rect at, int y)
{
    const struct snapshot *s = ui_run_now(m, r->id);
    char text[320], speed[32], figures[192], device[80] = "";
    int cells = at.columns - 2;
    if (!s) {
        facts_speed(pen, r->images_per_s, speed, sizeof speed);
        if (r->state_text[0] && r->epochs_done > 0)
            pen_text(pen, y, at.x + 1, cells, facts_state_role(r->state), r->state_text);
        else if (r->epochs_done > 0)
            pen_format(pen, y, at.x + 1, cells, ROLE_DIM, "last epoch at %s images/s%s%s", speed,
                       r->host[0] ? pen->glyphs->separator : "", r->host);
        else
            pen_text(pen, y, at.x + 1, cells, ROLE_DIM,
                     strcmp(r->state, "queued") ? "no epoch was finished" : "waits to be started");
        return;
    }
    facts_now(pen, s, figures, sizeof figures);
    if (at.columns >= 100)
        device_text(s, device, sizeof device);
    snprintf(text, sizeof text, "%s%s", figures, device);
    draw_bar(pen, at, y, s->paused ? "paused" : snapshot_phase_name(s->phase), facts_phase(s),
             s->paused ? ROLE_WARN : ROLE_BUSY, text);
}

static void draw_info(struct pen *pen, const struct ui_model *m, const struct ui_run *r,
                      struct rect at)
{
    char text[1024];
    int y = at.y;
    draw_name(pen, m, r, at);
    if (at.rows > 3) {
        facts_settings(r, text, sizeof text);
        pen_items(pen, ++y, at.x + 1, at.columns - 2, ROLE_TEXT, ", ", text);
    }
    draw_epochs(pen, m, r, at, y + 1);
    draw_phase(pen, m, r, at, y + 2);
}

static void draw_missing(const struct live_view *v, struct pen *pen, struct rect at)
{
    int x = at.x + 2, cells = at.columns - 4;
    pen_rule(pen, at.y, at.x, at.columns, "Live", "");
    if (v->open) {
        pen_format(pen, at.y + 2, x, cells, ROLE_TEXT, "Run %lld is being read, or is gone.",
                   (long long)v->open);
        pen_text(pen, at.y + 4, x, cells, ROLE_DIM, "Esc goes back to the list.");
        return;
    }
    pen_text(pen, at.y + 2, x, cells, ROLE_TEXT, "No run is open.");
    pen_text(pen, at.y + 4, x, cells, ROLE_DIM,
             "1 shows the list, Enter there opens a run, n launches one.");
}

static void draw_reason(struct live_view *v, struct pen *pen, const struct ui_model *m,
                        const struct ui_run *r, const struct live_layout *l)
{
    int y = l->info.y + l->info.rows, x = l->info.x, columns = l->info.columns;
    struct rect at = {y + 1, x + 4, 6, columns - 8};
    y = at.y + pen_wrap(pen, at, facts_state_role(r->state), r->state_text) + 1;
    v->panel_at = (struct rect){y, x, l->log.y - y, columns};
    live_panel_draw(&v->panel, pen, v->panel_at, m, r, true);
}

static void draw_cells(struct live_view *v, struct pen *pen, const struct ui_model *m,
                       const struct ui_run *r, const struct live_layout *l)
{
    int panel = cells_of(m) - 1;
    v->charts = *l;
    for (int i = 0; i < l->cells; i++) {
        struct chart chart;
        struct live_texts texts;
        if (l->first + i == panel) { /* the last one */
            live_panel_draw(&v->panel, pen, l->cell[i], m, r, v->axes.focus == panel);
            v->panel_at = l->cell[i];
            v->charts.cells = i;
            continue;
        }
        live_chart(&v->axes, m, l->first + i, &chart, &texts);
        chart_draw(pen, l->cell[i], &chart);
    }
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct live_view *v = state;
    const struct ui_run *r = ui_run_find(m, v->open);
    v->charts.cells = v->panel_at.rows = v->log.at.rows = 0;
    if (!r) {
        draw_missing(v, pen, body);
        return;
    }
    int cells = cells_of(m);
    bool here = has_rows(m, r);
    settle_axes(v, m);
    if (here && v->axes.focus >= cells) /* a run with fewer terms */
        v->axes.focus = cells - 1;
    struct live_layout l = layout_live(body, cells, v->axes.focus, v->zoom);
    draw_info(pen, m, r, l.info);
    if (!here)
        return;
    if (has_reason(m, r))
        draw_reason(v, pen, m, r, &l);
    else
        draw_cells(v, pen, m, r, &l);
    live_log_draw(&v->log, pen, m, l.log);
}

static void turn_steps(struct live_view *v, const struct ui_model *m, struct view_reply *reply)
{
    v->axes.by = v->by_step ? LIVE_BY_EPOCH : LIVE_BY_STEP;
    if (v->by_step || live_by_step(&v->axes, m))
        return;
    v->axes.by = LIVE_BY_EITHER;
    str_copy(reply->note, sizeof reply->note, "losses by step are there while an epoch is trained");
}

/* One level: the crosshair, the piece of the axis, the one chart, then the run. */
static void back(struct live_view *v, struct view_reply *reply)
{
    if (v->axes.reading) {
        v->axes.reading = false;
    } else if (!axis_is_all(&v->axes.x)) {
        axis_all(&v->axes.x);
    } else if (v->zoom) {
        v->zoom = false;
    } else {
        v->open = 0;
        reply->show = REQ_RUNS;
    }
}

/* The panel where it has the focus, else the log; draw keeps both within what there is. */
static void scroll(struct live_view *v, const struct ui_model *m, int lines)
{
    int *to = on_panel(v, m) ? &v->panel.first : &v->log.back;
    *to += on_panel(v, m) ? -lines : lines;
    if (*to < 0)
        *to = 0;
}

/* The zoomed chart, or all of them; by epoch. */
static void save(struct live_view *v, const struct ui_model *m, struct view_reply *reply)
{
    if (!m->n_epochs || m->rows_of != v->open) {
        str_copy(reply->note, sizeof reply->note, "there is no epoch to draw yet");
        return;
    }
    v->figure = (struct ui_figure){.runs = &v->open, .n_runs = 1, .log_y = v->axes.log_y};
    live_metrics(m, v->zoom ? v->axes.focus : -1, v->figure.metrics, sizeof v->figure.metrics);
    reply->action = (struct ui_action){.kind = UI_FIGURE, .figure = &v->figure};
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct live_view *v = state;
    int cells = cells_of(m), page = on_panel(v, m) ? v->panel.page : v->log.page;
    settle_axes(v, m);
    if (request == REQ_LIVE)
        return open_training(v, m, reply);
    if (request != REQ_BACK && !ui_run_find(m, v->open))
        return false;
    if (live_axes_request(&v->axes, m, request))
        return true;
    switch (request) {
    case REQ_COMPARE:
        reply->show = REQ_COMPARE;
        reply->run = v->open;
        return true;
    case REQ_NEXT:
        v->axes.focus = (v->axes.focus + 1) % cells;
        return true;
    case REQ_PREVIOUS:
        v->axes.focus = (v->axes.focus + cells - 1) % cells;
        return true;
    case REQ_ENTER:
        v->zoom = !v->zoom;
        return true;
    case REQ_UP:
    case REQ_DOWN:
        scroll(v, m, request == REQ_UP ? 1 : -1);
        return true;
    case REQ_PAGE_UP:
    case REQ_PAGE_DOWN:
        scroll(v, m, request == REQ_PAGE_UP ? page : -page);
        return true;
    case REQ_FIRST:
    case REQ_LAST:
        scroll(v, m, request == REQ_FIRST ? SCROLL_ALL : -SCROLL_ALL);
        return true;
    case REQ_LOG_Y:
        v->axes.log_y = !v->axes.log_y;
        return true;
    case REQ_STEPS:
        turn_steps(v, m, reply);
        return true;
    case REQ_AXIS:
        v->axes.planned = !v->axes.planned;
        return true;
    case REQ_SAVE:
        save(v, m, reply);
        return true;
    case REQ_BACK:
        back(v, reply);
        return true;
    default:
        return false;
    }
}

/* The panel takes the focus, the log is scrolled; anywhere else it leads back. */
static enum request point_texts(struct live_view *v, const struct ui_model *m,
                                const struct pointer *p)
{
    if (rect_has(v->panel_at, p->y, p->x)) {
        v->axes.focus = cells_of(m) - 1;
        v->panel.first += pointer_scroll(p);
        v->panel.first = v->panel.first < 0 ? 0 : v->panel.first;
    } else if (rect_has(v->log.at, p->y, p->x)) {
        v->log.back -= pointer_scroll(p);
        v->log.back = v->log.back < 0 ? 0 : v->log.back;
    }
    return p->kind == POINTER_RIGHT ? REQ_BACK : REQ_NONE;
}

static enum request point(void *state, const struct ui_model *m, const struct pointer *p)
{
    struct live_view *v = state;
    double place;
    settle_axes(v, m);
    switch (axis_point(&v->axes.x, &v->charts, p, &v->axes.focus, &place)) {
    case AXIS_READS:
        live_axes_read(&v->axes, m, place);
        return REQ_NONE;
    case AXIS_ENTERS:
        return REQ_ENTER;
    case AXIS_CHANGED:
        v->axes.reading &= p->kind != POINTER_DRAGGED;
        return REQ_NONE;
    case AXIS_ELSEWHERE:
        break;
    }
    return point_texts(v, m, p);
}

static const struct ui_run *current(void *state, const struct ui_model *m)
{
    const struct live_view *v = state;
    return ui_run_find(m, v->open);
}

static size_t wants(const void *state, struct ui_want wants[UI_MOST_WANTS])
{
    const struct live_view *v = state;
    wants[0] = (struct ui_want){.kind = UI_WANT_RUNS};
    wants[1] = (struct ui_want){.kind = UI_WANT_NOW, .run = v->open};
    wants[2] = (struct ui_want){.kind = UI_WANT_RUN, .run = v->open};
    return v->open ? 3 : 2;
}

static const struct kept_field kept[] = {
    KEPT_FIELD("run", RUN, struct live_view, open, 0),
    KEPT_FIELD("chart", INT, struct live_view, axes.focus, LAYOUT_MOST_CHARTS - 1),
    KEPT_FIELD("log-y", FLAG, struct live_view, axes.log_y, 0),
    KEPT_FIELD("planned", FLAG, struct live_view, axes.planned, 0),
    KEPT_FIELD("zoom", FLAG, struct live_view, zoom, 0),
};

/* The first one is there while a piece of the axis is seen. */
static const struct hint footer[] = {
    {REQ_ZOOM_ALL, "all epochs"}, {REQ_BACK, NULL},  {REQ_NEXT, "chart"}, {REQ_ENTER, "zoom"},
    {REQ_LEFT, "values"},         {REQ_PAUSE, NULL}, {REQ_RESUME, NULL},  {REQ_STOP, NULL},
    {REQ_CHECKPOINT, NULL},       {REQ_STEPS, NULL}, {REQ_LOG_Y, NULL},   {REQ_AXIS, NULL},
    {REQ_ZOOM_IN, NULL},          {REQ_MARKS, NULL}, {REQ_SAVE, NULL},    {REQ_NONE, NULL},
};

static const struct hint *footer_now(const void *state, bool *types)
{
    const struct live_view *v = state;
    *types = false;
    return axis_is_all(&v->axes.x) ? footer + 1 : footer;
}

const struct view view_live = {
    .name = "Live",
    .shown_by = REQ_LIVE,
    .footer = footer + 1,
    .footer_now = footer_now,
    .state_bytes = sizeof(struct live_view),
    .open = opened,
    .kept = kept,
    .n_kept = sizeof kept / sizeof *kept,
    .draw = draw,
    .request = request,
    .point = point,
    .run = current,
    .wants = wants,
};
