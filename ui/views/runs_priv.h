/* runs_priv.h - the state of the list of runs, and what its files share. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_PRIV_H
#define COMBOLAB_UI_VIEWS_RUNS_PRIV_H

#include "ui/marks.h"
#include "ui/view.h"
#include "ui/views/runs_edit.h"
#include "ui/views/runs_lines.h"
#include "ui/views/runs_order.h"
#include "ui/views/runs_table.h"

struct runs_view {
    struct column columns[RUNS_COLUMNS];
    double best[RUNS_COLUMNS]; /* of the runs shown; NaN = nothing to mark */
    struct grid_place place;
    struct runs_order order;
    struct runs_lines lines;
    bool refold; /* the lines are to be made anew */
    struct marks *marks;
    int sorted; /* column */
    bool reverse;
    int64_t selected; /* the run; it stays selected wherever it moves; 0 = a group is: */
    uint64_t group;   /* of this key */
    int64_t awaited;  /* becomes selected when it comes */
    struct edit filter;
    struct runs_edit edit;
    bool curves;             /* those of the selected run are shown */
    bool typing;             /* the filter */
    bool sorting;            /* the next key says by which column */
    char before[EDIT_BYTES]; /* the filter that Escape brings back */
};

/* --- runs_commands.c: see view.h --- */

void runs_filter(void *state, const char *text);
int runs_say(void *state, const struct ui_model *model, enum request request, const char *text,
             struct view_reply *reply);
const char *runs_word(const void *state, enum request request, size_t i, const char **about);
void runs_keep(const void *state, const char *view, struct str *out);
void runs_take(void *state, const char *name, const char *value);

#endif
