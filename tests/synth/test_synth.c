/* test_synth.c - portraits: the same on every thread, scored by what they show, and a data
 * set. */
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "engine/dataset/dataset.h"
#include "engine/synth/synth.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define FACES 2000

static struct err e;

static struct synth_face middling_face(void)
{
    struct synth_face f = {.proportion = 0.5, .asymmetry = 0, .tone = 0, .skin = 0.2, .hair = 0.3};
    f.background = 0.5;
    return f;
}

static double correlation(const double *a, const double *b, int n)
{
    double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
    for (int i = 0; i < n; i++) {
        ma += a[i] / n;
        mb += b[i] / n;
    }
    for (int i = 0; i < n; i++) {
        ab += (a[i] - ma) * (b[i] - mb);
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
    }
    return ab / sqrt(aa * bb);
}

static void test_scores(void)
{
    static double value[6][FACES], score[FACES];
    double mean = 0, square = 0;
    bool in_range = true, two_decimals = true;
    for (int i = 0; i < FACES; i++) {
        struct synth_face f;
        synth_face(&f, 7, (uint32_t)i);
        const double own[6] = {f.proportion, f.asymmetry, f.tone, f.smile, f.pose, f.noise};
        for (int k = 0; k < 6; k++)
            value[k][i] = own[k];
        score[i] = f.score;
        mean += f.score / FACES;
        square += f.score * f.score / FACES;
        in_range = in_range && f.score >= 1 && f.score <= 5 && fabs(f.pose) <= 1 &&
                   fabs(f.smile) <= 1 && f.tone >= 0 && f.tone <= 1;
        two_decimals = two_decimals && fabs(f.score * 100 - floor(f.score * 100 + 0.5)) < 1e-9;
    }
    double deviation = sqrt(square - mean * mean);
    ok(in_range && two_decimals, "scores are 1.00 to 5.00");
    ok(mean > 2.9 && mean < 3.1 && deviation > 0.6 && deviation < 0.8,
       "their mean is %.3f, their deviation %.3f", mean, deviation);
    static const struct {
        const char *name;
        double least, most;
    } bounds[6] = {{"proportion", -0.8, -0.4}, {"asymmetry", -0.7, -0.3}, {"tone", -0.6, -0.3},
                   {"smile", 0.3, 0.6},        {"pose", -0.08, 0.08},     {"noise", -0.08, 0.08}};
    for (int k = 0; k < 6; k++) {
        double r = correlation(value[k], score, FACES);
        ok(r > bounds[k].least && r < bounds[k].most, "correlation with %s: %.3f", bounds[k].name,
           r);
    }
}

static struct image drawn(const struct synth_face *f, uint32_t number)
{
    struct image image = {0};
    if (synth_draw(&image, f, 3, number, 64, &e))
        diag("%s", e.text);
    return image;
}

/* Mean absolute difference of two pictures, over rows from..to (of 64). */
static double difference(const struct image *a, const struct image *b, int from, int to)
{
    double sum = 0;
    for (int i = from * 192; i < to * 192; i++)
        sum += abs(a->rgb[i] - b->rgb[i]);
    return sum / ((to - from) * 192);
}

/* Left half against the mirrored right half, features only. */
static double lopsided(const struct image *a)
{
    double sum = 0;
    for (int y = 24; y < 46; y++)
        for (int x = 18; x < 32; x++)
            sum += abs(a->rgb[(y * 64 + x) * 3 + 1] - a->rgb[(y * 64 + 63 - x) * 3 + 1]);
    return sum;
}

static void test_visible(void)
{
    struct synth_face plain = middling_face(), other = plain;
    double even = 0, uneven = 0;
    other.smile = 1;
    struct image a = drawn(&plain, 1), b = drawn(&other, 1);
    ok(difference(&a, &b, 38, 50) > 2 && difference(&a, &b, 0, 30) == 0,
       "a smile changes the mouth and nothing above it");
    image_fini(&b);
    other = plain;
    other.tone = 1;
    b = drawn(&other, 1);
    ok(difference(&a, &b, 20, 45) > 3, "an uneven tone shows");
    image_fini(&b);
    other = plain;
    other.proportion = 1;
    b = drawn(&other, 1);
    ok(difference(&a, &b, 20, 45) > 3, "so do other proportions");
    image_fini(&a);
    image_fini(&b);
    for (uint32_t i = 0; i < 40; i++) {
        other = plain;
        a = drawn(&other, i);
        other.asymmetry = 1;
        b = drawn(&other, i);
        even += lopsided(&a);
        uneven += lopsided(&b);
        image_fini(&a);
        image_fini(&b);
    }
    ok(uneven > 1.15 * even, "asymmetry makes the halves differ (%.0f against %.0f)", uneven, even);
}

static uint64_t picture_hash(uint64_t seed, uint32_t number, int size)
{
    struct synth_face f;
    struct image image;
    synth_face(&f, seed, number);
    if (synth_draw(&image, &f, seed, number, size, &e))
        return 0;
    uint64_t hash = hash_bytes(HASH_START, image.rgb, (size_t)size * (size_t)size * 3);
    image_fini(&image);
    return hash;
}

