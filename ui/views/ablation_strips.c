/* ablation_strips.c - see ablation_strips.h. Screen thread only. */
#include "ui/views/ablation_strips.h"

#include "base/str.h"
#include "results/ticks.h"
#include "ui/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MARGIN 2
#define MOST_NAME 40
#define CELLS_A_TICK 14

struct strips {
    struct pen *pen;
    const struct ablation *a;
    const struct ablation_part *part;
    double low, high;
    int names, x, cells; /* where the axis stands */
};

static const struct ablation_value *value_at(const struct strips *s, size_t row)
{
    const struct ablation_cell *cell = ablation_cell(s->a, row, s->part->column);
    return s->part->tested ? &cell->tested[s->part->figure] : &cell->value[s->part->figure];
}

static void find_range(struct strips *s)
{
    s->low = INFINITY;
    s->high = -INFINITY;
    for (size_t row = 0; row < s->a->n_rows; row++) {
        const struct ablation_value *v = value_at(s, row);
        for (size_t i = 0; i < v->n; i++) {
            s->low = fmin(s->low, v->sample[i]);
            s->high = fmax(s->high, v->sample[i]);
        }
    }
    if (s->low <= s->high)
        ticks_widen(&s->low, &s->high, false);
}

static void find_places(struct strips *s, struct rect at)
{
    s->names = 0;
    for (size_t row = 0; row < s->a->n_rows; row++) {
        int cells = text_cells(s->a->rows[row], s->pen->unicode);
        s->names = cells > s->names ? cells : s->names;
    }
    if (s->names > MOST_NAME || s->names > at.columns / 3)
        s->names = at.columns / 3 < MOST_NAME ? at.columns / 3 : MOST_NAME;
    s->x = at.x + MARGIN + s->names + 2;
    s->cells = at.x + at.columns - 2 - s->x;
}

static int place_of(const struct strips *s, double value)
{
    double part = (value - s->low) / (s->high - s->low);
    return s->x + (int)(fmin(fmax(part, 0), 1) * (s->cells - 1) + 0.5);
}

static void draw_strip(const struct strips *s, int y, size_t row)
{
    const struct ablation_value *v = value_at(s, row);
    const struct glyphs *g = s->pen->glyphs;
    bool baseline = row == s->a->baseline;
    pen_text(s->pen, y, s->x - s->names - 2, s->names, baseline ? ROLE_DIM : ROLE_TITLE,
             s->a->rows[row]);
    pen_repeat(s->pen, y, s->x, s->cells, ROLE_BORDER, g->dot);
    if (!v->n)
        return;
    for (size_t i = 0; i < v->n; i++)
        pen_glyph(s->pen, y, place_of(s, v->sample[i]), v->best ? ROLE_GOOD : ROLE_TRAIN, g->mark);
    pen_glyph(s->pen, y, place_of(s, v->mean), v->best ? ROLE_BEST : ROLE_TITLE, g->down);
}

static void draw_axis(const struct strips *s, int y)
{
    struct ticks t;
    int most = s->cells / CELLS_A_TICK;
    ticks_linear(&t, s->low, s->high, most < 2 ? 2 : most > TICKS_MOST ? TICKS_MOST : most, false);
    for (int i = 0; i < t.n; i++) {
        int cells = (int)strlen(t.label[i]), x = place_of(s, t.at[i]) - cells / 2;
        if (x + cells > s->x + s->cells)
            x = s->x + s->cells - cells;
        pen_text(s->pen, y, x, cells, ROLE_DIM, t.label[i]);
    }
}

void ablation_strips(struct pen *pen, struct rect at, const struct ablation *a,
                     const struct ablation_part *part)
{
    char title[768], right[64];
    struct strips s = {.pen = pen, .a = a, .part = part};
    bool folds = ablation_cell(a, 0, part->column)->folds_wanted > 1;
    snprintf(title, sizeof title, "%s%s of each %s%s%.400s", part->tested ? "best on test " : "",
             ablation_figures[part->figure].title, folds ? "fold" : "seed", pen->glyphs->separator,
             a->columns[part->column]);
    snprintf(right, sizeof right, "%lc a %s  %lc the mean", (wint_t)pen->glyphs->mark,
             folds ? "fold" : "seed", (wint_t)pen->glyphs->down);
    pen_rule(pen, at.y, at.x, at.columns, title, right);
    find_range(&s);
    find_places(&s, at);
    if (!(s.low < s.high) || s.cells < CELLS_A_TICK)
        return;
    for (size_t row = 0; row < a->n_rows && (int)row + 3 < at.rows + 1; row++)
        draw_strip(&s, at.y + 1 + (int)row, row);
    draw_axis(&s, at.y + at.rows - 2);
}
