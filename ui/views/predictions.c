/* predictions.c - what a run says of its test images: points, a list by error, the image itself;
 * and the images that it predicts best and worst. Screen thread only.
 *
 * What is shown is made of the model's predictions when these are others; the selected image stays
 * selected, so that best and last weights can be compared on it.
 */
#include "base/mem.h"
#include "base/str.h"
#include "ui/views/predictions_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AHEAD 4 /* pictures on either side that may be looked at next */

static void init(void *state, const struct ui_options *options)
{
    struct predictions_view *v = state;
    (void)options;
    v->sorted = PREDICTIONS_BY_ERROR;
}

static void forget(struct predictions_view *v)
{
    mem_free(v->order);
    mem_free(v->near);
    mem_free(v->scores);
    mem_free(v->errors);
    v->order = v->near = NULL;
    v->scores = v->errors = NULL;
    v->n = v->n_known = 0;
    v->made_of = 0;
}

static void fini(void *state)
{
    forget(state);
}

static void choose(struct predictions_view *v, int64_t run)
{
    if (run == v->run)
        return;
    forget(v);
    v->run = run;
    v->place = (struct grid_place){.at = 0};
    v->selected = -1;
    v->extreme = 0;
}

static void opened(void *state, const struct ui_model *m, int64_t run)
{
    struct predictions_view *v = state;
    (void)m;
    v->sorting = false;
    if (run)
        choose(v, run);
}

const struct ui_predictions *predictions_shown(const struct predictions_view *v,
                                               const struct ui_model *m)
{
    const struct ui_predictions *p = &m->predictions;
    return v->run && p->run == v->run && p->best == v->best && p->n ? p : NULL;
}

/* --- what is made of them --- */

static void find_range(struct predictions_view *v)
{
    v->least = v->most = NAN;
    for (size_t i = 0; i < v->n; i++) {
        v->least = fmin(v->least, fmin(v->scores[i].x, v->scores[i].y));
        v->most = fmax(v->most, fmax(v->scores[i].x, v->scores[i].y));
    }
}

static int make(struct predictions_view *v, const struct ui_predictions *p)
{
    const struct prediction_run run = {
        .id = p->run, .label = "", .rows = (struct prediction_row *)p->rows, .n = p->n};
    forget(v);
    v->order = mem_alloc(p->n, sizeof *v->order);
    v->scores = mem_alloc(p->n, sizeof *v->scores);
    v->errors = mem_alloc(p->n, sizeof *v->errors);
    if (!v->order || !v->scores || !v->errors ||
        prediction_order(&v->near, &v->n_known, &run, NULL) ||
        prediction_figures(&v->figures, p->rows, p->n, NULL))
        return -1;
    for (size_t i = 0; i < p->n; i++) {
        const struct prediction_row *r = &p->rows[i];
        v->scores[i] = (struct scatter_point){r->truth, r->predicted};
        v->errors[i] = (struct scatter_point){r->truth, r->predicted - r->truth};
    }
    v->n = p->n;
    find_range(v);
    return 0;
}

/* To the line of the image of that place in the split; the first one when it is gone. */
static void select_place(struct predictions_view *v, const struct ui_predictions *p, int64_t place)
{
    v->place.at = 0;
    for (size_t i = 0; i < v->n; i++)
        if (p->rows[v->order[i]].place == place)
            v->place.at = (int)i;
}

/* False when there is nothing to show, or no memory for it. */
static bool sync(struct predictions_view *v, const struct ui_model *m)
{
    if (!v->run && m->n_runs)
        choose(v, m->runs[0].id);
    const struct ui_predictions *p = predictions_shown(v, m);
    if (!p)
        return false;
    if (v->n && v->made_of == m->predictions_version)
        return true;
    if (make(v, p)) {
        forget(v);
        return false;
    }
    v->made_of = m->predictions_version;
    predictions_sort(v->order, p->rows, v->n, v->sorted, v->reverse);
    select_place(v, p, v->selected);
    return true;
}

bool predictions_extreme(const struct predictions_view *v, int i, size_t *row)
{
    size_t rank = (size_t)(i % LAYOUT_ACROSS);
    if (rank >= v->n_known)
        return false;
    *row = v->near[i < LAYOUT_ACROSS ? rank : v->n_known - 1 - rank];
    return true;
}

