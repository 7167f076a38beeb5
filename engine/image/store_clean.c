/* store_clean.c - which files of the cache folder nobody uses. Who maps a store, or builds one,
 * holds a lock on its file (flock), and a store's times are those of its last opening. Without
 * locks, as on some network disks, the age alone protects a file.
 */
#include "engine/image/store_priv.h"

#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ABANDONED_S 3600 /* a temporary file this old that nobody locks is left over */

/* The size of a file that nobody has opened for so long, or holds a lock on; false otherwise. */
static bool take_idle(const char *path, double idle_s, bool removes, uint64_t *bytes)
{
    struct stat st;
    if (lstat(path, &st) || !S_ISREG(st.st_mode))
        return false;
    time_t used = st.st_mtime > st.st_atime ? st.st_mtime : st.st_atime;
    if (difftime(time(NULL), used) < idle_s)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool idle = fd >= 0 && (!flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK);
    if (idle && removes)
        idle = !unlink(path);
    if (fd >= 0)
        close(fd);
    *bytes = (uint64_t)st.st_size;
    return idle;
}

/* Seconds; below 0 for a file that is none of ours. */
static double idle_enough(const char *name, double unused_s)
{
    if (str_ends_in(name, STORE_TEMPORARY))
        return ABANDONED_S;
    bool ours = strspn(name, "0123456789abcdef") == 16 && !strcmp(name + 16, STORE_ENDING);
    return ours ? unused_s : -1;
}

int store_unused(const char *folder, double unused_s,
                 int (*found)(void *context, const struct store_unused *file, struct err *e),
                 void *context, struct err *e)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT ? 0 : err_errno(e, errno, "folder %s cannot be read", folder);
    int result = 0;
    for (const struct dirent *at; !result && (at = readdir(dir));) {
        char path[FILE_PATH_BYTES];
        double idle_s = idle_enough(at->d_name, unused_s);
        struct store_unused file = {.path = path, .half = str_ends_in(at->d_name, STORE_TEMPORARY)};
        if (idle_s >= 0 && !str_path(path, sizeof path, folder, at->d_name) &&
            take_idle(path, idle_s, false, &file.bytes))
            result = found(context, &file, e);
    }
    closedir(dir);
    return result;
}

bool store_remove(const char *path, double unused_s)
{
    uint64_t bytes;
    const char *slash = strrchr(path, '/');
    double idle_s = idle_enough(slash ? slash + 1 : path, unused_s);
    return idle_s >= 0 && take_idle(path, idle_s, true, &bytes);
}
