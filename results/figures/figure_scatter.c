/* figure_scatter.c - predicted against true scores, on axes of one range. */
#include "results/figures/axes_priv.h"

#include <math.h>

#define PANEL_MM 70
#define COLUMNS 3
#define DOT 1.0 /* half its width */

static void find_range(struct axes *a, const struct figure_scatter *f)
{
    a->x_low = 1;
    a->x_high = 0;
    for (size_t i = 0; i < f->n; i++) {
        const struct figure_scatter_panel *p = &f->panels[i];
        for (size_t k = 0; k < p->n; k++) {
            if (!isfinite(p->truth[k]) || !isfinite(p->predicted[k]))
                continue;
            axes_hold(&a->x_low, &a->x_high, p->truth[k]);
            axes_hold(&a->x_low, &a->x_high, p->predicted[k]);
        }
    }
    a->y_low = a->x_low;
    a->y_high = a->x_high;
}

/* As many as there are lie over each other: where they are many it is dark. */
static void draw_dots(struct sheet *s, const struct axes *a, const struct figure_scatter_panel *p)
{
    sheet_colour(s, 0, p->n > 300 ? 0.35 : 0.6);
    for (size_t k = 0; k < p->n; k++) {
        if (!isfinite(p->truth[k]) || !isfinite(p->predicted[k]))
            continue;
        cairo_arc(s->cr, axes_x(a, p->truth[k]), axes_y(a, p->predicted[k]), DOT, 0,
                  2 * 3.14159265358979323846);
        cairo_fill(s->cr);
    }
}

static void draw_notes(struct sheet *s, const struct axes *a, const struct figure_scatter_panel *p)
{
    sheet_grey(s, 0);
    for (size_t i = 0; i < sizeof p->notes / sizeof *p->notes && p->notes[i]; i++)
        sheet_text(s, p->notes[i],
                   (struct sheet_place){a->plot.x + SHEET_GAP,
                                        a->plot.y + (double)i * 1.4 * SHEET_LETTERS, 0, 0,
                                        a->plot.width - 2 * SHEET_GAP});
}

/* The plot is as high as it is wide. */
static struct sheet_box make_square(struct sheet *s, struct axes *a, struct sheet_box within)
{
    axes_lay_out(s, a, within);
    double spare = a->plot.width - a->plot.height;
    if (spare > 0) {
        within.x += spare / 2;
        within.width -= spare;
    } else {
        within.height += spare;
    }
    return within;
}

static bool has_titles(const struct figure_scatter *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->panels[i].title && f->panels[i].title[0])
            return true;
    return false;
}

static void draw_panel(struct sheet *s, const struct figure_scatter *f,
                       const struct figure_scatter_panel *p, struct sheet_box within)
{
    struct axes a = {.x_title = "true score", .y_title = "predicted score"};
    if (has_titles(f)) {
        within.y += 2 * SHEET_LETTERS;
        within.height -= 2 * SHEET_LETTERS;
    }
    find_range(&a, f);
    within = make_square(s, &a, within);
    find_range(&a, f); /* not widened once more */
    axes_lay_out(s, &a, within);
    a.y_ticks = a.x_ticks;
    sheet_grey(s, 0.55);
    sheet_line(s, 1, SHEET_HAIR);
    sheet_stroke(s, a.plot.x, a.plot.y + a.plot.height, a.plot.x + a.plot.width, a.plot.y);
    draw_dots(s, &a, p);
    draw_notes(s, &a, p);
    axes_draw(s, &a);
    if (has_titles(f))
        sheet_text(s, p->title ? p->title : "",
                   (struct sheet_place){a.plot.x + a.plot.width / 2, a.plot.y - SHEET_GAP, 0.5, 1,
                                        a.plot.width + 2 * SHEET_GAP});
}

static int draw(struct sheet *s, const void *numbers, struct err *e)
{
    (void)e;
    const struct figure_scatter *f = numbers;
    size_t columns = f->n < COLUMNS ? f->n : COLUMNS, rows = (f->n + COLUMNS - 1) / COLUMNS;
    double width = s->width / (double)columns, height = (s->height - s->top) / (double)rows;
    for (size_t i = 0; i < f->n; i++)
        draw_panel(s, f, &f->panels[i],
                   (struct sheet_box){(double)(i % columns) * width + SHEET_GAP,
                                      s->top + (double)(i / columns) * height, width - SHEET_GAP,
                                      height - SHEET_GAP});
    return 0;
}

int figure_scatter(const struct figure_page *page, const struct figure_scatter *f, struct err *e)
{
    size_t columns = f->n < COLUMNS ? f->n : COLUMNS, rows = (f->n + COLUMNS - 1) / COLUMNS;
    double side = f->n == 1 ? 85 : f->n == 2 ? PANEL_MM + 15 : PANEL_MM - 12;
    return sheet_write(page, (double)columns * side, (double)rows * side, draw, f, e);
}
