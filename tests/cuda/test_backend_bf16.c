/* test_backend_bf16.c - the CUDA backend in bf16 against a reference that rounds where a device
 * does, and the contract's rules. See test_backend_cuda.c.
 *
 * Tolerances are for root mean squares; see tests/kit/backend_spread.h. */
#include "tests/kit/backend_compare.h"
#include "tests/kit/backend_rules.h"
#include "tests/kit/backend_spread.h"
#include "tests/kit/tap.h"

int main(void)
{
    struct backend_ops ops = *BACKEND_ENTRY();
    const struct tolerance t = spread_of_unit(&ops);
    ops.usual = BACKEND_BF16;
    backend_rules(&ops);
    compare_probes(&ops, &t);
    compare_evaluation(&ops, &t);
    compare_training(&ops, 1, &t);
    return tap_done();
}
