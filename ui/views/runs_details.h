/* runs_details.h - what is said in the place of the list, and below it of what is selected. Screen
 * thread only. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_DETAILS_H
#define COMBOLAB_UI_VIEWS_RUNS_DETAILS_H

#include "ui/pen.h"

/* Why there are no lines; `made`: there was memory for them. */
void runs_empty_draw(struct pen *pen, const struct ui_model *model, struct rect at, bool made,
                     const char *filter);

/* Lines about the run (may be NULL); the most important ones first, as many as there is room for.
 */
void runs_details_draw(struct pen *pen, const struct ui_model *model, struct rect at,
                       const struct ui_run *run);

/* What a group of runs comes to, or nothing where there are no lines. */
struct runs_lines;
struct runs_group;
void runs_details_group(struct pen *pen, const struct ui_model *model, struct rect at,
                        const struct runs_lines *lines, const struct runs_group *group);

/* Its PC, its total loss and, where there is room, the other charts that Live has, in a row. Boxes
 * alone while its epochs are read. */
void runs_curves_draw(struct pen *pen, const struct ui_model *model, struct rect at,
                      const struct ui_run *run);

#endif
