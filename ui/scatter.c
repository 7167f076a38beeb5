/* scatter.c - see scatter.h. Screen thread only.
 *
 * Where dots run together, brightness says how many a cell has: faint, coloured, bright, by equal
 * steps of the count's logarithm. In ASCII other letters say so too.
 */
#include "ui/scatter.h"

#include "ui/canvas.h"
#include "ui/scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEVELS 3

struct plot {
    const struct scatter *s;
    struct rect area;
    struct scale x, y;
};

static bool is_drawn(const struct scatter_point *p)
{
    return isfinite(p->x) && isfinite(p->y);
}

static void widen_to(struct scale *to, double value, bool first)
{
    to->low = first ? value : fmin(to->low, value);
    to->high = first ? value : fmax(to->high, value);
}

/* Both axes have the same range, or y one that is the same above and below 0. False when there are
 * no points. */
static bool find_ranges(struct plot *p)
{
    const struct scatter *s = p->s;
    bool any = false;
    for (size_t i = 0; i < s->n; i++) {
        if (!is_drawn(&s->points[i]))
            continue;
        widen_to(&p->x, s->points[i].x, !any);
        widen_to(&p->y, s->points[i].y, !any);
        any = true;
    }
    if (s->from_zero) {
        p->y.high = fmax(fabs(p->y.low), fabs(p->y.high));
        p->y.low = -p->y.high;
    } else {
        p->x.low = p->y.low = fmin(p->x.low, p->y.low);
        p->x.high = p->y.high = fmax(p->x.high, p->y.high);
    }
    ticks_widen(&p->x.low, &p->x.high, false);
    ticks_widen(&p->y.low, &p->y.high, false);
    return any;
}

static int x_at(const struct plot *p, double value, int columns)
{
    return columns - 1 - scale_row(&p->x, value, columns);
}

static double value_at(const struct scale *s, int at, int n)
{
    return s->low + (s->high - s->low) * at / (n - 1);
}

static void fill_canvas(struct canvas *c, const struct plot *p)
{
    const struct scatter *s = p->s;
    int columns = c->columns * c->across, rows = c->rows * c->down;
    for (size_t i = 0; i < s->n; i++)
        if (is_drawn(&s->points[i]))
            canvas_count(c, x_at(p, s->points[i].x, columns),
                         scale_row(&p->y, s->points[i].y, rows));
    for (int x = 0; x < columns && columns > 1; x++)
        canvas_behind(c, x, scale_row(&p->y, s->from_zero ? 0 : value_at(&p->x, x, columns), rows));
}

/* 0 = the fewest. */
static int level_of(int count, int most)
{
    int level = most > 1 ? (int)(log(count) / log(most) * LEVELS) : 1;
    return level < LEVELS ? level : LEVELS - 1;
}

static void draw_cells(struct pen *pen, const struct plot *p)
{
    static const enum role roles[LEVELS] = {ROLE_DIM, ROLE_TRAIN, ROLE_TITLE};
    static const wchar_t letters[LEVELS] = {L'o', L'O', L'@'};
    const struct canvas *c = pen->canvas;
    int most = 1;
    for (int i = 0; i < c->rows * c->columns; i++)
        most = c->owner[i] > most ? c->owner[i] : most;
    for (int i = 0; i < c->rows * c->columns; i++) {
        wchar_t glyph = canvas_glyph(c, i / c->columns, i % c->columns);
        int level = c->owner[i] ? level_of(c->owner[i], most) : 0;
        if (!glyph)
            continue;
        if (c->style == UI_CHART_ASCII)
            glyph = c->owner[i] ? letters[level] : L'.';
        pen_glyph(pen, p->area.y + i / c->columns, p->area.x + i % c->columns,
                  c->owner[i] ? roles[level] : ROLE_BORDER, glyph);
    }
}

