/* compare_set.h - which runs the compare view shows, what they are called and how they look. Kept
 * from frame to frame, made anew when runs or marks changed. Screen thread only.
 */
#ifndef COMBOLAB_UI_VIEWS_COMPARE_SET_H
#define COMBOLAB_UI_VIEWS_COMPARE_SET_H

#include "ui/marks.h"

#define COMPARE_MOST_DRAWN 16 /* lines in a chart; all are listed */

/* A line of the table, and of each chart: a run, or a group of them as its mean. */
struct compare_line {
    int64_t run;     /* the first of its runs */
    size_t first, n; /* of `members` */
    size_t finished; /* of them */
    uint64_t key;    /* of the group */
    char label[COMPARE_LABEL_BYTES];
    struct mark look;
};

/* Zeroed at its start. */
struct compare_set {
    struct compare_line *lines;
    size_t n, room;
    int *members; /* places in the model's runs, until these change, of each line's runs */
    size_t n_members;
    enum groups_by by;
    size_t baseline; /* line */
    struct row_column columns[ROW_MOST_COLUMNS];
    struct table *settings; /* what differs; NULL until options are here */
    char warning[256];      /* why figures are not comparable, or "" */
    uint64_t made_of[3];    /* versions of runs, marks, what is compared */
    int64_t made_for[3];    /* the run without marks, the baseline, the grouping */
    bool made;              /* false: out of memory, nothing is shown */
};

void compare_set_fini(struct compare_set *s);

/* The marked runs or, when there are none, `alone` (0 = none). `baseline`: the run of that number,
 * the first one when it is none of them. */
void compare_set_sync(struct compare_set *s, const struct ui_model *model,
                      const struct marks *marks, int64_t alone, int64_t baseline);

/* The line of a run; 0 when it has none. */
size_t compare_set_line(const struct compare_set *s, int64_t run);

/* What has come of a line's run, from 0, or NULL. */
const struct ui_compared *compare_set_run(const struct compare_set *s, const struct ui_model *model,
                                          size_t line, size_t member);

/* The run, from 0, of a line. */
const struct ui_run *compare_set_row(const struct compare_set *s, const struct ui_model *model,
                                     size_t line, size_t member);

/* Its final figures count: of a group, those of finished runs alone do. */
bool compare_set_counts(const struct compare_set *s, const struct ui_model *model, size_t line,
                        size_t member);

/* Curves of a group are of its finished runs or, while there are none, of all of them. */
bool compare_set_in_mean(const struct compare_set *s, const struct ui_model *model, size_t line,
                         size_t member);

/* It is drawn, when this line is selected: the first ones and that one are. */
bool compare_set_drawn(const struct compare_set *s, size_t line, size_t selected);

#endif
