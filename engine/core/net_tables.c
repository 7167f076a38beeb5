/* net_tables.c - the nets we train, each as a table of stages: one line a net. */
#include "engine/core/net.h"

#include "base/err.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

/* Of the stem. Tests of what is done with weights, whatever these are, build narrower nets. */
#ifndef NET_CHANNELS
#define NET_CHANNELS 64
#endif

struct table {
    const char *name;
    bool bottleneck; /* 1x1, 3x3, 1x1; else two 3x3 */
    int blocks[4];
    int groups;
    int width;     /* of a block's inner convolutions in stage 1, x NET_CHANNELS; doubles a stage */
    int expansion; /* outer channels = NET_CHANNELS * 2^stage * expansion */
    int reduction; /* of the squeeze-and-excitation gate, or 0 */
};

#define NETS(X)                                                                                    \
    X("resnet18", false, {2, 2, 2, 2}, 1, 1, 1, 0)                                                 \
    X("resnet50", true, {3, 4, 6, 3}, 1, 1, 4, 0)                                                  \
    X("resnext50", true, {3, 4, 6, 3}, 32, 2, 4, 0)                                                \
    X("se-resnet50", true, {3, 4, 6, 3}, 1, 1, 4, 16)                                              \
    X("se-resnext50", true, {3, 4, 6, 3}, 32, 2, 4, 16)

#define NET_TABLE(name, ...) {name, __VA_ARGS__},
static const struct table tables[] = {NETS(NET_TABLE)};

#define N_TABLES (sizeof tables / sizeof *tables)

#define NET_NAME(name, ...) name,
const char *const net_names[] = {NETS(NET_NAME) NULL};

/* A convolution with norm: names from the block and its number in it. */
static struct net_unit conv(const char *block, int number, int input, int in, int out, int kernel,
                            int stride)
{
    struct net_unit u = {.input = input,
                         .shortcut = -1,
                         .in = in,
                         .out = out,
                         .kernel = kernel,
                         .stride = stride,
                         .pad = kernel / 2,
                         .groups = 1,
                         .relu = true};
    snprintf(u.conv, sizeof u.conv, "%s%sconv%d", block, block[0] ? "." : "", number);
    snprintf(u.norm, sizeof u.norm, "%s%sbn%d", block, block[0] ? "." : "", number);
    return u;
}

static struct net_unit projection(const char *block, int input, int in, int out, int stride)
{
    struct net_unit u = {.input = input,
                         .shortcut = -1,
                         .in = in,
                         .out = out,
                         .kernel = 1,
                         .stride = stride,
                         .pad = 0,
                         .groups = 1,
                         .relu = false};
    snprintf(u.conv, sizeof u.conv, "%.26s.downsample.0", block);
    snprintf(u.norm, sizeof u.norm, "%.26s.downsample.1", block);
    return u;
}

/* Adds one residual block that reads tensor `input`; returns its output tensor. */
static int add_block(struct net *net, const struct table *t, const struct net_options *options,
                     const char *block, int input, int in, int stage, int stride)
{
    int inner = NET_CHANNELS * t->width << stage;
    int outer = (NET_CHANNELS << stage) * t->expansion;
    struct net_unit last;
    int at;
    if (t->bottleneck) {
        bool early = options->stride_first;
        struct net_unit first = conv(block, 1, input, in, inner, 1, early ? stride : 1);
        at = net_add_unit(net, &first);
        struct net_unit middle = conv(block, 2, at, inner, inner, 3, early ? 1 : stride);
        middle.groups = t->groups;
        at = net_add_unit(net, &middle);
        last = conv(block, 3, at, inner, outer, 1, 1);
    } else {
        struct net_unit first = conv(block, 1, input, in, outer, 3, stride);
        at = net_add_unit(net, &first);
        last = conv(block, 2, at, outer, outer, 3, 1);
    }
    last.shortcut = input;
    if (in != outer || stride != 1) {
        struct net_unit p = projection(block, input, in, outer, stride);
        last.shortcut = net_add_unit(net, &p);
    }
    if (t->reduction) {
        last.squeeze = outer / t->reduction;
        snprintf(last.se, sizeof last.se, "%s.se", block);
    }
    return net_add_unit(net, &last);
}

static void build(struct net *net, const struct table *t, const struct net_options *options)
{
    net_start(net, t->name, 3);
    struct net_unit stem = conv("", 1, 0, 3, NET_CHANNELS, 7, 2);
    int at = net_add_unit(net, &stem);
    net->pool = (struct net_pool){.after = 0,
                                  .kernel = 3,
                                  .stride = 2,
                                  .pad = options->ceil_pool ? 0 : 1,
                                  .ceil = options->ceil_pool};
    int channels = NET_CHANNELS;
    for (int stage = 0; stage < 4; stage++) {
        for (int b = 0; b < t->blocks[stage]; b++) {
            char block[32];
            snprintf(block, sizeof block, "layer%d.%d", stage + 1, b);
            at = add_block(net, t, options, block, at, channels, stage, stage && !b ? 2 : 1);
            channels = (NET_CHANNELS << stage) * t->expansion;
        }
    }
}

int net_features(const char *name)
{
    for (size_t i = 0; i < N_TABLES; i++)
        if (!strcmp(tables[i].name, name))
            return 8 * NET_CHANNELS * tables[i].expansion;
    return 0;
}

bool net_strides_first(const struct net *net)
{
    for (int u = 0; u < net->n_units; u++) {
        const struct net_unit *unit = &net->units[u];
        if (unit->kernel == 1 && unit->stride > 1 && unit->relu)
            return true; /* a projection has a stride too, but no ReLU */
    }
    return false;
}

int net_build(struct net *net, const char *name, const struct net_options *options, int classes,
              struct err *e)
{
    static const struct net_options usual = {false, false};
    for (size_t i = 0; i < N_TABLES; i++) {
        if (strcmp(tables[i].name, name))
            continue;
        build(net, &tables[i], options ? options : &usual);
        net->heads = true;
        net->classes = classes;
        return 0;
    }
    struct str known;
    str_init(&known);
    for (size_t i = 0; i < N_TABLES; i++)
        str_addf(&known, "%s%s", i ? ", " : "", tables[i].name);
    err_set(e, ERR_USAGE, "there is no backbone '%s'; known: %s", name, known.text);
    str_fini(&known);
    return -1;
}
