/* legend.c - see its header. */
#include "results/figures/legend_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE 16.0 /* length of a line */
#define ROW (1.5 * SHEET_LETTERS)

static bool is_same(const struct legend_entry *a, const struct legend_entry *b)
{
    return a->colour == b->colour && a->line == b->line && a->open == b->open &&
           !strcmp(a->name, b->name);
}

void legend_add(struct legend *l, struct legend_entry entry)
{
    for (int i = 0; i < l->n; i++)
        if (is_same(&l->entries[i], &entry))
            return;
    if (l->n < LEGEND_MOST)
        l->entries[l->n++] = entry;
}

static void draw_sample(struct sheet *s, const struct legend_entry *entry, double x, double y)
{
    if (entry->line >= 0) {
        sheet_colour(s, entry->colour, 1);
        sheet_line(s, entry->line, SHEET_LINE);
        sheet_stroke(s, x, y, x + SAMPLE, y);
    }
    if (entry->marker)
        sheet_marker(s, entry->line < 0 ? 0 : entry->colour, entry->colour, x + SAMPLE / 2, y,
                     entry->open);
}

void legend_draw(struct sheet *s, const struct legend *l)
{
    double width = s->width - 2 * SHEET_GAP, widest = 0;
    char more[40];
    if (l->n < 2)
        return;
    for (int i = 0; i < l->n; i++)
        widest = fmax(widest, sheet_text_width(s, l->entries[i].name));
    widest = fmin(widest + SAMPLE + 3 * SHEET_GAP, l->n > 3 ? width / 2 : width);
    int columns = (int)(width / widest);
    columns = columns > l->n ? l->n : columns;
    int room = (int)((s->height - s->top) / 2 / ROW), rows = (l->n + columns - 1) / columns;
    rows = rows > room ? room < 1 ? 1 : room : rows;
    int shown = rows * columns < l->n ? rows * columns - 1 : l->n;
    double left = (s->width - columns * widest) / 2;
    for (int i = 0; i < shown; i++) {
        double x = left + i / rows * widest, y = s->top + (i % rows + 0.5) * ROW;
        draw_sample(s, &l->entries[i], x, y);
        sheet_grey(s, 0);
        sheet_text(s, l->entries[i].name,
                   (struct sheet_place){x + SAMPLE + SHEET_GAP, y, 0, 0.5,
                                        widest - SAMPLE - 2 * SHEET_GAP});
    }
    if (shown < l->n) {
        snprintf(more, sizeof more, "and %d more", l->n - shown);
        sheet_text(s, more,
                   (struct sheet_place){left + shown / rows * widest + SAMPLE + SHEET_GAP,
                                        s->top + (shown % rows + 0.5) * ROW, 0, 0.5, 0});
    }
    s->top += rows * ROW + SHEET_GAP;
}
