/* net.c - shapes, checks and the list of tensors of a net. */
#include "engine/core/net.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

void net_start(struct net *net, const char *name, int in_channels)
{
    memset(net, 0, sizeof *net);
    str_copy(net->name, sizeof net->name, name);
    net->in_channels = in_channels;
    net->pool.after = -1;
}

int net_add_unit(struct net *net, const struct net_unit *unit)
{
    if (net->n_units == NET_MAX_UNITS)
        return -1;
    net->units[net->n_units++] = *unit;
    return net->n_units;
}

struct net_shape net_conv_shape(const struct net_unit *unit, struct net_shape input)
{
    struct net_shape out = {
        .h = (input.h + 2 * unit->pad - unit->kernel) / unit->stride + 1,
        .w = (input.w + 2 * unit->pad - unit->kernel) / unit->stride + 1,
        .c = unit->out,
    };
    if (input.h + 2 * unit->pad < unit->kernel)
        out.h = 0;
    if (input.w + 2 * unit->pad < unit->kernel)
        out.w = 0;
    return out;
}

static int pooled(const struct net_pool *p, int size)
{
    int room = size + 2 * p->pad - p->kernel;
    if (room < 0)
        return p->ceil && size > 0 && room + p->stride > 0;
    int out = (p->ceil ? (room + p->stride - 1) / p->stride : room / p->stride) + 1;
    if (p->ceil && (out - 1) * p->stride >= size + p->pad)
        out--;
    return out;
}

struct net_shape net_pool_shape(const struct net_pool *pool, struct net_shape input)
{
    struct net_shape out = {pooled(pool, input.h), pooled(pool, input.w), input.c};
    return out;
}

static int check_unit(const struct net *net, int u, const struct net_shape *shapes, struct err *e)
{
    const struct net_unit *unit = &net->units[u];
    if (unit->input < 0 || unit->input > u || unit->shortcut > u || unit->shortcut < -1)
        return err_set(e, ERR_INTERNAL, "net %s: unit %d reads a tensor that does not exist yet",
                       net->name, u);
    if (unit->in != shapes[unit->input].c)
        return err_set(e, ERR_INTERNAL, "net %s: unit %d wants %d channels, its input has %d",
                       net->name, u, unit->in, shapes[unit->input].c);
    if (unit->groups < 1 || unit->in % unit->groups || unit->out % unit->groups)
        return err_set(e, ERR_INTERNAL, "net %s: unit %d: %d and %d channels in %d groups",
                       net->name, u, unit->in, unit->out, unit->groups);
    if (unit->kernel < 1 || unit->stride < 1 || unit->pad < 0 || unit->out < 1 || unit->squeeze < 0)
        return err_set(e, ERR_INTERNAL, "net %s: unit %d has an impossible geometry", net->name, u);
    return 0;
}

int net_shapes(const struct net *net, int height, int width, struct net_shape *shapes,
               struct err *e)
{
    if (net->classes && !net->heads)
        return err_set(e, ERR_INTERNAL, "net %s: a class head needs heads", net->name);
    shapes[0] = (struct net_shape){height, width, net->in_channels};
    for (int u = 0; u < net->n_units; u++) {
        if (check_unit(net, u, shapes, e))
            return -1;
        const struct net_unit *unit = &net->units[u];
        struct net_shape out = net_conv_shape(unit, shapes[unit->input]);
        if (unit->shortcut >= 0 && out.h > 0) {
            struct net_shape s = shapes[unit->shortcut];
            if (s.h != out.h || s.w != out.w || s.c != out.c)
                return err_set(e, ERR_INTERNAL,
                               "net %s: unit %d makes %dx%dx%d, its shortcut is %dx%dx%d",
                               net->name, u, out.h, out.w, out.c, s.h, s.w, s.c);
        }
        if (net->pool.after == u)
            out = net_pool_shape(&net->pool, out);
        if (out.h < 1 || out.w < 1)
            return err_set(e, ERR_USAGE,
                           "net %s: an image of %dx%d is too small: nothing is left "
                           "after unit %d",
                           net->name, height, width, u);
        shapes[u + 1] = out;
    }
    return 0;
}

