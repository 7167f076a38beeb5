/* folder.c - see folder.h. Files of any other name are nobody's business here. */
#include "engine/train/folder.h"

#include "base/str.h"
#include "engine/train/checkpoint_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY ".tmp"

static const char *const weights[] = {"best.safetensors", "last.safetensors"};

/* A half is called "best.safetensors.1234-0.tmp". */
unsigned folder_kind(const char *name)
{
    struct checkpoint_file checkpoint;
    bool half = str_ends_in(name, TEMPORARY);
    for (int i = 0; i < 2; i++)
        if (half ? !strncmp(name, weights[i], strlen(weights[i])) : !strcmp(name, weights[i]))
            return half ? FOLDER_HALVES : FOLDER_WEIGHTS;
    if (half)
        return strncmp(name, CHECKPOINT_STEM, strlen(CHECKPOINT_STEM)) ? 0 : FOLDER_HALVES;
    return checkpoint_parse(name, &checkpoint) ? FOLDER_CHECKPOINTS : 0;
}

/* 0, or an errno value. A file that somebody else removes at the same time is gone, too. */
static int take(int dir, const char *name, bool removes, struct folder_sum *sum)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
        return errno == ENOENT ? 0 : errno;
    if (S_ISDIR(st.st_mode))
        return 0;
    if (removes && unlinkat(dir, name, 0))
        return errno == ENOENT ? 0 : errno;
    sum->files++;
    sum->bytes += (uint64_t)st.st_size;
    return 0;
}

static int go_through(const char *folder, unsigned kinds, bool removes, struct folder_sum *sum,
                      struct err *e)
{
    int failed = 0;
    *sum = (struct folder_sum){0, 0};
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT ? 0 : err_errno(e, errno, "folder %s cannot be read", folder);
    for (const struct dirent *at; (at = readdir(dir));) {
        int number = folder_kind(at->d_name) & kinds ? take(dirfd(dir), at->d_name, removes, sum) : 0;
        if (number && !failed)
            err_errno(e, number, "%s/%s cannot be %s", folder, at->d_name,
                      removes ? "removed" : "looked at");
        failed |= number;
    }
    closedir(dir);
    return failed ? -1 : 0;
}

int folder_count(const char *folder, unsigned kinds, struct folder_sum *sum, struct err *e)
{
    return go_through(folder, kinds, false, sum, e);
}

int folder_remove(const char *folder, unsigned kinds, struct folder_sum *sum, struct err *e)
{
    return go_through(folder, kinds, true, sum, e);
}
