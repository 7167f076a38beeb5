/* compare_table.h - below the charts of the compare view: a line a run with its values, and what
 * differs in the settings. Screen thread only.
 */
#ifndef COMBOLAB_UI_VIEWS_COMPARE_TABLE_H
#define COMBOLAB_UI_VIEWS_COMPARE_TABLE_H

#include "ui/grid.h"
#include "ui/views/compare_charts.h"

/* Where somebody is in the two. Zeroed at its start. */
struct compare_places {
    struct grid_place runs, settings;
};

/* What is told. */
struct compare_told {
    const struct compare_axes *axes;
    const struct compare_set *set;
    const struct ui_model *model;
    const struct compare_curve *curve; /* of the chart that has the focus */
};

/* Runs in the table: its columns, in order. */
void compare_table_draw(const struct compare_told *told, struct pen *pen, struct rect head,
                        struct rect rows, struct grid_place *place);

/* A head, then a row a setting. `active`: the selection is drawn. */
void compare_settings_draw(const struct compare_told *told, struct pen *pen, struct rect at,
                           struct grid_place *place, bool active);

/* How many settings differ. */
size_t compare_settings_count(const struct compare_set *set);

#endif