/* A growing list while net_params_new runs; `at` has room for the largest possible net. */
static void list(struct net_params *p, const char *layer, const char *what, enum net_role role,
                 int unit, int rank, const int dims[4])
{
    struct net_param *t = &p->at[p->n++];
    snprintf(t->name, sizeof t->name, "%s.%s", layer, what);
    t->role = role;
    t->unit = unit;
    t->rank = rank;
    t->count = 1;
    for (int i = 0; i < rank; i++) {
        t->dims[i] = dims[i];
        t->count *= (size_t)dims[i];
    }
    if (net_role_trained(role))
        p->trained += t->count;
    else
        p->running += t->count;
}

static void list_unit(struct net_params *p, const struct net_unit *u, int at)
{
    int c[4] = {u->out, u->in / u->groups, u->kernel, u->kernel};
    list(p, u->conv, "weight", NET_CONV, at, 4, c);
    list(p, u->norm, "weight", NET_GAMMA, at, 1, c);
    list(p, u->norm, "bias", NET_BETA, at, 1, c);
    list(p, u->norm, "running_mean", NET_MEAN, at, 1, c);
    list(p, u->norm, "running_var", NET_VAR, at, 1, c);
    if (!u->squeeze)
        return;
    int w1[4] = {u->squeeze, u->out, 1, 1};
    int w2[4] = {u->out, u->squeeze, 1, 1};
    list(p, u->se, "fc1.weight", NET_SE_W1, at, 4, w1);
    list(p, u->se, "fc1.bias", NET_SE_B1, at, 1, w1);
    list(p, u->se, "fc2.weight", NET_SE_W2, at, 4, w2);
    list(p, u->se, "fc2.bias", NET_SE_B2, at, 1, w2);
}

int net_params_new(struct net_params **out, const struct net *net, struct err *e)
{
    *out = NULL;
    struct net_params *p = mem_alloc(1, sizeof *p);
    size_t room = (size_t)net->n_units * 9 + 4;
    struct net_param *at = mem_alloc(room, sizeof *at);
    if (!p || !at) {
        mem_free(p);
        mem_free(at);
        return mem_error(e, "a net's list of tensors", room * sizeof *at);
    }
    p->at = at;
    for (int u = 0; u < net->n_units; u++)
        list_unit(p, &net->units[u], u);
    if (net->heads) {
        int features = net->n_units ? net->units[net->n_units - 1].out : net->in_channels;
        int score[4] = {1, features, 0, 0};
        int classes[4] = {net->classes, features, 0, 0};
        list(p, "fc", "weight", NET_SCORE_W, -1, 2, score);
        list(p, "fc", "bias", NET_SCORE_B, -1, 1, score);
        if (net->classes) {
            list(p, "fc_cls", "weight", NET_CLASS_W, -1, 2, classes);
            list(p, "fc_cls", "bias", NET_CLASS_B, -1, 1, classes);
        }
    }
    *out = p;
    return 0;
}

void net_params_free(struct net_params *p)
{
    if (!p)
        return;
    mem_free(p->at);
    mem_free(p);
}

int net_params_find(const struct net_params *p, const char *name)
{
    for (int i = 0; i < p->n; i++)
        if (!strcmp(p->at[i].name, name))
            return i;
    return -1;
}

int net_params_role(const struct net_params *p, int unit, enum net_role role)
{
    for (int i = 0; i < p->n; i++)
        if (p->at[i].unit == unit && p->at[i].role == role)
            return i;
    return -1;
}

double net_forward_flop(const struct net *net, int height, int width)
{
    struct net_shape shapes[NET_MAX_UNITS + 1];
    if (net_shapes(net, height, width, shapes, NULL))
        return 0;
    double flop = 0;
    for (int u = 0; u < net->n_units; u++) {
        const struct net_unit *unit = &net->units[u];
        struct net_shape s = net_conv_shape(unit, shapes[unit->input]);
        double taps = (double)unit->in / unit->groups * unit->kernel * unit->kernel;
        flop += 2.0 * s.h * s.w * s.c * taps + 4.0 * unit->out * unit->squeeze;
    }
    if (net->heads)
        flop += 2.0 * shapes[net->n_units].c * (1 + net->classes);
    return flop;
}
