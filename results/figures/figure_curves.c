/* figure_curves.c - curves over epochs, in panels beside and below each other. */
#include "results/figures/axes_priv.h"
#include "results/figures/legend_priv.h"

#include <math.h>
#include <string.h>

#define PANEL_WIDTH_MM 85
#define PANEL_HEIGHT_MM 60
#define COLUMNS 2
#define MARKERS 8       /* about so many along a curve */
#define LEAST_STEP 0.12 /* points: what lies closer together is one column of dots */

/* Where curves have their line in common, they have markers as well as colours. */
static bool has_markers(const struct curve_panel *p)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < i; k++)
            if (p->curves[i].line == p->curves[k].line)
                return true;
    return false;
}

static bool can_be_log(const struct curve_panel *p)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->curves[i].n; k++)
            if (p->curves[i].y[k] <= 0)
                return false;
    return true;
}

/* A band may reach where there is no logarithm. */
static bool is_drawn(const struct axes *a, double y)
{
    return isfinite(y) && (!a->log_y || y > 0);
}

static void find_range(struct axes *a, const struct curve_panel *p)
{
    a->x_low = a->y_low = 1;
    a->x_high = a->y_high = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct curve *c = &p->curves[i];
        for (size_t k = 0; k < c->n; k++) {
            axes_hold(&a->x_low, &a->x_high, c->x[k]);
            axes_hold(&a->y_low, &a->y_high, c->y[k]);
            if (c->low && is_drawn(a, c->low[k]))
                axes_hold(&a->y_low, &a->y_high, c->low[k]);
            if (c->low && is_drawn(a, c->high[k]))
                axes_hold(&a->y_low, &a->y_high, c->high[k]);
        }
    }
}

/* The end of a stretch of values without a gap. */
static size_t stretch(const struct axes *a, const struct curve *c, const double *y, size_t from)
{
    while (from < c->n && is_drawn(a, y[from]))
        from++;
    return from;
}

static void band(struct sheet *s, const struct axes *a, const struct curve *c)
{
    double least = a->log_y ? a->y_low : -INFINITY;
    for (size_t from = 0, to; from < c->n; from = to + 1) {
        to = stretch(a, c, c->high, from);
        cairo_new_sub_path(s->cr);
        for (size_t k = from; k < to; k++)
            cairo_line_to(s->cr, axes_x(a, c->x[k]), axes_y(a, c->high[k]));
        for (size_t k = to; k-- > from;)
            cairo_line_to(s->cr, axes_x(a, c->x[k]), axes_y(a, fmax(c->low[k], least)));
        cairo_close_path(s->cr);
    }
    sheet_colour(s, c->colour, 0.2);
    cairo_fill(s->cr);
}

/* Values that share a column of dots are drawn as their range. Returns the first one after them. */
static size_t line_on(struct sheet *s, const struct axes *a, const struct curve *c, size_t from,
                      size_t end)
{
    double x = axes_x(a, c->x[from]), first = axes_y(a, c->y[from]);
    double low = first, high = first, last = first;
    size_t k = from + 1;
    for (; k < end && axes_x(a, c->x[k]) - x < LEAST_STEP; k++) {
        last = axes_y(a, c->y[k]);
        low = fmin(low, last);
        high = fmax(high, last);
    }
    cairo_line_to(s->cr, x, first);
    if (low < fmin(first, last))
        cairo_line_to(s->cr, x, low);
    if (high > fmax(first, last))
        cairo_line_to(s->cr, x, high);
    if (k > from + 1)
        cairo_line_to(s->cr, x, last);
    return k;
}

static void dot(struct sheet *s, const struct axes *a, const struct curve *c, size_t k)
{
    sheet_marker(s, c->colour, c->colour, axes_x(a, c->x[k]), axes_y(a, c->y[k]), false);
}

