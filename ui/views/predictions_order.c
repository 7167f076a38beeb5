/* predictions_order.c - columns of the list of test images, and its order. Pure; any thread. */
#include "ui/views/predictions_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double truth(const struct prediction_row *r)
{
    return r->truth;
}

static double predicted(const struct prediction_row *r)
{
    return r->predicted;
}

static double error(const struct prediction_row *r)
{
    return r->predicted - r->truth;
}

static double distance(const struct prediction_row *r)
{
    return fabs(error(r));
}

static double expectation(const struct prediction_row *r)
{
    return r->expectation;
}

static double class_of(const struct prediction_row *r)
{
    return r->predicted_class;
}

const struct predictions_column predictions_columns[PREDICTIONS_COLUMNS] = {
    {{"image", 10, 40, 0, false}, 'n', NULL, NULL, false, false},
    {{"true", 5, 8, 0, true}, 't', truth, NULL, true, false},
    {{"pred.", 5, 8, 1, true}, 'p', predicted, NULL, true, false},
    [PREDICTIONS_BY_ERROR] = {{"error", 6, 8, 0, true}, 'e', error, distance, true, false},
    {{"expect.", 7, 8, 2, true}, 'x', expectation, NULL, true, false},
    {{"class", 5, 6, 3, true}, 'c', class_of, NULL, true, true},
};

struct sorting {
    const struct prediction_row *rows;
    const struct predictions_column *column;
    bool falling;
};

static int compare(const void *a, const void *b, void *context)
{
    const struct sorting *s = context;
    size_t i = *(const size_t *)a, k = *(const size_t *)b;
    int in_place = i < k ? -1 : i > k, sign = s->falling ? -1 : 1;
    if (!s->column->value) {
        int names = strcmp(s->rows[i].image, s->rows[k].image);
        return names ? sign * names : in_place;
    }
    double (*rank)(const struct prediction_row *) =
        s->column->rank ? s->column->rank : s->column->value;
    double x = rank(&s->rows[i]), y = rank(&s->rows[k]);
    if (isnan(x) || isnan(y))
        return isnan(x) && isnan(y) ? in_place : isnan(x) ? 1 : -1;
    return x == y ? in_place : x < y ? -sign : sign;
}

void predictions_sort(size_t *order, const struct prediction_row *rows, size_t n, int column,
                      bool reverse)
{
    const struct predictions_column *c = &predictions_columns[column];
    struct sorting s = {rows, c, c->falling != reverse};
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof *order, compare, &s);
}
