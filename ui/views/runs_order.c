/* runs_order.c - filter and sort for the list of runs. Screen thread only.
 *
 * Ten thousand runs must not be sorted every frame, and a key must not wait for it: the order is
 * kept until runs or choice change, and equal texts, which are the same pointer, are compared once.
 * Figures that do not exist sort last in either direction.
 */
#include "ui/views/runs_order.h"

#include "base/mem.h"
#include "base/str.h"
#include "ui/views/runs_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one run is sorted by: text, or a number. */
struct item {
    const char *text;
    double number;
    int place;
    bool reverse;
};

static struct item item_of(const struct ui_model *m, int place, const struct runs_choice *choice)
{
    const struct runs_column *by = &runs_columns[choice->column];
    const void *field = (const char *)&m->runs[place] + by->offset;
    struct item item = {.place = place, .reverse = choice->reverse};
    switch (by->sort) {
    case RUNS_BY_TEXT:
        item.text = *(const char *const *)field;
        break;
    case RUNS_BY_COUNT:
        item.number = -*(const int *)field;
        break;
    case RUNS_LEAST_FIRST:
        item.number = *(const double *)field;
        break;
    case RUNS_MOST_FIRST:
        item.number = -*(const double *)field;
        break;
    case RUNS_AS_THEY_ARE:
    case RUNS_NOT_SORTED:
        break;
    }
    return item;
}

static int compare(const void *pa, const void *pb)
{
    const struct item *a = pa, *b = pb;
    int sign = a->reverse ? -1 : 1;
    if (a->text) {
        int c = a->text == b->text ? 0 : strcasecmp(a->text, b->text);
        if (c)
            return c * sign;
    } else if (isnan(a->number) != isnan(b->number)) {
        return isnan(a->number) ? 1 : -1;
    } else if (a->number < b->number || a->number > b->number) {
        return (a->number < b->number ? -1 : 1) * sign;
    }
    return (a->place - b->place) * (a->text || !isnan(a->number) ? sign : 1);
}

/* What was found out about a text, by its address: most texts stand in many runs. */
#define REMEMBERED 256

struct seen {
    const char *text;
    bool contains;
};

static bool contains(struct seen *remembered, const char *text, const char *filter)
{
    struct seen *seen = &remembered[(uintptr_t)text % REMEMBERED];
    if (seen->text != text)
        *seen = (struct seen){text, strcasestr(text, filter) != NULL};
    return seen->contains;
}

static bool matches(struct seen *remembered, const struct ui_run *r, const char *filter)
{
    return contains(remembered, r->state, filter) || contains(remembered, r->loss, filter) ||
           contains(remembered, r->backbone, filter) || contains(remembered, r->data, filter) ||
           contains(remembered, r->experiment, filter) || strcasestr(r->name, filter);
}

static bool in_order(const struct item *items, size_t n)
{
    size_t i = 1;
    while (i < n && compare(&items[i - 1], &items[i]) <= 0)
        i++;
    return i >= n;
}

static bool reserve(struct runs_order *o, size_t n)
{
    if (n <= o->room)
        return true;
    int *place = mem_resize(o->place, n, sizeof *place);
    if (!place)
        return false;
    o->place = place;
    o->room = n;
    return true;
}

/* `again`: the last order is one of all runs, and likely to be right still. */
static bool make(struct runs_order *o, const struct ui_model *m, const struct runs_choice *choice,
                 bool again)
{
    struct seen remembered[REMEMBERED] = {{NULL, false}};
    struct item *items = mem_alloc(m->n_runs, sizeof *items);
    if (!items || !reserve(o, m->n_runs)) {
        mem_free(items);
        return false;
    }
    size_t found = 0;
    for (size_t i = 0; i < m->n_runs; i++) {
        int place = again ? o->place[i] : (int)i;
        if (!choice->filter[0] || matches(remembered, &m->runs[place], choice->filter))
            items[found++] = item_of(m, place, choice);
    }
    if (!in_order(items, found))
        qsort(items, found, sizeof *items, compare);
    for (size_t i = 0; i < found; i++)
        o->place[i] = items[i].place;
    o->n = found;
    mem_free(items);
    return true;
}

static bool same(const struct runs_choice *a, const struct runs_choice *b)
{
    return a->column == b->column && a->reverse == b->reverse && !strcmp(a->filter, b->filter);
}

bool runs_order_sync(struct runs_order *o, const struct ui_model *m,
                     const struct runs_choice *choice)
{
    bool known = o->made && same(&o->made_for, choice);
    if (known && o->made_of == m->runs_version)
        return false;
    o->made = make(o, m, choice, known && !choice->filter[0] && o->n == m->n_runs);
    if (!o->made)
        o->n = 0;
    str_copy(o->filter, sizeof o->filter, choice->filter);
    o->made_for = (struct runs_choice){o->filter, choice->column, choice->reverse};
    o->made_of = m->runs_version;
    return true;
}

void runs_order_fini(struct runs_order *o)
{
    mem_free(o->place);
    memset(o, 0, sizeof *o);
}