/* --- wants --- */

static void want_extremes(const struct predictions_view *v, const struct ui_predictions *p,
                          struct ui_pictures *to)
{
    size_t row;
    for (int i = 0; i < 2 * LAYOUT_ACROSS; i++)
        if (predictions_extreme(v, i, &row))
            to->places[to->n++] = p->rows[row].place;
}

/* The selected one, then those beside it, the nearest first. */
static void want_near(const struct predictions_view *v, const struct ui_predictions *p,
                      struct ui_pictures *to)
{
    for (int i = 0; i <= 2 * AHEAD; i++) {
        int at = v->place.at + (i % 2 ? 1 : -1) * ((i + 1) / 2);
        if (at >= 0 && (size_t)at < v->n)
            to->places[to->n++] = p->rows[v->order[at]].place;
    }
}

void predictions_plan(struct predictions_view *v, const struct ui_model *m)
{
    const struct ui_predictions *p = v->n ? predictions_shown(v, m) : NULL;
    v->wanted = (struct ui_pictures){.height = v->height, .width = v->width};
    if (!p)
        return;
    v->selected = p->rows[v->order[v->place.at]].place;
    if (v->height < 2 || v->width < 1)
        return;
    if (v->page == PAGE_EXTREMES)
        want_extremes(v, p, &v->wanted);
    else
        want_near(v, p, &v->wanted);
}

static size_t wants(const void *state, struct ui_want wants[UI_MOST_WANTS])
{
    const struct predictions_view *v = state;
    wants[0] = (struct ui_want){.kind = UI_WANT_RUNS};
    wants[1] = (struct ui_want){.kind = UI_WANT_PREDICTIONS, .run = v->run, .best = v->best};
    wants[2] = (struct ui_want){
        .kind = UI_WANT_PICTURES, .run = v->run, .best = v->best, .pictures = v->wanted};
    return !v->run ? 1 : v->wanted.n ? 3 : 2;
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    sync(state, m);
    predictions_draw(state, pen, m, body);
    predictions_plan(state, m);
}

/* --- keys --- */

static void sort_by(struct predictions_view *v, const struct ui_predictions *p, int column)
{
    v->reverse = column == v->sorted && !v->reverse;
    v->sorted = column;
    v->place.at = 0;
    predictions_sort(v->order, p->rows, v->n, v->sorted, v->reverse);
}

/* A column's own order first, and once more the other way round. */
static bool type(void *state, const struct ui_model *m, struct key key, struct view_reply *reply)
{
    struct predictions_view *v = state;
    (void)reply;
    if (!v->sorting || !sync(v, m))
        return false;
    v->sorting = false;
    for (int c = 0; c < PREDICTIONS_COLUMNS; c++)
        if (key.character == (wchar_t)predictions_columns[c].key)
            sort_by(v, predictions_shown(v, m), c);
    predictions_plan(v, m);
    return true;
}

static void next_run(struct predictions_view *v, const struct ui_model *m, int step)
{
    size_t i = 0;
    while (i < m->n_runs && m->runs[i].id != v->run)
        i++;
    if (i == m->n_runs || (step < 0 && !i) || (step > 0 && i + 1 == m->n_runs))
        return;
    choose(v, m->runs[step < 0 ? i - 1 : i + 1].id);
}

/* Where a picture and points do not stand side by side, they take turns. */
static void next_plot(struct predictions_view *v)
{
    if (v->narrow && !v->no_image && v->plot == PLOT_SCORES) {
        v->no_image = true;
        return;
    }
    v->plot = (enum predictions_plot)((v->plot + 1) % PLOTS);
    if (v->plot == PLOT_SCORES)
        v->no_image = false;
}

static bool move_extreme(struct predictions_view *v, enum request request)
{
    static const struct {
        enum request request;
        int step;
    } steps[] = {
        {REQ_LEFT, -1}, {REQ_RIGHT, 1}, {REQ_UP, -LAYOUT_ACROSS}, {REQ_DOWN, LAYOUT_ACROSS}};
    size_t row;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int to = v->extreme + steps[i].step;
        if (steps[i].request != request)
            continue;
        if (to >= 0 && to < 2 * LAYOUT_ACROSS && predictions_extreme(v, to, &row))
            v->extreme = to;
        return true;
    }
    return false;
}

