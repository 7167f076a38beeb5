/* curves.c - curves as a table. */
#include "results/curves.h"

#include "base/mem.h"
#include "results/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void curves_fini(struct curves *c)
{
    for (size_t p = 0; c->panels && p < c->n; p++) {
        for (size_t i = 0; c->panels[p].curves && i < c->panels[p].n; i++) {
            mem_free(c->panels[p].curves[i].x);
            mem_free(c->panels[p].curves[i].y);
            mem_free(c->panels[p].curves[i].low);
            mem_free(c->panels[p].curves[i].high);
        }
        mem_free(c->panels[p].curves);
    }
    mem_free(c->panels);
    *c = (struct curves){0};
}

int curve_make(struct curve *c, size_t n, bool band, struct err *e)
{
    c->n = n;
    c->x = mem_alloc(n, sizeof *c->x);
    c->y = mem_alloc(n, sizeof *c->y);
    c->low = band ? mem_alloc(n, sizeof *c->low) : NULL;
    c->high = band ? mem_alloc(n, sizeof *c->high) : NULL;
    if (!c->x || !c->y || (band && (!c->low || !c->high)))
        return mem_error(e, "a curve", n * sizeof *c->x);
    return 0;
}

/* The curves of all panels one after the other, and how far each has been written. */
struct walk {
    const struct curve **curves;
    size_t *at, n;
};

static int walk_init(struct walk *w, const struct curves *c, struct err *e)
{
    *w = (struct walk){0};
    for (size_t p = 0; p < c->n; p++)
        w->n += c->panels[p].n;
    w->curves = mem_alloc(w->n, sizeof *w->curves);
    w->at = mem_alloc(w->n, sizeof *w->at);
    if (!w->curves || !w->at)
        return mem_error(e, "a table of curves", w->n * sizeof *w->curves);
    size_t n = 0;
    for (size_t p = 0; p < c->n; p++)
        for (size_t i = 0; i < c->panels[p].n; i++)
            w->curves[n++] = &c->panels[p].curves[i];
    return 0;
}

static void walk_fini(struct walk *w)
{
    mem_free(w->curves);
    mem_free(w->at);
}

/* The least x that has not been written; NaN when all is. */
static double next_x(const struct walk *w)
{
    double least = (double)NAN;
    for (size_t i = 0; i < w->n; i++)
        if (w->at[i] < w->curves[i]->n)
            least = fmin(least, w->curves[i]->x[w->at[i]]);
    return least;
}

static void add_row(struct table *t, struct walk *w, double x)
{
    table_int(t, (int64_t)x);
    for (size_t i = 0; i < w->n; i++) {
        const struct curve *c = w->curves[i];
        bool there = w->at[i] < c->n && c->x[w->at[i]] == x;
        table_real(t, there ? c->y[w->at[i]] : (double)NAN);
        if (c->low)
            table_real(t, there ? (c->high[w->at[i]] - c->low[w->at[i]]) / 2 : (double)NAN);
        w->at[i] += there;
    }
}

/* What columns are called. */
struct heads {
    struct table_column *columns;
    char (*texts)[CURVE_NAME_BYTES + 128];
    size_t n;
};

static void add_head(struct heads *h, const char *panel, const char *curve, const char *more)
{
    char *text = h->texts[h->n];
    snprintf(text, sizeof *h->texts, "%s%s%s%s", curve, curve[0] ? " " : "", panel, more);
    h->columns[h->n++] = (struct table_column){text, text, TABLE_REAL, 4, false};
}

static void add_heads(struct heads *h, const struct curves *c)
{
    h->columns[h->n++] = (struct table_column){c->x_name, c->x_title, TABLE_INT, 0, false};
    for (size_t p = 0; p < c->n; p++)
        for (size_t i = 0; i < c->panels[p].n; i++) {
            const struct curve *curve = &c->panels[p].curves[i];
            add_head(h, c->panels[p].title, curve->name, "");
            if (curve->low)
                add_head(h, c->panels[p].title, curve->name, " \xc2\xb1");
        }
}

int curves_table(struct table **out, const struct curves *c, struct err *e)
{
    struct walk w;
    struct heads h = {0};
    int result = walk_init(&w, c, e);
    *out = NULL;
    if (result)
        goto out;
    h.columns = mem_alloc(1 + 2 * w.n, sizeof *h.columns);
    h.texts = mem_alloc(1 + 2 * w.n, sizeof *h.texts);
    if (!h.columns || !h.texts) {
        result = mem_error(e, "a table of curves", (1 + 2 * w.n) * sizeof *h.texts);
        goto out;
    }
    add_heads(&h, c);
    result = table_new(out, "curves", false, h.columns, h.n, e);
    for (double x; !result && !isnan(x = next_x(&w));)
        add_row(*out, &w, x);
out:
    mem_free(h.columns);
    mem_free(h.texts);
    walk_fini(&w);
    return result;
}
