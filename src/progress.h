/* progress.h - how training looks without the screen: a line an epoch, and on a terminal one more
 * line that moves. It knows events and snapshots, nothing of who makes them. Any thread.
 *
 * No escape sequences: the moving line is rewritten with a carriage return and blanks, on a
 * terminal only.
 */
#ifndef COMBOLAB_SRC_PROGRESS_H
#define COMBOLAB_SRC_PROGRESS_H

#include "engine/event.h"

#include <stdbool.h>
#include <stdio.h>

struct progress;
struct err;

/* Writes to `to` (not closed). Quiet: only warnings and errors. */
int progress_new(struct progress **out, FILE *to, bool quiet, struct err *e);
void progress_free(struct progress *p); /* removes the moving line; NULL is allowed */

/* True when the moving line is shown, so that progress_tick is worth calling. */
bool progress_moves(const struct progress *p);

void progress_begin(struct progress *p, int64_t run, const char *name, int64_t epochs);
void progress_event(struct progress *p, const struct event *event);
void progress_tick(struct progress *p, const struct snapshot *now);

/* A line of its own: "combolab: TEXT" for warnings and errors, and those also when quiet. */
void progress_say(struct progress *p, enum log_level level, const char *text);

/* Within progress and its tests: the moving line, at most `columns` wide. */
void progress_line(const struct snapshot *now, int columns, char *to, size_t room);

#endif
