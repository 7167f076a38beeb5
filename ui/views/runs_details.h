/* runs_details.h - what is said of the selected run below the list. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_DETAILS_H
#define COMBOLAB_UI_VIEWS_RUNS_DETAILS_H

#include "ui/pen.h"

/* Lines about the run (may be NULL); the most important ones first, as many as there is room for.
 */
void runs_details_draw(struct pen *pen, const struct ui_model *model, struct rect at,
                       const struct ui_run *run);

#endif
