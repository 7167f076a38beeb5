/* tui_words_priv.h - what the session has done, in a line. Within src/commands. */
#ifndef COMBOLAB_SRC_TUI_WORDS_PRIV_H
#define COMBOLAB_SRC_TUI_WORDS_PRIV_H

#include "src/session/session.h"

#define TUI_WORDS_BYTES 96

/* Of an answer that is no error, and neither of a check nor of portraits. */
void tui_words(const struct session_answer *a, char *to, size_t room);

#endif
