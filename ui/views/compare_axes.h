/* compare_axes.h - the crosshair of the compare view, the piece of the x axis that is seen, and
 * what is drawn over it, by keys and by the pointer. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_COMPARE_AXES_H
#define COMBOLAB_UI_VIEWS_COMPARE_AXES_H

#include "ui/request.h"
#include "ui/views/compare_charts.h"

/* The crosshair goes to the epoch that is nearest to a place of the axis or, by time, there. */
void compare_axes_read(struct compare_axes *axes, const struct compare_set *set,
                       const struct ui_model *model, double place);

/* False when `request` is about something else. */
bool compare_axes_request(struct compare_axes *axes, const struct compare_set *set,
                          const struct ui_model *model, enum request request);

#endif
