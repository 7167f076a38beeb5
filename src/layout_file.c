/* layout_file.c - $XDG_STATE_HOME/combolab/layout/NUMBER, or ~/.local/state/...: beside the history
 * of statements, as the database may be read-only. The number is made of the database's full path,
 * which the file's first line has. */
#include "src/layout_file.h"

#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "src/user_path.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MOST_BYTES (256 << 10)

static int path_of(const char *db_path, char to[FILE_PATH_BYTES])
{
    char name[80];
    struct err e;
    snprintf(name, sizeof name, "combolab/layout/%016" PRIx64, hash_text(HASH_START, db_path));
    return user_path("XDG_STATE_HOME", ".local/state", name, "layouts", to, FILE_PATH_BYTES, &e);
}

char *layout_file_read(const char *db_path)
{
    char path[FILE_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    struct err e;
    if (path_of(db_path, path) || file_read(&bytes, &n, NULL, path, MOST_BYTES, &e))
        return NULL;
    return (char *)bytes;
}

void layout_file_write(const char *db_path, const char *lines)
{
    char path[FILE_PATH_BYTES], folder[FILE_PATH_BYTES];
    struct str text;
    struct err e;
    if (path_of(db_path, path))
        return;
    file_folder(path, folder, sizeof folder);
    str_init(&text);
    str_addf(&text, "# %s\n%s", strchr(db_path, '\n') ? "" : db_path, lines);
    if (!text.failed && !file_make_folders(folder, &e))
        file_replace(path, text.text, text.length, 0, &e);
    str_fini(&text);
}
