/* ui_priv.h - the screen as a whole: its state, and what its files share. Screen thread only. */
#ifndef COMBOLAB_UI_UI_PRIV_H
#define COMBOLAB_UI_UI_PRIV_H

#include "ui/canvas.h"
#include "ui/colon.h"
#include "ui/marks.h"
#include "ui/paint.h"
#include "ui/screen.h"
#include "ui/spots.h"
#include "ui/verbs.h"

enum {
#define UI_VIEW_ENUM(name) UI_VIEW_##name,
    UI_VIEWS(UI_VIEW_ENUM)
#undef UI_VIEW_ENUM
        UI_VIEW_COUNT
};

extern const struct view *const ui_views[UI_VIEW_COUNT];

struct ui {
    struct screen screen;
    struct theme theme;
    struct canvas canvas;
    struct paint *paint;
    enum ui_pictures_as pictures;
    struct spots spots;
    char term[64];                             /* a longer type is none that is known by name */
    enum ui_chart_style charts, chosen_charts; /* what the locale allows; as kept */
    bool unicode;
    bool redraw; /* the terminal's content is not to be trusted */
    struct marks marks;
    void *states[UI_VIEW_COUNT];
    int view;                  /* of ui_views */
    int before[UI_VIEW_COUNT]; /* where Escape leads from a passing one */
    char note[512];            /* on the status line until the next key */
    bool note_is_error;
    bool begins; /* the view has not been opened: nobody has chosen it yet */
    struct colon colon;
    char set[32];             /* the preference that was asked for by the last key */
    struct question question; /* its text is "" unless an answer is waited for */
};

/* --- ui.c --- */

/* The run that the view on screen is about, or NULL. */
const struct ui_run *ui_current_run(const struct ui *ui, const struct ui_model *model);

/* The view that a request shows; -1 when it is none of a view. */
int ui_view_of(enum request request);

/* Another view is on screen; the one before is told. */
void ui_leave_for(struct ui *ui, int view);

/* So, and it is opened for a run, 0 = none in particular. */
void ui_go(struct ui *ui, const struct ui_model *model, int view, int64_t run);

/* Does what a view asks for. */
void ui_take_reply(struct ui *ui, const struct ui_model *model, const struct view_reply *reply,
                   struct ui_action *out);

/* The view on screen may take it. */
void ui_do_request(struct ui *ui, const struct ui_model *model, enum request request,
                   struct ui_action *out);

/* --- ui_commands.c --- */

void ui_open_colon(struct ui *ui, const struct ui_model *model);

/* A key while the command line is open. */
void ui_type_command(struct ui *ui, const struct ui_model *model, struct key key,
                     struct ui_action *out);

/* --- ui_keep.c --- */

void ui_use_theme(struct ui *ui, enum ui_theme which);
void ui_use_charts(struct ui *ui, enum ui_chart_style style);

#endif
