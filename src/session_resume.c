/* session_resume.c - what must be so before a run goes on. On the session thread.
 *
 * The engine saves a checkpoint without waiting for the epoch's rows to be stored. A process that
 * is killed between the two leaves a checkpoint that is ahead of the database; going on from it,
 * the run would have a hole where those epochs were. So such a checkpoint is removed, and the run
 * goes on from the one before.
 */
#include "src/session_own.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/train/checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static int drop(struct session *s, const char *folder, const struct checkpoint_file *file,
                struct err *e)
{
    char path[2048];
    struct log_row row = {.time = 0};
    if (str_path(path, sizeof path, folder, file->name))
        return err_set(e, ERR_USAGE, "%s: the path is too long", folder);
    if (unlink(path) && errno != ENOENT)
        return err_errno(e, errno,
                         "%s is ahead of what was stored of the run, and cannot be removed", path);
    str_copy(row.level, sizeof row.level, log_level_name(LOG_WARNING));
    snprintf(row.text, sizeof row.text,
             "%s was removed: the run was killed before its epoch was stored", file->name);
    return db_log_add(s->db, s->run, &row, e);
}

int session_drop_unstored(struct session *s, const char *folder, int epochs_stored, struct err *e)
{
    struct checkpoint_file *files = NULL;
    size_t n = 0;
    if (checkpoint_list(&files, &n, folder, e))
        return e->code == ERR_NOT_FOUND ? 0 : -1; /* it failed before it had a folder */
    int result = 0;
    for (size_t i = 0; !result && i < n; i++)
        if (files[i].epoch > epochs_stored)
            result = drop(s, folder, &files[i], e);
    mem_free(files);
    return result;
}
