/* runs_edit.h - a line below the list of runs in which something is typed about the selected one:
 * its name, a note, tags. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_EDIT_H
#define COMBOLAB_UI_VIEWS_RUNS_EDIT_H

#include "ui/edit.h"
#include "ui/view.h"

struct runs_edit {
    struct edit line;
    int kind; /* of those in runs_edit.c, from 1; 0 = nothing is typed */
    int64_t run;
};

/* True when `request` asks for something that is typed, of this run (may be NULL): then the line is
 * there. */
bool runs_edit_request(struct runs_edit *e, const struct ui_run *run, enum request request);

/* True when the key was for the line. Enter puts an action into the reply. */
bool runs_edit_type(struct runs_edit *e, struct key key, struct view_reply *reply);

void runs_edit_draw(const struct runs_edit *e, struct pen *pen, struct rect at);

#endif
