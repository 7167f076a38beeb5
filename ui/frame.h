/* frame.h - what surrounds every view: header, status line and footer. */
#ifndef COMBOLAB_UI_FRAME_H
#define COMBOLAB_UI_FRAME_H

#include "ui/verbs.h"

/* What the frame says beside the model's facts. */
struct frame_words {
    const struct view *const *views;
    int n_views, here; /* the one that is shown */
    const struct hint *footer;
    bool types;               /* characters are typed: keys of the footer are others */
    const struct ui_run *run; /* that verbs would be about, or NULL */
    const struct question *question;
    const char *note; /* on the status line, before the model's message; "" = none */
    bool note_is_error;
};

void frame_draw(struct pen *pen, const struct ui_model *model, const struct frame *at,
                const struct frame_words *words);

#endif
