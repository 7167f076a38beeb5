/* chart.c - a line chart in a box. Screen thread only.
 *
 * A series is first reduced to the chart's columns of dots (chart_reduce), keeping extremes, and
 * then drawn as one line: within a column from least to greatest, between columns from last to
 * first. Values that do not exist interrupt the line; a value without a neighbour, alone between
 * gaps or one of few that were measured, is drawn as a cross. ASCII has no crosses: there, few
 * values are points without a line.
 */
#include "ui/chart_priv.h"

#include "base/str.h"
#include "ui/scale.h"
#include "ui/text.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything the parts of a drawing share. */
struct plot {
    const struct chart *chart;
    struct rect area; /* of the dots */
    struct scale y;
    int axis_x; /* the column of the y axis */
};

/* Values, the tail among them. */
size_t chart_count(const struct chart_series *s)
{
    return s->n + s->has_tail;
}

double chart_value(const struct chart_series *s, size_t i)
{
    if (i == s->n)
        return s->tail.y;
    return *(const double *)(const void *)((const char *)s->y + i * s->stride);
}

int chart_x(const struct chart_series *s, size_t i)
{
    if (i == s->n)
        return s->tail.x;
    return *(const int *)(const void *)((const char *)s->x +
                                        i * (s->x_stride ? s->x_stride : s->stride));
}

bool chart_is_there(const struct chart_series *s, size_t i)
{
    return !s->there || i == s->n ||
           *(const bool *)(const void *)((const char *)s->there + i * s->stride);
}

static bool drawable(double y, bool log_y)
{
    return isfinite(y) && (!log_y || y > 0);
}

/* Row i has a value that is drawn. */
static bool has_point(const struct chart_series *s, size_t i, bool log_y)
{
    return i < chart_count(s) && chart_is_there(s, i) && drawable(chart_value(s, i), log_y);
}

static bool is_sparse(const struct chart_series *s)
{
    for (size_t i = 0; s->there && i < s->n; i++)
        if (!chart_is_there(s, i))
            return true;
    return false;
}

int chart_column(int x, int x_first, int x_last, int columns)
{
    if (x_last <= x_first)
        return 0;
    double part = ((double)x - x_first) / ((double)x_last - x_first);
    part = fmin(fmax(part, -1), 2); /* what lies outside stays outside, and an int */
    return (int)(part * (columns - 1) + 0.5);
}

void chart_reduce(const struct chart_series *s, int x_first, int x_last, bool log_y,
                  struct canvas_column *out, int columns)
{
    bool gap = false;
    memset(out, 0, (size_t)columns * sizeof *out);
    for (size_t i = 0; i < chart_count(s); i++) {
        double y = chart_value(s, i);
        int x = chart_x(s, i);
        if (x < x_first || x > x_last || !chart_is_there(s, i))
            continue;
        if (!drawable(y, log_y)) {
            gap = true;
            continue;
        }
        struct canvas_column *c = &out[chart_column(x, x_first, x_last, columns)];
        if (!c->n++) {
            c->first = c->least = c->most = y;
            c->broken = gap;
        }
        c->last = y;
        c->least = fmin(c->least, y);
        c->most = fmax(c->most, y);
        gap = false;
    }
}

static double high_at(const struct chart_series *s, size_t i)
{
    return *(const double *)(const void *)((const char *)s->high + i * s->stride);
}

/* The range of all values that will be seen; false when there is none. */
static bool range_of(const struct chart *chart, double *low, double *high)
{
    bool any = false;
    for (int k = 0; k < chart->n_series; k++) {
        const struct chart_series *s = &chart->series[k];
        for (size_t i = 0; i < chart_count(s); i++) {
            double y = chart_value(s, i);
            int x = chart_x(s, i);
            if (!has_point(s, i, chart->log_y) || x < chart->x_first || x > chart->x_last)
                continue;
            double most = s->high && isfinite(high_at(s, i)) ? high_at(s, i) : y;
            *low = any ? fmin(*low, y) : y;
            *high = any ? fmax(*high, most) : most;
            any = true;
        }
    }
    return any;
}

