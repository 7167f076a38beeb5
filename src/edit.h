/* edit.h - what the commands share that change runs by hand: tag, note, rename, archive, delete ...
 */
#ifndef COMBOLAB_SRC_EDIT_H
#define COMBOLAB_SRC_EDIT_H

#include "db/db.h"
#include "src/command.h"

/* Makes these edits of each run that `which` names, of all or of none, and says on standard error
 * what has become of them: "run 3: " or "runs 3, 4: " and `done`. Returns the exit status. */
int edit_runs(const struct invocation *in, char *const *which, size_t n_which,
              const struct db_edit *edits, size_t n_edits, const char *done);

/* The same of all arguments, with one edit that takes nothing. */
int edit_arguments(const struct invocation *in, enum db_edit_kind kind, const char *done);

#endif
