/* preferences_file.h - the file of a user's preferences: lines NAME = VALUE, and comments.
 * Thread-safe: no shared state. */
#ifndef COMBOLAB_SRC_PREFERENCES_FILE_H
#define COMBOLAB_SRC_PREFERENCES_FILE_H

#include "ui/ui.h"

#include <stddef.h>

struct err;

/* $XDG_CONFIG_HOME/combolab/config, or ~/.config/... 0 or -1. */
int preferences_file_path(char *to, size_t room, struct err *e);

/* Those of the file over the usual ones; only these where there is no file. A mistake names the
 * file, the line and what is allowed. */
int preferences_file_read(const char *path, struct ui_preferences *to, struct err *e);

/* The value of one of them, as `text`, over `to`: the same rules. */
int preferences_set(struct ui_preferences *to, const char *name, const char *text, struct err *e);

/* Writes that one into the file, in its line or behind the last one; all other lines stay as they
 * are. The former file or the new one is there at any moment. */
int preferences_file_write(const char *path, const char *name, const char *text, struct err *e);

#endif
