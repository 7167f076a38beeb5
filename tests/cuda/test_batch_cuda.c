/* test_batch_cuda.c - where the CUDA backend has its images changes nothing but memory: all on the
 * device, streamed by a set that keeps few of them, or staged because a limit leaves no room. */
#include "base/mem.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"

#include <stdlib.h>
#include <string.h>

enum { IMAGES = 23, FEWER = 7, BATCH = 4, CLASSES = 5, MOST_STEPS = 32, ABSENT = 0xee };
#define TRAIN (BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE)

static const struct backend_case small = {
    "small",
    BATCH,
    13,
    10,
    3,
    CASE_NO_POOL,
    {{0, -1, 8, 3, 2, 1, 0, true}, {1, -1, 6, 1, 1, 1, 0, true}}};

/* --- a set that is streamed --- */

/* Shows an image's pixels between soon and done only. */
struct window {
    struct case_images images;
    uint8_t *pixels; /* those of `images` again */
    int held[IMAGES];
    int holding, most, faults;
};

static void soon(void *context, const uint32_t *list, size_t n)
{
    struct window *w = context;
    const struct image_place *p = w->images.set.place;
    for (size_t i = 0; i < n; i++) {
        size_t bytes = (size_t)p[list[i]].height * p[list[i]].width * 3;
        memcpy(w->pixels + p[list[i]].offset, w->images.set.pixels + p[list[i]].offset, bytes);
        w->held[list[i]]++;
    }
    w->holding += (int)n;
    w->most = w->holding > w->most ? w->holding : w->most;
}

static void done(void *context, const uint32_t *list, size_t n)
{
    struct window *w = context;
    const struct image_place *p = w->images.set.place;
    for (size_t i = 0; i < n; i++) {
        size_t bytes = (size_t)p[list[i]].height * p[list[i]].width * 3;
        w->faults += w->held[list[i]]-- < 1;
        if (!w->held[list[i]])
            memset(w->pixels + p[list[i]].offset, ABSENT, bytes);
    }
    w->holding -= (int)n;
}

static void open_window(struct window *w, size_t n, const struct augment_spec *augment,
                        uint64_t seed)
{
    memset(w, 0, sizeof *w);
    case_images(&w->images, n, augment, seed);
    const struct image_place *last = &w->images.set.place[n - 1];
    size_t bytes = last->offset + (size_t)last->height * last->width * 3;
    w->pixels = mem_alloc(bytes, 1);
    if (!w->pixels)
        case_bail("pixels", NULL);
    memset(w->pixels, ABSENT, bytes);
}

static void close_window(struct window *w)
{
    case_images_free(&w->images);
    mem_free(w->pixels);
}

static void show(const struct subject *s, struct window *w, bool streamed)
{
    struct err e;
    struct image_set set = w->images.set;
    if (streamed) {
        set.pixels = w->pixels;
        set.streamed = true;
        set.soon = soon;
        set.done = done;
        set.context = w;
    }
    if (door_images(s->door, &set, w->images.scores, w->images.classes, &e))
        case_bail("images", &e);
}

/* --- what steps give --- */

struct record {
    int n;
    double total[MOST_STEPS];
    float scores[MOST_STEPS][BATCH], probabilities[MOST_STEPS][BATCH * CLASSES];
};

static void collect(const struct subject *s, struct record *to)
{
    struct err e;
    struct backend_result r;
    if (door_collect(s->door, &r, &e))
        case_bail("collect", &e);
    to->total[to->n] = r.total;
    memcpy(to->scores[to->n], r.scores, (size_t)r.n * sizeof *r.scores);
    memcpy(to->probabilities[to->n++], r.probabilities,
           (size_t)r.n * CLASSES * sizeof *r.probabilities);
}

/* The plan's first `steps` steps, as many of them in flight as may be. */
static void pass(const struct subject *s, const struct case_images *images, int steps,
                 unsigned phases, struct record *to)
{
    struct err e;
    subject_plan(s, images, BATCH, 0.01);
    for (int begun = 0, collected = 0; collected < steps; collected++) {
        for (; begun < steps && begun - collected < BACKEND_IN_FLIGHT; begun++)
            if (door_step(s->door, phases, &e))
                case_bail("step", &e);
        collect(s, to);
    }
}

/* Another epoch's order and draws, every way of augmenting among them. */
static void draw_again(struct case_images *images, const struct augment_spec *augment,
                       uint32_t epoch)
{
    struct augment_spec wild = *augment;
    wild.rotate = 30;
    wild.brightness = wild.contrast = wild.saturation = 0.4;
    wild.hue = 0.1;
    for (size_t i = 0; i < images->set.n; i++) {
        const struct image_place *p = &images->set.place[i];
        images->order[i] = (uint32_t)((i * 5 + epoch) % images->set.n);
        images->draws[i] =
            augment_draw_sample(&wild, 5, epoch, (uint32_t)i, p->height, p->width, (double)p->grey);
    }
}

/* --- the three ways --- */

