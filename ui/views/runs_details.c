/* runs_details.c - below the list: the selected run. Screen thread only. */
#include "ui/views/runs_details.h"

#include "base/str.h"
#include "ui/facts.h"
#include "ui/views/live_charts.h"
#include "ui/views/runs_lines.h"

#include <math.h>
#include <stdio.h>

void runs_empty_draw(struct pen *pen, const struct ui_model *m, struct rect at, bool made,
                     const char *filter)
{
    int x = at.x + 2, cells = at.columns - 4, y = at.y + 1;
    if (!made) {
        pen_text(pen, y, x, cells, ROLE_BAD, "Out of memory: the list of runs cannot be shown.");
    } else if (m->reading_runs) {
        pen_text(pen, y, x, cells, ROLE_DIM, "Reading the runs ...");
    } else if (m->n_runs) {
        pen_format(pen, y, x, cells, ROLE_TEXT, "No run meets \"%s\".", filter);
        pen_text(pen, y + 2, x, cells, ROLE_DIM, "/ changes the filter, Esc removes it.");
    } else {
        pen_text(pen, y, x, cells, ROLE_TITLE, "No runs yet.");
        pen_text(pen, y + 2, x, cells, ROLE_TEXT,
                 m->can_train ? "Press n to launch one here," : "This screen only watches:");
        pen_text(pen, y + 3, x, cells, ROLE_TEXT,
                 m->can_train ? "or train from a shell: combolab train --help"
                              : "train from a shell: combolab train --help");
        pen_text(pen, y + 4, x, cells, ROLE_TEXT,
                 m->can_train ? "no data? Ctrl-P draws portraits to try things on" : "");
        pen_format(pen, y + 6, x, cells, ROLE_DIM, "database %s", m->db_path ? m->db_path : "");
    }
}

/* What it does at present, where it says so: a line, or none. */
static int draw_now(struct pen *pen, struct rect at, const struct snapshot *now)
{
    char text[256], eta[32], figures[192];
    if (!now || at.rows < 1)
        return 0;
    facts_now(pen, now, figures, sizeof figures);
    str_duration(eta, sizeof eta, now->eta_s);
    snprintf(text, sizeof text, "%s  %s%s%s", snapshot_phase_name(now->phase), figures,
             isfinite(now->eta_s) ? "  ETA " : "", isfinite(now->eta_s) ? eta : "");
    pen_items(pen, at.y, at.x, at.columns, now->paused ? ROLE_WARN : ROLE_BUSY, "  ", text);
    return 1;
}

void runs_details_draw(struct pen *pen, const struct ui_model *m, struct rect at,
                       const struct ui_run *r)
{
    char text[1200], figures[128], number[32];
    const char *dot = pen->glyphs->separator;
    if (!at.rows || !r)
        return;
    snprintf(number, sizeof number, "run %lld", (long long)r->id);
    pen_rule(pen, at.y, at.x, at.columns, r->name, number);
    int y = at.y + 1, end = at.y + at.rows, x = at.x + 2, cells = at.columns - 3;
    facts_settings(r, text, sizeof text);
    pen_items(pen, y++, x, cells, ROLE_TEXT, ", ", text);
    if (y < end && (r->tags[0] || r->note[0])) {
        snprintf(text, sizeof text, "%s%s%s", r->tags, r->tags[0] && r->note[0] ? dot : "",
                 r->note);
        pen_items(pen, y++, x, cells, ROLE_TITLE, dot, text);
    }
    y += draw_now(pen, (struct rect){y, x, end - y, cells}, ui_run_now(m, r->id));
    if (y < end && r->best_epoch > 0) {
        facts_figures(pen, r->best_mae, r->best_rmse, r->best_pc, figures, sizeof figures);
        snprintf(text, sizeof text, "best by %s PC, epoch %d: %s",
                 r->select[0] ? r->select : "test", r->best_epoch, figures);
        pen_items(pen, y++, x, cells, ROLE_TEXT, "  ", text);
    }
    if (y < end && r->state_text[0])
        y += pen_wrap(pen, (struct rect){y, x, end - y, cells}, facts_state_role(r->state),
                      r->state_text);
    if (y < end && r->device[0]) {
        snprintf(text, sizeof text, "%s%s%s%s%lld train%s%lld test images%s%lld parameters",
                 r->device, dot, r->library, dot, (long long)r->train_images, dot,
                 (long long)r->test_images, dot, (long long)r->parameters);
        pen_items(pen, y++, x, cells, ROLE_DIM, dot, text);
    }
    if (y < end) {
        char age[32];
        facts_age(m->now - r->created, age, sizeof age);
        snprintf(text, sizeof text, "experiment %s%smade %s ago on %s", r->experiment, dot, age,
                 r->host[0] ? r->host : "this host");
        pen_text(pen, y, x, cells, ROLE_DIM, text);
    }
}

