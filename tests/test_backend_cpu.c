/* test_backend_cpu.c - the CPU backend against the reference, and the contract's rules.
 *
 * Tolerances are for float32 with sums of up to a few thousand terms in any order; what was
 * measured is several times smaller. Deep nets multiply rounding by depth, and pass near kinks. */
#include "tests/backend_compare.h"
#include "tests/backend_rules.h"
#include "tests/tap.h"

static const struct tolerance shallow = {
    .forward = 5e-6, .backward = 2e-5, .update = 2e-5, .later = 1e-4};
static const struct tolerance deep = {
    .forward = 2e-4, .backward = 3e-3, .update = 3e-3, .later = 3e-3};

int main(void)
{
    struct backend_module module;
    struct err e;
    if (backend_load(&module, "cpu", &e)) {
        skip("%s", e.text);
        return tap_done();
    }
    diag("%s", module.path);
    backend_rules(module.ops);
    compare_probes(module.ops, &shallow);
    compare_training(module.ops, 1, &shallow);
    compare_training(module.ops, 3, &shallow);
    compare_net(module.ops, "resnet18", 64, 4, &deep);
    compare_net(module.ops, "se-resnext50", 64, 2, &deep);
    return tap_done();
}
