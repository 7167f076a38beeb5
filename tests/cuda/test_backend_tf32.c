/* test_backend_tf32.c - the CUDA backend in tf32, whose products round to 11 bits on a device,
 * against the reference. Under the simulator it is float32. See test_backend_cuda.c.
 *
 * Tolerances are for root mean squares; see tests/kit/backend_spread.h. Rounding both sides of a
 * product is 4e-4. */
#include "tests/kit/backend_compare.h"
#include "tests/kit/tap.h"

static const struct tolerance shallow = {
    .forward = 1.5e-3, .backward = 2.5e-3, .update = 2e-3, .later = 0.3, .spreads = true};

int main(void)
{
    struct backend_ops ops = *BACKEND_ENTRY();
    ops.usual = BACKEND_TF32;
    compare_probes(&ops, &shallow);
    compare_evaluation(&ops, &shallow);
    compare_training(&ops, 1, &shallow);
    return tap_done();
}
