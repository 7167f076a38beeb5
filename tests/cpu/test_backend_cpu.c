/* test_backend_cpu.c - the CPU backend against the reference, and the contract's rules.
 *
 * Tolerances are for float32 with sums of up to a few thousand terms in any order; what was
 * measured is several times smaller. Deep nets multiply rounding by depth; at kinks (see
 * backend_compare_net.c) their gradients differ by a percent. */
#include "engine/backend_load.h"
#include "tests/kit/backend_compare.h"
#include "tests/kit/backend_rules.h"
#include "tests/kit/tap.h"

#include <pthread.h>
#include <stdint.h>

static const struct tolerance shallow = {
    .forward = 5e-6, .backward = 2e-5, .update = 2e-5, .later = 1e-4};

/* As a run does, in a thread of its own: OpenMP's workers end with it, so that none is left when a
 * sanitizer looks for leaks. */
static void *compare_small(void *context)
{
    const struct backend_ops *ops = context;
    backend_rules(ops);
    compare_probes(ops, &shallow);
    compare_evaluation(ops, &shallow);
    compare_training(ops, 1, &shallow);
    compare_training(ops, 3, &shallow);
    return NULL;
}

static const struct tolerance deep = {.forward = 5e-5, .backward = 2e-4};
static const struct tolerance deep_kinks = {.forward = 2e-4, .backward = 5e-2};

/* 50 layers on maps of a few pixels: one kink was seen to change gradients by 8 %. */
static const struct tolerance bare_kinks = {.forward = 2e-4, .backward = 2e-1};

/* Cadene's nets: the pool rounds up, the stride is at the 1x1. */
static const struct net_options other = {.ceil_pool = true, .stride_first = true};

/* "short" leaves out the deep nets, which take most of the time. */
int main(int argc, char **argv)
{
    struct backend_module module;
    struct err e;
    if (backend_load(&module, "cpu", &e)) {
        skip("%s", e.text);
        return tap_done();
    }
    diag("%s", module.path);
    bool deep_too = argc < 2 || strcmp(argv[1], "short");
    pthread_t thread;
    if (pthread_create(&thread, NULL, compare_small, (void *)(uintptr_t)module.ops) ||
        pthread_join(thread, NULL))
        ok(0, "a thread for the tests");
    if (!deep_too)
        return tap_done();
    compare_net(module.ops, "resnet18", NULL, 64, 4, &deep, &deep_kinks);
    compare_net(module.ops, "se-resnext50", NULL, 64, 2, &deep, &deep_kinks);
    compare_net(module.ops, "resnet50", NULL, 40, 2, &deep, &bare_kinks);
    compare_net(module.ops, "resnext50", &other, 40, 2, &deep, &bare_kinks);
    compare_net(module.ops, "se-resnet50", &other, 40, 2, &deep, &bare_kinks);
    return tap_done();
}
