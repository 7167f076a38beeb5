/* synth_write.c - a folder of portraits that is a data set.
 *
 * labels.csv is the promise that all images are there, so it comes last. What was drawn before a
 * full disk or a cancel stays: the same request goes on from there, since files that already hold
 * the right bytes are left alone (their modification times too, so that no cache is decoded again).
 */
#include "engine/synth/synth.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/philox.h"
#include "base/pool.h"
#include "base/str.h"
#include "engine/image/image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define JPEG_QUALITY 92
#define LEAST_COUNT 5 /* one of each fold */
#define MOST_COUNT 1000000
#define LEAST_SIZE 16
#define MOST_SIZE 4096
#define BLOCK 5 /* consecutive images: each fold once, three that train */
#define BLOCK_TRAIN 3
#define BLOCK_COUNTER 0x20000u /* Philox counters apart from those of a face */

static int check(const struct synth_request *r, struct err *e)
{
    if (!r->dir || !r->dir[0])
        return err_set(e, ERR_USAGE, "a folder for the portraits must be named");
    if (r->count < LEAST_COUNT || r->count > MOST_COUNT)
        return err_set(e, ERR_USAGE, "option 'count': %lld; allowed are %d..%d",
                       (long long)r->count, LEAST_COUNT, MOST_COUNT);
    if (r->size < LEAST_SIZE || r->size > MOST_SIZE)
        return err_set(e, ERR_USAGE, "option 'size': %lld; allowed are %d..%d pixels",
                       (long long)r->size, LEAST_SIZE, MOST_SIZE);
    return 0;
}

/* Images are numbered from 1; those of a block get a random arrangement of 0..4. */
static int rank_in_block(uint64_t seed, uint32_t number)
{
    uint32_t block = (number - 1) / BLOCK, at = (number - 1) % BLOCK;
    struct philox r = philox4x32(seed, block, 0, BLOCK_COUNTER, PHILOX_SYNTH);
    int rank[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        rank[i] = i;
    for (uint32_t i = BLOCK - 1; i > 0; i--) {
        uint32_t j = philox_below(r.v[i - 1], i + 1);
        int swap = rank[i];
        rank[i] = rank[j];
        rank[j] = swap;
    }
    return rank[at];
}

static int make_labels(struct str *csv, const struct synth_request *r, struct err *e)
{
    str_add(csv, "image,score,split,fold\n");
    for (uint32_t i = 1; i <= r->count; i++) {
        struct synth_face face;
        synth_face(&face, r->seed, i);
        int rank = rank_in_block(r->seed, i);
        /* Another rank decides the fold: else folds 1 to 3 would be the training images. */
        int fold = rank_in_block(~r->seed, i) + 1;
        str_addf(csv, "images/portrait-%05u.jpg,%.2f,%s,%d\n", i, face.score,
                 rank < BLOCK_TRAIN ? "train" : "test", fold);
    }
    return csv->failed ? mem_error(e, "labels.csv", csv->length) : 0;
}

static int image_path(char to[FILE_PATH_BYTES], const char *dir, uint32_t number, struct err *e)
{
    int length = snprintf(to, FILE_PATH_BYTES, "%s/images/portrait-%05u.jpg", dir, number);
    if (length > 0 && length < FILE_PATH_BYTES)
        return 0;
    return err_set(e, ERR_USAGE, "path too long: %s", dir);
}

/* A labels.csv that is already there must be this request's own. It does not say the images' size,
 * so the first image is asked. */
static int check_labels(const struct synth_request *r, const char *path, const struct str *csv,
                        struct err *e)
{
    struct stat st;
    if (lstat(path, &st))
        return errno == ENOENT ? 0 : err_errno(e, errno, "%s", path);
    uint8_t *bytes;
    size_t count;
    if (file_read(&bytes, &count, NULL, path, csv->length + 1, e))
        return -1;
    bool same = count == csv->length && !memcmp(bytes, csv->text, count);
    mem_free(bytes);
    char image[FILE_PATH_BYTES];
    int height, width;
    if (image_path(image, r->dir, 1, e))
        return -1;
    if (same && !image_measure(&height, &width, image, image, NULL, NULL))
        same = height == r->size && width == r->size;
    if (same)
        return 0;
    return err_set(e, ERR_STATE,
                   "%s: holds another data set (or one of another count, size or seed) and is not "
                   "overwritten; name another folder or remove it first",
                   path);
}

static bool has_bytes(const char *path, const uint8_t *bytes, size_t count)
{
    uint8_t *there;
    size_t there_count;
    if (file_read(&there, &there_count, NULL, path, count + 1, NULL))
        return false;
    bool same = there_count == count && !memcmp(there, bytes, count);
    mem_free(there);
    return same;
}

static int write_portrait(void *context, size_t i, struct err *e)
{
    const struct synth_request *r = context;
    uint32_t number = (uint32_t)i + 1;
    char path[FILE_PATH_BYTES];
    struct synth_face face;
    struct image image;
    uint8_t *bytes;
    size_t count;
    synth_face(&face, r->seed, number);
    if (image_path(path, r->dir, number, e) ||
        synth_draw(&image, &face, r->seed, number, (int)r->size, e))
        return -1;
    int result = image_encode_jpeg(&bytes, &count, &image, JPEG_QUALITY, path, e);
    image_fini(&image);
    if (result)
        return -1;
    if (!has_bytes(path, bytes, count))
        result = file_replace(path, bytes, count, 0, e);
    mem_free(bytes);
    return result;
}

static int write_all(const struct synth_request *r, const char *labels, const struct str *csv,
                     struct err *e)
{
    char images[FILE_PATH_BYTES];
    if (str_path(images, sizeof images, r->dir, "images"))
        return err_set(e, ERR_USAGE, "path too long: %s", r->dir);
    if (file_make_folders(images, e))
        return -1;
    struct pool_job job = {.n = (size_t)r->count,
                           .threads = r->threads,
                           .work = write_portrait,
                           .context = (void *)(uintptr_t)r,
                           .cancel = r->cancel,
                           .progress = r->progress,
                           .progress_context = r->context};
    int result = pool_run(&job, e);
    if (result)
        return result;
    if (has_bytes(labels, (const uint8_t *)csv->text, csv->length))
        return 0;
    return file_replace(labels, csv->text, csv->length, 1, e);
}

int synth_write(const struct synth_request *request, struct err *e)
{
    char labels[FILE_PATH_BYTES];
    struct str csv;
    if (check(request, e))
        return -1;
    if (str_path(labels, sizeof labels, request->dir, "labels.csv"))
        return err_set(e, ERR_USAGE, "path too long: %s", request->dir);
    str_init(&csv);
    int result = -1;
    if (!make_labels(&csv, request, e) && !check_labels(request, labels, &csv, e))
        result = write_all(request, labels, &csv, e);
    str_fini(&csv);
    return result;
}
