/* traffic.c - how many bytes the pieces of a step must at least carry between the device and its
 * memory: every tensor that a launch reads or writes, once. By a copy's rate they tell how near to
 * the limit a piece is. What is small beside maps - lines of channels, sums of parts - counts where
 * there is nothing else, in the gate's layers. Pure. */
#include "cuda/cuda_priv.h"

static double element(const struct backend *b)
{
    return (double)element_bytes(b->type);
}

/* Of tensor t in the present batch. */
static double tensor_bytes(const struct backend *b, int t)
{
    return (double)b->n * (double)cuda_count(b, t) * element(b);
}

static double raw_bytes(const struct backend *b, int u)
{
    return (double)map_count(cuda_map(b, u)) * element(b);
}

static double mask_bytes(const struct backend *b, int u)
{
    return b->units[u].mask ? (double)map_count(cuda_map(b, u)) / 8 : 0;
}

static double flop_of(const struct backend *b, int u)
{
    const struct net_unit *unit = &b->net.units[u];
    return 2.0 * unit->kernel * unit->kernel * (unit->in / unit->groups) *
           (double)map_count(cuda_map(b, u));
}

struct cuda_amount cuda_amount_conv(const struct backend *b, int u, enum conv_kind kind)
{
    int input = b->net.units[u].input;
    bool adds = kind == CONV_DATA && b->lives.input_part[u] == LIFETIMES_ADDED;
    double weights = (double)cuda_role(b, u, NET_CONV)->stored *
                     (kind == CONV_WEIGHTS ? (double)sizeof(float) : element(b));
    return (struct cuda_amount){.flop = flop_of(b, u),
                                .bytes = raw_bytes(b, u) + weights +
                                         (adds ? 2 : 1) * tensor_bytes(b, input)};
}

struct cuda_amount cuda_amount_settle(const struct backend *b, int u, bool training)
{
    bool made = b->units[u].way[b->batch][CONV_FORWARD].parts.n;
    bool needed = training || b->net.units[u].squeeze;
    return (struct cuda_amount){.bytes = needed && !made ? raw_bytes(b, u) : 0};
}

struct cuda_amount cuda_amount_apply(const struct backend *b, int u)
{
    const struct net_unit *unit = &b->net.units[u];
    double bytes = raw_bytes(b, u) + tensor_bytes(b, u + 1) + mask_bytes(b, u);
    if (unit->shortcut >= 0)
        bytes += tensor_bytes(b, unit->shortcut);
    if (b->units[u].winner)
        bytes += (double)b->n * (double)cuda_count(b, u + 1);
    return (struct cuda_amount){.bytes = bytes};
}

struct cuda_amount cuda_amount_pool_back(const struct backend *b, int u)
{
    return (struct cuda_amount){.bytes = raw_bytes(b, u) + tensor_bytes(b, u + 1) +
                                         (double)b->n * (double)cuda_count(b, u + 1)};
}

struct cuda_amount cuda_amount_back_sums(const struct backend *b, int u)
{
    return (struct cuda_amount){.bytes = 2 * raw_bytes(b, u) + mask_bytes(b, u)};
}

struct cuda_amount cuda_amount_back_apply(const struct backend *b, int u)
{
    static const int maps[] = {[LIFETIMES_NO_PART] = 3,
                               [LIFETIMES_FIRST] = 4,
                               [LIFETIMES_ADDED] = 5,
                               [LIFETIMES_SHARED] = 4};
    return (struct cuda_amount){.bytes = maps[b->lives.shortcut_part[u]] * raw_bytes(b, u) +
                                         mask_bytes(b, u)};
}

struct cuda_amount cuda_amount_gate(const struct backend *b, int u, bool back)
{
    double c = b->units[u].raw_map.c, r = b->net.units[u].squeeze, n = b->n;
    double layers = 2 * r * c + r + c;
    double forward = layers + n * (3 * c + 2 * r); /* means, squeezed, gate; reduced twice */
    double sums = 2 * n * parts_of(cuda_map(b, u)).n * c, values = n * (5 * c + 4 * r);
    return (struct cuda_amount){.bytes =
                                    sizeof(float) * (back ? sums + 2 * layers + values : forward)};
}

struct cuda_amount cuda_amount_heads(const struct backend *b)
{
    return (struct cuda_amount){.bytes = tensor_bytes(b, b->depth)};
}

struct cuda_amount cuda_amount_update(const struct backend *b)
{
    double each = 5 * sizeof(float) + (b->copies ? sizeof *b->copies : 0);
    return (struct cuda_amount){.bytes = each * (double)b->trained};
}

struct cuda_amount cuda_amount_fetch(const struct backend *b)
{
    double pixels = (double)b->n * b->shapes[0].h * b->shapes[0].w * 3;
    return (struct cuda_amount){.bytes = b->spec.probe ? 0 : pixels + tensor_bytes(b, 0)};
}
