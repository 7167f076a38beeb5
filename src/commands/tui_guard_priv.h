/* tui_guard_priv.h - what keeps the terminal whole while the screen is shown: signals, and standard
 * error. Within src/commands, main thread.
 */
#ifndef COMBOLAB_SRC_TUI_GUARD_PRIV_H
#define COMBOLAB_SRC_TUI_GUARD_PRIV_H

#include <signal.h>
#include <stdbool.h>

struct ui;

/* Catches signals. Those for the loop are blocked, but for a sleep with the mask *awake; those that
 * end the process at once, whatever thread they come to, still give the terminal back. */
void tui_guard_signals(sigset_t *awake);

/* The screen whose terminal that is; NULL = none any more. */
void tui_guard_screen(struct ui *ui);

/* The signals that came since the last call: to end (which stays), to interrupt, to save a
 * checkpoint; and whether the program was stopped meanwhile, and goes on. */
struct tui_signals {
    bool end, interrupt, checkpoint, stopped;
};
struct tui_signals tui_guard_came(void);

/* Sends standard error to the log beside that database: libraries may print, and that must not
 * reach the screen. Returns what restores it, -1 for nothing. */
int tui_guard_divert(const char *db_path);
void tui_guard_restore(int kept);

#endif
