/* tui_priv.h - the state of the screen's loop (tui.c), and what its keys do (tui_act.c). Within
 * src/commands, screen thread.
 */
#ifndef COMBOLAB_SRC_TUI_PRIV_H
#define COMBOLAB_SRC_TUI_PRIV_H

#include "src/model.h"

#include <signal.h>

struct drawer;
struct keeper;

#define TUI_MOST_UNDO 1000

/* What takes back something that was done to a run. */
struct tui_undo {
    int64_t run;
    enum db_edit_kind back;
    uint64_t key; /* which key did it */
};

struct tui {
    struct session *session;
    struct model *model;
    struct ui *ui;
    struct drawer *drawer;
    struct keeper *keeper;
    struct ui_preferences preferences;
    struct session_changes changes;
    bool quits, detaches;
    bool told_queued; /* that there are runs to be asked for */
    bool draws;       /* something on the screen is another now */
    struct tui_undo undo[TUI_MOST_UNDO];
    size_t n_undo;
    uint64_t n_keys;
    int kept_stderr; /* -1 while standard error is where it was */
    sigset_t awake;  /* signal mask of the sleep */
};

/* Does what a key asks for, as far as it is done here; the rest is asked of others, and what is
 * wrong with it is said on the screen. */
void tui_act(struct tui *t, const struct ui_action *action);

/* Says what has been answered since the last call; t->draws where that is anything. */
void tui_take_answers(struct tui *t);

#endif
