/* test_memory_plan.c - what the nets of the tables need on a device, printed; and what must hold of
 * it: bf16 needs about half, a larger batch more, a limit is refused with the batch that would fit.
 */
#include "cuda/cuda_priv.h"
#include "base/str.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"

#include <stdio.h>
#include <string.h>

#define SIZE 224
#define WORKSPACE ((size_t)32 << 20)

static struct backend_spec spec_of(struct net *net, const char *name, int batch,
                                   enum backend_precision precision)
{
    struct err e;
    if (net_build(net, name, NULL, 5, &e))
        case_bail(name, &e);
    struct backend_spec spec = case_spec(net, LOSS_COMBO, SIZE, SIZE);
    spec.precision = precision;
    spec.batches[0] = case_batch(batch);
    return spec;
}

static uint64_t planned(const char *name, int batch, enum backend_precision precision,
                        struct backend_usage *usage)
{
    struct net net;
    struct err e;
    struct backend_spec spec = spec_of(&net, name, batch, precision);
    if (cuda_memory_plan(&spec, WORKSPACE, usage->bytes, &e))
        case_bail(name, &e);
    return door_bytes(usage);
}

static void print(const char *name, int batch, const struct backend_usage *usage)
{
    char line[256] = "", bytes[32];
    for (int i = 0; i < MEMORY_KINDS; i++) {
        size_t end = strlen(line);
        str_bytes(bytes, sizeof bytes, (double)usage->bytes[i]);
        snprintf(line + end, sizeof line - end, ", %s %s", bytes,
                 door_memory_name((enum backend_memory)i));
    }
    diag("%s in bf16, batch %d%s", name, batch, line);
}

static void compare_plans(const char *name)
{
    static const int batches[] = {16, 64, 256};
    uint64_t before = 0;
    for (int i = 0; i < 3; i++) {
        struct backend_usage half, full;
        uint64_t bytes = planned(name, batches[i], BACKEND_BF16, &half);
        planned(name, batches[i], BACKEND_F32, &full);
        print(name, batches[i], &half);
        double share =
            (double)half.bytes[MEMORY_ACTIVATIONS] / (double)full.bytes[MEMORY_ACTIVATIONS];
        ok(share > 0.49 && share < 0.6, "%s, batch %d: bf16 keeps %.2f of what float32 does", name,
           batches[i], share);
        ok(bytes > before, "a larger batch needs more: %llu bytes", (unsigned long long)bytes);
        before = bytes;
    }
}

/* A limit is refused, and the batch that is named does open. */
static void refuse_limit(void)
{
    struct net net;
    struct err e;
    struct door *door = NULL;
    struct backend_spec spec = spec_of(&net, "resnet18", 6, BACKEND_F32);
    spec.augment.height = spec.augment.width = 32;
    struct backend_usage usage;
    if (cuda_memory_plan(&spec, 0, usage.bytes, &e))
        case_bail("plan", &e);
    spec.memory_most = door_bytes(&usage) - 1;
    int rc = door_open(&door, BACKEND_ENTRY(), &spec, &e);
    ok(rc == -1 && e.code == ERR_MEMORY, "a limit one byte too low is refused: %s", e.text);
    has_text(e.text, "in batches of 6, and ", "it says what was asked for");
    has_text(e.text, " is the limit; a batch of 5 would fit", "and what would fit");
    spec.batches[0] = case_batch(5);
    is_int(door_open(&door, BACKEND_ENTRY(), &spec, &e), 0, "and that does fit");
    door_close(door);
    spec.memory_most = 1 << 20;
    rc = door_open(&door, BACKEND_ENTRY(), &spec, &e);
    ok(rc == -1 && e.code == ERR_MEMORY, "a limit below the weights is refused: %s", e.text);
    has_text(e.text, "not even a batch of 1", "it says that no batch would fit");
}

int main(void)
{
    compare_plans("resnet18");
    compare_plans("se-resnext50");
    refuse_limit();
    return tap_done();
}
