/* naming.c - see naming.h. */
#include "engine/weights/naming.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

const struct naming namings[] = {
    {
        .name = "timm, torchvision",
        .stage = "layer",
        .block = ".",
    },
    {
        .name = "pytorchcv",
        .stage = "stage",
        .block = ".unit",
        .first_block = 1,
        .stem = {{"conv1", "init_block.conv.conv"}, {"bn1", "init_block.conv.bn"}},
        .part = {{"conv1", "body.conv1.conv"},
                 {"bn1", "body.conv1.bn"},
                 {"conv2", "body.conv2.conv"},
                 {"bn2", "body.conv2.bn"},
                 {"conv3", "body.conv3.conv"},
                 {"bn3", "body.conv3.bn"},
                 {"downsample.0", "identity_conv.conv"},
                 {"downsample.1", "identity_conv.bn"},
                 {"se.fc1", "se.conv1"},
                 {"se.fc2", "se.conv2"}},
        .stride_first_plain = true,
    },
    {
        .name = "Cadene, timm legacy",
        .stage = "layer",
        .block = ".",
        .stem = {{"conv1", "layer0.conv1"}, {"bn1", "layer0.bn1"}},
        .part = {{"se.fc1", "se_module.fc1"}, {"se.fc2", "se_module.fc2"}},
        .ceil_pool = true,
        .stride_first_plain = true,
    },
};
const size_t n_namings = sizeof namings / sizeof *namings;

const char *const naming_wrappers[] = {
    "module.",     "_orig_mod.",        "model.", "net.", "network.", "backbone.", "features.",
    "state_dict.", "model_state_dict.", NULL};
const char *const naming_score_heads[] = {"regression_branch", "fc", "last_linear", "output", NULL};
const char *const naming_class_heads[] = {"classification_branch", "fc_cls", NULL};

static const char *theirs(const struct naming_pair *pairs, size_t n, const char *ours)
{
    for (size_t i = 0; i < n && pairs[i].ours; i++)
        if (!strcmp(pairs[i].ours, ours))
            return pairs[i].theirs;
    return ours;
}
#define THEIRS(pairs, ours) theirs(pairs, sizeof(pairs) / sizeof *(pairs), ours)

int naming_key(const struct naming *n, const char *ours, char *to, size_t room)
{
    char module[NET_NAME_BYTES], place[64] = "";
    int stage, block, at = 0;
    bool inside = sscanf(ours, "layer%d.%d.%n", &stage, &block, &at) == 2 && at;
    const char *rest = ours + (inside ? at : 0), *what = strrchr(rest, '.');
    if (!what || (size_t)(what - rest) >= sizeof module)
        return -1;
    snprintf(module, sizeof module, "%.*s", (int)(what - rest), rest);
    if (inside)
        snprintf(place, sizeof place, "%.20s%d%.20s%d.", n->stage, stage, n->block,
                 block + n->first_block);
    int length = snprintf(to, room, "%s%s%s", place,
                          inside ? THEIRS(n->part, module) : THEIRS(n->stem, module), what);
    return length < 0 || (size_t)length >= room ? -1 : 0;
}

bool naming_is_counter(const char *key)
{
    const char *last = strrchr(key, '.');
    return !strcmp(last ? last + 1 : key, "num_batches_tracked");
}

/* It has a stride that could stand elsewhere, and no groups. */
static bool is_plain(const char *name)
{
    const struct net_options first = {.stride_first = true};
    struct net net;
    if (net_build(&net, name, &first, 0, NULL))
        return false;
    for (int u = 0; u < net.n_units; u++)
        if (net.units[u].groups > 1)
            return false;
    return net_strides_first(&net);
}

struct net_options naming_options(const struct naming *n, const char *net)
{
    return (struct net_options){.ceil_pool = n->ceil_pool,
                                .stride_first = n->stride_first_plain && is_plain(net)};
}
