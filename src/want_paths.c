/* want_paths.c - what a path that is being typed may go on with: one folder's names. */
#include "src/want_sql.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#define MOST_PATHS 500 /* of a folder with more, those that come first there */

struct paths {
    char text[OPT_TEXT_BYTES];
    char **names;
    size_t n;
};

static void free_rows(void *rows)
{
    struct paths *p = rows;
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++)
        mem_free(p->names[i]);
    mem_free(p->names);
    mem_free(p);
}

void want_path_home(const char *path, char *to, size_t room)
{
    const char *home = getenv("HOME");
    bool at_home = !strncmp(path, "~/", 2) && home;
    snprintf(to, room, "%s%s", at_home ? home : "", path + (at_home ? 1 : 0));
}

/* The folder that the text is in, "~" replaced; what comes after its last slash. */
static const char *split(const char *text, char *folder, size_t room)
{
    const char *slash = strrchr(text, '/');
    char part[OPT_TEXT_BYTES] = ".";
    if (slash)
        snprintf(part, sizeof part, "%.*s", (int)(slash - text) + 1, text);
    want_path_home(part, folder, room);
    return slash ? slash + 1 : text;
}

static bool is_folder(DIR *dir, const char *name)
{
    struct stat found;
    return !fstatat(dirfd(dir), name, &found, 0) && S_ISDIR(found.st_mode);
}

static int add(struct paths *p, DIR *dir, const char *name)
{
    char text[512];
    snprintf(text, sizeof text, "%s%s", name, is_folder(dir, name) ? "/" : "");
    char *kept = mem_string(text);
    if (!kept)
        return -1;
    p->names[p->n++] = kept;
    return 0;
}

/* Hidden names are for who types their dot. */
static bool goes_on(const char *name, const char *begun)
{
    if (!strcmp(name, ".") || !strcmp(name, "..") || (name[0] == '.' && begun[0] != '.'))
        return false;
    return !strncmp(name, begun, strlen(begun));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A folder that cannot be read has no names: the check says what is wrong with it. */
static int list(struct paths *p)
{
    char folder[2 * OPT_TEXT_BYTES];
    const char *begun = split(p->text, folder, sizeof folder);
    const struct dirent *entry;
    DIR *dir = opendir(folder);
    int failed = 0;
    while (!failed && dir && p->n < MOST_PATHS && (entry = readdir(dir)))
        if (goes_on(entry->d_name, begun))
            failed = add(p, dir, entry->d_name);
    if (dir)
        closedir(dir);
    if (p->n)
        qsort(p->names, p->n, sizeof *p->names, by_name);
    return failed;
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    struct paths *p = mem_alloc(1, sizeof *p);
    (void)s;
    if (p)
        p->names = mem_alloc(MOST_PATHS, sizeof *p->names);
    if (p)
        str_copy(p->text, sizeof p->text, want->text);
    if (!p || !p->names || list(p)) {
        free_rows(p);
        return mem_error(e, "the names in a folder", MOST_PATHS * sizeof *p->names);
    }
    *rows = p;
    return 0;
}

static void show(struct ui_model *view, const struct paths *p)
{
    view->paths_of = p ? p->text : NULL;
    view->paths = p ? p->names : NULL;
    view->n_paths = p ? p->n : 0;
}

static void free_kept(void *kept, struct ui_model *view)
{
    free_rows(kept);
    show(view, NULL);
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    (void)e;
    free_rows(*kept);
    *kept = rows;
    show(view, rows);
    return 0;
}

const struct want_kind want_paths = {
    .fetch = fetch, .adopt = adopt, .free_rows = free_rows, .free_kept = free_kept};
