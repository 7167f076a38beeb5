/* test_backend_bf16.c - the CUDA backend in bf16 against a reference that rounds where a device
 * does, and the contract's rules. See test_backend_cuda.c.
 *
 * Tolerances are for root mean squares; see tests/kit/backend_spread.h. One rounding too many, too
 * few or elsewhere on each value of a tensor is 1.7e-3; what a sum in another order makes of the
 * cases of one unit is up to 4e-4 forward and 7e-4 back. */
#include "tests/kit/backend_compare.h"
#include "tests/kit/backend_rules.h"
#include "tests/kit/tap.h"

#include <string.h>

static const struct tolerance shallow = {
    .forward = 6e-4, .backward = 1.1e-3, .update = 8e-4, .later = 0.3, .spreads = true};

/* On a device cuDNN rounds weights' gradients to bf16 (cuda/conv_trial.c). */
static struct tolerance tolerance_of(const struct backend_ops *ops)
{
    struct tolerance t = shallow;
    struct backend_device device = {.name = ""};
    char why[200];
    ops->devices(&device, 1, why, sizeof why);
    if (strcmp(device.name, "simulated device") != 0)
        t.backward = t.update = 2.6e-3;
    return t;
}

int main(void)
{
    struct backend_ops ops = *BACKEND_ENTRY();
    const struct tolerance t = tolerance_of(&ops);
    ops.usual = BACKEND_BF16;
    backend_rules(&ops);
    compare_probes(&ops, &t);
    compare_evaluation(&ops, &t);
    compare_training(&ops, 1, &t);
    return tap_done();
}
