/* reader.h - fetches what views want, on a thread of its own over its own read-only connection.
 *
 * Order of calls: reader_open, then reader_want, reader_changed, reader_tick and, when reader_fd
 * polls readable, reader_take until it gives nothing; reader_close. All from the screen thread, and
 * only the last one waits: for a statement that has been interrupted.
 */
#ifndef COMBOLAB_SRC_READER_H
#define COMBOLAB_SRC_READER_H

#include "base/err.h"
#include "src/session/session.h"
#include "src/want.h"

struct reader;

/* What was fetched, or why it could not be. */
struct reader_answer {
    struct ui_want want;
    void *rows; /* of the want's kind */
    struct err err;
};

int reader_open(struct reader **out, const char *db_path, struct err *e);
void reader_close(struct reader *r); /* NULL is allowed; frees the texts of all runs */

/* Fetches these from now on, whenever they changed, the first ones first. What is being fetched
 * but no longer wanted is interrupted. */
void reader_want(struct reader *r, const struct ui_want *wants, size_t n);

/* The database changed. */
void reader_changed(struct reader *r, const struct session_changes *changes);

/* Some time has gone by: what changes by itself is fetched again. */
void reader_tick(struct reader *r);

/* All that is wanted has been fetched and can be taken, or the database could not be opened. */
bool reader_idle(struct reader *r);

int reader_fd(const struct reader *r);

/* Takes the oldest answer; false when there is none. */
bool reader_take(struct reader *r, struct reader_answer *out);

const struct want_kind *reader_kind(enum ui_want_kind kind);

#endif
