/* user_path.c - where files of a user lie, as the XDG base directories have it. */
#include "src/user_path.h"

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <stdlib.h>

int user_path(const char *variable, const char *below, const char *name, const char *what, char *to,
              size_t room, struct err *e)
{
    const char *named = getenv(variable), *home = getenv("HOME");
    char folder[FILE_PATH_BYTES];
    int cut = -1;
    if (named && named[0] == '/')
        cut = str_path(to, room, named, name);
    else if (home && home[0] && !str_path(folder, sizeof folder, home, below))
        cut = str_path(to, room, folder, name);
    return cut ? err_set(e, ERR_NOT_FOUND,
                         "there is no place for %s: neither %s nor HOME names a folder", what,
                         variable)
               : 0;
}
