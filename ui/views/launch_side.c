/* launch_side.c - see launch_side.h. */
#include "ui/views/launch_side.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIGURE_CELLS 7

static void draw_class(struct pen *pen, struct rect at, const struct data_facts *d, int i,
                       int64_t most)
{
    char figure[32], count[32];
    pen_figure(pen, figure, sizeof figure, d->value[i], 2, FIGURE_CELLS);
    pen_right(pen, at.y, at.x, FIGURE_CELLS, ROLE_TEXT, figure);
    snprintf(count, sizeof count, "%lld", (long long)d->count[i]);
    pen_right(pen, at.y, at.x + FIGURE_CELLS, FIGURE_CELLS, ROLE_TEXT, count);
    int x = at.x + 2 * FIGURE_CELLS + 1;
    int bar = at.x + at.columns - x - (d->weighted ? FIGURE_CELLS + 1 : 0);
    pen_bar(pen, at.y, x, bar, ROLE_BAR, most ? (double)d->count[i] / (double)most : 0);
    if (!d->weighted)
        return;
    pen_figure(pen, figure, sizeof figure, d->weight[i], 2, FIGURE_CELLS);
    pen_right(pen, at.y, x + bar, FIGURE_CELLS + 1, ROLE_TEXT, figure);
}

void launch_side_draw(struct pen *pen, struct rect at, const struct data_facts *d)
{
    int64_t most = 0;
    for (int i = 0; i < d->classes; i++)
        most = d->count[i] > most ? d->count[i] : most;
    if (at.rows < 2)
        return;
    pen_text(pen, at.y, at.x, at.columns, ROLE_TITLE, d->name);
    pen_format(pen, at.y + 1, at.x, at.columns, ROLE_TEXT, "%lld train%s%lld test images",
               (long long)d->train, pen->glyphs->separator, (long long)d->test);
    if (!d->classes || at.rows < 5)
        return;
    pen_right(pen, at.y + 3, at.x, FIGURE_CELLS, ROLE_DIM, "score");
    pen_right(pen, at.y + 3, at.x + FIGURE_CELLS, FIGURE_CELLS, ROLE_DIM, "images");
    if (d->weighted)
        pen_right(pen, at.y + 3, at.x, at.columns, ROLE_DIM, "weight");
    for (int i = 0; i < d->classes && 4 + i < at.rows; i++)
        draw_class(pen, (struct rect){at.y + 4 + i, at.x, 1, at.columns}, d, i, most);
}

/* An ended run tells how long one like `c` takes. */
static bool tells(const struct ui_model *m, const struct ui_run *r, const struct run_config *c,
                  const char *backbone)
{
    bool any_device = !strcmp(c->device, "auto");
    return r->epochs_done > 0 && r->ended > r->started && r->image_size == c->image_size &&
           !strcmp(r->backbone, backbone) && !strcmp(r->host, m->host) &&
           (any_device || !strncmp(r->device, c->device, strlen(c->device)));
}

static const struct ui_run *find(const struct ui_model *m, const struct run_config *c)
{
    const struct opt *o = opt_find(&config_options, "backbone");
    for (size_t i = 0; m->host && i < m->n_runs; i++)
        if (tells(m, &m->runs[i], c, o->choices[c->backbone]))
            return &m->runs[i];
    return NULL;
}

static bool alike(const struct run_config *a, const struct run_config *b)
{
    return a->backbone == b->backbone && a->image_size == b->image_size &&
           !strcmp(a->device, b->device);
}

double launch_side_seconds(const struct ui_model *m, const struct settings *s,
                           const struct ui_run **by)
{
    size_t n;
    const struct run_config *c = settings_runs(s, &n);
    double seconds = 0;
    *by = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!i || !alike(&c[i], &c[i - 1]))
            *by = find(m, &c[i]);
        const struct ui_run *r = *by;
        if (!r)
            return NAN;
        double took = r->ended - r->started + (r->earlier_s > 0 ? r->earlier_s : 0);
        double images =
            m->data && r->train_images > 0 ? (double)m->data->train / (double)r->train_images : 1;
        seconds += took / r->epochs_done * images * (double)c[i].epochs;
    }
    return seconds;
}