static void draw_mean(struct pen *pen, int y, int x, int cells, const char *name,
                      const struct groups_mean *m)
{
    char mean[24], deviation[24], least[24], most[24];
    pen_figure(pen, mean, sizeof mean, groups_mean_of(m), 4, FACTS_CELLS);
    pen_figure(pen, deviation, sizeof deviation, groups_deviation_of(m), 4, FACTS_CELLS);
    pen_figure(pen, least, sizeof least, m->n ? m->least : (double)NAN, 4, FACTS_CELLS);
    pen_figure(pen, most, sizeof most, m->n ? m->most : (double)NAN, 4, FACTS_CELLS);
    pen_format(pen, y, x, cells, ROLE_TEXT, "%s PC: mean %s, deviation %s, from %s to %s", name,
               mean, deviation, least, most);
}

void runs_details_group(struct pen *pen, const struct ui_model *m, struct rect at,
                        const struct runs_lines *lines, const struct runs_group *g)
{
    char title[480], counted[80];
    int x = at.x + 2, cells = at.columns - 3;
    if (at.rows < 4)
        return;
    groups_title(&m->runs[g->first], lines->by, title, sizeof title);
    snprintf(counted, sizeof counted, "%zu run%s, %zu finished", g->n, g->n == 1 ? "" : "s",
             g->n - g->unfinished);
    pen_rule(pen, at.y, at.x, at.columns, title, counted);
    draw_mean(pen, at.y + 1, x, cells, "best", &g->best);
    draw_mean(pen, at.y + 2, x, cells, "last", &g->last);
    pen_text(pen, at.y + 3, x, cells, ROLE_DIM,
             "Enter folds or unfolds it, Space marks all of it, 3 compares what is marked.");
}

#define CURVE_COLUMNS 48

/* PC, then the total loss, then as they come. */
static int chart_at(const struct ui_model *m, int i)
{
    int pc = live_chart_of_pc(m);
    return i == 0 ? pc : i <= pc ? i - 1 : i;
}

void runs_curves_draw(struct pen *pen, const struct ui_model *m, struct rect at,
                      const struct ui_run *r)
{
    static const struct live_axes axes = {.focus = -1, .by = LIVE_BY_EITHER};
    bool here = r && m->rows_of == r->id;
    int n = here ? live_charts(m) : 4, across = at.columns / CURVE_COLUMNS;
    across = across > n ? n : across < 1 ? 1 : across;
    for (int i = 0; r && at.rows && i < across; i++) {
        int from = at.columns * i / across, to = at.columns * (i + 1) / across;
        struct rect cell = {at.y, at.x + from, at.rows, to - from};
        struct chart chart;
        struct live_texts texts;
        if (here) {
            live_chart(&axes, m, chart_at(m, i), &chart, &texts);
            chart_draw(pen, cell, &chart);
        } else {
            pen_box(pen, cell, ROLE_BORDER, i ? "" : "PC");
        }
    }
}