static void draw_series(struct canvas *c, const struct plot *p, int k)
{
    const struct chart_series *s = &p->chart->series[k];
    int columns = c->columns * c->across, rows = c->rows * c->down;
    int along = 0;
    bool points = c->style == UI_CHART_ASCII && is_sparse(s);
    chart_reduce(s, p->chart->x_first, p->chart->x_last, p->chart->log_y, c->column, columns);
    int before = -1; /* the last column with a value */
    for (int x = 0; x < columns; x++) {
        const struct canvas_column *at = &c->column[x];
        if (!at->n)
            continue;
        bool joined = before >= 0 && !at->broken && !points;
        if (joined)
            canvas_line(c, before, scale_row(&p->y, c->column[before].last, rows), x,
                        scale_row(&p->y, at->first, rows), k + 1, s->dash, &along);
        int top = scale_row(&p->y, at->most, rows), bottom = scale_row(&p->y, at->least, rows);
        if (top != bottom)
            canvas_line(c, x, top, x, bottom, k + 1, s->dash, &along);
        if (bottom - top > 2 || !joined) { /* spikes show even in the gap of a dash */
            canvas_dot(c, x, top, k + 1);
            canvas_dot(c, x, bottom, k + 1);
        }
        before = x;
    }
}

/* The value between two points, at column x. */
static double between(double from, double to, int x, int x0, int x1)
{
    return x1 > x0 ? from + (to - from) * (x - x0) / (x1 - x0) : to;
}

/* Every third dot of a column between two rows. */
static void draw_band_column(struct canvas *c, const struct plot *p, int k, int x, double low,
                             double high)
{
    int rows = c->rows * c->down;
    int top = scale_row(&p->y, high, rows), bottom = scale_row(&p->y, low, rows);
    for (int y = top; y <= bottom; y++)
        if ((x + 2 * y) % 4 == 0 && c->style != UI_CHART_ASCII)
            canvas_dot(c, x, y, k + 1);
}

static bool has_band(const struct chart *chart, const struct chart_series *s, size_t i)
{
    return i < s->n && has_point(s, i, chart->log_y) && drawable(high_at(s, i), chart->log_y);
}

static void draw_band(struct canvas *c, const struct plot *p, int k)
{
    const struct chart *chart = p->chart;
    const struct chart_series *s = &chart->series[k];
    int columns = c->columns * c->across;
    for (size_t i = 0; i + 1 < s->n; i++) {
        if (!has_band(chart, s, i) || !has_band(chart, s, i + 1))
            continue;
        int from = chart_column(chart_x(s, i), chart->x_first, chart->x_last, columns);
        int to = chart_column(chart_x(s, i + 1), chart->x_first, chart->x_last, columns);
        for (int x = from > 0 ? from : 0; x <= to && x < columns; x++)
            draw_band_column(c, p, k, x,
                             between(chart_value(s, i), chart_value(s, i + 1), x, from, to),
                             between(high_at(s, i), high_at(s, i + 1), x, from, to));
    }
}

/* Values without a neighbour would be a single dot, or nothing but a bend in a line. */
static void mark_single(struct canvas *c, const struct plot *p, int k)
{
    const struct chart_series *s = &p->chart->series[k];
    int columns = c->columns * c->across, rows = c->rows * c->down;
    for (size_t i = 0; i < chart_count(s) && c->style != UI_CHART_ASCII; i++) {
        bool log_y = p->chart->log_y;
        int at = chart_x(s, i);
        if (!has_point(s, i, log_y) || at < p->chart->x_first || at > p->chart->x_last)
            continue;
        if ((i && has_point(s, i - 1, log_y)) || has_point(s, i + 1, log_y))
            continue;
        int x = chart_column(at, p->chart->x_first, p->chart->x_last, columns);
        int row = scale_row(&p->y, chart_value(s, i), rows);
        for (int d = -1; d <= 1; d++) {
            canvas_dot(c, x + d, row, k + 1);
            canvas_dot(c, x, row + d, k + 1);
        }
    }
}

static void draw_axes(struct pen *pen, const struct plot *p)
{
    const struct rect *a = &p->area;
    for (int row = 0; row < a->rows; row++)
        pen_glyph(pen, a->y + row, p->axis_x, ROLE_BORDER, pen->glyphs->down);
    for (int i = 0; i < p->y.ticks.n; i++) {
        int row = p->y.rows[i];
        pen_glyph(pen, a->y + row, p->axis_x, ROLE_BORDER, pen->glyphs->tick);
        pen_right(pen, a->y + row, p->axis_x - TICKS_LABEL_CELLS, TICKS_LABEL_CELLS, ROLE_DIM,
                  p->y.ticks.label[i]);
    }
}

