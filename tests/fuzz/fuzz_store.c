/* fuzz_store.c - any bytes over a file of decoded images: the first two say where in it, the rest
 * goes there. What is believed must be the images; what is not is decoded again. */
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/dataset/dataset.h"
#include "engine/image/store.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#define SIDE 8

static char cache[256];
static struct dataset *data;
static uint8_t *whole; /* the file as it should be */
static size_t whole_bytes;
static char path[FILE_PATH_BYTES];

static struct store *open_store(void)
{
    struct store *s;
    struct err e;
    const struct store_request request = {
        .data = data, .cache = cache, .shorter_side = SIDE, .threads = 1};
    return store_open(&s, &request, &e) ? NULL : s;
}

/* `set` is a folder that `combolab synth` has made. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct err e;
    const struct dataset_request request = {.path = "set"};
    (void)argc;
    (void)argv;
    const char *scratch = getenv("FUZZ_SCRATCH");
    snprintf(cache, sizeof cache, "%s/combolab-fuzz-store-XXXXXX", scratch ? scratch : "/tmp");
    if (!mkdtemp(cache) || dataset_open(&data, &request, &e))
        abort();
    struct store *s = open_store();
    FILE *f = s ? fopen(store_path(s), "r") : NULL;
    if (!f || fseek(f, 0, SEEK_END))
        abort();
    str_copy(path, sizeof path, store_path(s));
    whole_bytes = (size_t)ftell(f);
    rewind(f);
    whole = malloc(whole_bytes);
    if (!whole || fread(whole, 1, whole_bytes, f) != whole_bytes)
        abort();
    fclose(f);
    store_close(s);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (count < 3)
        return 0;
    size_t at = (size_t)(bytes[0] + 256 * bytes[1]) % whole_bytes;
    size_t room = whole_bytes - at, put = count - 2 < room ? count - 2 : room;
    FILE *f = fopen(path, "w");
    if (!f || fwrite(whole, 1, at, f) != at || fwrite(bytes + 2, 1, put, f) != put ||
        fwrite(whole + at + put, 1, room - put, f) != room - put || fclose(f))
        abort();
    struct store *s = open_store();
    if (!s)
        abort();
    const struct image_set *set = store_images(s);
    uint64_t sum = 0;
    for (size_t i = 0; i < set->n; i++)
        for (int k = 0; k < set->place[i].height * set->place[i].width * 3; k++)
            sum += set->pixels[set->place[i].offset + (uint64_t)k];
    if (sum == UINT64_MAX)
        abort();
    store_close(s);
    return 0;
}
