/* legend_priv.h - what lines and markers stand for, in even columns above the panels. */
#ifndef COMBOLAB_RESULTS_FIGURES_LEGEND_PRIV_H
#define COMBOLAB_RESULTS_FIGURES_LEGEND_PRIV_H

#include "results/figures/sheet_priv.h"

#define LEGEND_MOST 64

struct legend_entry {
    const char *name;
    int colour, line;  /* line -1: a marker alone, the shape of the first series */
    bool marker, open; /* open: see sheet_marker */
};

struct legend {
    struct legend_entry entries[LEGEND_MOST];
    int n;
};

/* Unless there is one of that name, colour and line, or no room: the last place says so. */
void legend_add(struct legend *l, struct legend_entry entry);

/* Draws it from s->top on, which moves to below it. A legend of one entry says nothing that is not
 * known; it takes at most half of what is left of the sheet. */
void legend_draw(struct sheet *s, const struct legend *l);

#endif
