/* runs_lines.c - runs in groups. Screen thread only.
 *
 * Ten thousand runs are grouped by one walk over their order: a table of keys, half full at most,
 * finds each one's group.
 */
#include "ui/views/runs_lines.h"

#include "base/mem.h"
#include "base/str.h"
#include "ui/facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void runs_lines_fini(struct runs_lines *l)
{
    mem_free(l->at);
    mem_free(l->groups);
    mem_free(l->folded);
    memset(l, 0, sizeof *l);
}

static bool reserve(struct runs_lines *l, size_t n, size_t groups)
{
    if (n > l->room) {
        struct runs_line *at = mem_resize(l->at, n, sizeof *at);
        if (!at)
            return false;
        l->at = at;
        l->room = n;
    }
    if (groups > l->groups_room) {
        struct runs_group *grown = mem_resize(l->groups, groups, sizeof *grown);
        if (!grown)
            return false;
        l->groups = grown;
        l->groups_room = groups;
    }
    return true;
}

static bool is_folded(const struct runs_lines *l, uint64_t key)
{
    for (size_t i = 0; i < l->n_folded; i++)
        if (l->folded[i] == key)
            return true;
    return false;
}

static void count(struct runs_group *g, const struct ui_run *r)
{
    bool finished = run_state_of_name(r->state) == RUN_FINISHED;
    g->n++;
    g->unfinished += !finished;
    groups_add(&g->best, finished ? r->best_pc : (double)NAN);
    groups_add(&g->last, finished ? r->last_pc : (double)NAN);
}

/* The group of that key: -1 in its slot of the table until it comes up first. */
static int group_of(struct runs_lines *l, int *table, size_t slots, uint64_t key, int place)
{
    size_t slot = (size_t)(key ^ key >> 29) & (slots - 1);
    while (table[slot] >= 0 && l->groups[table[slot]].key != key)
        slot = (slot + 1) & (slots - 1);
    if (table[slot] < 0) {
        table[slot] = (int)l->n_groups;
        l->groups[l->n_groups++] =
            (struct runs_group){.key = key, .first = place, .folded = is_folded(l, key)};
    }
    return table[slot];
}

/* Fills in whose group each run is: `of`. */
static bool find_groups(struct runs_lines *l, const struct runs_order *o, const struct ui_model *m,
                        int *of)
{
    size_t slots = 16;
    while (slots < 2 * o->n)
        slots *= 2;
    int *table = mem_alloc(slots, sizeof *table);
    if (!table)
        return false;
    memset(table, -1, slots * sizeof *table);
    for (size_t i = 0; i < o->n; i++) {
        const struct ui_run *r = &m->runs[o->place[i]];
        of[i] = group_of(l, table, slots, groups_key(m, r, l->by), o->place[i]);
        count(&l->groups[of[i]], r);
    }
    mem_free(table);
    return true;
}

/* A group's own line, then its runs, in the places that the groups before leave. */
static void place_lines(struct runs_lines *l, const struct runs_order *o, const int *of)
{
    l->n = 0;
    for (size_t g = 0; g < l->n_groups; g++) {
        struct runs_group *group = &l->groups[g];
        l->at[l->n] = (struct runs_line){-1, (int)g};
        group->at = l->n + 1;
        l->n += 1 + (group->folded ? 0 : group->n);
    }
    for (size_t i = 0; i < o->n; i++)
        if (!l->groups[of[i]].folded)
            l->at[l->groups[of[i]].at++] = (struct runs_line){o->place[i], of[i]};
}

static bool make_groups(struct runs_lines *l, const struct runs_order *o, const struct ui_model *m)
{
    int *of = mem_alloc(o->n, sizeof *of);
    bool good = of && reserve(l, 2 * o->n, o->n) && find_groups(l, o, m, of);
    if (good)
        place_lines(l, o, of);
    mem_free(of);
    return good;
}

void runs_lines_make(struct runs_lines *l, const struct runs_order *o, const struct ui_model *m,
                     enum groups_by by)
{
    l->by = by;
    l->n = l->n_groups = 0;
    l->made = by ? make_groups(l, o, m) : reserve(l, o->n, 0);
    for (size_t i = 0; !by && l->made && i < o->n; i++)
        l->at[l->n++] = (struct runs_line){o->place[i], -1};
    if (!l->made)
        l->n = 0;
}

void runs_lines_fold(struct runs_lines *l, uint64_t key, bool folded)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->n_folded; i++)
        if (l->folded[i] != key)
            l->folded[kept++] = l->folded[i];
    l->n_folded = kept;
    if (!folded)
        return;
    if (l->n_folded == l->folded_room) {
        size_t room = l->folded_room ? 2 * l->folded_room : 16;
        uint64_t *keys = mem_resize(l->folded, room, sizeof *keys);
        if (!keys)
            return; /* it stays unfolded */
        l->folded = keys;
        l->folded_room = room;
    }
    l->folded[l->n_folded++] = key;
}

/* "0.9012 +- 0.0021", or without what does not exist. */
static void mean_text(const struct pen *pen, const struct groups_mean *m, char *to, size_t room)
{
    char mean[24], deviation[24] = "";
    pen_figure(pen, mean, sizeof mean, groups_mean_of(m), 4, FACTS_CELLS);
    if (m->n > 1)
        pen_figure(pen, deviation, sizeof deviation, groups_deviation_of(m), 4, FACTS_CELLS);
    snprintf(to, room, "%s%s%s", mean, m->n > 1 ? pen->unicode ? " \xc2\xb1 " : " +- " : "",
             deviation);
}

void runs_lines_text(const struct runs_lines *l, const struct ui_model *m, const struct pen *pen,
                     const struct runs_group *g, char *to, size_t room)
{
    char title[480], best[64], last[64], figures[192] = "", counted[64];
    size_t finished = g->n - g->unfinished;
    groups_title(&m->runs[g->first], l->by, title, sizeof title);
    if (g->best.n) {
        mean_text(pen, &g->best, best, sizeof best);
        mean_text(pen, &g->last, last, sizeof last);
        snprintf(figures, sizeof figures, "  PC best %s  last %s", best, last);
    }
    if (g->unfinished)
        snprintf(counted, sizeof counted, "%zu of %zu", finished, g->n);
    else
        snprintf(counted, sizeof counted, "%zu run%s", g->n, g->n == 1 ? "" : "s");
    snprintf(to, room, "%s %s\t%s%s", g->folded ? pen->glyphs->folded : pen->glyphs->unfolded,
             title, counted, figures);
}
