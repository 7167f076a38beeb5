/* test_content.c - what was seen decides: pictures replaced between stop and resume, pictures that
 * train and test, decoded images damaged in the cache. With the toy backend. */
#include "base/mem.h"
#include "base/str.h"
#include "engine/image/image.h"
#include "tests/kit/resume_kit.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANY 80 /* more than opening looks at: of 80 the 5th is passed over */
#define SIDE 32
#define PICTURE_BYTES (SIDE * SIDE * 3)

static struct rig rig;

static void paint(const char *name, int shade)
{
    static uint8_t rgb[PICTURE_BYTES];
    struct err e;
    for (int i = 0; i < PICTURE_BYTES; i++)
        rgb[i] = (uint8_t)(shade + i % 97);
    image_write_jpeg(&(struct image){SIDE, SIDE, rgb}, scratch_path(name), 95, &e);
}

static void set_data(const char *path, const char *cache)
{
    str_copy(rig.job.config.data, sizeof rig.job.config.data, path);
    str_copy(rig.job.config.cache, sizeof rig.job.config.cache, scratch_path(cache));
}

static const char *hash(void)
{
    return rig_event(&rig, EVENT_STARTED, 0)->started.data_hash;
}

/* --- pictures replaced --- */

static void test_replaced(void)
{
    char before[17];
    ok(kit_stopped(&rig, "replaced", 3, 0), "a run is stopped");
    str_copy(before, sizeof before, hash());
    rename(scratch_path("data/p05.jpg"), scratch_path("kept.jpg"));
    paint("data/p05.jpg", 7);
    rig.job.resume = true;
    const struct event *end = rig_run(&rig);
    ok(end && end->finished.state == RUN_FAILED && strstr(end->finished.text, "the pictures in") &&
           strstr(end->finished.text, "are not those that the run was begun with"),
       "resumed with another picture under a name it is refused: %s",
       end ? end->finished.text : "");
    rig.job.resume = false;
    rig_weights(&rig, "others");
    rig_run(&rig);
    ok(strcmp(hash(), before) != 0, "a run on the other pictures has another data hash");
    rename(scratch_path("kept.jpg"), scratch_path("data/p05.jpg"));
    chmod(scratch_path("data/p05.jpg"), 0600);
    rig_weights(&rig, "replaced");
    rig.job.resume = true;
    end = rig_run(&rig);
    rig.job.resume = false;
    ok(end && end->finished.state == RUN_FINISHED && !strcmp(hash(), before),
       "with the pictures put back it goes on");
}

/* --- pictures that train and test --- */

static void test_leak(void)
{
    scratch_text("data/leak.csv", "image,score,split\np00.jpg,2,train\np01.jpg,3,test\n"
                                  "p02.jpg,2,train\ncopy-1.jpg,2.5,test\ncopy-2.jpg,2,test\n");
    size_t n;
    char *bytes = rig_file(scratch_path("data/p02.jpg"), &n);
    scratch_write("data/copy-1.jpg", bytes, n);
    scratch_write("data/copy-2.jpg", bytes, n);
    mem_free(bytes);
    set_data(scratch_path("data/leak.csv"), "cache");
    rig_weights(&rig, "leak");
    const struct event *end = rig_run(&rig);
    const struct event *log = kit_log(&rig, "2 of 3 test images show a picture that trains too");
    ok(end && end->finished.state == RUN_FINISHED && log && log->log.level == LOG_WARNING,
       "copies of a training image that test are warned of");
    ok(log && strstr(log->log.text, "'copy-1.jpg' is the same picture as 'p02.jpg'"),
       "with the first named");
    set_data(scratch_path("data"), "cache");
    rig_weights(&rig, "no-leak");
    rig_run(&rig);
    ok(!kit_log(&rig, "trains too"), "where there are none, nothing is said");
    ok(kit_log(&rig, "the data set is read as CSV") != NULL, "what it is read as is");
}

/* --- a damaged cache --- */

/* Zeros over the pixels of `n` images from `first` on. */
static void damage(const char *cache, int first, int n)
{
    static const char zeros[MANY * PICTURE_BYTES];
    char path[600] = "";
    DIR *dir = opendir(scratch_path(cache));
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL)
        if (strstr(entry->d_name, ".images"))
            snprintf(path, sizeof path, "%s/%s", scratch_path(cache), entry->d_name);
    closedir(dir);
    int fd = open(path, O_WRONLY);
    off_t at = 4096 + (off_t)first * PICTURE_BYTES;
    if (pwrite(fd, zeros, (size_t)n * PICTURE_BYTES, at) != n * PICTURE_BYTES)
        diag("%s was not damaged", path);
    close(fd);
}

static void make_many(void)
{
    mkdir(scratch_path("many"), 0777);
    FILE *csv = fopen(scratch_path("many/labels.csv"), "w");
    fprintf(csv, "image,score,split\n");
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "many/%02d.jpg", i);
        paint(name, i);
        fprintf(csv, "%02d.jpg,%.2f,%s\n", i, 1 + i * 0.05, i % 4 ? "train" : "test");
    }
    fclose(csv);
}

static void test_damage(void)
{
    struct event_phase first;
    make_many();
    set_data(scratch_path("many"), "many-cache");
    rig_weights(&rig, "first");
    rig_run(&rig);
    first = rig_event(&rig, EVENT_EPOCH, 0)->epoch.train;
    ok(!kit_log(&rig, "decoded again"), "a first run decodes and says nothing");
    damage("many-cache", 10, 20);
    rig_weights(&rig, "second");
    rig_run(&rig);
    const struct event *log = kit_log(&rig, "decoded again: of 64 decoded images looked at");
    ok(log && log->log.level == LOG_WARNING, "zeros in the cache: decoded again, with a warning");
    ok(rig_event(&rig, EVENT_EPOCH, 0)->epoch.train.total == first.total, "to the same numbers");
    damage("many-cache", 4, 1);
    rig_weights(&rig, "third");
    const struct event *end = rig_run(&rig);
    ok(end && end->finished.state == RUN_FAILED &&
           strstr(end->finished.text, "the decoded image 5 is damaged"),
       "an image that opening did not look at is not used: %s", end ? end->finished.text : "");
    is_int(scratch_entries(scratch_path("many-cache")), 0, "and the file is removed");
    rig_weights(&rig, "fourth");
    end = rig_run(&rig);
    ok(end && end->finished.state == RUN_FINISHED &&
           rig_event(&rig, EVENT_EPOCH, 0)->epoch.train.total == first.total,
       "so that the next run decodes again");
}

int main(void)
{
    if (rig_init(&rig))
        printf("Bail out! no trainer\n");
    rig.job.backend = kit_counted(toy_backend());
    test_replaced();
    test_leak();
    test_damage();
    rig_fini(&rig);
    return tap_done();
}
