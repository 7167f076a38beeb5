/* fuzz_scut.c - any bytes as the three lists of a SCUT-FBP5500 folder: what lies between two zero
 * bytes is a list. */
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "engine/dataset/dataset.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LISTS "train_test_files"
#define SPLIT LISTS "/split_of_60%training and 40%testing"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static char root[FILE_PATH_BYTES];

static void path_of(const char *name, char path[FILE_PATH_BYTES])
{
    if (str_path(path, FILE_PATH_BYTES, root, name))
        abort();
}

static void write_file(const char *name, const void *bytes, size_t count)
{
    char path[FILE_PATH_BYTES];
    path_of(name, path);
    FILE *f = fopen(path, "w");
    if (!f || fwrite(bytes, 1, count, f) != count || fclose(f))
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char *const folders[] = {"Images", SPLIT};
    static const char *const images[] = {"Images/a.jpg", "Images/b.jpg", "Images/c c.jpg"};
    struct err e;
    (void)argc;
    (void)argv;
    const char *scratch = getenv("FUZZ_SCRATCH");
    snprintf(root, sizeof root, "%s/combolab-fuzz-scut-XXXXXX", scratch ? scratch : "/tmp");
    if (!mkdtemp(root))
        abort();
    for (int i = 0; i < 2; i++) {
        char path[FILE_PATH_BYTES];
        path_of(folders[i], path);
        if (file_make_folders(path, &e))
            abort();
    }
    for (int i = 0; i < 3; i++)
        write_file(images[i], "picture", (size_t)i + 1);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const char *const lists[] = {LISTS "/All_labels.txt", SPLIT "/train.txt",
                                        SPLIT "/test.txt"};
    const uint8_t *at = bytes, *end = bytes + count;
    for (int i = 0; i < 3; i++) {
        const uint8_t *zero = at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
        const uint8_t *stop = zero && i < 2 ? zero : end;
        write_file(lists[i], at, (size_t)(stop - at));
        at = stop < end ? stop + 1 : end;
    }
    struct dataset *d;
    struct err e;
    const struct dataset_request request = {.path = root};
    if (dataset_open(&d, &request, &e))
        return 0;
    for (size_t i = 0; i < d->n; i++)
        if (!d->items[i].name[0] || (d->items[i].train && d->items[i].test))
            abort();
    dataset_free(d);
    return 0;
}
