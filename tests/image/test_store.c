/* test_store.c - the decode-once store: built, reused, remade, cancelled, raced, out of room.
 */
#include "base/err.h"
#include "base/mem.h"
#include "engine/dataset/dataset.h"
#include "engine/image/image.h"
#include "engine/image/store.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define IMAGES 12
#define SIDE 24

static struct err e;
static struct dataset *data;

static void write_image(int i)
{
    char name[64];
    struct image image = {30 + i, 40, mem_alloc((size_t)(30 + i) * 40, 3)};
    for (int k = 0; k < image.height * image.width * 3; k++)
        image.rgb[k] = (uint8_t)(k * 3 + i * 17 + k / 120);
    snprintf(name, sizeof name, "set/%02d.jpg", i);
    image_write_jpeg(&image, scratch_path(name), 90, &e);
    image_fini(&image);
}

static void make_set(void)
{
    char text[1024] = "image,score,split\n";
    scratch_text("set/labels.csv", "");
    for (int i = 0; i < IMAGES; i++) {
        write_image(i);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%02d.jpg,%d,%s\n", i, i,
                 i % 3 ? "train" : "test");
    }
    scratch_text("set/labels.csv", text);
    if (dataset_open(&data,
                     &(struct dataset_request){
                         .path = scratch_path("set"), .protocol = PROTOCOL_AUTO, .fold = 1},
                     &e))
        printf("Bail out! %s\n", e.text);
}

static struct store_request request(void)
{
    struct store_request r = {.data = data, .shorter_side = SIDE, .threads = 2};
    r.cache = scratch_path("cache");
    return r;
}

static struct store *open_store(struct store_request r)
{
    struct store *s = NULL;
    err_clear(&e);
    store_open(&s, &r, &e);
    return s;
}

/* Opens, closes; 1 = was decoded, 0 = came from the cache, -1 = failed. */
static int opened(void)
{
    struct store *s = open_store(request());
    int decoded = s ? store_was_decoded(s) : -1;
    store_close(s);
    return decoded;
}

static bool same_as_decoding(const struct image_set *set)
{
    bool same = set->n == IMAGES;
    for (int i = 0; same && i < IMAGES; i++) {
        char name[64];
        struct image whole, small;
        int height, width;
        snprintf(name, sizeof name, "set/%02d.jpg", i);
        image_read(&whole, scratch_path(name), &e);
        image_shorter_side(whole.height, whole.width, SIDE, &height, &width);
        image_resize(&small, &whole, height, width, &e);
        const struct image_place *p = &set->place[i];
        same = p->height == height && p->width == width && p->grey == image_grey_mean(&small) &&
               !memcmp(set->pixels + p->offset, small.rgb, (size_t)height * (size_t)width * 3);
        image_fini(&whole);
        image_fini(&small);
    }
    return same;
}

struct progress {
    pthread_t caller;
    size_t calls, last, all;
    bool foreign, backwards;
};

static void note_progress(void *context, size_t done, size_t count)
{
    struct progress *p = context;
    p->foreign = p->foreign || !pthread_equal(p->caller, pthread_self());
    p->backwards = p->backwards || done < p->last;
    p->calls++;
    p->last = done;
    p->all = count;
}

static void test_build(void)
{
    struct progress p = {.caller = pthread_self()};
    struct store_request r = request();
    r.progress = note_progress;
    r.context = &p;
    struct store *s = open_store(r);
    if (!ok(s != NULL, "a store is built"))
        diag("%s", e.text);
    ok(store_was_decoded(s), "by decoding");
    ok(same_as_decoding(store_images(s)), "it holds what decoding and resizing give");
    ok(p.calls >= 2 && p.last == IMAGES && p.all == IMAGES && !p.foreign && !p.backwards,
       "progress comes from the calling thread and ends at all");
    is_int((long long)store_bad(s, NULL), 0, "no image is damaged");
    is_int(access(store_path(s), R_OK), 0, "it lies in the cache folder");
    store_close(s);
    p.calls = 0;
    s = open_store(r);
    ok(s && !store_was_decoded(s) && same_as_decoding(store_images(s)) && !p.calls,
       "opened again, nothing is decoded");
    store_close(s);
    is_int(scratch_entries(r.cache), 1, "one file is in the cache");
    r.shorter_side = SIDE + 1;
    s = open_store(r);
    ok(s && store_was_decoded(s), "another size is another store");
    store_close(s);
}

