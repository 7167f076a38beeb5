/* tui_once_priv.h - a view as text, without a terminal. Within src/commands. */
#ifndef COMBOLAB_SRC_TUI_ONCE_PRIV_H
#define COMBOLAB_SRC_TUI_ONCE_PRIV_H

#include "src/command.h"

/* Prints a view, which counts as UI_VIEWS does, of the runs that are arguments, and returns an exit
 * status. `size` is "WxH" in cells, or "": what COLUMNS and LINES say, else the terminal, else
 * 80x24. */
int tui_once(const struct invocation *in, int view, const char *size);

#endif
