/* sheet_priv.h - the paper that figures are drawn on: texts, lines, colours and markers in points
 * (a 72nd of an inch) from the top left; and its way into a file. */
#ifndef COMBOLAB_RESULTS_FIGURES_SHEET_PRIV_H
#define COMBOLAB_RESULTS_FIGURES_SHEET_PRIV_H

#include "results/figures/figures.h"

#include <cairo.h>

#define SHEET_LETTERS 7.0 /* size of letters */
#define SHEET_LINE 1.0    /* width of a curve */
#define SHEET_HAIR 0.5    /* of axes */
#define SHEET_GAP 4.0     /* between things that stand beside each other */
#define SHEET_MARKER 1.7  /* half the width of a marker */
#define SHEET_POINTS_PER_MM (72 / 25.4)

struct sheet {
    cairo_t *cr;
    double width, height;
    double top; /* where the title, if there is one, ends */
};

struct sheet_box {
    double x, y, width, height;
};

/* Draws `numbers`. What goes wrong with the sheet itself is found later. */
typedef int sheet_draw(struct sheet *s, const void *numbers, struct err *e);

/* Draws on a sheet of that size, where the page asks for no other, and writes the file. */
int sheet_write(const struct figure_page *page, double width_mm, double height_mm, sheet_draw *draw,
                const void *numbers, struct err *e);

/* Texts may be of any kind: see figures.h. */
double sheet_text_width(struct sheet *s, const char *text);

/* Where a text stands: at 0 its left side or top is at that place, at 0.5 its middle, at 1 its
 * right side or bottom; `most` points wide (0 = any). sheet_text_up: it is read from below. */
struct sheet_place {
    double x, y, across, down, most;
};
void sheet_text(struct sheet *s, const char *text, struct sheet_place at);
void sheet_text_up(struct sheet *s, const char *text, struct sheet_place at);

/* What comes next is drawn with: a series' colour; a grey, 0 = black; a series' line. */
void sheet_colour(struct sheet *s, int colour, double opacity);
void sheet_grey(struct sheet *s, double grey);
void sheet_line(struct sheet *s, int line, double width);

/* A series' marker in its colour, or in any; `open`: white, with that colour around it. */
void sheet_marker(struct sheet *s, int shape, int colour, double x, double y, bool open);

void sheet_stroke(struct sheet *s, double x1, double y1, double x2, double y2);

#endif
