/* chart_legend.c - a chart's box: its title and note above, what its series are and what they come
 * to below. Screen thread only.
 */
#include "ui/chart_priv.h"

#include "base/str.h"
#include "ui/text.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The value under the crosshair, or the last one. */
static double read_value(const struct chart_series *s, int cursor)
{
    for (size_t i = chart_count(s); i-- > 0;)
        if (chart_is_there(s, i) && (cursor == INT_MIN || chart_x(s, i) == cursor))
            return chart_value(s, i);
    return NAN;
}

static const char *sample_of(const struct pen *pen, int series)
{
    const struct glyphs *g = pen->charts == UI_CHART_ASCII ? &glyphs_ascii : pen->glyphs;
    return series == 0 ? g->solid : series == 1 ? g->dashed : g->dotted;
}

/* Of small values significant digits count: a learning rate may have no fourth decimal. */
static void legend_value(const struct pen *pen, double value, int digits, char *to, size_t room)
{
    double size = fabs(value);
    if (size >= 0.1 && size < pow(10, digits - 1)) /* 1.002 is 1.00 in brief, not 1 */
        snprintf(to, room, "%.*f", digits - 1 - (int)floor(log10(size)), value);
    else if (size < pow(10, digits))
        str_shortest(to, room, value, digits);
    else
        pen_figure(pen, to, room, value, 0, digits + 2);
}

/* How much a legend says, from most to least. Values without names are for the crosshair. */
static const struct legend {
    int digits; /* of values, 0 = none */
    bool names;
} legends[] = {{4, true}, {3, true}, {4, false}, {3, false}, {0, true}};

/* " train 0.1774 ", or less of it. */
static void legend_text(const struct pen *pen, const struct chart *chart, int series,
                        const struct legend *how, char *to, size_t room)
{
    const struct chart_series *s = &chart->series[series];
    char value[32] = "";
    if (how->digits)
        legend_value(pen, read_value(s, chart->cursor), how->digits, value, sizeof value);
    snprintf(to, room, " %s%s%s ", how->names ? s->name : "", how->names && value[0] ? " " : "",
             value);
}

/* " epoch 41 " where the crosshair is. */
static void legend_x(const struct chart *chart, char *to, size_t room)
{
    to[0] = '\0';
    char x[32];
    if (chart->cursor == INT_MIN)
        return;
    chart_x_text(chart, chart->cursor, x, sizeof x);
    if (chart->x_each > 0)
        snprintf(to, room, " %s %s ", x, chart->x_name);
    else
        snprintf(to, room, " %s %s ", chart->x_name, x);
}

static int legend_cells(const struct pen *pen, const struct chart *chart, const struct legend *how)
{
    char text[96];
    legend_x(chart, text, sizeof text);
    int cells = (int)strlen(text);
    for (int k = 0; k < chart->n_series; k++) {
        legend_text(pen, chart, k, how, text, sizeof text);
        cells += 1 + text_cells(sample_of(pen, k), pen->unicode) + text_cells(text, pen->unicode);
    }
    return cells;
}

/* In the box's lower edge, from the right: how each series is drawn, its name and a value; and at
 * the left the epoch or step that they are of. */
static void draw_legend(struct pen *pen, struct rect at, const struct chart *chart)
{
    const struct legend *how = legends, *last = how + sizeof legends / sizeof *legends - 1;
    int y = at.y + at.rows - 1, end = at.x + at.columns - 2;
    char text[96];
    while (how < last && (legend_cells(pen, chart, how) > at.columns - 4 ||
                          (!how->names && chart->cursor == INT_MIN)))
        how++;
    legend_x(chart, text, sizeof text);
    int from = at.x + 2 + pen_text(pen, y, at.x + 2, at.columns - 4, ROLE_CURSOR, text);
    if (chart->unnamed)
        return;
    for (int k = chart->n_series - 1; k >= 0; k--) {
        legend_text(pen, chart, k, how, text, sizeof text);
        const char *sample = sample_of(pen, k);
        int cells = text_cells(text, pen->unicode);
        int sample_cells = text_cells(sample, pen->unicode);
        int x = end - cells - sample_cells - 1;
        if (x < from)
            return;
        pen_repeat(pen, y, x, 1, ROLE_TEXT, L' ');
        pen_text(pen, y, x + 1, sample_cells, chart->series[k].role, sample);
        pen_text(pen, y, x + 1 + sample_cells, cells, ROLE_TEXT, text);
        end = x;
    }
}

void chart_draw_frame(struct pen *pen, struct rect at, const struct chart *chart)
{
    char title[96];
    /* The focus is marked by more than a colour. */
    const char *scale = chart->log_y ? ", log" : "";
    snprintf(title, sizeof title, chart->focus ? "[%s%s]" : "%s%s", chart->title, scale);
    pen_box(pen, at, chart->focus ? ROLE_FOCUS : ROLE_BORDER, title);
    int used = (int)strlen(title) + 5, wanted = (int)strlen(chart->note) + 2;
    if (chart->note[0] && at.columns - used - 2 >= wanted) {
        char note[96];
        snprintf(note, sizeof note, " %s ", chart->note);
        pen_right(pen, at.y, at.x + used, at.columns - used - 2, ROLE_DIM, note);
    }
    draw_legend(pen, at, chart);
}
