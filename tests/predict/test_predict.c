/* test_predict.c - whole nets with weights from a file, on a JPEG: against PyTorch and Pillow, as
 * tests/golden/make_predict_golden.py says; and images in any number, order and state. */
#include "base/str.h"
#include "engine/backend_load.h"
#include "engine/image/image.h"
#include "engine/predict/predict.h"
#include "engine/weights/weights.h"
#include "tests/kit/exactness.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/torch_weights.h"
#include "tests/ref/ref.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 32
#define RESIZE 40
#define CLASSES 5
#define MOST 40 /* images of a test */

struct seen {
    size_t n, damaged;
    size_t order[MOST];
    struct prediction said[MOST]; /* by place */
    bool bad[MOST];
    char damage[200];
    size_t fail_at; /* the taker ends it there; 0 = never */
};

static int take(void *context, size_t i, const struct prediction *x, const char *damage,
                struct err *e)
{
    struct seen *s = context;
    s->order[s->n++] = i;
    s->bad[i] = !x;
    if (x)
        s->said[i] = *x;
    else
        str_copy(s->damage, sizeof s->damage, damage);
    s->damaged += !x;
    return s->fail_at && s->n == s->fail_at ? err_set(e, ERR_IO, "as was asked for") : 0;
}

static struct predict_options options_for(const char *weights)
{
    return (struct predict_options){
        .weights = weights,
        .device = "cpu",
        .precision = BACKEND_F32,
        .threads = 1,
        .batch = 3,
        .expected = 1,
        .image_size = SIDE,
        .resize = RESIZE,
        .backend = ref_backend(),
    };
}

/* --- PyTorch --- */

static const char *write_jpeg(FILE *golden)
{
    static uint8_t bytes[8192];
    size_t n;
    unsigned byte;
    if (fscanf(golden, "jpeg %zu ", &n) != 1 || n > sizeof bytes)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if (fscanf(golden, "%2x", &byte) != 1)
            return NULL;
        bytes[i] = (uint8_t)byte;
    }
    return scratch_write("picture.jpg", bytes, n);
}

/* How far score, probabilities and expectation lie from the golden's. */
struct apart {
    double score, probability, expectation;
};

static void check_line(FILE *golden, const struct predict_options *options, const char *jpeg,
                       struct apart *apart)
{
    struct seen seen = {0};
    struct predict *p;
    struct err e = {0};
    double wanted, expectation = 0;
    if (!ok(!predict_open(&p, options, &e) && !predict_images(p, &jpeg, 1, take, &seen, &e) &&
                seen.n == 1 && !seen.damaged,
            "%s says something of the picture", options->flip ? "with its mirror image, it" : "it"))
        diag("%s %s", e.text, seen.damage);
    const struct prediction *x = &seen.said[0];
    for (int i = 0; i <= CLASSES; i++) {
        double said = i ? (double)x->probability[i - 1] : (double)x->score;
        double *worst = i ? &apart->probability : &apart->score;
        wanted = fscanf(golden, "%lf", &wanted) == 1 ? wanted : (double)NAN;
        *worst = exact_worse(*worst, fabs(said - wanted));
        expectation += i * (i ? wanted : 0);
    }
    apart->expectation =
        exact_worse(apart->expectation, fabs((double)x->expectation - expectation));
    predict_close(p);
}

static void test_torch(FILE *golden, const char *jpeg, const char *net, const char *keys,
                       int features, const struct backend_ops *cpu)
{
    const struct backend_ops *const backends[] = {ref_backend(), cpu};
    char name[32], quantity[3][64];
    if (!ok(fscanf(golden, "%31s", name) == 1 && !strcmp(name, net), "the golden has %s", net))
        return;
    snprintf(quantity[0], sizeof quantity[0], "%s.score", net);
    snprintf(quantity[1], sizeof quantity[1], "%s.probability", net);
    snprintf(quantity[2], sizeof quantity[2], "%s.expectation", net);
    struct predict_options options = options_for(torch_weights_write(keys, features, CLASSES));
    long at = ftell(golden);
    for (int b = 0; b < (cpu ? 2 : 1); b++) {
        struct apart apart = {0};
        options.backend = backends[b];
        fseek(golden, at, SEEK_SET);
        for (int flip = 0; flip < 2; flip++) {
            options.flip = flip;
            check_line(golden, &options, jpeg, &apart);
        }
        exact_ok("predict", quantity[0], options.backend->name, apart.score);
        exact_ok("predict", quantity[1], options.backend->name, apart.probability);
        exact_ok("predict", quantity[2], options.backend->name, apart.expectation);
    }
}

