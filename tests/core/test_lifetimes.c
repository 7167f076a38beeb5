/* test_lifetimes.c - lifetimes of small nets by hand; and for every net that we train, and for
 * random ones, a backend that computes nothing: it stamps each piece of memory where the arena put
 * it, and looks for the stamp at each read. */
#include "engine/core/lifetimes.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/philox.h"
#include "tests/kit/tap.h"

#include <stdlib.h>

#define RANDOM_NETS 200

/* --- by hand --- */

static void add(struct net *net, int input, int shortcut, int squeeze, bool relu)
{
    struct net_unit u = {.input = input,
                         .shortcut = shortcut,
                         .in = 4,
                         .out = 4,
                         .kernel = 1,
                         .stride = 1,
                         .groups = 1,
                         .squeeze = squeeze,
                         .relu = relu};
    net_add_unit(net, &u);
}

/* A pooled stem, a gated block, a block with a projection (unit 4). */
static void two_blocks(struct net *net)
{
    net_start(net, "two blocks", 4);
    net->pool = (struct net_pool){.after = 0, .kernel = 3, .stride = 1, .pad = 1};
    add(net, 0, -1, 0, true);
    add(net, 1, -1, 0, true);
    add(net, 2, 1, 2, true);
    add(net, 3, -1, 0, true);
    add(net, 3, -1, 0, false);
    add(net, 4, 5, 0, true);
}

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
    two_blocks(&net);
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
    two_blocks(&net);
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
    struct net net;
    struct lifetimes l;
    net_start(&net, "pooled sum", 4);
    net.pool = (struct net_pool){.after = 1, .kernel = 3, .stride = 1, .pad = 1};
    add(&net, 0, -1, 0, true);
    add(&net, 1, 0, 0, true);
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
    struct net net;
    struct lifetimes l;
    net_start(&net, "unread", 4);
    add(&net, 0, -1, 0, true);
    add(&net, 0, -1, 0, true);
    lifetimes_of(&net, (struct lifetimes_use){.trains = true}, &l);
    is_int(lifetimes_reader(&net, 1), -1, "unread: no reader");
    is_life(l.tensor[0], 0, 4, "unread: tensor", 0);
    is_life(l.tensor[1], 0, 0, "unread: tensor", 1);
    is_life(l.gradient[1], 4, 4, "unread: gradient", 1);
}

/* --- a backend that only stamps --- */

struct piece {
    float *at;
    size_t floats;
    struct arena_life life;
    int first, last; /* when it was in use */
};

struct stamper {
    struct net net;
    struct lifetimes_use use;
    struct lifetimes lives;
    struct piece tensor[NET_MAX_UNITS + 1], output[NET_MAX_UNITS], saved[NET_MAX_UNITS],
        gradient[NET_MAX_UNITS + 1];
    int parts[NET_MAX_UNITS + 1]; /* of each gradient, in this backward */
    int moment;
    int lost, outside, wrong; /* stamps, moments, kinds of parts */
};

enum stamp { TENSOR = 1000, OUTPUT = 2000, SAVED = 3000, GRADIENT = 4000 };

static void touch(struct stamper *s, struct piece *p)
{
    s->outside += s->moment < p->life.first || s->moment > p->life.last || !p->at;
    p->first = s->moment < p->first ? s->moment : p->first;
    p->last = s->moment > p->last ? s->moment : p->last;
}

static void write(struct stamper *s, struct piece *p, int stamp)
{
    touch(s, p);
    for (size_t i = 0; p->at && i < p->floats; i++)
        p->at[i] = (float)stamp;
}

static void read(struct stamper *s, struct piece *p, int stamp)
{
    int lost = 0;
    touch(s, p);
    for (size_t i = 0; p->at && i < p->floats; i++)
        lost |= p->at[i] != (float)stamp;
    s->lost += lost;
}

/* A gradient's stamp tells how many parts it has. */
static int gradient_stamp(const struct stamper *s, int t)
{
    return GRADIENT * (1 + s->parts[t]) + t;
}

static struct piece *owner_of(struct stamper *s, int t)
{
    int o = s->lives.owner[t];
    return &s->gradient[o < 0 ? t : o];
}

static bool pooled(const struct stamper *s, int u)
{
    return s->net.pool.after == u;
}

/* What a unit's forward reads. */
static void read_inputs(struct stamper *s, int u)
{
    const struct net_unit *unit = &s->net.units[u];
    read(s, &s->tensor[unit->input], TENSOR + unit->input);
    if (unit->shortcut >= 0)
        read(s, &s->tensor[unit->shortcut], TENSOR + unit->shortcut);
}

/* All that a moment reads is read before and after what it writes: the order is the backend's. */
static void unit_forward(struct stamper *s, int u)
{
    s->moment = u;
    read_inputs(s, u);
    write(s, &s->saved[u], SAVED + u);
    if (pooled(s, u))
        write(s, &s->output[u], OUTPUT + u);
    write(s, &s->tensor[u + 1], TENSOR + u + 1);
    read_inputs(s, u);
    read(s, &s->saved[u], SAVED + u);
    if (pooled(s, u))
        read(s, &s->output[u], OUTPUT + u);
}