/* Where a label of that length starts, centred below its x but within the plot. */
static int label_start(const struct plot *p, int at, int length)
{
    const struct rect *a = &p->area;
    int x = a->x + chart_column(at, p->chart->x_first, p->chart->x_last, a->columns);
    int most = a->x + a->columns - length;
    x -= length / 2;
    x = x > most ? most : x;
    return x < p->axis_x ? p->axis_x : x;
}

static double unit_of(const struct chart *chart)
{
    return chart->x_each > 0 ? chart->x_each : 1;
}

/* What is counted along x, at x. */
void chart_x_text(const struct chart *chart, int x, char *to, size_t room)
{
    if (chart->x_each > 0)
        str_shortest(to, room, x * chart->x_each, 3);
    else
        snprintf(to, room, "%d", x);
}

static void draw_x(struct pen *pen, const struct plot *p)
{
    const struct chart *chart = p->chart;
    int y = p->area.y + p->area.rows, cursor_from = INT_MAX, cursor_to = INT_MIN;
    if (chart->cursor != INT_MIN) {
        char label[32];
        chart_x_text(chart, chart->cursor, label, sizeof label);
        int length = (int)strlen(label);
        cursor_from = label_start(p, chart->cursor, length);
        cursor_to = cursor_from + length;
        pen_text(pen, y, cursor_from, length, ROLE_CURSOR, label);
    }
    struct ticks t;
    int free_from = p->axis_x;
    int most = p->area.columns / 8;
    double each = unit_of(chart);
    ticks_linear(&t, chart->x_first * each, chart->x_last * each,
                 most < SCALE_MOST_TICKS ? most : SCALE_MOST_TICKS, !(chart->x_each > 0));
    for (int i = 0; i < t.n; i++) {
        int length = (int)strlen(t.label[i]);
        int x = label_start(p, (int)(t.at[i] / each + 0.5), length);
        bool clear = x + length < cursor_from || x > cursor_to;
        if (x < free_from || !clear)
            continue;
        pen_text(pen, y, x, length, ROLE_DIM, t.label[i]);
        free_from = x + length + 1;
    }
}

/* What a line is made of in ASCII: its sign, or `usual` where it has none. */
static wchar_t mark_of(const struct chart_series *s, wchar_t usual)
{
    return s->sign ? s->sign : s->role >= ROLE_FAINT ? L'.' : usual;
}

/* The column of a line across the chart at x; -1 = none. */
static int line_at(const struct plot *p, int x)
{
    const struct chart *chart = p->chart;
    return x == INT_MIN ? -1 : chart_column(x, chart->x_first, chart->x_last, p->area.columns);
}

static void draw_dots(struct pen *pen, const struct plot *p)
{
    const struct chart *chart = p->chart;
    struct canvas *c = pen->canvas;
    int cursor = line_at(p, chart->cursor);
    int held = line_at(p, chart->dragged ? chart->held : INT_MIN);
    for (int row = 0; row < c->rows; row++) {
        for (int column = 0; column < c->columns; column++) {
            wchar_t glyph = canvas_glyph(c, row, column);
            int series = c->owner[row * c->columns + column];
            if (glyph && c->style == UI_CHART_ASCII)
                glyph = mark_of(&chart->series[series - 1], glyph);
            if (glyph)
                pen_glyph(pen, p->area.y + row, p->area.x + column, chart->series[series - 1].role,
                          glyph);
            else if (column == cursor || column == held)
                pen_glyph(pen, p->area.y + row, p->area.x + column, ROLE_CURSOR, pen->glyphs->down);
        }
    }
}

/* A sign on the value at `marked`, in the cell of its dot. */
static void draw_mark(struct pen *pen, const struct plot *p)
{
    const struct chart *chart = p->chart;
    const struct chart_series *s = &chart->series[1];
    const struct canvas *c = pen->canvas;
    for (size_t i = 0; chart->n_series > 1 && i < s->n; i++) {
        if (chart_x(s, i) != chart->marked || !has_point(s, i, chart->log_y))
            continue;
        int x = chart_column(chart->marked, chart->x_first, chart->x_last, c->columns * c->across);
        int row = scale_row(&p->y, chart_value(s, i), c->rows * c->down);
        pen_glyph(pen, p->area.y + row / c->down, p->area.x + x / c->across, ROLE_TITLE,
                  pen->glyphs->mark);
    }
}