static void test_changes(void)
{
    struct timespec times[2] = {{0, UTIME_OMIT}, {1000000000, 7}};
    utimensat(AT_FDCWD, scratch_path("set/03.jpg"), times, 0);
    is_int(opened(), 1, "a changed modification time is noticed");
    is_int(opened(), 0, "once");
    times[1].tv_nsec = 8;
    utimensat(AT_FDCWD, scratch_path("set/03.jpg"), times, 0);
    is_int(opened(), 1, "to the nanosecond");
    /* Other content, the same size and time: as `cp -p` and `rsync -t` make it. */
    int fd = open(scratch_path("set/03.jpg"), O_WRONLY);
    ok(pwrite(fd, "\xff", 1, 0) == 1 && !close(fd), "a byte is written again");
    utimensat(AT_FDCWD, scratch_path("set/03.jpg"), times, 0);
    is_int(opened(), 1, "with size and modification time as they were, it is noticed");
}

static uint64_t flip(const char *path, uint64_t at)
{
    uint8_t byte = 0;
    int fd = open(path, O_RDWR);
    if (pread(fd, &byte, 1, (off_t)at) == 1) {
        byte ^= 1;
        at = pwrite(fd, &byte, 1, (off_t)at) == 1 ? at : 0;
    }
    close(fd);
    return at;
}

/* One bit of the pixels of an image. */
static void test_pixels(void)
{
    uint32_t all[IMAGES];
    char path[4096];
    for (uint32_t i = 0; i < IMAGES; i++)
        all[i] = i;
    struct store *s = open_store(request());
    const struct image_place *p = store_images(s)->place;
    uint64_t last = 4096 + p[IMAGES - 1].offset + (uint64_t)p[IMAGES - 1].height * SIDE * 3 - 1;
    snprintf(path, sizeof path, "%s", store_path(s));
    store_close(s);
    flip(path, last);
    s = open_store(request());
    ok(s && store_was_decoded(s) && same_as_decoding(store_images(s)),
       "a flipped bit in the pixels: remade");
    has_text(s ? store_warning(s) : "", "of 12 decoded images looked at", "with a warning");
    is_int(store_check(s, all, IMAGES, &e), 0, "all that was decoded is good");
    store_close(s);
    unlink(path);
    s = open_store(request());
    is_text(store_warning(s), "", "a store that was not there is made without a word");
    flip(path, last);
    is_int(store_check(s, all, IMAGES - 1, &e), 0, "damaged once it is open: the others are good");
    is_int(store_check(s, all, IMAGES, &e), -1, "the image is refused before it is used");
    has_text(e.text, "image 12 is damaged", "and named");
    ok(access(path, F_OK) == -1, "the file is removed");
    store_close(s);
    is_int(opened(), 1, "and made again");
}

static void test_report(void)
{
    struct store_report report;
    struct store_request r = request();
    uint64_t pictures[IMAGES];
    struct store *s = open_store(r);
    memcpy(pictures, store_pictures(s), sizeof pictures);
    store_close(s);
    is_int(store_report(&report, &r, pictures, &e), 0, "a store is looked at");
    ok(report.found && !report.damaged && !report.different, "and found good");
    flip(report.path, 4096);
    store_report(&report, &r, pictures, &e);
    ok(report.found && report.damaged == 1 && !report.different, "a damaged image is counted");
    store_report(&report, &r, pictures, &e);
    ok(!report.found, "what was damaged is removed");
    store_close(open_store(r));
    pictures[2]++;
    store_report(&report, &r, pictures, &e);
    ok(report.found && !report.damaged && report.different == 1, "so is another picture");
    store_close(open_store(r));
    flip(report.path, 100);
    pictures[2]--;
    store_report(&report, &r, pictures, &e);
    ok(report.found && report.damaged == IMAGES, "damaged tables are damage to all");
}