static void forward(struct stamper *s)
{
    s->moment = 0;
    if (!s->use.probe)
        write(s, &s->tensor[0], TENSOR);
    for (int u = 0; u < s->net.n_units; u++)
        unit_forward(s, u);
    s->moment = s->net.n_units;
    read(s, &s->tensor[s->net.n_units], TENSOR + s->net.n_units);
}

static int parts_wanted(const struct stamper *s, int t)
{
    int parts = t == s->net.n_units;
    for (int u = 0; u < s->net.n_units; u++)
        parts += (s->net.units[u].input == t) + (s->net.units[u].shortcut == t);
    return parts;
}

/* What a unit's backward reads, but for the gradient. */
static void read_saved(struct stamper *s, int u)
{
    const struct net_unit *unit = &s->net.units[u];
    read(s, &s->saved[u], SAVED + u);
    read(s, &s->tensor[unit->input], TENSOR + unit->input);
    if (!unit->relu || (unit->shortcut < 0 && !unit->squeeze))
        return;
    if (pooled(s, u))
        read(s, &s->output[u], OUTPUT + u);
    else
        read(s, &s->tensor[u + 1], TENSOR + u + 1);
}

static void give_part(struct stamper *s, int u, int t, enum lifetimes_part part)
{
    struct piece *p = owner_of(s, t);
    bool has = s->use.trains && (t || s->use.probe);
    s->wrong += has != (part != LIFETIMES_NO_PART) ||
                (part == LIFETIMES_ADDED) != (has && s->parts[t] > 0) ||
                (part == LIFETIMES_SHARED && (p != owner_of(s, u + 1) || pooled(s, u)));
    if (!has)
        return;
    if (s->parts[t])
        read(s, p, gradient_stamp(s, t));
    s->parts[t]++;
    write(s, p, gradient_stamp(s, t));
}

static void unit_backward(struct stamper *s, int u)
{
    const struct net_unit *unit = &s->net.units[u];
    struct piece *gradient = owner_of(s, u + 1);
    bool shared = s->lives.shortcut_part[u] == LIFETIMES_SHARED;
    s->moment = 2 * s->net.n_units - u;
    if (!parts_wanted(s, u + 1))
        write(s, gradient, gradient_stamp(s, u + 1)); /* made zero */
    s->wrong += s->parts[u + 1] != parts_wanted(s, u + 1);
    read(s, gradient, gradient_stamp(s, u + 1));
    read_saved(s, u);
    if (unit->shortcut >= 0)
        give_part(s, u, unit->shortcut, s->lives.shortcut_part[u]);
    give_part(s, u, unit->input, s->lives.input_part[u]);
    read_saved(s, u);
    if (!shared)
        read(s, gradient, gradient_stamp(s, u + 1));
}

static void backward(struct stamper *s)
{
    int n = s->net.n_units;
    memset(s->parts, 0, sizeof s->parts);
    s->parts[n] = 1;
    s->moment = n;
    write(s, &s->gradient[n], gradient_stamp(s, n));
    for (int u = n - 1; u >= 0; u--)
        unit_backward(s, u);
}

/* What can be read after a step. */
static void read_kept(struct stamper *s)
{
    s->moment = 2 * s->net.n_units + 1;
    if (s->use.probe)
        read(s, &s->tensor[0], TENSOR);
    if (s->use.probe && s->use.trains)
        read(s, owner_of(s, 0), gradient_stamp(s, 0));
    for (int t = 1; s->use.keep && t <= s->net.n_units; t++) {
        read(s, &s->tensor[t], TENSOR + t);
        if (s->use.trains)
            read(s, &s->gradient[t], gradient_stamp(s, t));
    }
}

static void want(struct arena *arena, struct piece *p, size_t floats, struct arena_life life)
{
    *p = (struct piece){.floats = floats, .life = life, .first = INT_MAX, .last = -1};
    arena_want(arena, &p->at, floats, life);
}

static size_t floats_of(struct net_shape s)
{
    return (size_t)s.h * (size_t)s.w * (size_t)s.c;
}

static void want_all(struct stamper *s, struct arena *arena, int size)
{
    struct net_shape shapes[NET_MAX_UNITS + 1];
    struct err e;
    if (net_shapes(&s->net, size, size, shapes, &e)) {
        printf("Bail out! %s\n", e.text);
        exit(1);
    }
    for (int t = 0; t <= s->net.n_units; t++) {
        bool own = s->lives.owner[t] == t;
        want(arena, &s->tensor[t], floats_of(shapes[t]), s->lives.tensor[t]);
        want(arena, &s->gradient[t], own ? floats_of(shapes[t]) : 0, s->lives.gradient[t]);
    }
    for (int u = 0; u < s->net.n_units; u++) {
        const struct net_unit *unit = &s->net.units[u];
        size_t floats = floats_of(net_conv_shape(unit, shapes[unit->input]));
        want(arena, &s->saved[u], floats, s->lives.saved[u]);
        want(arena, &s->output[u], pooled(s, u) ? floats : 0, s->lives.output[u]);
    }
}

