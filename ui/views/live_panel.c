/* live_panel.c - the facts of a run, a line each: first the options that are not as usual, which
 * are what tells it from others, then what it found, then the other options. Screen thread only.
 */
#include "ui/views/live_panel.h"

#include "base/err.h"
#include "base/str.h"
#include "results/pull.h"
#include "ui/facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_CELLS 16
#define LEAST_ROWS 4
#define LEAST_COLUMNS 30

/* A drawing in progress: lines above the first are counted, not drawn. */
struct lines {
    struct pen *pen;
    struct rect at;
    int line, first;
};

static void add(struct lines *l, enum role role, const char *name, const char *value)
{
    int row = l->line - l->first, y = l->at.y + row;
    if (!value[0])
        return;
    l->line++;
    if (row < 0 || row >= l->at.rows)
        return;
    pen_text(l->pen, y, l->at.x, NAME_CELLS - 1, ROLE_DIM, name);
    pen_items(l->pen, y, l->at.x + NAME_CELLS, l->at.columns - NAME_CELLS, role, "  ", value);
}

/* Both as the option's own text: "1e-3" is 0.001. Options that are not known here are unusual. */
static bool is_usual(const struct run_config *usual, const struct option_row *row)
{
    char wanted[sizeof row->value], value[sizeof row->value];
    const struct opt *option = opt_find(&config_options, row->name);
    struct run_config config = *usual;
    struct err e;
    if (!option)
        return false;
    opt_format(option, usual, wanted, sizeof wanted);
    if (!strcmp(wanted, row->value))
        return true;
    if (opt_set(&config_options, &config, row->name, row->value, &e))
        return false;
    opt_format(option, &config, value, sizeof value);
    return !strcmp(wanted, value);
}

static void add_options(struct lines *l, const struct ui_model *m, bool usual)
{
    struct run_config defaults;
    config_defaults(&defaults);
    for (size_t i = 0; i < m->n_options; i++)
        if (is_usual(&defaults, &m->options[i]) == usual)
            add(l, usual ? ROLE_DIM : ROLE_TEXT, m->options[i].name, m->options[i].value);
}

static void add_images(struct lines *l, const struct ui_run *r)
{
    char text[128], val[32] = "";
    if (r->train_images <= 0)
        return;
    if (r->val_images > 0)
        snprintf(val, sizeof val, ", %lld val", (long long)r->val_images);
    snprintf(text, sizeof text, "%lld train%s, %lld test", (long long)r->train_images, val,
             (long long)r->test_images);
    add(l, ROLE_TEXT, "images", text);
    snprintf(text, sizeof text, "%lld", (long long)r->parameters);
    add(l, ROLE_TEXT, "parameters", text);
    add(l, ROLE_TEXT, "data hash", r->data_hash);
}

static void add_figure(struct lines *l, const char *name, double value)
{
    char text[16];
    pen_figure(l->pen, text, sizeof text, value, 4, FACTS_CELLS);
    add(l, ROLE_TEXT, name, text);
}

/* Whose gradient steers in the last epoch, and which terms are most at odds. */
static void add_pull(struct lines *l, const struct ui_model *m)
{
    const struct phase_row *train = m->n_epochs ? &m->epochs[m->n_epochs - 1].train : NULL;
    double share[ROW_MAX_TERMS];
    size_t a = 0, b = 0;
    char text[160];
    if (!train || !pull_is_known(train, m->n_terms))
        return;
    int steers = pull_steers(train, m->n_terms);
    double least = pull_least(train, m->n_terms, &a, &b);
    pull_shares(train, m->n_terms, share);
    if (steers >= 0) {
        snprintf(text, sizeof text, "%s, %.2f of the gradient", m->terms[steers].name,
                 share[steers]);
        add(l, ROLE_TEXT, "steers", text);
    }
    if (isfinite(least)) {
        snprintf(text, sizeof text, "%s and %s, cosine %.2f", m->terms[a].name, m->terms[b].name,
                 least);
        add(l, ROLE_TEXT, least < PULL_FIGHT ? "fight" : "agree least", text);
    }
}

static void add_facts(struct lines *l, const struct ui_model *m, const struct ui_run *r)
{
    char text[256], earlier[32];
    if (r->best_epoch > 0) {
        snprintf(text, sizeof text, "%d  by %s PC", r->best_epoch, r->select);
        add(l, ROLE_TEXT, "best epoch", text);
        add_figure(l, "best PC", r->best_pc);
        add_figure(l, "MAE@best", r->best_mae);
        add_figure(l, "RMSE@best", r->best_rmse);
    }
    add_pull(l, m);
    if (r->resumed > 0) {
        str_duration(earlier, sizeof earlier, r->earlier_s);
        snprintf(text, sizeof text, "%d %s, after %s", r->resumed,
                 r->resumed == 1 ? "time" : "times", earlier);
        add(l, ROLE_TEXT, "resumed", text);
    }
    add(l, ROLE_TEXT, "device", r->device);
    add(l, ROLE_TEXT, "library", r->library);
    add(l, ROLE_TEXT, "precision", r->precision);
    add_images(l, r);
}

static int add_all(struct lines *l, const struct ui_model *m, const struct ui_run *r, int first)
{
    l->line = 0;
    l->first = first;
    add_options(l, m, false);
    add_facts(l, m, r);
    add_options(l, m, true);
    return l->line;
}

void live_panel_draw(struct live_panel *panel, struct pen *pen, struct rect at,
                     const struct ui_model *m, const struct ui_run *r, bool focus)
{
    struct lines lines = {.pen = pen, .at = {at.y + 1, at.x + 2, at.rows - 2, at.columns - 4}};
    if (at.rows < LEAST_ROWS || at.columns < LEAST_COLUMNS)
        return;
    panel->page = lines.at.rows;
    struct lines counted = lines;
    counted.at.rows = 0;
    panel->first =
        layout_scroll(panel->first, panel->first, add_all(&counted, m, r, 0), panel->page);
    pen_box(pen, at, focus ? ROLE_FOCUS : ROLE_BORDER, focus ? "[Run]" : "Run");
    int below = add_all(&lines, m, r, panel->first) - panel->first - panel->page;
    if (below > 0)
        pen_format(pen, at.y + at.rows - 1, at.x + 2, at.columns - 4, ROLE_DIM, " %d more below ",
                   below);
}