/* Changes one byte, or the size, of the store's file; it must be made anew, not believed. */
static void test_damage(void)
{
    struct store *s = open_store(request());
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s", store_path(s));
    store_close(s);
    stat(path, &st);
    long tables = 96 + IMAGES * (16 + 2 * 8);
    bool remade = true;
    for (long at = 0; at < tables; at += 11) {
        FILE *f = fopen(path, "r+b");
        fseek(f, at, SEEK_SET);
        int was = fgetc(f);
        fseek(f, at, SEEK_SET);
        fputc(was ^ 0x41, f);
        fclose(f);
        bool this = opened() == 1;
        if (!this)
            diag("byte %ld was believed", at);
        remade = remade && this;
    }
    ok(remade, "a flipped byte in the tables: remade");
    ok(!truncate(path, st.st_size / 2) && opened() == 1, "cut in half: remade");
    ok(!truncate(path, 10) && opened() == 1, "cut to 10 bytes: remade");
    ok(!truncate(path, 0) && opened() == 1, "emptied: remade");
    ok(!truncate(path, st.st_size + 4096) && opened() == 1, "grown: remade");
    unlink(path);
    mkdir(path, 0777);
    is_int(opened(), 1, "a folder in its place is gone around");
    rmdir(path);
    is_int(opened(), 1, "and once it is gone, all is well");
    is_int(opened(), 0, "the remade store is believed");
}

static void cancel_at_once(void *context, size_t done, size_t count)
{
    (void)done;
    (void)count;
    atomic_store((atomic_bool *)context, true);
}

static void test_cancel(void)
{
    atomic_bool cancel = false;
    struct store *s = NULL;
    struct store_request r = request();
    r.cache = scratch_path("cancelled");
    r.cancel = &cancel;
    r.progress = cancel_at_once;
    r.context = &cancel;
    is_int(store_open(&s, &r, &e), 1, "cancelling is a result");
    ok(!s, "without a store");
    is_int(scratch_entries(r.cache), 0, "and leaves no file");
    is_int(store_open(&s, &r, &e), 1, "cancelled before it began");
}

static void test_bad(void)
{
    const uint32_t *places;
    struct store_request r = request();
    struct image good;
    r.cache = scratch_path("bad");
    image_read(&good, scratch_path("set/05.jpg"), &e);
    scratch_text("set/05.jpg", "");
    truncate(scratch_path("set/08.jpg"), 400);
    struct store *s = open_store(r);
    ok(!s && e.code == ERR_FORMAT, "damaged images refuse a store");
    diag("%s", e.text);
    has_text(e.text, "05.jpg: is empty", "the first is named, with its reason");
    has_text(e.text, "1 more of 12", "and how many there are");
    has_text(e.text, "--skip-bad-images", "and what to do");
    r.skip_bad = true;
    s = open_store(r);
    ok(s && store_bad(s, &places) == 2 && places[0] == 5 && places[1] == 8,
       "skip_bad lists their places");
    has_text(store_bad_reason(s, 0), "05.jpg: is empty", "and reasons");
    has_text(store_bad_reason(s, 1), "08.jpg: damaged JPEG", "of each");
    const struct image_set *set = store_images(s);
    bool zero = true;
    for (int i = 0; i < 2; i++) {
        const struct image_place *p = &set->place[places[i]];
        zero = zero && p->height == SIDE && p->width == SIDE && p->grey == 0;
        for (int k = 0; k < SIDE * SIDE * 3; k++)
            zero = zero && !set->pixels[p->offset + (uint64_t)k];
    }
    ok(zero, "their pixels are black squares");
    store_close(s);
    s = open_store(r);
    ok(s && !store_was_decoded(s) && store_bad(s, &places) == 2, "the list is kept");
    store_close(s);
    r.skip_bad = false;
    s = open_store(r);
    ok(!s && strstr(e.text, "05.jpg"), "and still refused without skip_bad");
    for (int i = 0; i < IMAGES; i++) {
        char name[64];
        snprintf(name, sizeof name, "set/%02d.jpg", i);
        scratch_text(name, "no image");
    }
    r.skip_bad = true;
    s = open_store(r);
    ok(!s && strstr(e.text, "all 12 images are damaged"), "nothing but damage: %s", e.text);
    for (int i = 0; i < IMAGES; i++)
        write_image(i);
    uint8_t line[4000 * 3] = {0};
    const struct image narrow = {.width = 4000, .height = 1, .rgb = line};
    image_write_jpeg(&narrow, scratch_path("set/00.jpg"), 90, &e);
    r.skip_bad = false;
    s = open_store(r);
    ok(!s && strstr(e.text, "too long and narrow"), "a longer side beyond all bounds: %s", e.text);
    image_fini(&good);
}

