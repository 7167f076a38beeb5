/* test_backend_bf16.c - the CUDA backend in bf16 against a reference that rounds where a device
 * does, and the contract's rules. See test_backend_cuda.c.
 *
 * Tolerances are for root mean squares; see tests/kit/backend_spread.h. One rounding too many, too
 * few or elsewhere on each value of a tensor is 1.7e-3; what a sum in another order makes of the
 * cases of one unit is up to 4e-4 forward and 7e-4 back. */
#include "tests/kit/backend_compare.h"
#include "tests/kit/backend_rules.h"
#include "tests/kit/tap.h"

static const struct tolerance shallow = {
    .forward = 6e-4, .backward = 1.1e-3, .update = 8e-4, .later = 0.3, .spreads = true};

int main(void)
{
    struct backend_ops ops = *BACKEND_ENTRY();
    ops.usual = BACKEND_BF16;
    backend_rules(&ops);
    compare_probes(&ops, &shallow);
    compare_evaluation(&ops, &shallow);
    compare_training(&ops, 1, &shallow);
    return tap_done();
}
