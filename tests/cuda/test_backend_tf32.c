/* test_backend_tf32.c - the CUDA backend in tf32, whose products round to 11 bits on a device,
 * against the reference. Under the simulator it is float32. See test_backend_cuda.c.
 *
 * Tolerances are for root mean squares; see tests/kit/backend_spread.h. Rounding both sides of a
 * product is 4e-4; behind a ReLU or a pool that moves one value in a few thousand across a kink,
 * and with it the whole of a gradient: 1e-2 to 5e-2 on an H200. */
#include "tests/kit/backend_compare.h"
#include "tests/kit/tap.h"

static const struct tolerance shallow = {
    .forward = 1.5e-3, .backward = 8e-2, .update = 5e-2, .later = 0.3, .spreads = true};

int main(void)
{
    struct backend_ops ops = *BACKEND_ENTRY();
    ops.usual = BACKEND_TF32;
    compare_probes(&ops, &shallow);
    compare_evaluation(&ops, &shallow);
    compare_training(&ops, 1, &shallow);
    return tap_done();
}
