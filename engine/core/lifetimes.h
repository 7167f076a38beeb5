/* lifetimes.h - when a step first writes and last reads each tensor of a net, each gradient, and
 * what a unit's forward leaves for its backward; so what may lie in the same memory. A pure
 * function of the net: how much memory a piece needs, and what else a backend needs, is its own
 * business (arena.h places it all).
 *
 * Moments of a step, for a net of n units: unit u forward is u; heads and loss, there and back, are
 * n; unit u backward is 2n - u; the update follows and reads parameters alone, which are for good.
 * Tensor 0 is there from moment 0 on. An evaluation ends with the heads. In its moments a unit may
 * count on:
 *
 *   forward    tensors `input` and `shortcut`; it makes the unit's tensor
 *   backward   the gradient of the unit's tensor, tensor `input`, what forward saved, and the
 *              unit's output where that tells what a ReLU let through: behind a sum or a gate. It
 *              makes its parts of the gradients of `shortcut`, then of `input`
 *
 * Gradients grow while activations die, so they mostly lie where activations were: a backward pass
 * uses up its forward pass.
 */
#ifndef COMBOLAB_ENGINE_CORE_LIFETIMES_H
#define COMBOLAB_ENGINE_CORE_LIFETIMES_H

#include "engine/core/arena.h"
#include "engine/core/net.h"

/* What steps will be like. */
struct lifetimes_use {
    bool trains; /* there will be backward passes */
    bool keep;   /* everything stays until the next step: to be read, or for another backward */
    bool probe;  /* tensor 0 is set from outside, once for many steps, and has a gradient */
};

/* What a unit's backward does to the gradient of a tensor that it reads. */
enum lifetimes_part {
    LIFETIMES_NO_PART, /* there is no such gradient */
    LIFETIMES_FIRST,   /* puts the first part there */
    LIFETIMES_ADDED,   /* adds to what is there */
    LIFETIMES_SHARED,  /* the same memory as the gradient of the unit's tensor: what backward leaves
                        * there, past the ReLU, is the first part */
};

struct lifetimes {
    struct arena_life tensor[NET_MAX_UNITS + 1];
    struct arena_life output[NET_MAX_UNITS]; /* of the unit that a pool follows, before that */
    struct arena_life saved[NET_MAX_UNITS];  /* for a unit's backward: its convolution's output, the
                                              * gate's values, the winners of a pool */
    /* Tensor t's gradient lies in the memory of owner[t]'s, which lives as long as gradient[owner]
     * says; owner is -1 where there is no gradient. */
    int owner[NET_MAX_UNITS + 1];
    struct arena_life gradient[NET_MAX_UNITS + 1];
    enum lifetimes_part input_part[NET_MAX_UNITS], shortcut_part[NET_MAX_UNITS];
};

/* Fills *out for a net that net_shapes accepts. */
void lifetimes_of(const struct net *net, struct lifetimes_use use, struct lifetimes *out);

/* The last unit that reads tensor t, or -1. Without one, and but for the net's last tensor, t's
 * gradient is zero and nobody makes it before the backward that reads it. */
int lifetimes_reader(const struct net *net, int t);

/* The moment of unit u's backward. */
int lifetimes_backward(const struct net *net, int u);

#endif
