/* dataset.c - finds out what a path is, lets the right reader gather rows, and makes places of
 * them.
 *
 * No state, any thread. Everything that can be wrong with a list is found here, before any image is
 * decoded: hours of training on half a data set would be worse than a refusal.
 */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *dataset_protocol_name(enum config_protocol protocol)
{
    switch (protocol) {
    case PROTOCOL_AUTO:
        return "auto";
    case PROTOCOL_60_40:
        return "60-40";
    case PROTOCOL_5_FOLD:
        return "5-fold";
    case PROTOCOL_SPLIT:
        return "split";
    case PROTOCOL_FOLD:
        return "fold";
    }
    return "unknown";
}

/* --- opening --- */

static bool is_folder(const char *dir, const char *name)
{
    char path[FILE_PATH_BYTES];
    struct stat st;
    return !str_path(path, sizeof path, dir, name) && !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool is_empty_folder(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    int entries = 0;
    const struct dirent *entry;
    while (entries == 0 && (entry = readdir(dir)) != NULL)
        entries += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(dir);
    return entries == 0;
}

static int read_folder(struct dataset *d, struct dataset_rows *rows, const char *path,
                       enum config_protocol protocol, int fold, struct err *e)
{
    char inner[FILE_PATH_BYTES];
    struct stat st;
    if (is_folder(path, "train_test_files"))
        return dataset_scut_read(d, rows, path, protocol, fold, e);
    if (is_folder(path, "SCUT-FBP5500_v2") &&
        !str_path(inner, sizeof inner, path, "SCUT-FBP5500_v2"))
        return dataset_scut_read(d, rows, inner, protocol, fold, e);
    if (!str_path(inner, sizeof inner, path, "labels.csv") && !stat(inner, &st))
        return dataset_csv_read(d, rows, inner, protocol, fold, e);
    if (is_empty_folder(path))
        return err_set(e, ERR_FORMAT, "%s: the folder is empty", path);
    return err_set(e, ERR_FORMAT,
                   "%s: is no data set that combolab knows: it holds neither train_test_files "
                   "(SCUT-FBP5500 v2) nor labels.csv",
                   path);
}

static int read_path(struct dataset *d, struct dataset_rows *rows, const char *path,
                     enum config_protocol protocol, int fold, struct err *e)
{
    struct stat st;
    if (stat(path, &st))
        return err_errno(e, errno, "data set '%s'", path);
    if (S_ISDIR(st.st_mode))
        return read_folder(d, rows, path, protocol, fold, e);
    return dataset_csv_read(d, rows, path, protocol, fold, e);
}

/* Counts, lists of places, score range. */
static int settle(struct dataset *d, struct err *e)
{
    d->score_least = d->score_most = d->items[0].score;
    for (size_t i = 0; i < d->n; i++) {
        d->n_train += d->items[i].train;
        d->n_test += d->items[i].test;
        if (d->items[i].score < d->score_least)
            d->score_least = d->items[i].score;
        if (d->items[i].score > d->score_most)
            d->score_most = d->items[i].score;
    }
    if (!d->n_train || !d->n_test)
        return err_set(e, ERR_FORMAT, "%s: of %zu images none is for %s", d->name, d->n,
                       d->n_train ? "testing" : "training");
    d->train = mem_alloc(d->n_train, sizeof *d->train);
    d->test = mem_alloc(d->n_test, sizeof *d->test);
    if (!d->train || !d->test)
        return mem_error(e, "the lists of places", d->n * sizeof *d->train);
    size_t train = 0, test = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (d->items[i].train)
            d->train[train++] = (uint32_t)i;
        if (d->items[i].test)
            d->test[test++] = (uint32_t)i;
    }
    return 0;
}

/* Moves the names from rows to items. */
static int take_rows(struct dataset *d, struct dataset_rows *rows, struct err *e)
{
    d->items = mem_alloc(rows->n, sizeof *d->items);
    if (!d->items)
        return mem_error(e, "the list of images", rows->n * sizeof *d->items);
    for (size_t i = 0; i < rows->n; i++) {
        d->items[i] = rows->row[i].item;
        rows->row[i].item.name = NULL;
    }
    d->n = rows->n;
    return 0;
}

int dataset_open(struct dataset **out, const char *path, enum config_protocol protocol, int fold,
                 struct err *e)
{
    struct dataset_rows rows = {0};
    int result = -1;
    struct dataset *d = mem_alloc(1, sizeof *d);
    *out = NULL;
    if (!d)
        return mem_error(e, "a data set", sizeof *d);
    if (read_path(d, &rows, path, protocol, fold, e) || take_rows(d, &rows, e) || settle(d, e))
        goto out;
    *out = d;
    d = NULL;
    result = 0;
out:
    dataset_rows_fini(&rows);
    dataset_free(d);
    return result;
}

void dataset_free(struct dataset *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n; i++)
        mem_free(d->items[i].name);
    mem_free(d->items);
    mem_free(d->train);
    mem_free(d->test);
    mem_free(d);
}

void dataset_hash(const struct dataset *d, char to[17])
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < d->n; i++) {
        const struct dataset_item *item = &d->items[i];
        /* Adding 0 makes -0 and 0 the same score. */
        double score = item->score + 0.0;
        uint8_t split = (uint8_t)(item->train | item->test << 1);
        hash = hash_text(hash, item->name);
        hash = hash_bytes(hash, &score, sizeof score);
        hash = hash_bytes(hash, &split, sizeof split);
    }
    snprintf(to, 17, "%016" PRIx64, hash);
}
