/* live_axes.h - the crosshair of the live view and the piece of the x axis that is seen, by keys
 * and by the pointer. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_LIVE_AXES_H
#define COMBOLAB_UI_VIEWS_LIVE_AXES_H

#include "ui/request.h"
#include "ui/views/live_charts.h"

/* The crosshair goes to the epoch or step that is nearest to a place of the axis. */
void live_axes_read(struct live_axes *axes, const struct ui_model *model, double place);

/* Moves the crosshair, zooms or goes along the axis; false when `request` is about something else.
 */
bool live_axes_request(struct live_axes *axes, const struct ui_model *model, enum request request);

#endif
