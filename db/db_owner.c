/* db_owner.c - which process runs a run: names and numbers, for people to read. That it lives is
 * told by a lock (db_life.c); for runs that an older combolab claimed, which took none, and where
 * the lock went away with its folder, the process is looked for here.
 *
 * A process number is used again sooner or later, so the start time goes with it (field 22 of
 * /proc/PID/stat). A process that has ended but was not waited for yet (zombie) is dead.
 */
#include "db/db_priv.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads state letter and start time. Returns 0, or -1 when the system does not tell. */
static int process_stat(int64_t pid, char *state, int64_t *start)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = '\0';
    /* The name in parentheses may hold anything, so fields count from the last one. */
    char *at = strrchr(line, ')');
    if (!at || at[1] != ' ' || !at[2])
        return -1;
    *state = at[2];
    at += 2;
    for (int field = 3; field < 22; field++) {
        at = strchr(at, ' ');
        if (!at)
            return -1;
        at++;
    }
    *start = strtoll(at, NULL, 10);
    return 0;
}

void owner_self(struct owner *to)
{
    memset(to, 0, sizeof *to);
    gethostname(to->host, sizeof to->host - 1);
    to->pid = getpid();
    char state;
    if (process_stat(to->pid, &state, &to->pid_start))
        to->pid_start = 0;
}

bool owner_alive(const struct owner *owner)
{
    if (owner->pid <= 0 || owner->pid > INT32_MAX)
        return false;
    if (kill((pid_t)owner->pid, 0) && errno == ESRCH)
        return false;
    char state;
    int64_t start;
    if (process_stat(owner->pid, &state, &start))
        return true; /* it is there, more is not to be known */
    if (state == 'Z' || state == 'X')
        return false;
    return !owner->pid_start || owner->pid_start == start;
}

static bool is_open_in(DIR *descriptors, const struct stat *file)
{
    struct stat open;
    for (const struct dirent *at; (at = readdir(descriptors));)
        if (!fstatat(dirfd(descriptors), at->d_name, &open, 0) && open.st_ino == file->st_ino &&
            open.st_dev == file->st_dev)
            return true;
    return false;
}

bool owner_uses(const struct owner *owner, const char *path)
{
    char folder[64];
    struct stat file;
    if (!owner->pid_start || !owner_alive(owner) || stat(path, &file))
        return false;
    snprintf(folder, sizeof folder, "/proc/%" PRId64 "/fd", owner->pid);
    DIR *descriptors = opendir(folder);
    if (!descriptors)
        return errno == EACCES;
    bool uses = is_open_in(descriptors, &file);
    closedir(descriptors);
    return uses;
}
