/* sheet.c - texts, lines, colours and markers. */
#include "results/figures/sheet_priv.h"

#include "base/str.h"
#include "results/palette.h"

#include <stdio.h>
#include <string.h>

#define TEXT_BYTES 4096
#define ELLIPSIS "\xe2\x80\xa6"

static const struct palette_colour colours[] = {
#define COLOUR(name, red, green, blue) {red, green, blue},
    PALETTE_COLOURS(COLOUR)
#undef COLOUR
};

static double advance(struct sheet *s, const char *visible)
{
    cairo_text_extents_t size;
    cairo_text_extents(s->cr, visible, &size);
    return size.x_advance;
}

/* The longest head of `visible` that is no wider than `most` with an ellipsis behind it. */
static void cut(struct sheet *s, char visible[TEXT_BYTES], double most)
{
    size_t length = strlen(visible), low = 0;
    char head[TEXT_BYTES];
    while (low < length) {
        size_t middle = (low + length + 1) / 2;
        while (middle < length && (visible[middle] & 0xc0) == 0x80)
            middle++;
        snprintf(head, sizeof head, "%.*s" ELLIPSIS, (int)middle, visible);
        if (advance(s, head) <= most) {
            low = middle;
            continue;
        }
        length = (low + length + 1) / 2 - 1;
        while (length > low && (visible[length] & 0xc0) == 0x80)
            length--;
    }
    snprintf(visible + low, TEXT_BYTES - low, ELLIPSIS);
}

/* What is shown of a text: visible characters, as many as fit. Returns its width. */
static double show(struct sheet *s, const char *text, double most, char visible[TEXT_BYTES])
{
    str_visible(visible, TEXT_BYTES - sizeof ELLIPSIS, text);
    double width = advance(s, visible);
    if (most <= 0 || width <= most)
        return width;
    cut(s, visible, most);
    return advance(s, visible);
}

double sheet_text_width(struct sheet *s, const char *text)
{
    char visible[TEXT_BYTES];
    return show(s, text, 0, visible);
}

/* The height that counts is that of capitals and figures, so that lines stand even. */
static void put(struct sheet *s, const char *text, struct sheet_place at, bool up)
{
    char visible[TEXT_BYTES];
    double width = show(s, text, at.most, visible), height = 0.73 * SHEET_LETTERS;
    cairo_save(s->cr);
    cairo_translate(s->cr, at.x, at.y);
    if (up)
        cairo_rotate(s->cr, -3.14159265358979323846 / 2);
    cairo_move_to(s->cr, -at.across * width, (1 - at.down) * height);
    cairo_show_text(s->cr, visible);
    cairo_restore(s->cr);
    cairo_new_path(s->cr);
}

void sheet_text(struct sheet *s, const char *text, struct sheet_place at)
{
    put(s, text, at, false);
}

void sheet_text_up(struct sheet *s, const char *text, struct sheet_place at)
{
    put(s, text, at, true);
}

void sheet_colour(struct sheet *s, int colour, double opacity)
{
    const struct palette_colour *c = &colours[colour % PALETTE_N];
    cairo_set_source_rgba(s->cr, c->red / 255.0, c->green / 255.0, c->blue / 255.0, opacity);
}

void sheet_grey(struct sheet *s, double grey)
{
    cairo_set_source_rgb(s->cr, grey, grey, grey);
}

void sheet_line(struct sheet *s, int line, double width)
{
    static const double dashes[][4] = {{0}, {3.5, 1.5}, {1, 1.3}, {4, 1.3, 1, 1.3}};
    static const int counts[] = {0, 2, 2, 4};
    int which = line % 4;
    cairo_set_dash(s->cr, dashes[which], counts[which], 0);
    cairo_set_line_width(s->cr, width);
    cairo_set_line_join(s->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(s->cr, CAIRO_LINE_CAP_BUTT);
}

static void polygon(struct sheet *s, double x, double y, const double (*corners)[2], int n)
{
    for (int i = 0; i < n; i++)
        cairo_line_to(s->cr, x + corners[i][0] * SHEET_MARKER, y + corners[i][1] * SHEET_MARKER);
    cairo_close_path(s->cr);
}

void sheet_marker(struct sheet *s, int shape, int colour, double x, double y, bool open)
{
    static const double square[][2] = {{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}};
    static const double rising[][2] = {{0, -1.2}, {1.1, 0.9}, {-1.1, 0.9}};
    static const double diamond[][2] = {{0, -1.35}, {1.35, 0}, {0, 1.35}, {-1.35, 0}};
    static const double falling[][2] = {{0, 1.2}, {1.1, -0.9}, {-1.1, -0.9}};
    static const double wide[][2] = {{-1.4, -0.6}, {1.4, -0.6}, {1.4, 0.6}, {-1.4, 0.6}};
    static const double high[][2] = {{-0.6, -1.4}, {0.6, -1.4}, {0.6, 1.4}, {-0.6, 1.4}};
    static const struct {
        const double (*corners)[2];
        int n;
    } shapes[PALETTE_N] = {{NULL, 0},    {square, 4}, {rising, 3}, {diamond, 4},
                           {falling, 3}, {wide, 4},   {high, 4}};
    int which = shape % PALETTE_N;
    cairo_new_path(s->cr);
    if (shapes[which].corners)
        polygon(s, x, y, shapes[which].corners, shapes[which].n);
    else
        cairo_arc(s->cr, x, y, SHEET_MARKER, 0, 2 * 3.14159265358979323846);
    if (open) {
        cairo_set_source_rgb(s->cr, 1, 1, 1);
        cairo_fill_preserve(s->cr);
        sheet_colour(s, colour, 1);
        sheet_line(s, 0, 0.8);
        cairo_stroke(s->cr);
        return;
    }
    sheet_colour(s, colour, 1);
    cairo_fill(s->cr);
}

void sheet_stroke(struct sheet *s, double x1, double y1, double x2, double y2)
{
    cairo_move_to(s->cr, x1, y1);
    cairo_line_to(s->cr, x2, y2);
    cairo_stroke(s->cr);
}
