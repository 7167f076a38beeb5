/* drawer.h - draws figures for the screen, on a thread of its own with its own read-only
 * connection.
 *
 * Order of calls: drawer_open; then drawer_draw, and when drawer_fd polls readable drawer_take
 * until it gives nothing; drawer_close, which waits for a figure that is being drawn. All from the
 * screen thread.
 */
#ifndef COMBOLAB_SRC_DRAWER_H
#define COMBOLAB_SRC_DRAWER_H

#include "base/err.h"
#include "ui/ui.h"

struct drawer;

struct drawer_answer {
    struct err err; /* ERR_NONE: it is drawn, */
    char path[1024];
};

int drawer_open(struct drawer **out, const char *db_path, struct err *e);
void drawer_close(struct drawer *d); /* NULL is allowed */

/* As a PDF file in the present folder, by a name that no file has. The figure is copied. -1 when
 * too many wait already. */
int drawer_draw(struct drawer *d, const struct ui_figure *figure, struct err *e);

int drawer_fd(const struct drawer *d);
bool drawer_take(struct drawer *d, struct drawer_answer *out);

#endif
