/* image_list.c - see image_list.h. */
#include "src/image_list.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define MOST_DEEP 32 /* folders in folders: links may go round */

static int add(struct image_list *list, const char *path, struct err *e)
{
    if (list->n == list->room) {
        size_t room = list->room ? 2 * list->room : 64;
        char **paths = mem_resize(list->paths, room, sizeof *paths);
        if (!paths)
            return mem_error(e, "a list of images", room * sizeof *paths);
        list->paths = paths;
        list->room = room;
    }
    char *kept = mem_string(path);
    if (!kept)
        return mem_error(e, "a list of images", strlen(path) + 1);
    list->paths[list->n++] = kept;
    return 0;
}

static bool is_image(const char *name)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (!strcasecmp(dot, endings[i]))
            return true;
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Visible entries: images go into `files`, folders into `folders`. */
static int read_folder(const char *folder, struct image_list *files, struct image_list *folders,
                       struct err *e)
{
    const struct dirent *entry;
    char path[FILE_PATH_BYTES];
    struct stat s;
    DIR *dir = opendir(folder);
    int result = dir ? 0 : err_errno(e, errno, "folder %s cannot be read", folder);
    while (!result && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        if (str_path(path, sizeof path, folder, entry->d_name))
            result = err_set(e, ERR_USAGE, "%s/%s: the path is too long", folder, entry->d_name);
        else if (stat(path, &s))
            continue;
        else if (S_ISDIR(s.st_mode))
            result = add(folders, path, e);
        else if (is_image(entry->d_name))
            result = add(files, path, e);
    }
    if (dir)
        closedir(dir);
    return result;
}

static int add_folder(struct image_list *list, const char *folder, int levels, struct err *e)
{
    struct image_list files = {0}, folders = {0};
    int result = read_folder(folder, &files, &folders, e);
    if (files.n)
        qsort(files.paths, files.n, sizeof *files.paths, by_name);
    if (folders.n)
        qsort(folders.paths, folders.n, sizeof *folders.paths, by_name);
    for (size_t i = 0; !result && i < files.n; i++)
        result = add(list, files.paths[i], e);
    for (size_t i = 0; !result && levels > 0 && i < folders.n; i++)
        result = add_folder(list, folders.paths[i], levels - 1, e);
    image_list_free(&files);
    image_list_free(&folders);
    return result;
}

static int add_lines(struct image_list *list, FILE *from, struct err *e)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int result = 0;
    while (!result && (length = getline(&line, &room, from)) >= 0) {
        while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
            line[--length] = '\0';
        if (memchr(line, '\0', (size_t)length))
            result = err_set(e, ERR_FORMAT,
                             "standard input is no list of files: line %zu has a "
                             "byte of 0",
                             list->n + 1);
        else if (length)
            result = add(list, line, e);
    }
    if (!result && ferror(from))
        result = err_errno(e, errno, "standard input cannot be read");
    free(line);
    return result;
}

static int add_named(struct image_list *list, const char *name, bool deep, struct err *e)
{
    struct stat s;
    size_t before = list->n;
    if (!strcmp(name, "-"))
        return add_lines(list, stdin, e);
    if (stat(name, &s) || !S_ISDIR(s.st_mode))
        return add(list, name, e);
    if (add_folder(list, name, deep ? MOST_DEEP : 0, e))
        return -1;
    return list->n > before ? 0
                            : err_set(e, ERR_USAGE, "folder %s has no .jpg, .jpeg or .png file%s",
                                      name, deep ? "" : "; --recursive looks into its folders too");
}

int image_list_make(struct image_list *list, char *const *names, size_t n, bool deep, struct err *e)
{
    *list = (struct image_list){0};
    for (size_t i = 0; i < n; i++)
        if (add_named(list, names[i], deep, e))
            return -1;
    return list->n ? 0 : err_set(e, ERR_USAGE, "no image is named");
}

void image_list_free(struct image_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        mem_free(list->paths[i]);
    mem_free(list->paths);
    *list = (struct image_list){0};
}
