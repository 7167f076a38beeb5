/* test_backend_cuda.c - the CUDA backend, as it stands, in float32 against the reference, and the
 * contract's rules. Linked with the simulator its kernels run on the host; everything else is what
 * a device gets. There tf32 is float32 too.
 *
 * Tolerances are for float32 with sums of up to a few thousand terms in any order. */
#include "tests/kit/backend_compare.h"
#include "tests/kit/backend_rules.h"
#include "tests/kit/tap.h"

static const struct tolerance shallow = {
    .forward = 5e-6, .backward = 2e-5, .update = 2e-5, .later = 1e-4};

int main(void)
{
    struct backend_ops ops = *BACKEND_ENTRY();
    ops.usual = BACKEND_F32;
    backend_rules(&ops);
    compare_probes(&ops, &shallow);
    compare_evaluation(&ops, &shallow);
    compare_training(&ops, 1, &shallow);
    return tap_done();
}