static void test_two_processes(void)
{
    struct store_request r = request();
    r.cache = scratch_path("raced");
    pid_t child[3];
    for (int i = 0; i < 3; i++) {
        child[i] = fork();
        if (child[i])
            continue;
        struct store *s = NULL;
        int result = store_open(&s, &r, &e);
        _exit(result || !same_as_decoding(store_images(s)));
    }
    int good = 0;
    for (int i = 0; i < 3; i++) {
        int status;
        waitpid(child[i], &status, 0);
        good += WIFEXITED(status) && !WEXITSTATUS(status);
    }
    is_int(good, 3, "three processes build the same store at once");
    is_int(scratch_entries(r.cache), 1, "one file remains");
}

/* Where nothing can be written the images are decoded into memory: the same pixels, and it is said.
 */
static void test_without_cache(struct store_request r, const char *what)
{
    struct store *in_memory = open_store(r);
    r.cache = scratch_path("beside");
    struct store *on_disk = open_store(r);
    ok(in_memory && on_disk && same_as_decoding(store_images(in_memory)) &&
           !memcmp(store_pictures(in_memory), store_pictures(on_disk),
                   store_images(on_disk)->n * sizeof(uint64_t)),
       "%s: the same images are in memory", what);
    ok(in_memory && strstr(store_warning(in_memory), "decoded into memory, for this run alone") &&
           strstr(store_warning(in_memory), "--cache"),
       "and it says why: %s", in_memory ? store_warning(in_memory) : e.text);
    store_close(in_memory);
    store_close(on_disk);
}

static void test_no_room(void)
{
    struct store_request r = request();
    r.cache = scratch_path("full");
    pid_t child = fork();
    if (!child) {
        struct rlimit limit = {8192, 8192};
        struct store *s = NULL;
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        int result = store_open(&s, &r, &e);
        bool good = result == -1 && e.code == ERR_FULL && strstr(e.text, "decoded images need") &&
                    strstr(e.text, r.cache) && strstr(e.text, "--cache") &&
                    strstr(e.text, "nor can they be kept in memory");
        diag("%s", e.text);
        _exit(good ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    ok(WIFEXITED(status) && !WEXITSTATUS(status), "no room: said before decoding, with the need");
    is_int(scratch_entries(r.cache), 0, "nothing is left");
    r.cache = scratch_text("occupied", "a file");
    test_without_cache(r, "a file for a cache folder");
    r.cache = "/proc/none";
    test_without_cache(r, "a folder that cannot be made");
    r.memory_bytes = 1000;
    struct store *s = open_store(r);
    ok(!s && strstr(e.text, "--cache") && strstr(e.text, "1000 B may be used"),
       "no memory either: %s", e.text);
}

static void test_abandoned(void)
{
    struct store_request r = request();
    struct timespec times[2] = {{1000000000, 0}, {1000000000, 0}};
    r.cache = scratch_path("left");
    const char *old = scratch_text("left/1-0.images-tmp", "old");
    const char *young = scratch_text("left/2-0.images-tmp", "young");
    const char *held = scratch_text("left/3-0.images-tmp", "held");
    utimensat(AT_FDCWD, old, times, 0);
    utimensat(AT_FDCWD, held, times, 0);
    FILE *f = fopen(held, "r");
    int locked = flock(fileno(f), LOCK_EX);
    store_close(open_store(r));
    ok(access(old, F_OK) == -1, "an abandoned temporary file is removed");
    ok(access(young, F_OK) == 0, "a young one is not");
    ok(!locked && access(held, F_OK) == 0, "nor one that is being written");
    fclose(f);
}

static void test_memory(void)
{
    bool clean = true;
    long n = 1;
    struct store_request r = request();
    r.threads = 1;
    r.cache = scratch_path("memory");
    for (;; n++) {
        struct store *s = NULL;
        mem_test_fail_at(n);
        int result = store_open(&s, &r, &e);
        mem_test_fail_at(0);
        store_close(s);
        if (!result)
            break;
        clean = clean && !s && e.code == ERR_MEMORY;
        /* What failed after the build may have finished the file. */
        scratch_remove(r.cache);
    }
    ok(clean && n > 20, "each of %ld allocations may fail", n - 1);
    is_int(scratch_entries(r.cache), 1, "and then it works");
}

int main(void)
{
    scratch_make();
    make_set();
    test_build();
    test_changes();
    test_damage();
    test_pixels();
    test_report();
    test_cancel();
    test_two_processes();
    test_no_room();
    test_abandoned();
    test_memory();
    test_bad();
    dataset_free(data);
    scratch_remove(scratch);
    return tap_done();
}
