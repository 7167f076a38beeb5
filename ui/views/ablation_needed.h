/* ablation_needed.h - the question whether the runs that a decision wants are to be queued: a box
 * over an ablation's table that says which they are and how long they take. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_ABLATION_NEEDED_H
#define COMBOLAB_UI_VIEWS_ABLATION_NEEDED_H

#include "ui/view.h"

/* `needed`: NULL while it is being read. */
void ablation_needed_draw(struct pen *pen, struct rect body, const struct ui_needed *needed);

/* A key while the box is shown: y puts the action into reply; true when the box goes. */
bool ablation_needed_key(const struct ui_needed *needed, struct key key, struct view_reply *reply);

#endif
