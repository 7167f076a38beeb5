/* figures.h - figures for papers: plain numbers and labels in, a file out. SVG, PDF or PNG (300
 * dots an inch) by the file's ending.
 *
 * Sizes are in millimetres, letters 7 points high whatever the size. Series differ by line or
 * marker as well as by colour. What a label cannot show (control characters, bytes that are no
 * UTF-8) is written visibly, and what does not fit ends in an ellipsis. The same numbers give the
 * same bytes: no file has a date. PDF files have the fonts in them, SVG files the letters'
 * outlines.
 *
 * A file appears whole or not at all. Any thread, as long as nobody else writes the same file;
 * nothing is shared between calls. Numbers and labels are borrowed.
 */
#ifndef COMBOLAB_RESULTS_FIGURES_FIGURES_H
#define COMBOLAB_RESULTS_FIGURES_FIGURES_H

#include "results/plot.h"

#include <stdint.h>

struct err;

struct figure_page {
    const char *path;
    bool force;                 /* replaces a file that is there already */
    double width_mm, height_mm; /* 0 = as the kind of figure and its panels need */
    const char *title;          /* NULL or "" = none */
};

/* ERR_USAGE for an ending of no format and for a size that cannot be drawn, ERR_STATE for a file
 * that is there already. The functions below look, too; this one is for looking before the numbers
 * are there. */
int figure_check(const struct figure_page *page, struct err *e);

/* "85x60": width and height in millimetres. */
int figure_size(const char *text, double *width_mm, double *height_mm, struct err *e);

/* A panel for each of the curves' panels, with a legend above. */
struct figure_curves {
    const struct plot *curves;
    bool log_y; /* where all values of a panel are above 0 */
};
int figure_curves(const struct figure_page *page, const struct figure_curves *c, struct err *e);

/* Predicted against true scores, a panel a run. */
struct figure_scatter_panel {
    const char *title;
    const double *truth, *predicted; /* n each; pairs that are not finite are left out */
    size_t n;
    const char *notes[5]; /* in the corner: "PC 0.9012"; NULL ends them */
};
struct figure_scatter {
    const struct figure_scatter_panel *panels;
    size_t n;
};
int figure_scatter(const struct figure_page *page, const struct figure_scatter *s, struct err *e);

/* Pictures in rows of six, each with lines of text below; one with a heading begins a row. */
struct figure_sample {
    const uint8_t *rgb; /* height x width x 3, NULL = it cannot be shown */
    int height, width;
    const char *heading;  /* NULL = none */
    const char *lines[3]; /* NULL ends them */
};
struct figure_samples {
    const struct figure_sample *samples;
    size_t n;
};
int figure_samples(const struct figure_page *page, const struct figure_samples *s, struct err *e);

/* Means with their intervals, a row of a panel each; rows are named at the left once. Where there
 * is more than one series, a legend stands above. */
struct figure_mean {
    double mean, low, high; /* not finite: there is none; low = high = mean: no interval */
    double reference;       /* a mark of its own, such as a published figure; not finite: none */
    bool best;              /* of its column, which the screen shows in another colour too */
};
struct figure_ablation_panel {
    const char *title;               /* below the axis: "PC" */
    const struct figure_mean *means; /* n_rows x n_series */
    double baseline;                 /* a line across all rows; not finite: none */
};
struct figure_ablation {
    const char *const *rows;
    size_t n_rows;
    const char *const *series;
    size_t n_series;
    const struct figure_ablation_panel *panels;
    size_t n_panels;
    const char *reference; /* what reference marks are: "published" */
};
int figure_ablation(const struct figure_page *page, const struct figure_ablation *a, struct err *e);

#endif
