/* figure_ablation.c - means with their intervals: a row a variant, a panel a figure of merit. Rows
 * have names at the left, once for all panels. */
#include "results/figures/axes_priv.h"
#include "results/figures/legend_priv.h"
#include "results/palette.h"

#include <math.h>

#define ROW_MM 6.5
#define PANEL_MM 55
#define NAMES_SHARE 0.35 /* of the width, at most */
#define DODGE 4.5        /* between series of a row */

static const struct figure_mean *mean_of(const struct figure_ablation *f,
                                         const struct figure_ablation_panel *p, size_t row,
                                         size_t series)
{
    return &p->means[row * f->n_series + series];
}

static void find_range(struct axes *a, const struct figure_ablation *f,
                       const struct figure_ablation_panel *p)
{
    a->x_low = 1;
    a->x_high = 0;
    axes_hold(&a->x_low, &a->x_high, p->baseline);
    for (size_t i = 0; i < f->n_rows * f->n_series; i++) {
        axes_hold(&a->x_low, &a->x_high, p->means[i].mean);
        axes_hold(&a->x_low, &a->x_high, p->means[i].low);
        axes_hold(&a->x_low, &a->x_high, p->means[i].high);
        axes_hold(&a->x_low, &a->x_high, p->means[i].reference);
    }
}

static double row_y(const struct axes *a, const struct figure_ablation *f, size_t row)
{
    return a->plot.y + a->plot.height * ((double)row + 0.5) / (double)f->n_rows;
}

/* One series is as on the screen: blue, and what is best green. */
static int colour_of(const struct figure_ablation *f, const struct figure_mean *m, size_t series)
{
    if (f->n_series > 1)
        return (int)series;
    return m->best ? PALETTE_GREEN : PALETTE_BLUE;
}

/* References are as the legend has them. */
static void draw_mean(struct sheet *s, const struct axes *a, const struct figure_ablation *f,
                      const struct figure_mean *m, size_t series, double y)
{
    int colour = colour_of(f, m, series), reference = f->n_series > 1 ? colour : PALETTE_BLUE;
    if (isfinite(m->reference))
        sheet_marker(s, reference, reference, axes_x(a, m->reference), y, true);
    if (!isfinite(m->mean))
        return;
    if (isfinite(m->low) && isfinite(m->high) && m->low < m->high) {
        sheet_colour(s, colour, 1);
        sheet_line(s, 0, SHEET_LINE);
        sheet_stroke(s, axes_x(a, m->low), y, axes_x(a, m->high), y);
    }
    sheet_marker(s, colour, colour, axes_x(a, m->mean), y, false);
}

static void draw_panel(struct sheet *s, const struct figure_ablation *f,
                       const struct figure_ablation_panel *p, struct sheet_box within)
{
    struct axes a = {.no_y = true, .x_title = p->title};
    find_range(&a, f, p);
    axes_lay_out(s, &a, within);
    for (size_t row = 0; row < f->n_rows; row++) {
        sheet_grey(s, 0.87);
        sheet_line(s, 0, SHEET_HAIR);
        sheet_stroke(s, a.plot.x, row_y(&a, f, row), a.plot.x + a.plot.width, row_y(&a, f, row));
    }
    if (isfinite(p->baseline)) {
        sheet_grey(s, 0.45);
        sheet_line(s, 1, SHEET_HAIR);
        sheet_stroke(s, axes_x(&a, p->baseline), a.plot.y, axes_x(&a, p->baseline),
                     a.plot.y + a.plot.height);
    }
    double dodge = fmin(DODGE, a.plot.height / (double)(f->n_rows * (f->n_series + 1)));
    for (size_t row = 0; row < f->n_rows; row++)
        for (size_t i = 0; i < f->n_series; i++)
            draw_mean(s, &a, f, mean_of(f, p, row, i), i,
                      row_y(&a, f, row) + ((double)i - (double)(f->n_series - 1) / 2) * dodge);
    axes_draw(s, &a);
}

/* The names stand where the first panel's rows are. */
static double draw_names(struct sheet *s, const struct figure_ablation *f, struct sheet_box within)
{
    struct axes a = {.no_y = true, .x_title = "x"};
    double widest = 0;
    for (size_t row = 0; row < f->n_rows; row++)
        widest = fmax(widest, sheet_text_width(s, f->rows[row]));
    widest = fmin(widest, NAMES_SHARE * s->width);
    axes_lay_out(s, &a, within);
    sheet_grey(s, 0);
    for (size_t row = 0; row < f->n_rows; row++)
        sheet_text(s, f->rows[row],
                   (struct sheet_place){within.x + widest, row_y(&a, f, row), 1, 0.5, widest});
    return widest + 2 * SHEET_GAP;
}

static bool has_references(const struct figure_ablation *f)
{
    for (size_t p = 0; p < f->n_panels; p++)
        for (size_t i = 0; i < f->n_rows * f->n_series; i++)
            if (isfinite(f->panels[p].means[i].reference))
                return true;
    return false;
}

static void draw_legend(struct sheet *s, const struct figure_ablation *f)
{
    struct legend legend = {.n = 0};
    for (size_t i = 0; i < f->n_series; i++)
        legend_add(&legend, (struct legend_entry){
                                .name = f->series[i], .colour = (int)i, .line = 0, .marker = true});
    if (has_references(f))
        legend_add(&legend,
                   (struct legend_entry){.name = f->reference ? f->reference : "reference",
                                         .colour = f->n_series > 1 ? PALETTE_GREY : PALETTE_BLUE,
                                         .line = -1,
                                         .marker = true,
                                         .open = true});
    legend_draw(s, &legend);
}

static int draw(struct sheet *s, const void *numbers, struct err *e)
{
    (void)e;
    const struct figure_ablation *f = numbers;
    draw_legend(s, f);
    struct sheet_box within = {SHEET_GAP, s->top, s->width - SHEET_GAP,
                               s->height - s->top - SHEET_GAP};
    double names = draw_names(s, f, within);
    within.x += names;
    within.width = (within.width - names) / (double)f->n_panels;
    for (size_t i = 0; i < f->n_panels; i++, within.x += within.width)
        draw_panel(s, f, &f->panels[i],
                   (struct sheet_box){within.x, within.y, within.width - SHEET_GAP, within.height});
    return 0;
}

int figure_ablation(const struct figure_page *page, const struct figure_ablation *f, struct err *e)
{
    double row = fmax(ROW_MM, 0.5 + (double)f->n_series * DODGE / SHEET_POINTS_PER_MM);
    double width = fmin(30 + (double)f->n_panels * PANEL_MM, 180);
    return sheet_write(page, width, 14 + (double)f->n_rows * row, draw, f, e);
}
