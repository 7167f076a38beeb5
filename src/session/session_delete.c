/* session_delete.c - the end of a run: its rows, its files. Any thread, with a database of its own.
 */
#include "src/session/session.h"

#include "base/file.h"
#include "db/db.h"
#include "engine/snapshot_file.h"

#include <errno.h>
#include <unistd.h>

/* Removes the weight files of a run and their folder. Anything else in there is left alone, and
 * then the folder too. */
static int delete_files(const char *folder, struct folder_sum *gone, struct err *e)
{
    snapshot_file_remove(folder);
    if (folder_remove(folder, FOLDER_ALL, gone, e))
        return err_prefix(e, "the run is deleted, but not all of its files");
    if (rmdir(folder) && errno != ENOENT)
        return err_errno(e, errno, "the run is deleted, but not all of '%s'", folder);
    return 0;
}

int session_delete(struct db *db, int64_t run, struct folder_sum *gone, struct err *e)
{
    char folder[1024], log[FILE_PATH_BYTES];
    *gone = (struct folder_sum){0, 0};
    if (db_weights_dir(db, run, folder, sizeof folder, e) || db_run_delete(db, run, e))
        return -1;
    if (!session_log_path(db_path(db), run, log, sizeof log, NULL))
        unlink(log);
    return delete_files(folder, gone, e);
}
