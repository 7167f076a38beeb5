/* runs_details.h - what is said of the selected run below the list. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_DETAILS_H
#define COMBOLAB_UI_VIEWS_RUNS_DETAILS_H

#include "ui/pen.h"

/* Lines about the run (may be NULL); the most important ones first, as many as there is room for.
 */
void runs_details_draw(struct pen *pen, const struct ui_model *model, struct rect at,
                       const struct ui_run *run);

/* Its PC, its total loss and, where there is room, the other charts that Live has, in a row. Boxes
 * alone while its epochs are read. */
void runs_curves_draw(struct pen *pen, const struct ui_model *model, struct rect at,
                      const struct ui_run *run);

#endif
