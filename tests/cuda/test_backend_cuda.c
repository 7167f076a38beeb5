/* test_backend_cuda.c - the CUDA backend, as it stands, against the reference and the contract's
 * rules. Linked with the simulator its kernels run on the host; everything else is what a device
 * gets.
 *
 * Tolerances are for float32 with sums of up to a few thousand terms in any order; see
 * tests/cpu/test_backend_cpu.c for deep nets and kinks. */
#include "tests/kit/backend_compare.h"
#include "tests/kit/backend_rules.h"
#include "tests/kit/tap.h"

#include <string.h>

static const struct tolerance shallow = {
    .forward = 5e-6, .backward = 2e-5, .update = 2e-5, .later = 1e-4};
static const struct tolerance deep = {.forward = 5e-5, .backward = 2e-4};
static const struct tolerance deep_kinks = {.forward = 2e-4, .backward = 5e-2};

/* "short" leaves out the deep nets, which take most of the time. */
int main(int argc, char **argv)
{
    struct backend_ops ops = *BACKEND_ENTRY();
    bool deep_too = argc < 2 || strcmp(argv[1], "short");
    ops.usual = BACKEND_F32;
    backend_rules(&ops);
    compare_probes(&ops, &shallow);
    compare_evaluation(&ops, &shallow);
    compare_training(&ops, 1, &shallow);
    if (!deep_too)
        return tap_done();
    compare_net(&ops, "resnet18", NULL, 40, 4, &deep, &deep_kinks);
    compare_net(&ops, "se-resnext50", NULL, 40, 2, &deep, &deep_kinks);
    return tap_done();
}
