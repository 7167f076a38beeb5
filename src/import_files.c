/* import_files.c - see import_files.h. */
#include "src/import_files.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "src/import.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_DEPTH 8
#define MOST_FILES 100000

static int out_of_memory(struct err *e)
{
    return mem_error(e, "the list of files", sizeof(struct import_run));
}

static struct import_run *add_run(struct import_files *f, const char *path, bool events)
{
    struct import_run *runs = mem_resize(f->runs, f->n + 1, sizeof *runs);
    if (!runs)
        return NULL;
    f->runs = runs;
    runs[f->n] = (struct import_run){.path = mem_string(path), .events = events};
    return runs[f->n].path ? &runs[f->n++] : NULL;
}

static int add_file(struct import_run *run, const char *path)
{
    char **files = mem_resize(run->files, run->n + 1, sizeof *files);
    if (!files)
        return -1;
    run->files = files;
    files[run->n] = mem_string(path);
    return files[run->n] ? (run->n++, 0) : -1;
}

static bool is_events(const char *name)
{
    return strstr(name, IMPORT_EVENTS) != NULL;
}

static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int add_single(struct import_files *f, const char *path, struct err *e)
{
    struct import_run *run = add_run(f, path, is_events(name_in(path)));
    return !run || add_file(run, path) ? out_of_memory(e) : 0;
}

/* The names in a folder, in order: TensorBoard's have the time first. */
static int list(const char *folder, struct dirent ***names, int *n, struct err *e)
{
    *n = scandir(folder, names, NULL, alphasort);
    if (*n < 0)
        return err_errno(e, errno, "folder %s cannot be read", folder);
    return 0;
}

static int add_folder(struct import_files *f, const char *folder, int depth, struct err *e);

/* One name of a folder; *events is the place of its run of event files, once there is one. */
static int add_entry(struct import_files *f, const char *folder, const char *name, int depth,
                     size_t *events, struct err *e)
{
    char path[FILE_PATH_BYTES];
    struct stat st;
    if (name[0] == '.' || str_path(path, sizeof path, folder, name) || stat(path, &st))
        return 0;
    if (S_ISDIR(st.st_mode))
        return depth < MOST_DEPTH ? add_folder(f, path, depth + 1, e) : 0;
    if (!S_ISREG(st.st_mode))
        return 0;
    if (str_ends_in(name, ".csv"))
        return add_single(f, path, e);
    if (!is_events(name))
        return 0;
    if (!*events && !add_run(f, folder, true))
        return out_of_memory(e);
    *events = *events ? *events : f->n;
    return add_file(&f->runs[*events - 1], path) ? out_of_memory(e) : 0;
}

static int add_folder(struct import_files *f, const char *folder, int depth, struct err *e)
{
    struct dirent **names;
    int n, status;
    size_t events = 0;
    if (list(folder, &names, &n, e))
        return -1;
    status = n > MOST_FILES
                 ? err_set(e, ERR_USAGE, "folder %s has more than %d files", folder, MOST_FILES)
                 : 0;
    for (int i = 0; i < n; i++) {
        if (!status)
            status = add_entry(f, folder, names[i]->d_name, depth, &events, e);
        free(names[i]); /* scandir's own */
    }
    free(names);
    return status;
}

int import_files_make(struct import_files *f, char *const *paths, size_t n, struct err *e)
{
    *f = (struct import_files){.n = 0};
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        size_t before = f->n;
        if (stat(paths[i], &st))
            return err_errno(e, errno, "%s", paths[i]);
        if (S_ISDIR(st.st_mode) ? add_folder(f, paths[i], 0, e) : add_single(f, paths[i], e))
            return -1;
        if (f->n == before)
            return err_set(e, ERR_NOT_FOUND,
                           "folder %s has neither TensorBoard's event files (*%s*) nor .csv files",
                           paths[i], IMPORT_EVENTS);
    }
    return 0;
}

void import_files_free(struct import_files *f)
{
    for (size_t i = 0; i < f->n; i++) {
        for (size_t k = 0; k < f->runs[i].n; k++)
            mem_free(f->runs[i].files[k]);
        mem_free(f->runs[i].files);
        mem_free(f->runs[i].path);
    }
    mem_free(f->runs);
}
