/* launch_side.h - what helps to choose settings: what the data set holds, and how long the runs
 * will take. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_LAUNCH_SIDE_H
#define COMBOLAB_UI_VIEWS_LAUNCH_SIDE_H

#include "ui/pen.h"
#include "ui/views/settings.h"

/* How many images train and test, and of each class how many train and what it weighs. */
void launch_side_draw(struct pen *pen, struct rect at, const struct data_facts *data);

/* Seconds that all runs together take, by what an image took in the newest ended run of this
 * machine with the same net and size. *by is that run (of the last config); NAN when one of them
 * has none. */
double launch_side_seconds(const struct ui_model *m, const struct settings *s,
                           const struct ui_run **by);

#endif
