/* predictions_picture.c - test images themselves, and what is said of them. Screen thread only. */
#include "base/str.h"
#include "ui/paint.h"
#include "ui/views/predictions_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LABEL_CELLS 12
#define VALUE_CELLS 8
#define BAR_MOST 40

/* --- pictures --- */

static const struct ui_picture *find(const struct predictions_view *v, const struct ui_model *m,
                                     int64_t place)
{
    for (size_t i = 0; i < m->n_pictures; i++) {
        const struct ui_picture *p = m->pictures[i];
        if (p->run == v->run && p->place == place && p->box_height == v->height &&
            p->box_width == v->width)
            return p;
    }
    return NULL;
}

static bool all_gone(const struct predictions_view *v, const struct ui_model *m)
{
    return m->pictures_of == v->run && m->pictures_problem[0];
}

/* The picture, or why there is none. */
static void draw_picture(const struct predictions_view *v, struct pen *pen,
                         const struct ui_model *m, struct rect at, int64_t place)
{
    const struct ui_picture *p = find(v, m, place);
    if (!paint_shows(pen))
        pen_text(pen, at.y, at.x, at.columns, ROLE_DIM, "--pictures none");
    else if (all_gone(v, m))
        pen_wrap(pen, at, ROLE_WARN, m->pictures_problem);
    else if (p && p->rgb)
        pen_picture(pen, at, p->rgb, p->height, p->width);
    else if (p)
        pen_wrap(pen, at, ROLE_WARN, p->problem);
    else
        pen_text(pen, at.y, at.x, at.columns, ROLE_DIM, "...");
}

void predictions_name(const struct prediction_row *r, char *to, size_t room)
{
    const char *slash = strrchr(r->image, '/');
    if (r->image[0])
        str_copy(to, room, slash && slash[1] ? slash + 1 : r->image);
    else
        snprintf(to, room, "image %lld", (long long)r->place);
}

void predictions_score(const struct pen *pen, double value, bool sign, char to[SCORE_BYTES])
{
    if (isfinite(value) && fabs(value) < 1e4)
        snprintf(to, SCORE_BYTES, sign && value > 0 ? "+%.2f" : "%.2f", value);
    else
        pen_figure(pen, to, SCORE_BYTES, value, 2, VALUE_CELLS);
}

static void error_text(const struct pen *pen, const struct prediction_row *r, char to[SCORE_BYTES])
{
    predictions_score(pen, r->predicted - r->truth, true, to);
}

/* --- the selected one --- */

/* "no. 12 of 2200": how large its error is, the largest first. */
static void rank_text(const struct predictions_view *v, size_t row, char *to, size_t room)
{
    size_t rank = v->n_known;
    to[0] = '\0';
    while (rank && v->near[rank - 1] != row)
        rank--;
    if (rank)
        snprintf(to, room, "no. %zu of %zu", v->n_known - rank + 1, v->n_known);
}

static void draw_score(const struct predictions_view *v, struct pen *pen, struct rect *at,
                       const char *label, double value, enum role role)
{
    char text[SCORE_BYTES];
    int bar = at->columns - LABEL_CELLS - VALUE_CELLS - 2;
    predictions_score(pen, value, false, text);
    pen_text(pen, at->y, at->x, LABEL_CELLS, ROLE_DIM, label);
    pen_right(pen, at->y, at->x + LABEL_CELLS, VALUE_CELLS, ROLE_TITLE, text);
    if (bar >= 4 && v->most > v->least)
        pen_bar(pen, at->y, at->x + LABEL_CELLS + VALUE_CELLS + 2, bar > BAR_MOST ? BAR_MOST : bar,
                role, (value - v->least) / (v->most - v->least));
    at->y++;
}

static void class_text(const struct prediction_row *r, char *to, size_t room)
{
    if (r->predicted_class > 0 && r->true_class > 0)
        snprintf(to, room, "class %d, true class %d", r->predicted_class, r->true_class);
    else
        str_copy(to, room, "without classes");
}

static void draw_scores(const struct predictions_view *v, struct pen *pen, struct rect at,
                        const struct prediction_row *r, size_t row)
{
    char error[SCORE_BYTES], rank[64], class[64];
    draw_score(v, pen, &at, "true", r->truth, ROLE_TEST);
    draw_score(v, pen, &at, "predicted", r->predicted, ROLE_TRAIN);
    draw_score(v, pen, &at, "expectation", r->expectation, ROLE_VAL);
    error_text(pen, r, error);
    rank_text(v, row, rank, sizeof rank);
    class_text(r, class, sizeof class);
    pen_text(pen, at.y, at.x, LABEL_CELLS, ROLE_DIM, "error");
    pen_right(pen, at.y, at.x + LABEL_CELLS, VALUE_CELLS, ROLE_CURSOR, error);
    pen_text(pen, at.y, at.x + LABEL_CELLS + VALUE_CELLS + 2,
             at.columns - LABEL_CELLS - VALUE_CELLS - 2, ROLE_DIM, rank);
    pen_text(pen, at.y + 1, at.x, at.columns, ROLE_DIM, class);
}

