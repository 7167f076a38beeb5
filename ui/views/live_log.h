/* live_log.h - the end of a run's log. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_LIVE_LOG_H
#define COMBOLAB_UI_VIEWS_LIVE_LOG_H

#include "ui/pen.h"

/* Where somebody is in it; zeroed at its start. */
struct live_log {
    int back;       /* lines that it is scrolled back */
    int page;       /* lines when last drawn, */
    struct rect at; /* and where */
};

void live_log_draw(struct live_log *log, struct pen *pen, const struct ui_model *model,
                   struct rect at);

#endif