/* --- many images --- */

static const char *write_picture(const char *name, int height, int width, int seed)
{
    struct image image;
    if (image_make(&image, height, width, name, NULL))
        return NULL;
    for (int i = 0; i < height * width * 3; i++)
        image.rgb[i] = (uint8_t)(128 + 90 * sin(i / (5.0 + seed)));
    image_write_jpeg(&image, scratch_path(name), 90, NULL);
    image_fini(&image);
    return scratch_path(name);
}

/* More than one chunk, some of it damaged: each image gets what it gets alone. */
static void test_many(const char *weights)
{
    const char *paths[MOST];
    struct predict_options options = options_for(weights);
    struct seen alone = {0}, all = {0}, flipped = {0};
    struct predict *p;
    struct err e = {0};
    char name[32];
    bool ordered = true, same = true;
    for (int i = 0; i < MOST; i++) {
        snprintf(name, sizeof name, "many-%d.jpg", i);
        paths[i] = i % 7 == 3    ? scratch_text(name, "this is no picture")
                   : i % 11 == 4 ? "/there/is/no/such.jpg"
                                 : write_picture(name, 40 + i, 90 - i, i);
    }
    if (!ok(!predict_open(&p, &options, &e), "a net for single images"))
        diag("%s", e.text);
    for (size_t i = 0; i < MOST; i++) {
        struct seen one = {0};
        predict_images(p, &paths[i], 1, take, &one, &e);
        alone.said[i] = one.said[0];
        alone.bad[i] = one.bad[0];
    }
    predict_close(p);
    options.expected = MOST;
    ok(!predict_open(&p, &options, &e) && !predict_images(p, paths, MOST, take, &all, &e),
       "forty images in chunks of twenty-four");
    is_int((long)all.n, MOST, "each is told of");
    for (size_t i = 0; i < all.n; i++) {
        ordered &= all.order[i] == i;
        same &= all.bad[i] == alone.bad[i];
        if (!all.bad[i])
            same &= fabs(all.said[i].score - alone.said[i].score) < 1e-6 &&
                    fabs(all.said[i].expectation - alone.said[i].expectation) < 1e-6 &&
                    all.said[i].most == alone.said[i].most;
    }
    ok(ordered, "in order");
    ok(same, "with what is said of it alone");
    is_int((long)all.damaged, 10, "but for the damaged ones");
    ok(strstr(all.damage, "many-38.jpg") || strstr(all.damage, "such.jpg"), "which are named: %s",
       all.damage);
    all.n = 0;
    all.fail_at = 5;
    ok(predict_images(p, paths, MOST, take, &all, &e) == -1 && strstr(e.text, "as was asked for"),
       "a taker that fails ends it");
    is_int((long)all.n, 5, "there");
    predict_close(p);
    options.flip = true;
    ok(!predict_open(&p, &options, &e) && !predict_images(p, paths, MOST, take, &flipped, &e),
       "with mirror images");
    same = true;
    for (size_t i = 0; i < MOST; i++)
        same &= flipped.bad[i] == alone.bad[i];
    ok(same && flipped.said[0].score != alone.said[0].score, "the same ones can be decoded");
    predict_close(p);
}

