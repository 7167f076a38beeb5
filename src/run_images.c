/* run_images.c - see run_images.h. */
#include "src/run_images.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"

#include <math.h>
#include <string.h>

static int find_option(struct db *db, int64_t run, const char *name, char *to, size_t room,
                       struct err *e)
{
    struct option_row *rows;
    size_t n, i = 0;
    if (db_options(db, run, &rows, &n, e))
        return -1;
    while (i < n && strcmp(rows[i].name, name))
        i++;
    str_copy(to, room, i < n ? rows[i].value : "");
    mem_free(rows);
    return 0;
}

static int protocol_of(const char *name)
{
    int p = 0;
    while (p < PROTOCOLS && strcmp(config_protocol_names[p], name))
        p++;
    return p < PROTOCOLS ? p : PROTOCOL_AUTO;
}

int run_images_open(struct dataset **out, struct db *db, const struct run_row *run,
                    const char *path, struct err *e)
{
    char there[OPT_TEXT_BYTES];
    if (find_option(db, run->id, "data", there, sizeof there, e))
        return -1;
    const struct dataset_request request = {.path = path[0] ? path : there,
                                            .protocol = protocol_of(run->protocol),
                                            .fold = run->fold ? run->fold : 1};
    return dataset_open(out, &request, e);
}

int run_images_check(const struct dataset *d, const struct prediction_row *row, struct err *e)
{
    for (size_t i = 0; i < d->n; i++) {
        if (strcmp(d->items[i].name, row->image))
            continue;
        if (fabs(d->items[i].score - row->truth) <= 1e-6 * fmax(1, fabs(row->truth)))
            return 0;
        return err_set(e, ERR_STATE, "%s has the score %g in %s, and had %g when the run trained",
                       row->image, d->items[i].score, d->name, row->truth);
    }
    return err_set(e, ERR_NOT_FOUND,
                   "there is no image %s in %s: name the data set that the run was trained on with "
                   "--data",
                   row->image, d->name);
}

int run_images_read(struct image *out, const struct dataset *d, const char *name, struct err *e)
{
    char path[2048];
    if (str_path(path, sizeof path, d->root, name))
        return err_set(e, ERR_USAGE, "the path of %.200s is too long", name);
    return image_read(out, path, e);
}
