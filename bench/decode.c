/* decode.c - times the way from a JPEG or PNG file's bytes to a stored image, on one core.
 *
 *     bench/decode FOLDER [SIDE [SECONDS]]
 *
 * Reads up to 400 images of FOLDER into memory; then decodes them all, over and over, without and
 * with resizing to a shorter side of SIDE (224), for SECONDS (3) each, the two in turn three times.
 * Prints the medians as FIGURE lines, images per second.
 */
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/image/image.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FILES 400
#define MOST_BYTES ((size_t)1 << 26)
#define ROUNDS 3

struct bench {
    int side, n;
    double limit_s;
    uint8_t *bytes[MOST_FILES];
    size_t count[MOST_FILES];
    double rate[2][ROUNDS]; /* without, with resizing */
};

static int read_files(struct bench *b, const char *folder, struct err *e)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    int result = 0;
    if (!dir)
        return err_set(e, ERR_IO, "%s cannot be read", folder);
    while (!result && b->n < MOST_FILES && (entry = readdir(dir)) != NULL) {
        char path[4096];
        uint64_t whole;
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        const char *end = strrchr(entry->d_name, '.');
        if (length < 0 || (size_t)length >= sizeof path || !end ||
            (strcmp(end, ".jpg") && strcmp(end, ".png")))
            continue;
        result = file_read(&b->bytes[b->n], &b->count[b->n], &whole, path, MOST_BYTES, e);
        b->n += !result;
    }
    closedir(dir);
    if (!result && !b->n)
        result = err_set(e, ERR_NOT_FOUND, "%s holds no .jpg or .png", folder);
    return result;
}

static int one_image(const struct bench *b, int i, bool resize, struct err *e)
{
    struct image whole, small;
    int height, width;
    if (image_decode(&whole, b->bytes[i], b->count[i], "image", e))
        return -1;
    int result = 0;
    if (resize) {
        image_shorter_side(whole.height, whole.width, b->side, &height, &width);
        result = image_resize(&small, &whole, height, width, e);
        image_fini(&small);
    }
    image_fini(&whole);
    return result;
}

static int measure(const struct bench *b, bool resize, double *rate, struct err *e)
{
    int done = 0;
    double start = clock_s();
    do {
        if (one_image(b, done++ % b->n, resize, e))
            return -1;
    } while (clock_s() - start < b->limit_s);
    *rate = done / (clock_s() - start);
    return 0;
}

static double median(const double v[ROUNDS])
{
    double low = v[0] < v[1] ? v[0] : v[1], high = v[0] < v[1] ? v[1] : v[0];
    return v[2] < low ? low : v[2] > high ? high : v[2];
}

int main(int argc, char **argv)
{
    struct err e;
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: bench/decode FOLDER [SIDE [SECONDS]]\n");
        return 2;
    }
    struct bench *b = mem_alloc(1, sizeof *b);
    if (!b)
        return 1;
    b->side = argc > 2 ? atoi(argv[2]) : 224;
    b->limit_s = argc > 3 ? atof(argv[3]) : 3;
    int failed = read_files(b, argv[1], &e);
    for (int i = 0; !failed && i < 2 * ROUNDS; i++)
        failed = measure(b, i % 2, &b->rate[i % 2][i / 2], &e);
    if (failed)
        fprintf(stderr, "bench/decode: %s\n", e.text);
    else {
        printf("FIGURE decode_resize_per_core %.0f img/s 900\n", median(b->rate[1]));
        printf("FIGURE decode_per_core %.0f img/s -\n", median(b->rate[0]));
    }
    for (int i = 0; i < b->n; i++)
        mem_free(b->bytes[i]);
    mem_free(b);
    return failed != 0;
}