static bool move_list(struct predictions_view *v, enum request request)
{
    if (v->page == PAGE_WIDE && (request == REQ_LEFT || request == REQ_RIGHT))
        request = request == REQ_LEFT ? REQ_UP : REQ_DOWN;
    return grid_move(&v->place, v->n, request);
}

/* The room for pictures is another, which the next frame finds out. */
static void show_page(struct predictions_view *v, enum predictions_page page)
{
    v->page = page;
    v->height = v->width = 0;
}

/* From the page of extremes to the list, with that image selected. */
static void enter(struct predictions_view *v, const struct ui_predictions *p)
{
    size_t row;
    if (v->page == PAGE_EXTREMES && predictions_extreme(v, v->extreme, &row))
        select_place(v, p, p->rows[row].place);
    show_page(v, v->page == PAGE_LIST ? PAGE_WIDE : PAGE_LIST);
}

/* The pictures have a command, with sizes and numbers of its own. */
static void save(struct predictions_view *v, struct view_reply *reply)
{
    if (v->page == PAGE_EXTREMES) {
        snprintf(reply->note, sizeof reply->note,
                 "combolab samples %lld --figure FILE draws these pictures.", (long long)v->run);
        return;
    }
    v->figure =
        (struct ui_figure){.runs = &v->run, .n_runs = 1, .predictions = true, .best = v->best};
    reply->action = (struct ui_action){.kind = UI_FIGURE, .figure = &v->figure};
}

static bool request_of_images(struct predictions_view *v, const struct ui_predictions *p,
                              enum request request, struct view_reply *reply)
{
    if (v->page == PAGE_EXTREMES ? move_extreme(v, request) : move_list(v, request))
        return true;
    switch (request) {
    case REQ_ENTER:
        enter(v, p);
        return true;
    case REQ_EXTREMES:
        show_page(v, v->page == PAGE_EXTREMES ? PAGE_LIST : PAGE_EXTREMES);
        return true;
    case REQ_SORT:
        v->sorting = v->page == PAGE_LIST;
        return true;
    case REQ_REVERSE:
        sort_by(v, p, v->sorted);
        return true;
    case REQ_FIGURE:
        next_plot(v);
        return true;
    case REQ_SAVE:
        save(v, reply);
        return true;
    default:
        return false;
    }
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct predictions_view *v = state;
    if (sync(v, m) && request_of_images(v, predictions_shown(v, m), request, reply)) {
        predictions_plan(v, m);
        return true;
    }
    switch (request) {
    case REQ_NEXT:
    case REQ_PREVIOUS:
        next_run(v, m, request == REQ_NEXT ? 1 : -1);
        return true;
    case REQ_WEIGHTS:
        v->best = !v->best;
        return true;
    case REQ_BACK:
        show_page(v, PAGE_LIST);
        return true;
    default:
        return false;
    }
}

/* The picture that is clicked on the page of extremes. */
static enum request point_extremes(struct predictions_view *v, const struct pointer *p)
{
    size_t row;
    for (int i = 0; i < 2 * LAYOUT_ACROSS; i++) {
        if (!rect_has(v->pictures_at[i], p->y, p->x) || !predictions_extreme(v, i, &row))
            continue;
        v->extreme = i;
        return p->kind == POINTER_TWICE ? REQ_ENTER : REQ_NONE;
    }
    return REQ_NONE;
}

/* The image whose point is nearest. */
static enum request point_plot(struct predictions_view *v, const struct ui_predictions *shown,
                               const struct pointer *p)
{
    const struct scatter scatter = predictions_scatter(v);
    size_t row = scatter_nearest(v->plot_at, &scatter, p->y, p->x);
    if (row < shown->n)
        select_place(v, shown, shown->rows[row].place);
    return p->kind == POINTER_TWICE ? REQ_ENTER : REQ_NONE;
}

