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

#define QUESTION_ANSWERS 2

/* What is asked before an action. Every answer is a key of its own; n, Escape and Enter are none of
 * them. */
struct question {
    char text[512];   /* "" = nothing is asked */
    const char *keys; /* "y/n": all there are */
    struct {
        wchar_t key; /* small letter; 0 = none */
        struct ui_action action;
    } answers[QUESTION_ANSWERS];
};

/* The question that must be answered before the action, if there is one. */
void verbs_question(const struct ui_model *model, const struct ui_action *action,
                    struct question *to);

#endif
