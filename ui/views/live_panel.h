/* live_panel.h - what is written of a run beside its charts: its options, then where and on what it
 * ran. */
#ifndef COMBOLAB_UI_VIEWS_LIVE_PANEL_H
#define COMBOLAB_UI_VIEWS_LIVE_PANEL_H

#include "ui/pen.h"

/* Where somebody is in it; zeroed at its start. */
struct live_panel {
    int first; /* line */
    int page;  /* lines when last drawn */
};

/* In a box at `at`, with the mark of the focus; nothing where there is no room for it. */
void live_panel_draw(struct live_panel *panel, struct pen *pen, struct rect at,
                     const struct ui_model *model, const struct ui_run *run, bool focus);

#endif
