/* test_lifetimes_stamps.c - lifetimes and arena together, for every net that we train and for
 * random ones: a backend that computes nothing, but stamps each piece of memory where the arena put
 * it, and looks for the stamp at each read. */
#include "engine/core/lifetimes.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/philox.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"

#define RANDOM_NETS 300

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

static void stamp_on(struct stamper *s, struct piece *p, int stamp)
{
    touch(s, p);
    for (size_t i = 0; p->at && i < p->floats; i++)
        p->at[i] = (float)stamp;
}

static void look_at(struct stamper *s, struct piece *p, int stamp)
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
    look_at(s, &s->tensor[unit->input], TENSOR + unit->input);
    if (unit->shortcut >= 0)
        look_at(s, &s->tensor[unit->shortcut], TENSOR + unit->shortcut);
}

/* All that a moment reads is read before and after what it writes: the order is the backend's. */
static void unit_forward(struct stamper *s, int u)
{
    s->moment = u;
    read_inputs(s, u);
    stamp_on(s, &s->saved[u], SAVED + u);
    if (pooled(s, u))
        stamp_on(s, &s->output[u], OUTPUT + u);
    stamp_on(s, &s->tensor[u + 1], TENSOR + u + 1);
    read_inputs(s, u);
    look_at(s, &s->saved[u], SAVED + u);
    if (pooled(s, u))
        look_at(s, &s->output[u], OUTPUT + u);
}

static void forward(struct stamper *s)
{
    s->moment = 0;
    if (!s->use.probe)
        stamp_on(s, &s->tensor[0], TENSOR);
    for (int u = 0; u < s->net.n_units; u++)
        unit_forward(s, u);
    s->moment = s->net.n_units;
    look_at(s, &s->tensor[s->net.n_units], TENSOR + s->net.n_units);
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
    look_at(s, &s->saved[u], SAVED + u);
    look_at(s, &s->tensor[unit->input], TENSOR + unit->input);
    if (!unit->relu || (unit->shortcut < 0 && !unit->squeeze))
        return;
    if (pooled(s, u))
        look_at(s, &s->output[u], OUTPUT + u);
    else
        look_at(s, &s->tensor[u + 1], TENSOR + u + 1);
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
        look_at(s, p, gradient_stamp(s, t));
    s->parts[t]++;
    stamp_on(s, p, gradient_stamp(s, t));
}

static void unit_backward(struct stamper *s, int u)
{
    const struct net_unit *unit = &s->net.units[u];
    struct piece *gradient = owner_of(s, u + 1);
    bool shared = s->lives.shortcut_part[u] == LIFETIMES_SHARED;
    s->moment = 2 * s->net.n_units - u;
    if (!parts_wanted(s, u + 1))
        stamp_on(s, gradient, gradient_stamp(s, u + 1)); /* made zero */
    s->wrong += s->parts[u + 1] != parts_wanted(s, u + 1);
    look_at(s, gradient, gradient_stamp(s, u + 1));
    read_saved(s, u);
    if (unit->shortcut >= 0)
        give_part(s, u, unit->shortcut, s->lives.shortcut_part[u]);
    give_part(s, u, unit->input, s->lives.input_part[u]);
    read_saved(s, u);
    if (!shared)
        look_at(s, gradient, gradient_stamp(s, u + 1));
}

static void backward(struct stamper *s)
{
    int n = s->net.n_units;
    memset(s->parts, 0, sizeof s->parts);
    s->parts[n] = 1;
    s->moment = n;
    stamp_on(s, &s->gradient[n], gradient_stamp(s, n));
    for (int u = n - 1; u >= 0; u--)
        unit_backward(s, u);
}

/* What can be read after a step. */
static void read_kept(struct stamper *s)
{
    s->moment = 2 * s->net.n_units + 1;
    if (s->use.probe)
        look_at(s, &s->tensor[0], TENSOR);
    if (s->use.probe && s->use.trains)
        look_at(s, owner_of(s, 0), gradient_stamp(s, 0));
    for (int t = 1; s->use.keep && t <= s->net.n_units; t++) {
        look_at(s, &s->tensor[t], TENSOR + t);
        if (s->use.trains)
            look_at(s, &s->gradient[t], gradient_stamp(s, t));
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
    if (net_shapes(&s->net, size, size, shapes, &e))
        case_bail("shapes", &e);
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
        stamp_on(s, &s->tensor[0], TENSOR);
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
    if (!s || arena_init(&arena, 4 * NET_MAX_UNITS + 2, 64, &e))
        case_bail("a stamper", NULL);
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

static void say(const struct faults *f, const char *what)
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
        say(&f, name);
        ok(3 * bytes[0] < 2 * bytes[1] && 2 * bytes[2] < bytes[0],
           "%s: all kept needs %zu bytes, training %zu, evaluation %zu", name, bytes[1], bytes[0],
           bytes[2]);
    }
}

/* Any unit may read any tensor, also twice, and any be pooled: all maps have one size. */
static void draw(struct backend_case *c, uint64_t seed)
{
    struct philox of_net = philox4x32(seed, 0, 0, 0, 0);
    uint32_t n = 1 + philox_below(of_net.v[0], CASE_UNITS);
    *c = (struct backend_case){"random", 1, 3, 3, 4, {0, 3, 1, 1, false}, {{0}}};
    c->pool.after = (int)philox_below(of_net.v[1], n + 1) - 1;
    for (uint32_t u = 0; u < n; u++) {
        struct philox r = philox4x32(seed, u, 1, 0, 0);
        int input = (int)(u - philox_below(r.v[0], r.v[3] % 4 ? 1 : u + 1));
        int shortcut = (int)philox_below(r.v[1], 2 * u + 2) - (int)u - 1;
        c->units[u] = (struct case_unit){.input = input,
                                         .shortcut = shortcut < 0 ? -1 : shortcut,
                                         .out = 4,
                                         .kernel = 1,
                                         .stride = 1,
                                         .groups = 1,
                                         .squeeze = r.v[2] % 3 ? 0 : 2,
                                         .relu = r.v[2] % 2};
    }
}

static void check_random(void)
{
    struct faults f = {0};
    for (uint64_t seed = 0; seed < RANDOM_NETS; seed++) {
        struct backend_case c;
        struct net net;
        size_t bytes[3];
        draw(&c, seed);
        case_net(&c, &net);
        stamp_uses(&net, 3, &f, bytes);
    }
    say(&f, "random nets");
}

int main(void)
{
    for (int i = 0; net_names[i]; i++)
        check_named(net_names[i]);
    check_random();
    return tap_done();
}