struct way {
    const char *name;
    bool streamed, early; /* copies aside run as early as may be, not as late (the simulator's) */
    uint64_t memory_most;
};

static struct backend_spec spec_of(struct net *net, enum backend_precision precision)
{
    case_net(&small, net);
    net->heads = true;
    net->classes = CLASSES;
    struct backend_spec spec = case_spec(net, LOSS_COMBO, small.height, small.width);
    for (int i = 0; i < BATCH; i++)
        spec.batches[i] = case_batch(i + 1);
    spec.precision = precision;
    return spec;
}

/* Epochs with a remainder, one of one batch more, one left before its end, other images between
 * two, and the weights behind all of it. */
static void run(const struct way *way, enum backend_precision precision, struct record *to,
                float *weights)
{
    static struct window many, few;
    struct net net;
    struct backend_spec spec = spec_of(&net, precision);
    struct subject s;
    memset(to, 0, sizeof *to);
    setenv("CUDASIM_COPIES", way->early ? "early" : "late", 1);
    spec.memory_most = way->memory_most;
    open_window(&many, IMAGES, &spec.augment, 1);
    open_window(&few, FEWER, &spec.augment, 2);
    subject_open(&s, BACKEND_ENTRY(), &spec, 1);
    show(&s, &many, way->streamed);
    pass(&s, &many.images, 6, TRAIN, to);
    draw_again(&many.images, &spec.augment, 1);
    pass(&s, &many.images, 1, BACKEND_EVAL, to);
    pass(&s, &many.images, 6, TRAIN, to);
    show(&s, &few, way->streamed);
    pass(&s, &few.images, 2, BACKEND_EVAL, to);
    show(&s, &many, way->streamed);
    draw_again(&many.images, &spec.augment, 2);
    pass(&s, &many.images, 6, TRAIN, to);
    pass(&s, &many.images, 6, BACKEND_EVAL, to);
    float *w = subject_get(&s, BACKEND_PARAM, 0);
    memcpy(weights, w, s.params->at[0].count * sizeof *w);
    mem_free(w);
    subject_close(&s);
    if (way->streamed) {
        ok(!many.holding && !few.holding && !many.faults && !few.faults,
           "a streamed set is told once of each image that it is read");
        is_int(many.most, BATCH, "which holds one batch at a time");
    }
    close_window(&many);
    close_window(&few);
}

static void compare_ways(enum backend_precision precision, uint64_t limit)
{
    const struct way ways[] = {{"on the device", false, false, 0},
                               {"streamed", true, false, 0},
                               {"streamed early", true, true, 0},
                               {"staged for want of room", false, false, limit},
                               {"staged early", false, true, limit}};
    static struct record first, other;
    float first_weights[8 * 27], other_weights[8 * 27];
    run(&ways[0], precision, &first, first_weights);
    for (int i = 1; i < 5; i++) {
        run(&ways[i], precision, &other, other_weights);
        ok(!memcmp(&first, &other, sizeof first) &&
               !memcmp(first_weights, other_weights, sizeof first_weights),
           "%s, images %s: the same bits as all on the device", door_precision_names[precision],
           ways[i].name);
    }
}

/* --- images that are copied to the device in pieces --- */

enum { LARGE = 7, LARGE_SIDE = 700 }; /* more than 8 MiB, and no image ends where a piece does */

static void large_images(struct case_images *out, const struct augment_spec *augment,
                         uint8_t *pixels, struct image_place *place)
{
    case_images(out, LARGE, augment, 1);
    mem_free((void *)(uintptr_t)out->set.pixels);
    mem_free((void *)(uintptr_t)out->set.place);
    size_t bytes = 0;
    for (int i = 0; i < LARGE; i++) {
        place[i] = (struct image_place){bytes, (uint16_t)(LARGE_SIDE - i), LARGE_SIDE, 128};
        bytes += (size_t)place[i].height * place[i].width * 3;
    }
    for (size_t i = 0; i < bytes; i++)
        pixels[i] = (uint8_t)(i * 2654435761u >> 24);
    out->set.pixels = pixels;
    out->set.place = place;
    draw_again(out, augment, 3);
}

static void check_large(void)
{
    static struct record copied, staged;
    struct record *record[] = {&copied, &staged};
    struct image_place *place = mem_alloc(LARGE, sizeof *place);
    uint8_t *pixels = mem_alloc((size_t)LARGE * LARGE_SIDE * LARGE_SIDE, 3);
    struct net net;
    struct backend_spec spec = spec_of(&net, BACKEND_F32);
    struct case_images images;
    if (!place || !pixels)
        case_bail("large images", NULL);
    large_images(&images, &spec.augment, pixels, place);
    for (int i = 0; i < 2; i++) {
        struct subject s;
        spec.memory_most = i ? (uint64_t)4 << 20 : 0;
        subject_open(&s, BACKEND_ENTRY(), &spec, 1);
        subject_show(&s, &images);
        pass(&s, &images, 2, BACKEND_EVAL, record[i]);
        subject_close(&s);
    }
    ok(!memcmp(&copied, &staged, sizeof copied),
       "images of several pieces are the same on the device as staged");
    case_images_free(&images);
}

