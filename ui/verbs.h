/* verbs.h - pause, resume, stop, checkpoint, delete: what a run's state allows, and what is asked.
 */
#ifndef COMBOLAB_UI_VERBS_H
#define COMBOLAB_UI_VERBS_H

#include "ui/view.h"

/* Fills reply with the action for `run` (may be NULL), or with a note why not. False when `request`
 * is no verb. */
bool verbs_request(const struct ui_model *model, const struct ui_run *run, enum request request,
                   struct view_reply *reply);

/* False for a verb that `run` (may be NULL) does not allow now. */
bool verbs_allow(const struct ui_model *model, const struct ui_run *run, enum request request);

/* The question that must be answered with yes before the action; "" when none. */
void verbs_question(const struct ui_model *model, const struct ui_action *action, char *to,
                    size_t room);

#endif