static void draw_marked(struct pen *pen, const struct plot *p)
{
    const struct scatter *s = p->s;
    if (s->marked >= s->n || !is_drawn(&s->points[s->marked]))
        return;
    const struct glyphs *g = pen->charts == UI_CHART_ASCII ? &glyphs_ascii : pen->glyphs;
    int columns = p->area.columns * pen->canvas->across, rows = p->area.rows * pen->canvas->down;
    pen_glyph(pen, p->area.y + scale_row(&p->y, s->points[s->marked].y, rows) / pen->canvas->down,
              p->area.x + x_at(p, s->points[s->marked].x, columns) / pen->canvas->across,
              ROLE_CURSOR, g->mark);
}

static void draw_axes(struct pen *pen, struct plot *p)
{
    const struct rect *a = &p->area;
    struct ticks ticks;
    int below = a->y + a->rows, end = a->x, most = a->columns / (TICKS_LABEL_CELLS + 3);
    scale_ticks(&p->y, a->rows);
    for (int row = 0; row < a->rows; row++)
        pen_glyph(pen, a->y + row, a->x - 1, ROLE_BORDER, pen->glyphs->down);
    for (int i = 0; i < p->y.ticks.n; i++) {
        int y = a->y + p->y.rows[i];
        pen_glyph(pen, y, a->x - 1, ROLE_BORDER, pen->glyphs->tick);
        pen_right(pen, y, a->x - 1 - TICKS_LABEL_CELLS, TICKS_LABEL_CELLS, ROLE_DIM,
                  p->y.ticks.label[i]);
    }
    int name = (int)strlen(p->s->x_name) + 1;
    ticks_linear(&ticks, p->x.low, p->x.high,
                 most < 2            ? 2
                 : most > TICKS_MOST ? TICKS_MOST
                                     : most,
                 false);
    for (int i = 0; i < ticks.n; i++) {
        int cells = (int)strlen(ticks.label[i]);
        int x = a->x + x_at(p, ticks.at[i], a->columns) - cells / 2;
        if (x < end || x + cells > a->x + a->columns - name)
            continue;
        pen_text(pen, below, x, cells, ROLE_DIM, ticks.label[i]);
        end = x + cells + 2;
    }
    pen_right(pen, below, a->x, a->columns, ROLE_DIM, p->s->x_name);
}

static struct rect area_of(struct rect at)
{
    return (struct rect){at.y + 1, at.x + TICKS_LABEL_CELLS + 1, at.rows - 2,
                         at.columns - TICKS_LABEL_CELLS - 2};
}

size_t scatter_nearest(struct rect at, const struct scatter *s, int y, int x)
{
    struct plot p = {.s = s, .area = area_of(at)};
    size_t best = s->n;
    int least = 0;
    if (p.area.rows < 2 || p.area.columns < 8 || !find_ranges(&p))
        return best;
    for (size_t i = 0; i < s->n; i++) {
        if (!is_drawn(&s->points[i]))
            continue;
        int across = p.area.x + x_at(&p, s->points[i].x, p.area.columns) - x;
        int down = 2 * (p.area.y + scale_row(&p.y, s->points[i].y, p.area.rows) - y);
        if (best < s->n && across * across + down * down >= least)
            continue;
        best = i;
        least = across * across + down * down;
    }
    return best;
}

void scatter_draw(struct pen *pen, struct rect at, const struct scatter *s)
{
    struct plot p = {.s = s, .area = area_of(at)};
    pen_rule(pen, at.y, at.x, at.columns, s->title, s->note);
    if (p.area.rows < 2 || p.area.columns < 8)
        return;
    if (!find_ranges(&p)) {
        pen_text(pen, at.y + 1, at.x + 2, at.columns - 4, ROLE_DIM, "There are no numbers.");
        return;
    }
    if (!canvas_start(pen->canvas, p.area.rows, p.area.columns, pen->charts)) {
        pen_text(pen, at.y + 1, at.x + 2, at.columns - 4, ROLE_BAD, "Out of memory for a chart.");
        return;
    }
    draw_axes(pen, &p);
    fill_canvas(pen->canvas, &p);
    draw_cells(pen, &p);
    draw_marked(pen, &p);
}
