/* lifetimes.c - lifetimes over first writers and last readers. */
#include "engine/core/lifetimes.h"

int lifetimes_backward(const struct net *net, int u)
{
    return 2 * net->n_units - u;
}

int lifetimes_reader(const struct net *net, int t)
{
    for (int u = net->n_units - 1; u >= 0; u--)
        if (net->units[u].input == t || net->units[u].shortcut == t)
            return u;
    return -1;
}

/* --- what forward makes --- */

/* Whether backward needs the unit's output to know what its ReLU let through. Elsewhere the
 * convolution's output tells as well. */
static bool masks(const struct net *net, int u)
{
    const struct net_unit *unit = &net->units[u];
    return unit->relu && (unit->shortcut >= 0 || unit->squeeze);
}

/* The last moment that reads tensor t, which was made in moment `made`. */
static int tensor_ends(const struct net *net, bool trains, int t, int made)
{
    if (trains && t && masks(net, t - 1) && net->pool.after != t - 1)
        return lifetimes_backward(net, t - 1);
    for (int u = 0; trains && u < net->n_units; u++) /* backwards, the first reader is the last */
        if (net->units[u].input == t)
            return lifetimes_backward(net, u);
    int reader = t == net->n_units ? t : lifetimes_reader(net, t);
    return reader > made ? reader : made;
}

static void live_forward(const struct net *net, struct lifetimes_use use, struct lifetimes *out)
{
    for (int t = 0; t <= net->n_units; t++) {
        int made = t ? t - 1 : 0;
        bool stays = use.keep || (!t && use.probe);
        out->tensor[t] =
            stays ? ARENA_ALWAYS : (struct arena_life){made, tensor_ends(net, use.trains, t, made)};
    }
    for (int u = 0; u < net->n_units; u++) {
        int end = use.trains ? lifetimes_backward(net, u) : u;
        out->saved[u] = use.keep ? ARENA_ALWAYS : (struct arena_life){u, end};
        out->output[u] = masks(net, u) || use.keep ? out->saved[u] : (struct arena_life){u, u};
    }
}

/* --- gradients --- */

/* The first part of a gradient comes from the last reader. A unit hands its own gradient, past the
 * ReLU, on to its shortcut: where that is the first part, the two are one. Behind a pool the
 * unit's gradient has another shape. */
static void share_gradients(const struct net *net, struct lifetimes_use use, struct lifetimes *out)
{
    bool begun[NET_MAX_UNITS + 1] = {false};
    for (int t = 0; t <= net->n_units; t++)
        out->owner[t] = use.trains && (t || use.probe) ? t : -1;
    for (int u = net->n_units - 1; u >= 0; u--) {
        int input = net->units[u].input, to = net->units[u].shortcut;
        out->input_part[u] = out->shortcut_part[u] = LIFETIMES_NO_PART;
        if (to >= 0 && out->owner[to] >= 0) {
            bool share = !begun[to] && !use.keep && net->pool.after != u;
            out->owner[to] = share ? out->owner[u + 1] : out->owner[to];
            out->shortcut_part[u] = share       ? LIFETIMES_SHARED
                                    : begun[to] ? LIFETIMES_ADDED
                                                : LIFETIMES_FIRST;
            begun[to] = true;
        }
        if (out->owner[input] >= 0)
            out->input_part[u] = begun[input] ? LIFETIMES_ADDED : LIFETIMES_FIRST;
        begun[input] = true;
    }
}

/* From the first part, or from being made zero, to the backward of the unit that made the tensor;
 * of tensor 0 for good: only a probe has it, and reads it afterwards. */
static struct arena_life gradient_life(const struct net *net, bool keep, int t)
{
    int reader = lifetimes_reader(net, t);
    struct arena_life life = ARENA_ALWAYS;
    if (keep)
        return life;
    if (t)
        life.last = lifetimes_backward(net, t - 1);
    life.first = t == net->n_units ? t : reader >= 0 ? lifetimes_backward(net, reader) : life.last;
    return life;
}

/* An owner's memory lives from the first to the last of those that lie in it; an owner is made
 * before the others. */
static void live_gradients(const struct net *net, bool keep, struct lifetimes *out)
{
    for (int t = net->n_units; t >= 0; t--) {
        out->gradient[t] = gradient_life(net, keep, t);
        int o = out->owner[t];
        if (o >= 0 && out->gradient[t].last > out->gradient[o].last)
            out->gradient[o].last = out->gradient[t].last;
    }
}

void lifetimes_of(const struct net *net, struct lifetimes_use use, struct lifetimes *out)
{
    live_forward(net, use, out);
    share_gradients(net, use, out);
    live_gradients(net, use.keep, out);
}