/* How many of the pieces live longer than they are used. */
static int loose(const struct piece *p, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        count += p[i].at && p[i].life.last != INT_MAX &&
                 (p[i].first != p[i].life.first || p[i].last != p[i].life.last);
    return count;
}

/* Two steps, in a training one an evaluation between them; where all is kept each backward is done
 * twice. */
static void steps(struct stamper *s)
{
    s->moment = 0;
    if (s->use.probe)
        write(s, &s->tensor[0], TENSOR);
    for (int i = 0; i < 2; i++) {
        forward(s);
        for (int k = 0; s->use.trains && k <= s->use.keep; k++)
            backward(s);
        read_kept(s);
        if (s->use.trains)
            forward(s);
    }
}

struct faults {
    int lost, outside, wrong, loose;
    size_t bytes;
};

static void stamp(const struct net *net, int size, struct lifetimes_use use, struct faults *f)
{
    struct stamper *s = mem_alloc(1, sizeof *s);
    struct arena arena;
    struct err e;
    if (!s || arena_init(&arena, 4 * NET_MAX_UNITS + 2, 64, &e)) {
        printf("Bail out! out of memory\n");
        exit(1);
    }
    s->net = *net;
    s->use = use;
    lifetimes_of(net, use, &s->lives);
    want_all(s, &arena, size);
    f->wrong += arena_settle(&arena, &e) != 0;
    void *block = mem_alloc_aligned(arena.bytes);
    arena_point(&arena, block);
    steps(s);
    f->lost += s->lost;
    f->outside += s->outside;
    f->wrong += s->wrong;
    f->loose += loose(s->tensor, net->n_units + 1) + loose(s->gradient, net->n_units + 1) +
                loose(s->saved, net->n_units) + loose(s->output, net->n_units);
    f->bytes = arena.bytes;
    mem_free_aligned(block);
    arena_fini(&arena);
    mem_free(s);
}

/* In every use. Returns the bytes of training, of training with all kept, and of evaluation. */
static void stamp_uses(const struct net *net, int size, struct faults *f, size_t bytes[3])
{
    for (unsigned use = 0; use < 8; use++) {
        struct lifetimes_use u = {.trains = use & 1, .keep = use & 2, .probe = use & 4};
        stamp(net, size, u, f);
        if (use == 1 || use == 3 || !use)
            bytes[use == 1 ? 0 : use == 3 ? 1 : 2] = f->bytes;
    }
}

static void report(const struct faults *f, const char *what)
{
    ok(!f->outside, "%s: nothing is touched outside its lifetime", what);
    ok(!f->lost, "%s: what is read is what was written", what);
    ok(!f->wrong, "%s: parts of gradients come first, are added, shared as told", what);
    ok(!f->loose, "%s: nothing lives longer than it is used", what);
}

static void check_named(const char *name)
{
    const struct net_options other = {.ceil_pool = true, .stride_first = true};
    const struct net_options *options[2] = {NULL, &other};
    for (int i = 0; i < 2; i++) {
        struct faults f = {0};
        struct net net;
        struct err e;
        size_t bytes[3];
        ok(!net_build(&net, name, options[i], 5, &e), "%s builds", name);
        stamp_uses(&net, 64, &f, bytes);
        report(&f, name);
        ok(3 * bytes[0] < 2 * bytes[1] && 2 * bytes[2] < bytes[0],
           "%s: all kept needs %zu bytes, training %zu, evaluation %zu", name, bytes[1], bytes[0],
           bytes[2]);
    }
}

/* Any unit may read any tensor twice, and any be pooled: all maps have one size. */
static void draw(struct net *net, uint64_t seed)
{
    struct philox of_net = philox4x32(seed, 0, 0, 0, 0);
    int n = 1 + (int)philox_below(of_net.v[0], 12);
    net_start(net, "random", 4);
    for (int u = 0; u < n; u++) {
        struct philox r = philox4x32(seed, (uint32_t)u, 1, 0, 0);
        int input = u - (int)philox_below(r.v[0], r.v[3] % 4 ? 1 : (uint32_t)u + 1);
        int shortcut = (int)philox_below(r.v[1], 2 * (uint32_t)u + 2) - u - 1;
        add(net, input, shortcut < 0 ? -1 : shortcut, r.v[2] % 3 ? 0 : 2, r.v[2] % 2);
    }
    net->pool =
        (struct net_pool){(int)philox_below(of_net.v[1], (uint32_t)n + 1) - 1, 3, 1, 1, false};
}

static void check_random(void)
{
    struct faults f = {0};
    for (uint64_t seed = 0; seed < RANDOM_NETS; seed++) {
        struct net net;
        size_t bytes[3];
        draw(&net, seed);
        stamp_uses(&net, 3, &f, bytes);
    }
    report(&f, "random nets");
}

int main(void)
{
    check_forward();
    check_gradients();
    check_pooled_sum();
    check_unread();
    for (int i = 0; net_names[i]; i++)
        check_named(net_names[i]);
    check_random();
    return tap_done();
}