static enum request point_images(struct predictions_view *v, const struct ui_predictions *shown,
                                 const struct pointer *p)
{
    enum request request;
    bool click = pointer_clicks(p);
    if (v->page == PAGE_EXTREMES)
        return click ? point_extremes(v, p) : REQ_NONE;
    if (v->page == PAGE_WIDE && pointer_scroll(p))
        return pointer_scroll(p) < 0 ? REQ_UP : REQ_DOWN;
    if (click && rect_has(v->plot_at, p->y, p->x))
        return point_plot(v, shown, p);
    int column = grid_head_at(&v->place, p);
    if (column >= 0)
        sort_by(v, shown, column);
    grid_point(&v->place, v->n, p, &request);
    return request;
}

static enum request point(void *state, const struct ui_model *m, const struct pointer *p)
{
    struct predictions_view *v = state;
    enum request request = REQ_NONE;
    v->sorting = false;
    if (p->kind == POINTER_RIGHT)
        return REQ_BACK;
    if (sync(v, m))
        request = point_images(v, predictions_shown(v, m), p);
    predictions_plan(v, m);
    return request;
}

/* "error", "-error", "pred": a column, whatever is on screen. */
static int say(void *state, const struct ui_model *m, enum request request, const char *text,
               struct view_reply *reply)
{
    struct predictions_view *v = state;
    bool reverse = text[0] == '-';
    if (request != REQ_SORT)
        return 0;
    for (int c = 0; c < PREDICTIONS_COLUMNS; c++) {
        if (strncmp(predictions_columns[c].head.title, text + reverse, strlen(text + reverse)))
            continue;
        v->sorted = c;
        v->reverse = reverse;
        v->made_of = 0; /* the order is made anew */
        if (sync(v, m))
            predictions_plan(v, m);
        return 1;
    }
    str_copy(reply->note, sizeof reply->note, "the list of images has no such column");
    return -1;
}

static const char *word(const void *state, enum request request, size_t i, const char **about)
{
    (void)state;
    *about = "";
    return request == REQ_SORT && i < PREDICTIONS_COLUMNS ? predictions_columns[i].head.title
                                                          : NULL;
}

static const struct ui_run *run(void *state, const struct ui_model *m)
{
    const struct predictions_view *v = state;
    return ui_run_find(m, v->run);
}

static const struct kept_field kept[] = {
    KEPT_FIELD("run", RUN, struct predictions_view, run, 0),
    KEPT_FIELD("best", FLAG, struct predictions_view, best, 0),
    KEPT_FIELD("plot", INT, struct predictions_view, plot, PLOTS - 1),
};

static void keep(const void *state, const char *name, struct str *out)
{
    const struct predictions_view *v = state;
    str_addf(out, "%s sort %s%s\n", name, v->reverse ? "-" : "",
             predictions_columns[v->sorted].head.title);
}

static const struct hint footer[] = {
    {REQ_ENTER, "larger"},   {REQ_EXTREMES, NULL}, {REQ_FIGURE, "scores/errors"},
    {REQ_WEIGHTS, NULL},     {REQ_SORT, NULL},     {REQ_REVERSE, NULL},
    {REQ_NEXT, "older run"}, {REQ_SAVE, NULL},     {REQ_NONE, NULL},
};
static const struct hint wide[] = {
    {REQ_BACK, "list"},   {REQ_RIGHT, "next image"}, {REQ_LEFT, "image before"},
    {REQ_EXTREMES, NULL}, {REQ_WEIGHTS, NULL},       {REQ_NONE, NULL},
};
static const struct hint extremes[] = {
    {REQ_BACK, "list"},  {REQ_ENTER, "to this one"}, {REQ_RIGHT, "next"},
    {REQ_WEIGHTS, NULL}, {REQ_NEXT, "older run"},    {REQ_NONE, NULL},
};

static const struct hint *footer_now(const void *state, bool *types)
{
    const struct predictions_view *v = state;
    *types = false;
    return v->page == PAGE_EXTREMES ? extremes : v->page == PAGE_WIDE ? wide : footer;
}

const struct view view_predictions = {
    .name = "Images",
    .shown_by = REQ_PREDICTIONS,
    .follows = true,
    .footer = footer,
    .footer_now = footer_now,
    .state_bytes = sizeof(struct predictions_view),
    .init = init,
    .fini = fini,
    .open = opened,
    .kept = kept,
    .n_kept = sizeof kept / sizeof *kept,
    .keep = keep,
    .draw = draw,
    .request = request,
    .type = type,
    .point = point,
    .say = say,
    .word = word,
    .run = run,
    .wants = wants,
};