/* A value between two gaps is no line. */
static void lines(struct sheet *s, const struct axes *a, const struct curve *c)
{
    for (size_t from = 0, to; from < c->n; from = to + 1) {
        to = stretch(a, c, c->y, from);
        if (to == from + 1)
            dot(s, a, c, from);
        sheet_colour(s, c->colour, 1);
        sheet_line(s, c->line, SHEET_LINE);
        for (size_t k = from; to > from + 1 && k < to;)
            k = line_on(s, a, c, k, to);
        cairo_stroke(s->cr);
    }
}

/* Each curve's at other places than the next one's. */
static void markers(struct sheet *s, const struct axes *a, const struct curve *c, size_t place)
{
    double apart = a->plot.width / MARKERS, next = a->plot.x + apart * (double)(place % 4) / 4;
    for (size_t k = 0; k < c->n; k++) {
        if (!is_drawn(a, c->y[k]) || axes_x(a, c->x[k]) < next - 1e-6)
            continue;
        dot(s, a, c, k);
        next += apart * fmax(1, ceil((axes_x(a, c->x[k]) - next) / apart));
    }
}

static void draw_panel(struct sheet *s, const struct curve_panel *p, struct axes *a,
                       struct sheet_box within)
{
    find_range(a, p);
    axes_lay_out(s, a, within);
    cairo_save(s->cr);
    cairo_rectangle(s->cr, a->plot.x - SHEET_MARKER, a->plot.y - SHEET_MARKER,
                    a->plot.width + 2 * SHEET_MARKER, a->plot.height + 2 * SHEET_MARKER);
    cairo_clip(s->cr);
    for (size_t i = 0; i < p->n; i++)
        if (p->curves[i].low)
            band(s, a, &p->curves[i]);
    for (size_t i = 0; i < p->n; i++)
        lines(s, a, &p->curves[i]);
    for (size_t i = 0; has_markers(p) && i < p->n; i++)
        markers(s, a, &p->curves[i], i);
    cairo_restore(s->cr);
    axes_draw(s, a);
}

static void draw_legend(struct sheet *s, const struct curves *c)
{
    struct legend legend = {.n = 0};
    for (size_t p = 0; p < c->n; p++)
        for (size_t i = 0; i < c->panels[p].n; i++) {
            const struct curve *curve = &c->panels[p].curves[i];
            legend_add(&legend, (struct legend_entry){.name = curve->name,
                                                      .colour = curve->colour,
                                                      .line = curve->line,
                                                      .marker = has_markers(&c->panels[p])});
        }
    legend_draw(s, &legend);
}

static int draw(struct sheet *s, const void *numbers, struct err *e)
{
    (void)e;
    const struct figure_curves *f = numbers;
    const struct curves *c = f->curves;
    size_t columns = c->n < COLUMNS ? c->n : COLUMNS, rows = (c->n + COLUMNS - 1) / COLUMNS;
    draw_legend(s, c);
    double width = s->width / (double)columns, height = (s->height - s->top) / (double)rows;
    for (size_t i = 0; i < c->n; i++) {
        struct axes a = {.log_y = f->log_y && can_be_log(&c->panels[i]),
                         .whole_x = true,
                         .x_title = c->x_title,
                         .y_title = c->panels[i].title};
        struct sheet_box within = {(double)(i % columns) * width + SHEET_GAP,
                                   s->top + (double)(i / columns) * height, width - SHEET_GAP,
                                   height - SHEET_GAP};
        draw_panel(s, &c->panels[i], &a, within);
    }
    return 0;
}

int figure_curves(const struct figure_page *page, const struct figure_curves *c, struct err *e)
{
    size_t columns = c->curves->n < COLUMNS ? c->curves->n : COLUMNS;
    size_t rows = (c->curves->n + COLUMNS - 1) / COLUMNS;
    return sheet_write(page, (double)columns * PANEL_WIDTH_MM, (double)rows * PANEL_HEIGHT_MM, draw,
                       c, e);
}
