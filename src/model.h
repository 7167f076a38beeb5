/* model.h - what the screen shows, fetched from the database over its own read-only connection.
 *
 * Order of calls: model_open, then model_refresh with what the session says has changed, model_show
 * and model_live as needed; model_view is what to draw. Main thread only. A failed fetch keeps the
 * former rows and becomes the message.
 */
#ifndef COMBOLAB_SRC_MODEL_H
#define COMBOLAB_SRC_MODEL_H

#include "src/session/session.h"
#include "ui/ui.h"

struct model;
struct err;

int model_open(struct model **out, const char *db_path, bool can_train, struct err *e);
void model_close(struct model *m); /* NULL is allowed */

/* Valid until the next call of a model function. */
const struct ui_model *model_view(struct model *m);

/* Fetches what changed, and no more. */
void model_refresh(struct model *m, const struct session_changes *changes);

/* Opens run `run`, or none when 0. */
void model_show(struct model *m, int64_t run);

void model_live(struct model *m, const struct snapshot *now);

/* Why the settings in the form cannot be launched; "" = they can. */
void model_launch_problem(struct model *m, const char *text);

/* The status line; "" clears it. */
void model_say(struct model *m, bool error, const char *text);

#endif
