/* test_image_limits.c - what decoding may cost: nothing for what is no image, one room of memory
 * for all threads; and digests of what was decoded. */
#include "base/err.h"
#include "base/gate.h"
#include "base/thread.h"
#include "engine/image/image_priv.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static struct err e;

/* A file with holes: large, but of no space on disk. Its beginning tells that it is no image. */
static void test_large_file(void)
{
    struct rusage before, after;
    struct image image;
    int height, width;
    const char *path = scratch_write("large.jpg", "no image", 8);
    ok(!truncate(path, 900000000), "a file of 900 MB");
    getrusage(RUSAGE_SELF, &before);
    ok(image_read(&image, path, &e) == -1, "that is no image");
    has_text(e.text, "is no image", "is refused");
    ok(image_measure(&height, &width, path, path, NULL, &e) == -1, "so is measuring it");
    ok(!truncate(path, 2000000000), "a file of 2 GB");
    ok(image_read(&image, path, &e) == -1 && strstr(e.text, "larger than 1 GiB"), "is too large");
    getrusage(RUSAGE_SELF, &after);
    ok(after.ru_maxrss - before.ru_maxrss < 100000, "none was read: %ld KiB more memory was used",
       after.ru_maxrss - before.ru_maxrss);
    unlink(path);
}

/* A PNG of 74 bytes whose header says 100,000 x 100,000 pixels: 30 GB. */
static void test_large_claim(void)
{
    static const uint8_t png[] = {
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44,
        0x52, 0x00, 0x01, 0x86, 0xa0, 0x00, 0x01, 0x86, 0xa0, 0x08, 0x02, 0x00, 0x00, 0x00, 0x27,
        0x30, 0x9c, 0x9f, 0x00, 0x00, 0x00, 0x11, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60,
        0x18, 0x05, 0xa3, 0x60, 0x14, 0x0c, 0x77, 0x00, 0x00, 0x03, 0xe8, 0x00, 0x01, 0xb3, 0xa6,
        0xd3, 0x46, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
    struct rusage before, after;
    struct image image;
    int height, width;
    const char *path = scratch_write("claim.png", png, sizeof png);
    getrusage(RUSAGE_SELF, &before);
    ok(image_read(&image, path, &e) == -1 && !image.rgb, "a PNG of 100,000 x 100,000 is refused");
    ok(strstr(e.text, "its header says 100000 x 100000 pixels; allowed are ") &&
           !strncmp(e.text, path, strlen(path)),
       "by its header, with its name: %s", e.text + strlen(scratch) + 1);
    ok(image_measure(&height, &width, path, path, NULL, &e) == -1, "so is measuring it");
    getrusage(RUSAGE_SELF, &after);
    ok(after.ru_maxrss - before.ru_maxrss < 100000, "no room was made for it: %ld KiB",
       after.ru_maxrss - before.ru_maxrss);
    unlink(path);
}

struct reading {
    const char *path;
    struct gate *gate;
    atomic_bool done;
};

static void *read_another(void *argument)
{
    struct reading *r = argument;
    struct image image;
    struct err own;
    uint64_t in_gate;
    if (!image_read_as(&image, r->path, r->path, r->gate, &in_gate, &own)) {
        atomic_store(&r->done, true);
        image_fini(&image);
        gate_leave(r->gate, in_gate);
    }
    return NULL;
}

/* Room for one byte: images are decoded one after the other. */
static void test_gate(void)
{
    static uint8_t rgb[40 * 40 * 3];
    const struct image grey = {40, 40, rgb};
    struct gate gate;
    struct image image;
    uint64_t in_gate;
    pthread_t thread;
    const struct timespec moment = {.tv_nsec = 50000000};
    struct reading other = {scratch_path("gate.jpg"), &gate, false};
    ok(!image_write_jpeg(&grey, other.path, 90, &e), "an image");
    gate_init(&gate, 1);
    ok(!image_read_as(&image, other.path, other.path, &gate, &in_gate, &e),
       "an image alone needs no room");
    ok(in_gate >= 3 * (uint64_t)image.height * (uint64_t)image.width, "and takes what it needs");
    if (!ok(!thread_start(&thread, read_another, &other), "another thread"))
        return;
    nanosleep(&moment, NULL);
    ok(!atomic_load(&other.done), "waits while the first image is there");
    image_fini(&image);
    gate_leave(&gate, in_gate);
    pthread_join(thread, NULL);
    ok(atomic_load(&other.done), "and goes on when it is gone");
    ok(image_read_as(&image, scratch, scratch, &gate, &in_gate, &e) == -1 && !in_gate,
       "what cannot be read");
    is_int((long long)gate.used, 0, "keeps nothing");
    gate_fini(&gate);
}

/* --- digests --- */

static void test_digest(void)
{
    enum { HEIGHT = 7, WIDTH = 15, BYTES = HEIGHT * WIDTH * 3 };
    uint8_t rgb[BYTES];
    bool all = true, orders = true;
    for (int i = 0; i < BYTES; i++)
        rgb[i] = (uint8_t)(i * 7);
    uint64_t digest = image_digest(rgb, HEIGHT, WIDTH);
    for (int i = 0; i < BYTES * 8; i++) {
        rgb[i / 8] ^= (uint8_t)(1 << i % 8);
        all = all && image_digest(rgb, HEIGHT, WIDTH) != digest;
        rgb[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    ok(all, "each bit of the pixels counts in a digest");
    ok(image_digest(rgb, WIDTH, HEIGHT) != digest, "and the sides");
    is_int((long long)(image_digest(rgb, HEIGHT, WIDTH) - digest), 0, "the same pixels, the same");
    for (int i = 0; i + 16 < BYTES; i++) {
        uint8_t kept[BYTES];
        memcpy(kept, rgb, BYTES);
        memcpy(rgb + i, kept + i + 8, 8);
        memcpy(rgb + i + 8, kept + i, 8);
        orders = orders && image_digest(rgb, HEIGHT, WIDTH) != digest;
        memcpy(rgb, kept, BYTES);
    }
    ok(orders, "their order counts");
    memset(rgb, 0, BYTES);
    ok(image_digest(rgb, HEIGHT, WIDTH) != 0, "black is something too");
}

int main(void)
{
    scratch_make();
    test_large_file();
    test_large_claim();
    test_gate();
    test_digest();
    scratch_remove(scratch);
    return tap_done();
}
