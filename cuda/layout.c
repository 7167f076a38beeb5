/* layout.c - all that follows from net and spec, before there is a device: batch sizes, shapes as
 * they are kept, where each parameter lies among all, lifetimes. */
#include "cuda/cuda_priv.h"

#include "base/mem.h"
#include "engine/core/batches.h"

#define CHANNELS                                                                                   \
    8            /* that tensor 0 is padded to a multiple of: tensor cores take 16 bytes at once */
#define LINE 128 /* floats that a parameter is padded to a multiple of: 256 bytes in bf16 */

static size_t rounded_up(size_t count, size_t to)
{
    return (count + to - 1) / to * to;
}

/* --- batches --- */

/* The batch sizes, and what follows from them. */
static void list_batches(struct backend *b)
{
    b->n_batches = batches_of(&b->spec, b->batches);
    for (int i = 0; i < b->n_batches; i++)
        b->trains |= b->batches[i].trains;
    b->most = b->batches[0].size;
}

/* --- shapes --- */

/* Whether nobody would see that tensor 0 has further channels. */
static bool can_pad(const struct net *net)
{
    for (int u = 0; u < net->n_units; u++)
        if (!net->units[u].shortcut || (!net->units[u].input && net->units[u].groups > 1))
            return false;
    return true;
}

static int describe_units(struct backend *b, struct err *e)
{
    b->units = mem_alloc((size_t)b->depth, sizeof *b->units);
    if (!b->units)
        return mem_error(e, "units", (size_t)b->depth * sizeof *b->units);
    for (int u = 0; u < b->depth; u++) {
        const struct net_unit *unit = &b->net.units[u];
        struct net_shape s = net_conv_shape(unit, b->shapes[unit->input]);
        b->units[u].raw_map = (struct map){b->most, s.h, s.w, s.c};
    }
    if (can_pad(&b->net))
        b->shapes[0].c = (int)rounded_up((size_t)b->shapes[0].c, CHANNELS);
    return 0;
}

/* --- parameters --- */

/* With the channels of zeros that the weights get where they read a padded tensor. */
static size_t stored_floats(const struct backend *b, const struct net_param *p)
{
    if (p->role != NET_CONV || b->net.units[p->unit].input)
        return p->count;
    return p->count / (size_t)b->net.in_channels * (size_t)b->shapes[0].c;
}

static int describe_params(struct backend *b, struct err *e)
{
    if (net_params_new(&b->params, &b->net, e))
        return -1;
    b->param = mem_alloc((size_t)b->params->n, sizeof *b->param);
    if (!b->param)
        return mem_error(e, "parameters", (size_t)b->params->n * sizeof *b->param);
    for (int i = 0; i < b->params->n; i++) {
        const struct net_param *from = &b->params->at[i];
        struct param *p = &b->param[i];
        size_t *sum = net_role_trained(from->role) ? &b->trained : &b->running;
        if (from->unit >= 0)
            b->units[from->unit].param[from->role] = i;
        p->stored = stored_floats(b, from);
        p->offset = *sum;
        *sum += rounded_up(p->stored, LINE);
    }
    return 0;
}

static int check_pool(const struct backend *b, struct err *e)
{
    const struct net_pool *p = &b->net.pool;
    if (p->after < 0 || p->kernel * p->kernel <= POOL_CUT)
        return 0;
    return err_set(e, ERR_USAGE,
                   "net %s: a max-pool of %dx%d is too large for the CUDA backend; the largest is "
                   "15x15",
                   b->net.name, p->kernel, p->kernel);
}

int cuda_layout_open(struct backend *b, const struct backend_spec *spec, struct err *e)
{
    b->net = *spec->net;
    b->spec = *spec;
    b->spec.net = &b->net;
    b->depth = b->net.n_units;
    b->type = spec->precision == BACKEND_BF16 ? ELEMENT_BF16 : ELEMENT_F32;
    list_batches(b);
    const struct lifetimes_use use = {b->trains, spec->keep, spec->probe};
    lifetimes_of(&b->net, use, &b->lives);
    return check_pool(b, e) ||
                   net_shapes(&b->net, spec->augment.height, spec->augment.width, b->shapes, e) ||
                   describe_units(b, e) || describe_params(b, e)
               ? -1
               : 0;
}

void cuda_layout_close(struct backend *b)
{
    net_params_free(b->params);
    mem_free(b->param);
    mem_free(b->units);
}
