/* test_prefetch.c - work done ahead: each row once, however late the thread comes to it; and that
 * batches fetched ahead are those that would have been fetched when needed, also after a plan that
 * was left half done. */
#include "cpu/cpu.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"

#include "base/mem.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define ROWS 1000
#define IMAGES 19
#define BATCH 4

static atomic_int times[ROWS];

static void count_row(const void *context, int r)
{
    const struct timespec *slow = context;
    if (slow && r % 16 == 0)
        nanosleep(slow, NULL);
    atomic_fetch_add(&times[r], 1);
}

/* Rows below n that were not done `wanted` times, and later ones that were done. */
static int wrong_rows(int n, int wanted)
{
    int wrong = 0;
    for (int r = 0; r < ROWS; r++)
        wrong += atomic_exchange(&times[r], 0) != (r < n ? wanted : 0);
    return wrong;
}

static void check_rows(void)
{
    static const int counts[] = {1, 15, 16, 17, 333, ROWS};
    const struct timespec slow = {0, 200 * 1000};
    struct prefetch *a;
    struct err e;
    int wrong = 0;
    if (prefetch_open(&a, &e))
        case_bail("prefetch_open", &e);
    for (int i = 0; i < 600; i++) {
        int n = counts[i % 6];
        prefetch_begin(a, n, count_row, NULL);
        prefetch_end(a);
        wrong += wrong_rows(n, 1);
    }
    is_int(wrong, 0, "needed at once: every row is done once");
    wrong = 0;
    for (int i = 0; i < 6; i++) {
        prefetch_begin(a, ROWS, count_row, &slow);
        nanosleep(&(struct timespec){0, i * 3L * 1000 * 1000}, NULL);
        prefetch_end(a);
        wrong += wrong_rows(ROWS, 1);
    }
    is_int(wrong, 0, "needed later: every row is done once");
    prefetch_begin(a, ROWS, count_row, NULL);
    for (int i = 0; i < 2000 && !atomic_load(&times[ROWS - 1]); i++)
        nanosleep(&(struct timespec){0, 1000 * 1000}, NULL);
    is_int(wrong_rows(ROWS, 1), 0, "not needed for long: the thread does all");
    prefetch_end(a);
    is_int(wrong_rows(0, 0), 0, "and nothing is left to do");
    int most = 0;
    for (int i = 0; i < 50; i++) {
        prefetch_begin(a, ROWS, count_row, i % 2 ? &slow : NULL);
        prefetch_drop(a);
        for (int r = 0; r < ROWS; r++) {
            int n = atomic_exchange(&times[r], 0);
            most = n > most ? n : most;
        }
        nanosleep(&(struct timespec){0, 50 * 1000}, NULL);
        wrong += wrong_rows(0, 0);
    }
    ok(most <= 1 && !wrong, "dropped: no row is done twice, or afterwards");
    prefetch_close(a);
    prefetch_close(NULL);
}

static const struct backend_case small = {
    "small",
    BATCH,
    33,
    31,
    3,
    {0, 3, 2, 1, false},
    {{0, -1, 32, 7, 2, 1, 0, true}, {1, -1, 32, 3, 1, 8, 0, true}, {2, 1, 32, 1, 1, 1, 8, true}}};

static void open_small(struct subject *s, struct net *net, const struct case_images *images,
                       int threads)
{
    case_net(&small, net);
    net->heads = true;
    net->classes = 5;
    struct backend_spec spec = case_spec(net, LOSS_COMBO, small.height, small.width);
    spec.batches[0] = case_batch(BATCH);
    spec.batches[1] = case_batch(IMAGES % BATCH);
    spec.threads = threads;
    spec.keep = true;
    subject_open(s, BACKEND_ENTRY(), &spec, 7);
    subject_show(s, images);
}

/* Whether steps on what is left of the plan see the same images, a step of each in turn; counts the
 * steps. */
static bool same_images(struct subject *a, struct subject *b, int steps)
{
    bool same = true;
    for (int i = 0; i < steps; i++) {
        unsigned phases = i % 2 ? BACKEND_EVAL : BACKEND_FORWARD | BACKEND_BACKWARD;
        a->batch = b->batch = subject_step(a, phases).n;
        subject_step(b, phases);
        size_t bytes = (size_t)a->b->n * cpu_count(a->b->shapes[0]) * sizeof(float);
        same = same && a->b->n == b->b->n && !memcmp(a->b->tensor[0], b->b->tensor[0], bytes);
    }
    return same;
}

/* The plan's order, from the other end. */
static void turn_order(struct case_images *images)
{
    for (size_t i = 0; i < IMAGES / 2; i++) {
        uint32_t first = images->order[i];
        images->order[i] = images->order[IMAGES - 1 - i];
        images->order[IMAGES - 1 - i] = first;
        struct augment_draw draw = images->draws[i];
        images->draws[i] = images->draws[IMAGES - 1 - i];
        images->draws[IMAGES - 1 - i] = draw;
    }
}

static void check_batches(void)
{
    struct net nets[2];
    struct subject alone, ahead;
    struct case_images images, other;
    struct augment_spec augment = {.height = small.height, .width = small.width};
    case_images(&images, IMAGES, &augment, 8);
    case_images(&other, IMAGES, &augment, 9);
    open_small(&alone, &nets[0], &images, 1);
    open_small(&ahead, &nets[1], &images, 2);
    ok(!batch_overlaps(alone.b) && batch_overlaps(ahead.b),
       "batches are fetched ahead where there is more than one thread");
    subject_plan(&alone, &images, BATCH, 0.1);
    subject_plan(&ahead, &images, BATCH, 0.1);
    ok(same_images(&alone, &ahead, 5), "a whole plan: the same images");
    is_int(ahead.b->coming.n, 0, "after the last batch nothing is fetched");
    subject_plan(&alone, &images, BATCH, 0.1);
    subject_plan(&ahead, &images, BATCH, 0.1);
    ok(same_images(&alone, &ahead, 2), "part of a plan: the same images");
    is_int(ahead.b->coming.n, BATCH, "another batch is on its way");
    turn_order(&images);
    subject_plan(&alone, &images, BATCH, 0.1);
    subject_plan(&ahead, &images, BATCH, 0.1);
    ok(same_images(&alone, &ahead, 3), "another plan instead: its images");
    subject_show(&alone, &other);
    subject_show(&ahead, &other);
    case_images_free(&images); /* no longer read */
    subject_plan(&alone, &other, BATCH, 0.1);
    subject_plan(&ahead, &other, BATCH, 0.1);
    ok(same_images(&alone, &ahead, 5), "other images: the same");
    subject_close(&alone);
    subject_close(&ahead);
    case_images_free(&other);
}

int main(void)
{
    check_rows();
    check_batches();
    return tap_done();
}
