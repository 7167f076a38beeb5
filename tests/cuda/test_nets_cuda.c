/* test_nets_cuda.c - deep nets on the CUDA backend against the reference, in float32 and in bf16.
 * See test_backend_cuda.c.
 *
 * In bf16 rounding alone moves outputs of 18 layers by a percent and gradients by a tenth (by up to
 * 0.42 on an H200, where sums have other orders). Gradients of 50 layers it moves by as much as
 * they are, so there each unit is judged by what the backend itself made before it: with what is
 * tolerated of one unit, in which a rounding too many shows. */
#include "tests/kit/backend_compare.h"
#include "tests/kit/backend_spread.h"
#include "tests/kit/tap.h"

static const struct tolerance deep = {.forward = 5e-5, .backward = 2e-4};
static const struct tolerance deep_kinks = {.forward = 2e-4, .backward = 5e-2};
static const struct tolerance coarse = {.forward = 5e-2, .backward = 0.7};
static const struct tolerance coarse_kinks = {.forward = 0.1, .backward = 0.7};

int main(void)
{
    struct backend_ops ops = *BACKEND_ENTRY();
    ops.usual = BACKEND_F32;
    compare_net(&ops, "resnet18", NULL, 40, 4, &deep, &deep_kinks);
    compare_net(&ops, "se-resnext50", NULL, 40, 2, &deep, &deep_kinks);
    ops.usual = BACKEND_BF16;
    compare_net(&ops, "resnet18", NULL, 40, 4, &coarse, &coarse_kinks);
    const struct tolerance unit = spread_of_unit(&ops);
    compare_net_by_units(&ops, "resnet18", 40, 4, &unit);
    compare_net_by_units(&ops, "se-resnext50", 40, 2, &unit);
    return tap_done();
}
