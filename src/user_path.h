/* user_path.h - where files of a user lie. Thread-safe: reads the environment alone. */
#ifndef COMBOLAB_SRC_USER_PATH_H
#define COMBOLAB_SRC_USER_PATH_H

#include <stddef.h>

struct err;

/* NAME in the folder that the environment variable names, else in `below` of HOME; `what` is for
 * the message. 0 or -1. */
int user_path(const char *variable, const char *below, const char *name, const char *what, char *to,
              size_t room, struct err *e);

#endif
