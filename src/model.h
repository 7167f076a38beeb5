/* model.h - what the screen shows. Rows come from a reader thread; nothing here waits for them.
 *
 * Order of calls: model_open; then model_want with what the view on screen wants, model_changed
 * with what the session says has changed, model_take when model_fd polls readable; model_view is
 * what to draw. Screen thread only. A failed fetch keeps the former rows and becomes the message.
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

/* What is to be fetched from now on; false when that is what it was already. */
bool model_want(struct model *m, const struct ui_want *wants, size_t n);

/* Waits until all of it has been fetched, and takes it: for who shows it once. */
void model_settle(struct model *m);

void model_changed(struct model *m, const struct session_changes *changes);

/* What is on screen changes by itself, because runs go on: then model_tick is to be called some
 * times a second, after which rows come. */
bool model_moves(const struct model *m);
void model_tick(struct model *m);

/* Polls readable when rows have come. */
int model_fd(const struct model *m);

/* Takes the rows that have come; true if something is to be drawn. */
bool model_take(struct model *m);

void model_live(struct model *m, const struct snapshot *now);

/* The answer to a check: why the settings in the form cannot be launched, "" = they can, and then
 * what data they name. */
void model_checked(struct model *m, const char *problem, const struct data_facts *data);

/* Portraits have been drawn. */
void model_drawn(struct model *m, const char *path);

/* The status line; "" clears it. */
void model_say(struct model *m, bool error, const char *text);

#endif
