/* dataset_utkface.c - a folder of images that are named as UTKFace's are,
 * AGE_GENDER_RACE_DATE.jpg or .jpg.chip.jpg: the age is the score.
 *
 * Some of UTKFace's own images lack a part of the name. What is not named so is left out, counted,
 * and the first ones are named. Five folds are dealt by the images' names.
 */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FOLDS 5
#define NAMED 3
#define PARTS 4
#define OLDEST 130

struct left_out {
    size_t n;
    char first[NAMED][64];
};

static bool is_image(const char *name)
{
    const char *end = strrchr(name, '.');
    return end &&
           (!strcasecmp(end, ".jpg") || !strcasecmp(end, ".jpeg") || !strcasecmp(end, ".png"));
}

/* The age that a name begins with; -1 for one of another kind. */
static int age_of(const char *name)
{
    int age = atoi(name);
    for (int part = 1; part <= PARTS; part++) {
        size_t digits = strspn(name, "0123456789");
        if (!digits || digits > 20 || (part == 1 && digits > 3))
            return -1;
        name += digits;
        if (*name != (part < PARTS ? '_' : '.'))
            return -1;
        name++;
    }
    return age <= OLDEST ? age : -1;
}

static int take(struct dataset_rows *rows, struct left_out *out, const char *name, size_t line,
                struct err *e)
{
    int age = age_of(name);
    if (age >= 0)
        return dataset_rows_add(rows, name, age, line, e);
    if (out->n < NAMED)
        str_visible(out->first[out->n], sizeof out->first[0], name);
    out->n++;
    return 0;
}

static int read_folder(struct dataset_rows *rows, struct left_out *out, const char *folder,
                       struct err *e)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    size_t line = 0;
    int result = 0;
    if (!dir)
        return err_errno(e, errno, "data set '%s'", folder);
    while (!result && (entry = readdir(dir)) != NULL)
        if (is_image(entry->d_name))
            result = take(rows, out, entry->d_name, ++line, e);
    closedir(dir);
    return result;
}

/* A folder with such an image. */
static bool has_age(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    bool found = false;
    while (dir && !found && (entry = readdir(dir)) != NULL)
        found = is_image(entry->d_name) && age_of(entry->d_name) >= 0;
    if (dir)
        closedir(dir);
    return found;
}

static const char *find(const char *path, char inner[FILE_PATH_BYTES])
{
    if (has_age(path))
        return path;
    return !str_path(inner, FILE_PATH_BYTES, path, "UTKFace") && has_age(inner) ? inner : NULL;
}

static void note(struct dataset *d, const struct left_out *out)
{
    dataset_note_folds(d);
    if (!out->n)
        return;
    dataset_note(d, "left out: %zu images not named AGE_GENDER_RACE_DATE.jpg, %s%s%s%s%s%s", out->n,
                 out->first[0], out->n > 1 ? ", " : "", out->first[1], out->n > 2 ? ", " : "",
                 out->first[2], out->n > NAMED ? ", ..." : "");
}

static int read_set(struct dataset *d, struct dataset_rows *rows,
                    const struct dataset_request *request, struct err *e)
{
    struct left_out out = {0};
    rows->list = request->path;
    str_copy(d->set, sizeof d->set, d->format->kind);
    if (str_copy(d->root, sizeof d->root, request->path))
        return err_set(e, ERR_USAGE, "path longer than %zu bytes: %s", sizeof d->root - 1,
                       request->path);
    if (dataset_choose(d, request, 0, FOLDS, e) || read_folder(rows, &out, request->path, e) ||
        dataset_rows_sort(rows, e) || dataset_rows_check_all(rows, d->root, e) ||
        dataset_fold_by_name(d, rows, e))
        return -1;
    note(d, &out);
    return 0;
}

const struct dataset_format dataset_utkface = {
    .id = DATA_UTKFACE,
    .kind = "UTKFace",
    .holds = "images named AGE_GENDER_RACE_DATE.jpg",
    .protocols = {{.protocol = PROTOCOL_5_FOLD, .folds = true, .drop_last = true}},
    .find = find,
    .read = read_set,
};
