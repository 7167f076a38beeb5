/* predictions_priv.h - between the files of the view of predictions. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_PREDICTIONS_PRIV_H
#define COMBOLAB_UI_VIEWS_PREDICTIONS_PRIV_H

#include "results/prediction_tables.h"
#include "ui/grid.h"
#include "ui/scatter.h"
#include "ui/view.h"

/* --- predictions_order.c --- */

#define PREDICTIONS_COLUMNS 6
#define PREDICTIONS_BY_ERROR 3

struct predictions_column {
    struct column head;
    char key;                                          /* sorts by it */
    double (*value)(const struct prediction_row *row); /* NULL: the name */
    double (*rank)(const struct prediction_row *row);  /* what is sorted by, where that is other */
    bool falling;                                      /* the highest first */
    bool whole;                                        /* numbers from 1 on; 0 = there is none */
};

extern const struct predictions_column predictions_columns[PREDICTIONS_COLUMNS];

/* Of equal value in the order of the split; those without a value come last either way. */
void predictions_sort(size_t *order, const struct prediction_row *rows, size_t n, int column,
                      bool reverse);

/* --- predictions.c --- */

enum predictions_page { PAGE_LIST, PAGE_WIDE, PAGE_EXTREMES };
enum predictions_plot { PLOT_SCORES, PLOT_ERRORS, PLOTS };

struct predictions_view {
    int64_t run; /* 0: the newest */
    bool best;
    enum predictions_page page;
    enum predictions_plot plot;
    bool narrow;   /* there is no room for points beside the picture: */
    bool no_image; /* they stand in its place */
    int sorted;    /* column */
    bool reverse;
    bool sorting; /* the next key says by which column */
    struct grid_place place;
    int64_t selected;  /* the image's place in the split */
    int extreme;       /* of those of the page, 0 is the best */
    int height, width; /* pixels that a picture has room for, as last drawn; 0 = not drawn yet */
    struct rect plot_at, pictures_at[2 * LAYOUT_ACROSS]; /* so, points and extremes */
    struct ui_pictures wanted;
    struct ui_figure figure; /* asked for by the last key */
    /* Made of the model's predictions: */
    uint64_t made_of;
    size_t n, n_known;
    size_t *order; /* places in the rows: the list's */
    size_t *near;  /* those with a known error, the least first */
    struct scatter_point *scores, *errors;
    struct prediction_figures figures;
    double least, most; /* of all scores */
};

/* Says what pictures are wanted, after what is selected or the room for them has changed. */
void predictions_plan(struct predictions_view *v, const struct ui_model *m);

/* The predictions that are shown; NULL while they are not here, or there are none. */
const struct ui_predictions *predictions_shown(const struct predictions_view *v,
                                               const struct ui_model *m);

/* The i-th of the page of extremes: the best, then the worst first; false beyond them. */
bool predictions_extreme(const struct predictions_view *v, int i, size_t *row);

/* --- predictions_draw.c, predictions_picture.c --- */

#define SCORE_BYTES 32

/* As many decimals whatever its size, so that errors near 0 are seen to be small. `sign`: a + too.
 */
void predictions_score(const struct pen *pen, double value, bool sign, char to[SCORE_BYTES]);

/* What an image is called: its file's name, or its place when the split is not on record. */
void predictions_name(const struct prediction_row *row, char *to, size_t room);

/* The selected image and what is said of it. */
void predictions_picture(struct predictions_view *v, struct pen *pen, const struct ui_model *m,
                         const struct predictions_layout *l);

/* The page of the best and the worst. */
void predictions_extremes(struct predictions_view *v, struct pen *pen, const struct ui_model *m,
                          const struct pictures_layout *l);

/* The points that are shown. */
struct scatter predictions_scatter(const struct predictions_view *v);

void predictions_draw(struct predictions_view *v, struct pen *pen, const struct ui_model *m,
                      struct rect body);

#endif
