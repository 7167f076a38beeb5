/* test_augment_cpu.c - what the CPU backend's net sees, against the reference, to the bit: every
 * way of rotating with every set of jitters, mirrored or not, in rows of one piece and of several.
 */
#include "base/mem.h"
#include "base/philox.h"
#include "engine/backend_load.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"
#include "tests/ref/ref.h"

#include <pthread.h>

enum { DRAWS = 3 * 16 * 2 };

/* A net of one unit: what matters is its input. */
static void tiny_net(struct net *net)
{
    static const struct backend_case one = {
        "one unit", DRAWS, 0, 0, 3, CASE_NO_POOL, {{0, -1, 8, 3, 2, 1, 0, true}}};
    case_net(&one, net);
    net->heads = true;
    net->classes = 5;
}

/* Draw i: rotation, set of jitters and mirroring by the digits of i, the rest at random. */
static struct augment_draw draw_of(const struct augment_spec *size, int i, uint64_t seed)
{
    struct augment_spec spec = *size;
    int set = i / 3 % 16;
    spec.flip_probability = i / 48;
    spec.rotate = i % 3 ? 180 : 0;
    spec.nearest = i % 3 == 2;
    spec.brightness = set & 1 ? 1 : 0;
    spec.contrast = set & 2 ? 1 : 0;
    spec.saturation = set & 4 ? 1 : 0;
    spec.hue = set & 8 ? 0.5 : 0;
    return augment_draw_sample(&spec, seed, 1, (uint32_t)i, size->height + 5, size->width + 3, 100);
}

static void compare(const struct backend_ops *ops, int height, int width, int threads)
{
    struct net net;
    struct subject mine, ref;
    struct case_images images;
    tiny_net(&net);
    struct backend_spec spec = case_spec(&net, LOSS_COMBO, height, width);
    spec.batches[0] = case_batch(DRAWS);
    spec.keep = true;
    case_images(&images, DRAWS, &spec.augment, (uint64_t)width);
    for (int i = 0; i < DRAWS; i++)
        images.draws[i] = draw_of(&spec.augment, i, (uint64_t)width);
    subject_open(&ref, ref_backend(), &spec, 1);
    spec.threads = threads;
    subject_open(&mine, ops, &spec, 1);
    struct subject *both[2] = {&mine, &ref};
    float *seen[2];
    for (int k = 0; k < 2; k++) {
        subject_show(both[k], &images);
        subject_plan(both[k], &images, DRAWS, 0);
        subject_step(both[k], BACKEND_EVAL);
        seen[k] = subject_get(both[k], BACKEND_TENSOR, 0);
    }
    size_t each = (size_t)height * (size_t)width * 3;
    int same = 0, differ = 0;
    for (size_t i = 0; i < DRAWS; i++) {
        same += !memcmp(seen[0] + i * each, seen[1] + i * each, each * sizeof(float));
        differ += i && memcmp(seen[1], seen[1] + i * each, each * sizeof(float)) != 0;
    }
    is_int(same, DRAWS, "all augmentations are the reference's, to the bit");
    ok(differ == DRAWS - 1, "%d x %d with %d threads: and no two pictures are the same", height,
       width, threads);
    mem_free(seen[0]);
    mem_free(seen[1]);
    case_images_free(&images);
    subject_close(&mine);
    subject_close(&ref);
}

/* As a run does, in a thread of its own: OpenMP's workers end with it, so that none is left when a
 * sanitizer looks for leaks. */
static void *compare_all(void *context)
{
    const struct backend_module *module = context;
    compare(module->ops, 17, 13, 1);
    compare(module->ops, 9, 300, 3);
    compare(module->ops, 40, 128, 2);
    return NULL;
}

int main(void)
{
    struct backend_module module;
    struct err e;
    if (backend_load(&module, "cpu", &e)) {
        skip("%s", e.text);
        return tap_done();
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, compare_all, &module) || pthread_join(thread, NULL))
        ok(0, "a thread starts");
    return tap_done();
}
