/* torch_weights.c - see torch_weights.h. */
#include "tests/kit/torch_weights.h"

#include "engine/weights/weights.h"
#include "tests/kit/scratch.h"
#include "tests/kit/weights_kit.h"

#include <stdbool.h>
#include <string.h>

/* Under a wrapper, without heads and counters. */
static int wrapped(const char *name, char to[200])
{
    snprintf(to, 200, "module.backbone.%s", name);
    return !strstr(name, "num_batches_tracked") && strncmp(name, "fc.", 3) &&
           strncmp(name, "last_linear.", 12);
}

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), n = strlen(ending);
    return length >= n && !strcmp(name + length - n, ending);
}

/* As values() of the golden's script, in bfloat16. */
static void write_values(FILE *f, size_t k, const struct weights_tensor *t)
{
    const char *name = t->name;
    bool norm = ends_in(name, "running_var") || ends_in(name, "downsample.1.weight") ||
                (ends_in(name, ".weight") && t->rank == 1);
    float scale = t->rank == 4 ? 4 : 1.0f / 16, offset = norm ? 1 : 0;
    float whole = ends_in(name, "bn3.weight") ? 0.25f : 1;
    size_t fan = t->rank > 1 ? t->count / (size_t)t->dims[0] : 0;
    for (; fan >= 4; fan /= 4)
        scale /= 2;
    for (size_t i = 0; i < t->count; i++) {
        int64_t n = (int64_t)i, raw = n * n * 31 + n * 7919 + (int64_t)k * 104729 + 12;
        float value = (float)(raw % 129 - 64) / 128 * (t->rank > 1 ? scale : 1) + offset;
        value *= whole;
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        const uint16_t upper = (uint16_t)(bits >> 16);
        fwrite(&upper, sizeof upper, 1, f);
    }
}

const char *torch_weights_write(const char *keys, int features, int classes)
{
    struct weights_kit k;
    struct weights_file *in;
    const struct weights *listed;
    uint64_t at;
    const char *path = scratch_path("init.safetensors");
    weights_kit_begin(&k);
    k.reals = "BF16";
    weights_kit_list(&k, keys, wrapped);
    weights_kit_add(&k, "module.regression_branch.weight", "BF16", 2, (int[]){1, features});
    weights_kit_add(&k, "module.regression_branch.bias", "BF16", 1, (int[]){1});
    weights_kit_add(&k, "module.classification_branch.weight", "BF16", 2,
                    (int[]){classes, features});
    weights_kit_add(&k, "module.classification_branch.bias", "BF16", 1, (int[]){classes});
    FILE *f = weights_kit_end(&k, path, &at);
    if (!weights_open(&in, &listed, path, NULL)) {
        fseek(f, (long)at, SEEK_SET);
        for (size_t i = 0; i < listed->n; i++)
            write_values(f, i, &listed->at[i]);
        weights_close(in);
    }
    fclose(f);
    return path;
}