/* The point of a series that is nearest to column x of the plot, as a cell; false when there is
 * none, or it is not near. */
static bool near_column(const struct plot *p, const struct canvas *c, int k, int x, int *row,
                        int *column)
{
    const struct chart *chart = p->chart;
    const struct chart_series *s = &chart->series[k];
    int columns = c->columns * c->across, best = columns / 8 + 2;
    bool found = false;
    for (size_t i = 0; i < chart_count(s); i++) {
        int at = chart_x(s, i);
        if (at < chart->x_first || at > chart->x_last || !has_point(s, i, chart->log_y))
            continue;
        int dot = chart_column(at, chart->x_first, chart->x_last, columns);
        if (abs(dot - x * c->across) > best)
            continue;
        best = abs(dot - x * c->across);
        *row = scale_row(&p->y, chart_value(s, i), c->rows * c->down) / c->down;
        *column = dot / c->across;
        found = true;
    }
    return found;
}

/* A sign on each line that has one: at the crosshair or, where there is none, each at another
 * place. */
static void draw_signs(struct pen *pen, const struct plot *p)
{
    const struct chart *chart = p->chart;
    const struct canvas *c = pen->canvas;
    int n = 0, k_sign = 0, row, column;
    for (int k = 0; k < chart->n_series; k++)
        n += chart->series[k].sign != 0;
    for (int k = 0; k < chart->n_series; k++) {
        const struct chart_series *s = &chart->series[k];
        if (!s->sign)
            continue;
        int x = c->columns * (2 * k_sign++ + 1 + n / 2) / (2 * n + n / 2 + 1);
        if (chart->cursor != INT_MIN)
            x = chart_column(chart->cursor, chart->x_first, chart->x_last, c->columns);
        if (near_column(p, c, k, x, &row, &column))
            pen_glyph(pen, p->area.y + row, p->area.x + column, s->role, s->sign);
    }
}

static struct rect area_of(struct rect at)
{
    return (struct rect){at.y + 1, at.x + TICKS_LABEL_CELLS + 2, at.rows - 3,
                         at.columns - TICKS_LABEL_CELLS - 4};
}

double chart_part(struct rect at, int x)
{
    struct rect area = area_of(at);
    if (area.columns < 2)
        return 0;
    return fmin(fmax((double)(x - area.x) / (area.columns - 1), 0), 1);
}

void chart_draw(struct pen *pen, struct rect at, const struct chart *chart)
{
    struct plot p = {.chart = chart, .y.log = chart->log_y};
    if (at.rows < 4 || at.columns < 16)
        return;
    chart_draw_frame(pen, at, chart);
    p.area = area_of(at);
    p.axis_x = p.area.x - 1;
    if (!range_of(chart, &p.y.low, &p.y.high)) {
        const char *why = chart->log_y ? "nothing above 0 yet" : "no values yet";
        pen_text(pen, at.y + at.rows / 2, at.x + (at.columns - (int)strlen(why)) / 2,
                 at.columns - 2, ROLE_DIM, why);
        return;
    }
    ticks_widen(&p.y.low, &p.y.high, chart->log_y);
    scale_ticks(&p.y, p.area.rows);
    draw_axes(pen, &p);
    draw_x(pen, &p);
    if (!canvas_start(pen->canvas, p.area.rows, p.area.columns, pen->charts)) {
        pen_text(pen, p.area.y, p.area.x, p.area.columns, ROLE_BAD, "out of memory");
        return;
    }
    for (int k = 0; k < chart->n_series; k++) {
        if (chart->series[k].high) {
            draw_band(pen->canvas, &p, k);
            continue;
        }
        draw_series(pen->canvas, &p, k);
        mark_single(pen->canvas, &p, k);
    }
    draw_dots(pen, &p);
    draw_mark(pen, &p);
    if (pen->charts != UI_CHART_ASCII)
        draw_signs(pen, &p);
}
