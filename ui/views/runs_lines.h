/* runs_lines.h - the lines of the list: runs, or groups of them with their runs below, which may be
 * folded away. Kept from frame to frame. Screen thread only.
 */
#ifndef COMBOLAB_UI_VIEWS_RUNS_LINES_H
#define COMBOLAB_UI_VIEWS_RUNS_LINES_H

#include "ui/groups.h"
#include "ui/pen.h"
#include "ui/views/runs_order.h"

struct runs_group {
    uint64_t key;
    int first; /* of its runs in the model's array */
    size_t n, unfinished;
    struct groups_mean best, last; /* PC of the finished ones */
    bool folded;
    size_t at; /* while lines are made */
};

struct runs_line {
    int place; /* of the run in the model's array; -1 = the group's own line */
    int group; /* -1 = runs are in no groups */
};

/* Zeroed at its start. */
struct runs_lines {
    struct runs_line *at;
    size_t n, room;
    struct runs_group *groups;
    size_t n_groups, groups_room;
    uint64_t *folded; /* keys of the groups that are */
    size_t n_folded, folded_room;
    enum groups_by by;
    bool made; /* false: out of memory, nothing is shown */
};

void runs_lines_fini(struct runs_lines *l);

/* The order's runs, in groups where they are asked for: those of the first run come first. */
void runs_lines_make(struct runs_lines *l, const struct runs_order *order,
                     const struct ui_model *model, enum groups_by by);

/* Folds the group of that key, or unfolds it; the lines are to be made anew. */
void runs_lines_fold(struct runs_lines *l, uint64_t key, bool folded);

/* "v table 5", then at the right "12 of 15  PC best 0.9012 +- 0.0021  last ...": how many are
 * finished, and the mean of these. */
void runs_lines_text(const struct runs_lines *l, const struct ui_model *model,
                     const struct pen *pen, const struct runs_group *group, char *to, size_t room);

#endif
