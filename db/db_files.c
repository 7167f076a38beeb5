/* db_files.c - where the run database lies: its default path, and folders.
 */
#include "db/db_priv.h"

#include "base/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int db_default_path(char *to, size_t room, struct err *e)
{
    static const char rest[] = "combolab/runs.db";
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    int n;
    /* The XDG specification says to ignore relative paths. */
    if (data && data[0] == '/')
        n = snprintf(to, room, "%s/%s", data, rest);
    else if (home && home[0])
        n = snprintf(to, room, "%s/.local/share/%s", home, rest);
    else
        return err_set(e, ERR_USAGE,
                       "neither XDG_DATA_HOME nor HOME is set, so the run database has no place: "
                       "name it with --database FILE");
    if (n < 0 || (size_t)n >= room)
        return err_set(e, ERR_USAGE,
                       "the path of the run database has %d bytes, more than the %zu allowed: name "
                       "another with --database FILE",
                       n, room - 1);
    return 0;
}

int files_make_folders(const char *path, struct err *e)
{
    char folder[FILE_PATH_BYTES];
    file_folder(path, folder, sizeof folder);
    if (file_make_folders(folder, e))
        return err_prefix(e, "the run database %s has no place", path);
    return 0;
}
