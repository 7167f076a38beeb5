/* scratch.h - a temporary folder for one test program, removed at its end. */
#ifndef COMBOLAB_TESTS_KIT_SCRATCH_H
#define COMBOLAB_TESTS_KIT_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[300];

__attribute__((unused)) static void scratch_make(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/combolab-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(scratch)) {
        printf("Bail out! no temporary folder %s\n", scratch);
        exit(1);
    }
}

__attribute__((unused)) static int scratch_remove_one(const char *path, const struct stat *st,
                                                      int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

__attribute__((unused)) static void scratch_remove(const char *path)
{
    nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Path of a name in the folder. The same name gives the same pointer, good until the end. */
__attribute__((unused)) static const char *scratch_path(const char *name)
{
    static char paths[256][640];
    static int count;
    char path[640];
    snprintf(path, sizeof path, "%.300s/%.300s", scratch, name);
    for (int i = 0; i < count; i++)
        if (!strcmp(paths[i], path))
            return paths[i];
    if (count == 256) {
        printf("Bail out! too many paths\n");
        exit(1);
    }
    return memcpy(paths[count++], path, sizeof path);
}

/* Writes a file of the folder, making the folders above it. */
__attribute__((unused)) static const char *scratch_write(const char *name, const void *bytes,
                                                         size_t count)
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
    if (!f || fwrite(bytes, 1, count, f) != count || fclose(f)) {
        printf("Bail out! cannot write %s\n", path);
        exit(1);
    }
    return path;
}

__attribute__((unused)) static const char *scratch_text(const char *name, const char *text)
{
    return scratch_write(name, text, strlen(text));
}

/* Entries of a folder but "." and "..". */
__attribute__((unused)) static int scratch_entries(const char *path)
{
    char command[1200];
    int n = -1;
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", path);
    FILE *f = popen(command, "r");
    if (f && fscanf(f, "%d", &n) != 1)
        n = -1;
    if (f)
        pclose(f);
    return n;
}

#endif
