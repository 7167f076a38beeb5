/* runs_order.c - filter and sort for the list of runs. Screen thread only.
 *
 * Ten thousand runs must not be sorted every frame, and a key must not wait for it: the order is
 * kept until runs or choice change, and an order that is likely to be right still is where sorting
 * starts from.
 */
#include "ui/views/runs_order.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/rows_sort.h"

#include <math.h>
#include <string.h>

void runs_order_init(struct runs_order *o)
{
    ui_run_columns(o->columns);
}

void runs_order_fini(struct runs_order *o)
{
    mem_free(o->place);
    rows_filter_free(o->filter);
    memset(o, 0, sizeof *o);
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

static struct rows_list list_of(const struct runs_order *o, const struct ui_model *m)
{
    return (struct rows_list){o->columns, m->runs, m->n_runs, sizeof *m->runs, m->now};
}

/* False when out of memory. */
static bool read_filter(struct runs_order *o, const char *text)
{
    struct rows_filter *filter;
    struct err e;
    err_clear(&e);
    o->problem[0] = '\0';
    if (rows_filter_new(&filter, text, o->columns, &e)) {
        str_copy(o->problem, sizeof o->problem, e.text);
        return e.code != ERR_MEMORY;
    }
    rows_filter_free(o->filter);
    o->filter = filter;
    return true;
}

/* `again`: the last order is one of all runs. */
static bool make(struct runs_order *o, const struct ui_model *m, const struct runs_choice *choice,
                 bool again)
{
    const struct rows_list list = list_of(o, m);
    const struct row_column *by = rows_column(o->columns, choice->column);
    struct err e;
    if (!reserve(o, m->n_runs))
        return false;
    if (!again)
        o->n = rows_filter_choose(o->filter, &list, o->place);
    return !rows_sort(&list, by, choice->reverse, o->place, o->n, &e);
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
    bool again = known && !choice->filter[0] && o->n == m->n_runs;
    o->made = (known || read_filter(o, choice->filter)) && o->filter && make(o, m, choice, again);
    if (!o->made)
        o->n = 0;
    str_copy(o->text, sizeof o->text, choice->filter);
    o->made_for = (struct runs_choice){o->text, choice->column, choice->reverse};
    o->made_of = m->runs_version;
    return true;
}

double runs_order_best(const struct runs_order *o, const struct ui_model *m, const char *column)
{
    const struct rows_list list = list_of(o, m);
    const struct row_column *c = rows_column(o->columns, column);
    double best = NAN, worst = NAN;
    for (size_t i = 0; c && c->use & ROW_BEST && i < o->n; i++) {
        double value = rows_number(c, rows_at(&list, (size_t)o->place[i]), m->now);
        best = c->use & ROW_RISING ? fmin(best, value) : fmax(best, value);
        worst = c->use & ROW_RISING ? fmax(worst, value) : fmin(worst, value);
    }
    return isfinite(best) && best != worst ? best : (double)NAN;
}