static void test_pure(void)
{
    ok(picture_hash(1, 5, 48) == picture_hash(1, 5, 48),
       "the same seed and number: the same bytes");
    ok(picture_hash(1, 5, 48) != picture_hash(1, 6, 48), "another number, another face");
    ok(picture_hash(1, 5, 48) != picture_hash(2, 5, 48), "another seed, another face");
    ok(picture_hash(1, 5, 16) && picture_hash(1, 5, 301), "smallest and odd sizes are drawn");
    struct synth_face f;
    struct image image;
    synth_face(&f, 1, 1);
    is_int(synth_draw(&image, &f, 1, 1, 8, &e), -1, "8 pixels are refused");
    bool clean = true;
    long n = 1;
    for (;; n++) {
        mem_test_fail_at(n);
        int result = synth_draw(&image, &f, 1, 1, 32, &e);
        mem_test_fail_at(0);
        if (!result)
            break;
        clean = clean && e.code == ERR_MEMORY && !image.rgb;
    }
    ok(clean && n > 3, "each of %ld allocations may fail", n - 1);
    image_fini(&image);
}

static struct synth_request request(const char *name)
{
    struct synth_request r = {.count = 20, .size = 32, .seed = 9, .threads = 1};
    r.dir = scratch_path(name);
    return r;
}

static int differ(const char *one, const char *two)
{
    char command[2400];
    snprintf(command, sizeof command, "diff -r '%s' '%s' >/dev/null", one, two);
    return system(command);
}

static void cancel_now(void *context, size_t done, size_t all)
{
    (void)done;
    (void)all;
    atomic_store((atomic_bool *)context, true);
}

static void test_write(void)
{
    struct synth_request a = request("a"), b = request("b/deep");
    struct dataset *d = NULL;
    b.threads = 4;
    is_int(synth_write(&a, &e), 0, "a data set is written");
    is_int(synth_write(&b, &e), 0, "and one by four threads, folders made");
    is_int(differ(a.dir, b.dir), 0, "with the same bytes");
    is_int(
        dataset_open(
            &d, &(struct dataset_request){.path = a.dir, .protocol = PROTOCOL_AUTO, .fold = 1}, &e),
        0, "it opens");
    ok(d && d->n == 20 && d->n_train == 12 && d->n_test == 8, "60 %% train");
    dataset_free(d);
    is_int(
        dataset_open(
            &d, &(struct dataset_request){.path = a.dir, .protocol = PROTOCOL_FOLD, .fold = 5}, &e),
        0, "and has five folds");
    ok(d && d->n_test == 4 && d->folds == 5, "of a fifth each");
    dataset_free(d);

    char first[1100];
    struct stat before, after;
    snprintf(first, sizeof first, "%s/images/portrait-00001.jpg", a.dir);
    stat(first, &before);
    is_int(synth_write(&a, &e), 0, "the same request again is welcome");
    stat(first, &after);
    ok(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec && before.st_ino == after.st_ino,
       "and rewrites nothing that is right");
    ok(!truncate(first, 20) && !synth_write(&a, &e) && !differ(a.dir, b.dir),
       "a damaged image is mended");
}

static void test_refusals(void)
{
    struct synth_request r = request("a");
    r.seed = 10;
    is_int(synth_write(&r, &e), -1, "another seed in the same folder is refused");
    has_text(e.text, "labels.csv: holds another data set", "by name");
    r = request("a");
    r.size = 48;
    is_int(synth_write(&r, &e), -1, "so is another size");
    r = request("own");
    const char *labels = scratch_text("own/labels.csv", "image,score\n");
    is_int(synth_write(&r, &e), -1, "and somebody's own labels");
    struct stat st;
    ok(!stat(labels, &st) && st.st_size == 12 && scratch_entries(r.dir) == 1,
       "which stay as they are");
    r = request("c");
    r.count = 4;
    is_int(synth_write(&r, &e), -1, "4 portraits are too few");
    has_text(e.text, "5..1000000", "and the message says the range");
    r.count = 5;
    r.size = 15;
    is_int(synth_write(&r, &e), -1, "15 pixels are too few");
    ok(access(r.dir, F_OK) == -1, "neither makes the folder");
}

static void test_ends(void)
{
    atomic_bool cancel = false;
    struct synth_request r = request("cancelled");
    r.cancel = &cancel;
    r.progress = cancel_now;
    r.context = &cancel;
    r.count = 500;
    is_int(synth_write(&r, &e), 1, "cancelling is a result");
    ok(access(scratch_path("cancelled/labels.csv"), F_OK) == -1, "without labels.csv");
    r = request("full");
    pid_t child = fork();
    if (!child) {
        struct rlimit limit = {300, 300};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(synth_write(&r, &e) == -1 && strstr(e.text, "portrait-") ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    ok(WIFEXITED(status) && !WEXITSTATUS(status), "a file that cannot be written is an error");
    ok(access(scratch_path("full/labels.csv"), F_OK) == -1 &&
           scratch_entries(scratch_path("full/images")) == 0,
       "without labels.csv or half an image");
}

int main(void)
{
    scratch_make();
    test_scores();
    test_visible();
    test_pure();
    test_write();
    test_refusals();
    test_ends();
    scratch_remove(scratch);
    return tap_done();
}
