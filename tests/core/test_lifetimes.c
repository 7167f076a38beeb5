/* test_lifetimes.c - lifetimes of small nets, worked out by hand. */
#include "engine/core/lifetimes.h"

#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"

/* A pooled stem, a gated block, a block with a projection (unit 4). */
static const struct backend_case two_blocks = {"two blocks",
                                               1,
                                               8,
                                               8,
                                               4,
                                               {0, 3, 1, 1, false},
                                               {{0, -1, 4, 1, 1, 1, 0, true},
                                                {1, -1, 4, 1, 1, 1, 0, true},
                                                {2, 1, 4, 1, 1, 1, 2, true},
                                                {3, -1, 4, 1, 1, 1, 0, true},
                                                {3, -1, 4, 1, 1, 1, 0, false},
                                                {4, 5, 4, 1, 1, 1, 0, true}}};

static void is_life(struct arena_life got, int first, int last, const char *what, int number)
{
    if (!ok(got.first == first && got.last == last, "%s %d lives from %d to %d", what, number,
            first, last))
        diag("got %d to %d", got.first, got.last);
}

static void are_lives(const struct arena_life *got, const int wanted[][2], int n, const char *what)
{
    for (int i = 0; i < n; i++)
        is_life(got[i], wanted[i][0], wanted[i][1], what, i);
}

static void check_forward(void)
{
    static const int training[][2] = {{0, 12}, {0, 11}, {1, 10}, {2, 10}, {3, 7}, {4, 5}, {5, 7}};
    static const int evaluation[][2] = {{0, 0}, {0, 2}, {1, 2}, {2, 4}, {3, 5}, {4, 5}, {5, 6}};
    static const int saved[][2] = {{0, 12}, {1, 11}, {2, 10}, {3, 9}, {4, 8}, {5, 7}};
    struct net net;
    struct lifetimes l;
    case_net(&two_blocks, &net);
    lifetimes_of(&net, (struct lifetimes_use){.trains = true}, &l);
    are_lives(l.tensor, training, 7, "training: tensor");
    are_lives(l.saved, saved, 6, "training: what unit saves,");
    is_life(l.output[0], 0, 0, "training: before the pool, the output of unit", 0);
    lifetimes_of(&net, (struct lifetimes_use){.trains = false}, &l);
    are_lives(l.tensor, evaluation, 7, "evaluation: tensor");
    is_life(l.saved[3], 3, 3, "evaluation: what unit saves,", 3);
    for (int t = 0; t <= 6; t++)
        is_int(l.owner[t], -1, "evaluation: no gradient");
    is_int(lifetimes_backward(&net, 4), 8, "the backward of unit 4");
    is_int(lifetimes_reader(&net, 3), 4, "the last reader of tensor 3");
}

static void are_parts(const struct lifetimes *l, const int *shortcuts, const int *inputs, int n)
{
    for (int u = 0; u < n; u++) {
        is_int((int)l->shortcut_part[u], shortcuts[u], "what a unit gives its shortcut's gradient");
        is_int((int)l->input_part[u], inputs[u], "what it gives its input's");
    }
}

static void check_gradients(void)
{
    enum { NO = LIFETIMES_NO_PART, PUT = LIFETIMES_FIRST, ADD = LIFETIMES_ADDED };
    static const int owners[] = {-1, 3, 2, 3, 4, 6, 6};
    static const int shortcuts[] = {NO, NO, LIFETIMES_SHARED, NO, NO, LIFETIMES_SHARED};
    static const int inputs[] = {NO, ADD, PUT, ADD, PUT, PUT};
    static const int unshared[] = {NO, NO, PUT, NO, NO, PUT};
    static const int of_probe[] = {PUT, ADD, PUT, ADD, PUT, PUT};
    struct net net;
    struct lifetimes l;
    case_net(&two_blocks, &net);
    lifetimes_of(&net, (struct lifetimes_use){.trains = true}, &l);
    for (int t = 0; t <= 6; t++)
        is_int(l.owner[t], owners[t], "whose memory a gradient uses");
    is_life(l.gradient[6], 6, 8, "with that of its shortcut, gradient", 6);
    is_life(l.gradient[4], 7, 9, "gradient", 4);
    is_life(l.gradient[3], 8, 12, "with that of its shortcut, gradient", 3);
    is_life(l.gradient[2], 10, 11, "gradient", 2);
    are_parts(&l, shortcuts, inputs, 6);
    lifetimes_of(&net, (struct lifetimes_use){.trains = true, .probe = true}, &l);
    is_life(l.tensor[0], 0, INT_MAX, "probe: tensor", 0);
    is_int(l.owner[0], 0, "probe: the input has a gradient");
    is_life(l.gradient[0], 12, INT_MAX, "probe: gradient", 0);
    are_parts(&l, shortcuts, of_probe, 6);
    lifetimes_of(&net, (struct lifetimes_use){.trains = true, .keep = true}, &l);
    for (int t = 0; t <= 6; t++) {
        is_life(l.tensor[t], 0, INT_MAX, "kept: tensor", t);
        is_int(l.owner[t], t ? t : -1, "kept: every gradient has its own memory");
        is_life(l.gradient[t], 0, INT_MAX, "kept: gradient", t);
    }
    is_life(l.saved[5], 0, INT_MAX, "kept: what unit saves,", 5);
    are_parts(&l, unshared, inputs, 6);
}

/* A pool behind a sum: the ReLU is found by the output before it. */
static void check_pooled_sum(void)
{
    static const struct backend_case pooled_sum = {
        "pooled sum",
        1,
        8,
        8,
        4,
        {1, 3, 1, 1, false},
        {{0, -1, 4, 1, 1, 1, 0, true}, {1, 0, 4, 1, 1, 1, 0, true}}};
    struct net net;
    struct lifetimes l;
    case_net(&pooled_sum, &net);
    lifetimes_of(&net, (struct lifetimes_use){.trains = true, .probe = true}, &l);
    is_life(l.output[1], 1, 3, "pooled sum: the output of unit", 1);
    is_life(l.tensor[2], 1, 2, "pooled sum: tensor", 2);
    is_life(l.gradient[2], 2, 3, "pooled sum: gradient", 2);
    is_int((int)l.shortcut_part[1], LIFETIMES_FIRST, "a pooled unit's gradient is no shortcut's");
    is_int((int)l.input_part[0], LIFETIMES_ADDED, "the sum's part came first");
}

/* Tensor 1 has no reader. */
static void check_unread(void)
{
    static const struct backend_case unread = {
        "unread",
        1,
        8,
        8,
        4,
        CASE_NO_POOL,
        {{0, -1, 4, 1, 1, 1, 0, true}, {0, -1, 4, 1, 1, 1, 0, true}}};
    struct net net;
    struct lifetimes l;
    case_net(&unread, &net);
    lifetimes_of(&net, (struct lifetimes_use){.trains = true}, &l);
    is_int(lifetimes_reader(&net, 1), -1, "unread: no reader");
    is_life(l.tensor[0], 0, 4, "unread: tensor", 0);
    is_life(l.tensor[1], 0, 0, "unread: tensor", 1);
    is_life(l.gradient[1], 4, 4, "unread: gradient", 1);
}

int main(void)
{
    check_forward();
    check_gradients();
    check_pooled_sum();
    check_unread();
    return tap_done();
}
