/* view.h - what a screen is: a const table of functions over its own state.
 *
 * A view draws the model and takes requests. It fetches nothing, keeps no pointer into the model
 * from one call to the next, and changes nothing but its own state: what should happen goes into a
 * reply.
 */
#ifndef COMBOLAB_UI_VIEW_H
#define COMBOLAB_UI_VIEW_H

#include "ui/pen.h"
#include "ui/request.h"
#include "ui/ui.h"

struct view_reply {
    struct ui_action action;
    char note[512]; /* a line for the status bar, or "" */
    bool note_is_error;
};

/* A key that the footer offers; the word is the request's own when NULL. */
struct hint {
    enum request request;
    const char *word;
};

struct view {
    const char *name;
    const struct hint *footer; /* most important first; ends with REQ_NONE */
    void (*draw)(void *state, struct pen *pen, const struct ui_model *model, struct rect body);
    /* True when the view took the request. */
    bool (*request)(void *state, const struct ui_model *model, enum request request,
                    struct view_reply *reply);
    /* True when the view took the raw key, because a text is being typed. Optional. */
    bool (*type)(void *state, const struct ui_model *model, struct key key,
                 struct view_reply *reply);
    /* The run that pause, stop, delete ... are about, or NULL. Optional. */
    const struct run_row *(*run)(void *state, const struct ui_model *model);
};

extern const struct view view_runs, view_live, view_launch, view_help;

#endif
