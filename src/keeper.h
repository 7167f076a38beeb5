/* keeper.h - writes preferences for the screen, on a thread of its own. All calls from the screen
 * thread. */
#ifndef COMBOLAB_SRC_KEEPER_H
#define COMBOLAB_SRC_KEEPER_H

#include "base/err.h"
#include "base/file.h"
#include "base/opt.h"

#include <stdbool.h>

struct keeper;

struct keeper_answer {
    struct err err; /* ERR_NONE: it is written, */
    char path[FILE_PATH_BYTES];
};

int keeper_open(struct keeper **out, struct err *e);
void keeper_close(struct keeper *k); /* NULL is allowed; waits for what is being written */

/* A preference and its value. -1 when too many wait already. */
int keeper_write(struct keeper *k, const char *name, const char *value, struct err *e);

int keeper_fd(const struct keeper *k); /* polls readable when there is an answer */
bool keeper_take(struct keeper *k, struct keeper_answer *out);

#endif