/* The same in three lines. */
static void draw_few(const struct predictions_view *v, struct pen *pen, struct rect at,
                     const struct prediction_row *r, size_t row)
{
    char truth[SCORE_BYTES], predicted[SCORE_BYTES], expectation[SCORE_BYTES], error[SCORE_BYTES],
        rank[64], class[64];
    predictions_score(pen, r->truth, false, truth);
    predictions_score(pen, r->predicted, false, predicted);
    predictions_score(pen, r->expectation, false, expectation);
    error_text(pen, r, error);
    rank_text(v, row, rank, sizeof rank);
    class_text(r, class, sizeof class);
    pen_format(pen, at.y, at.x, at.columns, ROLE_TEXT, "true %s predicted %s", truth, predicted);
    pen_format(pen, at.y + 1, at.x, at.columns, ROLE_TEXT, "error %s %s", error, rank);
    pen_format(pen, at.y + 2, at.x, at.columns, ROLE_DIM, "exp. %s %s", expectation, class);
}

void predictions_picture(struct predictions_view *v, struct pen *pen, const struct ui_model *m,
                         const struct predictions_layout *l)
{
    const struct ui_predictions *p = predictions_shown(v, m);
    size_t row = v->order[v->place.at];
    const struct prediction_row *r = &p->rows[row];
    struct rect facts = l->facts;
    char name[sizeof r->image];
    paint_box(pen, l->picture, &v->height, &v->width);
    if (!v->narrow || !v->no_image || v->page == PAGE_WIDE)
        draw_picture(v, pen, m, l->picture, r->place);
    predictions_name(r, name, sizeof name);
    pen_text(pen, facts.y++, facts.x, facts.columns, ROLE_TITLE, name);
    if (--facts.rows >= 5)
        draw_scores(v, pen, facts, r, row);
    else
        draw_few(v, pen, facts, r, row);
}

/* --- the best and the worst --- */

/* "3.20 > 3.45 +0.25", or the error alone. */
static void draw_below(struct pen *pen, struct rect at, const struct prediction_row *r, bool here)
{
    char truth[SCORE_BYTES], predicted[SCORE_BYTES], error[SCORE_BYTES], line[128],
        name[sizeof r->image];
    predictions_score(pen, r->truth, false, truth);
    predictions_score(pen, r->predicted, false, predicted);
    error_text(pen, r, error);
    predictions_name(r, name, sizeof name);
    snprintf(line, sizeof line, "%s %s %s %s", truth, pen->unicode ? "→" : ">", predicted, error);
    if ((int)strlen(line) > at.columns + 2)
        str_copy(line, sizeof line, error);
    pen->selected = here;
    if (at.rows > 1)
        pen_text(pen, at.y++, at.x, at.columns, here ? ROLE_TITLE : ROLE_DIM, name);
    pen_text(pen, at.y, at.x, at.columns, ROLE_TEXT, line);
    pen->selected = false;
}

void predictions_extremes(struct predictions_view *v, struct pen *pen, const struct ui_model *m,
                          const struct pictures_layout *l)
{
    static const char *const headings[] = {"Best predictions", "Worst predictions"};
    const struct ui_predictions *p = predictions_shown(v, m);
    int lines = l->cell[0].rows >= 5 ? 2 : 1;
    size_t row;
    for (int half = 0; half < 2; half++)
        pen_rule(pen, l->heading[half].y, l->heading[half].x, l->heading[half].columns,
                 headings[half], half ? "" : "true, predicted, error");
    struct rect box = l->cell[0];
    box.rows -= lines;
    if (2 * box.rows > box.columns * 4 / 3) /* the words stand close to the picture */
        box.rows = box.columns * 2 / 3;
    paint_box(pen, box, &v->height, &v->width);
    struct rect words = {box.y, box.x + 2, box.rows, l->heading[0].columns - 4};
    if (all_gone(v, m))
        pen_wrap(pen, words, ROLE_WARN, m->pictures_problem);
    for (int i = 0; i < 2 * LAYOUT_ACROSS && box.rows > 0; i++) {
        struct rect picture = l->cell[i], below = picture;
        if (!predictions_extreme(v, i, &row))
            continue;
        picture.rows = box.rows;
        below.y += picture.rows;
        below.rows = lines;
        picture.columns = box.columns;
        if (!all_gone(v, m))
            draw_picture(v, pen, m, picture, p->rows[row].place);
        draw_below(pen, below, &p->rows[row], i == v->extreme);
        v->pictures_at[i] = l->cell[i];
    }
}