static void test_cancelled(const char *weights)
{
    atomic_bool cancel = false;
    const char *path = scratch_path("many-0.jpg");
    struct predict_options options = options_for(weights);
    struct seen seen = {0};
    struct predict *p;
    struct err e;
    options.cancel = &cancel;
    ok(!predict_open(&p, &options, &e), "a net that can be cancelled");
    atomic_store(&cancel, true);
    is_int(predict_images(p, &path, 1, take, &seen, &e), 1, "is cancelled");
    is_int((long)seen.n, 0, "before it says anything");
    predict_close(p);
}

/* --- files that say nothing of a score --- */

static void refused(const char *weights, const char *text, const char *what)
{
    struct predict_options options = options_for(weights);
    struct predict *p;
    struct err e = {0};
    ok(predict_open(&p, &options, &e) == -1 && strstr(e.text, text), "%s: %s", what, e.text);
    ok(!p, "nothing is open");
    predict_close(p);
}

/* The file again without a tensor, or with another shape of it. */
static const char *without(const char *weights, const char *name, int rows)
{
    const char *path = scratch_path("without.safetensors");
    struct weights *all, *some;
    if (weights_read(&all, weights, NULL) || weights_new(&some, all->n, NULL))
        return NULL;
    for (size_t i = 0; i < all->n; i++) {
        const struct weights_tensor *t = &all->at[i];
        bool named = strstr(t->name, name) != NULL;
        int dims[4];
        memcpy(dims, t->dims, sizeof dims);
        if (named && !rows)
            continue;
        dims[0] = named ? rows : dims[0];
        struct weights_tensor *to = weights_add(some, t->name, t->rank, dims, NULL);
        if (to && !named)
            memcpy(to->data, t->data, t->count * sizeof *t->data);
    }
    weights_write(some, path, NULL);
    weights_free(all);
    weights_free(some);
    return path;
}

static void test_refused(const char *weights)
{
    struct predict_options options;
    struct predict *p;
    struct err e = {0};
    refused(without(weights, "regression_branch", 0), "has no score head", "no score head");
    refused(without(weights, "regression_branch.weight", 1000), "1000x512, not 1x512",
            "a head of other outputs");
    refused(without(weights, "layer3.0.bn1.running_var", 0), "layer3.0.bn1.running_var",
            "a missing part");
    refused(scratch_text("words.safetensors", "no weights at all, these are words"), "words",
            "another kind of file");
    refused("/there/is/none.safetensors", "/there/is/none.safetensors", "no file");
    options = options_for(without(weights, "classification_branch", 0));
    ok(!predict_open(&p, &options, &e) && !predict_facts(p)->classes, "no class head is needed");
    predict_close(p);
    options = options_for(weights);
    options.resize = 20;
    ok(predict_open(&p, &options, &e) == -1 && strstr(e.text, "smaller than image-size 32"),
       "images smaller than what the net sees: %s", e.text);
}

int main(void)
{
    const char *top = getenv("TOP_SRCDIR");
    struct backend_module cpu = {NULL, ""};
    struct backend_device devices[BACKEND_MAX_DEVICES];
    char path[600], why[200];
    struct err e;
    scratch_make();
    snprintf(path, sizeof path, "%s/tests/golden/predict_torch.txt", top ? top : ".");
    FILE *golden = fopen(path, "r");
    const char *jpeg = golden ? write_jpeg(golden) : NULL;
    if (!ok(jpeg != NULL, "a golden with a picture"))
        return tap_done();
    if (backend_load(&cpu, "cpu", &e) || !cpu.ops->open ||
        !cpu.ops->devices(devices, BACKEND_MAX_DEVICES, why, sizeof why))
        cpu.ops = NULL;
    test_torch(golden, jpeg, "resnet18", "torchvision_resnet18.txt", 512, cpu.ops);
    test_torch(golden, jpeg, "se-resnext50", "cadene_se_resnext50_32x4d.txt", 2048, cpu.ops);
    fclose(golden);
    const char *weights = torch_weights_write("torchvision_resnet18.txt", 512, CLASSES);
    test_many(weights);
    test_cancelled(weights);
    test_refused(weights);
    scratch_remove(scratch);
    return tap_done();
}
