/* rows_sort.c - what one row is sorted by is looked up once; equal texts, which are often the same
 * pointer, are compared once.
 */
#include "results/rows_sort.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What one row is sorted by: text, or a number. */
struct item {
    const char *text;
    double number;
    int place;
    bool falling;
};

static struct item item_of(const struct rows_list *list, const struct row_column *by, int place)
{
    const void *row = rows_at(list, (size_t)place);
    struct item item = {.place = place};
    if (by->kind == ROW_TEXT)
        item.text = rows_text(by, row);
    else
        item.number = rows_number(by, row, list->now_s);
    return item;
}

/* The greatest comes first, unless somebody turns it round. */
static bool falls(const struct row_column *by)
{
    return by->kind != ROW_TEXT && !(by->use & ROW_RISING);
}

static int compare(const void *pa, const void *pb)
{
    const struct item *a = pa, *b = pb;
    int sign = a->falling ? -1 : 1;
    if (a->text) {
        int c = a->text == b->text ? 0 : strcasecmp(a->text, b->text);
        if (c)
            return c * sign;
    } else if (isnan(a->number) != isnan(b->number)) {
        return isnan(a->number) ? 1 : -1;
    } else if (a->number < b->number || a->number > b->number) {
        return (a->number < b->number ? -1 : 1) * sign;
    }
    return a->place - b->place;
}

static bool in_order(const struct item *items, size_t n)
{
    size_t i = 1;
    while (i < n && compare(&items[i - 1], &items[i]) <= 0)
        i++;
    return i >= n;
}

int rows_sort(const struct rows_list *list, const struct row_column *by, bool reverse, int *places,
              size_t n, struct err *e)
{
    const struct row_column *at = rows_column(list->columns, by->name);
    if (!at)
        return 0;
    struct item *items = mem_alloc(n, sizeof *items);
    if (!items)
        return mem_error(e, "the order of rows", n * sizeof *items);
    for (size_t i = 0; i < n; i++) {
        items[i] = item_of(list, at, places[i]);
        items[i].falling = reverse != falls(by);
    }
    if (!in_order(items, n))
        qsort(items, n, sizeof *items, compare);
    for (size_t i = 0; i < n; i++)
        places[i] = items[i].place;
    mem_free(items);
    return 0;
}