/* --- memory --- */

static uint64_t bytes_of(const struct subject *s, uint64_t *images)
{
    struct backend_usage usage;
    door_usage(s->door, &usage);
    *images = usage.bytes[MEMORY_IMAGES];
    return door_bytes(&usage);
}

/* What all of it takes with the images on the device. */
static uint64_t check_bytes(void)
{
    struct net net;
    struct backend_spec spec = spec_of(&net, BACKEND_F32);
    struct subject s;
    struct case_images images;
    uint64_t before, after;
    case_images(&images, IMAGES, &spec.augment, 1);
    subject_open(&s, BACKEND_ENTRY(), &spec, 1);
    bytes_of(&s, &before);
    subject_show(&s, &images);
    uint64_t all = bytes_of(&s, &after);
    is_int((long long)(after - before), IMAGES * (18 * 13 * 3 + 8),
           "images and labels are counted");
    subject_show(&s, &images);
    is_int((long long)bytes_of(&s, &after), (long long)all, "once");
    subject_close(&s);
    case_images_free(&images);
    return all;
}

static void check_usage(void)
{
    struct net net;
    struct backend_spec spec = spec_of(&net, BACKEND_BF16);
    struct backend_usage usage;
    struct subject s;
    subject_open(&s, BACKEND_ENTRY(), &spec, 1);
    door_usage(s.door, &usage);
    has_text(usage.detail, "simulated device, bf16, graphs", "a device is named with what it does");
    has_text(usage.detail, "simulated CUDA, ", "and its library");
    ok(isnan(usage.load) && isnan(usage.temperature_c) && isnan(usage.power_w),
       "what the simulator doesn't know is not a number");
    subject_close(&s);
}

static void check_no_room(uint64_t limit)
{
    struct net net;
    struct backend_spec spec = spec_of(&net, BACKEND_F32);
    struct subject s;
    struct case_images images;
    struct err e;
    case_images(&images, IMAGES, &spec.augment, 1);
    spec.memory_most = limit;
    subject_open(&s, BACKEND_ENTRY(), &spec, 1);
    ok(door_images(s.door, &images.set, images.scores, images.classes, &e) == -1 &&
           e.code == ERR_MEMORY,
       "no room for a few batches is refused");
    has_text(e.text, "the limit is", "and the limit is told");
    has_text(e.text, "a smaller batch", "and what would help");
    subject_close(&s);
    case_images_free(&images);
}

/* The host's n-th allocation fails, n = 1, 2, 3 ... until there is none. */
static void check_host_memory(uint64_t limit)
{
    static struct window w;
    struct net net;
    struct backend_spec spec = spec_of(&net, BACKEND_F32);
    int refused = 0, result = -1;
    open_window(&w, IMAGES, &spec.augment, 1);
    for (long n = 1; result; n++) {
        struct subject s;
        struct err e;
        spec.memory_most = limit;
        subject_open(&s, BACKEND_ENTRY(), &spec, 1);
        mem_test_fail_at(n);
        result = door_images(s.door, &w.images.set, w.images.scores, w.images.classes, &e);
        mem_test_fail_at(0);
        refused += result && e.code == ERR_MEMORY;
        subject_close(&s);
        if (result && e.code != ERR_MEMORY)
            break;
    }
    ok(!result && refused, "%d allocations for images %s that fail are told", refused,
       limit ? "in stages" : "on the device");
    close_window(&w);
}

struct told {
    atomic_bool cancel;
    char what[80];
    bool cancels;
};

static void progress(void *context, const char *what, double fraction)
{
    struct told *t = context;
    (void)fraction;
    snprintf(t->what, sizeof t->what, "%s", what);
    atomic_store(&t->cancel, t->cancels);
}

static void check_cancel(void)
{
    struct net net;
    struct backend_spec spec = spec_of(&net, BACKEND_F32);
    struct subject s;
    struct case_images images;
    struct told told = {.cancels = false};
    struct err e;
    case_images(&images, IMAGES, &spec.augment, 1);
    spec.cancel = &told.cancel;
    spec.progress = progress;
    spec.progress_context = &told;
    subject_open(&s, BACKEND_ENTRY(), &spec, 1);
    told.cancels = true;
    is_int(door_images(s.door, &images.set, images.scores, images.classes, &e), 1,
           "copying images can be cancelled");
    is_text(told.what, "copying images to the device", "and is told");
    subject_close(&s);
    case_images_free(&images);
}

int main(void)
{
    uint64_t all = check_bytes();
    compare_ways(BACKEND_F32, all - 1);
    compare_ways(BACKEND_BF16, all - 1);
    check_large();
    check_usage();
    check_no_room(all - IMAGES * 18 * 13 * 3);
    check_host_memory(0);
    check_host_memory(all - 1);
    check_cancel();
    return tap_done();
}
