/* scratch.c - see scratch.h. */
#include "tests/kit/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char scratch[300];

/* The paths that were asked for. */
static struct path {
    struct path *next;
    char text[];
} * paths;

static void bail(const char *what, const char *path)
{
    printf("Bail out! %s %s\n", what, path);
    exit(1);
}

void scratch_make(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/combolab-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(scratch))
        bail("no temporary folder", scratch);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void scratch_remove(const char *path)
{
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
        printf("# %s is left\n", path);
}

const char *scratch_path(const char *name)
{
    size_t above = strlen(scratch) + 1;
    for (const struct path *p = paths; p; p = p->next)
        if (!strcmp(p->text + above, name))
            return p->text;
    size_t bytes = above + strlen(name) + 1;
    struct path *path = malloc(sizeof *path + bytes);
    if (!path)
        bail("no memory for the path of", name);
    snprintf(path->text, bytes, "%s/%s", scratch, name);
    path->next = paths;
    paths = path;
    return path->text;
}

const char *scratch_write(const char *name, const void *bytes, size_t count)
{
    const char *path = scratch_path(name);
    char part[1024];
    snprintf(part, sizeof part, "%s", path);
    for (char *p = part + strlen(scratch) + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            mkdir(part, 0777);
            *p = '/';
        }
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, count, f) != count || fclose(f))
        bail("cannot write", path);
    return path;
}

const char *scratch_text(const char *name, const char *text)
{
    return scratch_write(name, text, strlen(text));
}

int scratch_entries(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    int n = 0;
    for (const struct dirent *at; (at = readdir(dir));)
        n += strcmp(at->d_name, ".") && strcmp(at->d_name, "..");
    closedir(dir);
    return n;
}
