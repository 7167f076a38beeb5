/* test_faults_cuda.c - the CUDA backend where memory ends or a kernel fails: what is said, and that
 * nothing is left behind. */
#include "cuda/cuda_priv.h"
#include "base/mem.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 4
#define TRAIN (BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE)

static const struct backend_case small = {
    "small",
    BATCH,
    16,
    16,
    3,
    {0, 3, 2, 1, false},
    {{0, -1, 16, 7, 2, 1, 0, true}, {1, 1, 16, 3, 1, 4, 4, true}}};

static struct backend_spec spec_of(struct net *net)
{
    case_net(&small, net);
    net->heads = true;
    struct backend_spec spec = case_spec(net, LOSS_L1, small.height, small.width);
    spec.precision = BACKEND_BF16;
    spec.clip_norm = 1;
    spec.batches[0] = case_batch(BATCH);
    return spec;
}

/* Every allocation of an open fails once. */
static void fail_allocations(void)
{
    struct net net;
    struct err e;
    struct door *door = NULL;
    struct backend_spec spec = spec_of(&net);
    int wrong = 0, rc = -1, n = 0;
    while (rc && n < 1000) {
        mem_test_fail_at(++n);
        rc = door_open(&door, BACKEND_ENTRY(), &spec, &e);
        wrong += rc && (door || e.code != ERR_MEMORY);
    }
    mem_test_fail_at(0);
    ok(n > 10 && !rc && !wrong, "each of the %d allocations of an open may fail", n - 1);
    door_close(door);
}

static void count_allocations(const struct case_images *images)
{
    struct net net;
    struct subject s;
    struct backend_usage usage;
    struct backend_spec spec = spec_of(&net);
    subject_open(&s, BACKEND_ENTRY(), &spec, 1);
    subject_show(&s, images);
    subject_plan(&s, images, BATCH, 0.1);
    door_usage(s.door, &usage);
    mem_test_fail_at(0);
    subject_step(&s, TRAIN);
    subject_step(&s, TRAIN);
    subject_step(&s, BACKEND_EVAL);
    subject_plan(&s, images, BATCH, 0.1);
    is_int(mem_test_count(), 0, "steps and plans allocate nothing");
    uint64_t planned = door_bytes(&usage) - usage.bytes[MEMORY_IMAGES];
    ok(planned == s.b->arena.bytes, "usage says what was planned: %llu bytes",
       (unsigned long long)planned);
    subject_close(&s);
}

/* Less is free than is needed; the batch that is named fits. */
static void run_out_of_memory(void)
{
    struct net net;
    struct err e;
    struct door *door = NULL;
    struct backend_spec spec = spec_of(&net);
    spec.augment.height = spec.augment.width = 128;
    spec.batches[0] = case_batch(64);
    setenv("CUDASIM_MEMORY", "24", 1);
    int rc = door_open(&door, BACKEND_ENTRY(), &spec, &e);
    ok(rc == -1 && e.code == ERR_MEMORY, "too little is free: %s", e.text);
    has_text(e.text, "in batches of 64, and 24.0 MiB are free; a batch of ", "all is said");
    const char *batch = strstr(e.text, "a batch of ");
    int fits = batch ? atoi(batch + 11) : 0;
    ok(fits > 0 && fits < 64, "a batch of %d would fit", fits);
    spec.batches[0] = case_batch(fits + 1);
    ok(door_open(&door, BACKEND_ENTRY(), &spec, &e) == -1, "one more doesn't");
    spec.batches[0] = case_batch(fits);
    if (!is_int(door_open(&door, BACKEND_ENTRY(), &spec, &e), 0, "it does"))
        diag("%s", e.text);
    door_close(door);
    unsetenv("CUDASIM_MEMORY");
}

/* Last: CUDA is over in this process then. */
static void fail_kernel(const struct case_images *images)
{
    struct net net;
    struct subject s;
    struct err e;
    struct door *door;
    struct backend_spec spec = spec_of(&net);
    setenv("COMBOLAB_CUDA_SYNC", "1", 1);
    setenv("CUDASIM_FAIL", "average", 1);
    subject_open(&s, BACKEND_ENTRY(), &spec, 1);
    subject_show(&s, images);
    subject_plan(&s, images, BATCH, 0.1);
    int rc = door_step(s.door, TRAIN, &e);
    ok(rc == -1 && e.code == ERR_DEAD, "a kernel fails: %s", e.text);
    has_text(e.text, "kernel average", "it is named");
    subject_close(&s);
    unsetenv("CUDASIM_FAIL");
    rc = door_open(&door, BACKEND_ENTRY(), &spec, &e);
    ok(rc == -1 && e.code == ERR_DEAD && !door, "and no net is opened any more: %s", e.text);
    unsetenv("COMBOLAB_CUDA_SYNC");
}

int main(void)
{
    struct net net;
    struct case_images images;
    struct backend_spec spec = spec_of(&net);
    case_images(&images, 3 * BATCH, &spec.augment, 1);
    fail_allocations();
    count_allocations(&images);
    run_out_of_memory();
    fail_kernel(&images);
    case_images_free(&images);
    return tap_done();
}
