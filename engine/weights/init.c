/* init.c - see init.h. */
#include "engine/weights/init.h"

#include "base/err.h"
#include "base/str.h"
#include "engine/core/augment.h"

#include <stdio.h>
#include <string.h>

#define KEYS_SHOWN 3

static int no_key_known(const struct weights *listed, const char *path, struct err *e)
{
    struct str known, keys;
    str_init(&known);
    str_init(&keys);
    for (size_t i = 0; i < n_namings; i++)
        str_addf(&known, "%s%s", i ? "; " : "", namings[i].name);
    for (size_t i = 0; i < listed->n && i < KEYS_SHOWN; i++)
        str_addf(&keys, "%s%s", i ? ", " : "", listed->at[i].name);
    if (listed->n > KEYS_SHOWN)
        str_add(&keys, ", ...");
    int result = err_set(e, ERR_FORMAT,
                         "%s: none of its %zu tensors is named as in a net that is known here; "
                         "known are the names of %s, also under 'module.', 'model.' or "
                         "'backbone.'; its keys are %s",
                         path, listed->n, known.text, listed->n ? keys.text : "none");
    str_fini(&known);
    str_fini(&keys);
    return result;
}

int init_open(struct init *i, const char *path, struct err *e)
{
    memset(i, 0, sizeof *i);
    if (source_open(&i->source, path, e))
        return -1;
    if (match_open(&i->match, i->source.listed, e)) {
        init_close(i);
        return -1;
    }
    if (!i->match.naming) {
        no_key_known(i->source.listed, path, e);
        init_close(i);
        return -1;
    }
    return 0;
}

void init_close(struct init *i)
{
    match_close(&i->match);
    source_close(&i->source);
}

static int other_shape(const struct init *i, const char *path, const char *net,
                       const struct net_param *p, size_t at, struct err *e)
{
    const struct weights_tensor *t = &i->source.listed->at[at];
    char found[64], wanted[64];
    match_shape(found, sizeof found, t->rank, t->dims);
    match_shape(wanted, sizeof wanted, p->rank, p->dims);
    return err_set(e, ERR_FORMAT, "%s: tensor '%s' is %s, but %s wants %s; this is another net",
                   path, t->name, found[0] ? found : "a single number", net, wanted);
}

int init_check(const struct init *i, const char *path, const char *name, struct err *e)
{
    struct net net;
    struct net_params *params;
    if (net_build(&net, name, NULL, 0, e) || net_params_new(&params, &net, e))
        return -1;
    int result = 0;
    if (i->match.net && match_suits(match_count(&i->match, params)) < i->match.suits)
        result = err_set(e, ERR_FORMAT, "%s holds weights of %s, not of %s: use --backbone %s",
                         path, i->match.net, name, i->match.net);
    for (int k = 0; !result && k < params->n; k++) {
        bool fits;
        size_t at = match_find(&i->match, &params->at[k], &fits);
        if (params->at[k].unit >= 0 && at != MATCH_NONE && !fits)
            result = other_shape(i, path, name, &params->at[k], at, e);
    }
    net_params_free(params);
    return result;
}

/* With x = (v / 255 - mean) / deviation, the images here, and u = 255 (v / 255 - mean), those of
 * scale 255: u = 255 deviation x. A factor a channel goes into the weights, and padding, which is 0
 * in both, stays what it was. A mean that differs would not: it is 0 nowhere but inside. */
void init_turn(enum config_init_order order, enum config_init_scale scale,
               const struct net_param *p, float *values)
{
    static const float deviation[3] = AUGMENT_DEVIATION;
    if (p->unit != 0 || p->role != NET_CONV || p->dims[1] != 3)
        return;
    size_t plane = (size_t)p->dims[2] * (size_t)p->dims[3];
    for (float *filter = values; filter < values + p->count; filter += 3 * plane)
        for (size_t i = 0; i < plane; i++) {
            float *at = filter + i, first = at[0];
            if (order == INIT_ORDER_BGR) {
                at[0] = at[2 * plane];
                at[2 * plane] = first;
            }
            for (size_t k = 0; scale == INIT_SCALE_255 && k < 3; k++)
                at[k * plane] = (float)(at[k * plane] * 255.0 * (double)deviation[k]);
        }
}

int init_settle(struct run_config *c, struct err *e)
{
    struct init i;
    if (!config_has_init(c))
        return 0;
    if (init_open(&i, c->init, e))
        return err_prefix(e, "option 'init'");
    const char *net = net_names[c->backbone];
    int result = init_check(&i, c->init, net, e);
    struct net_options options = match_options(&i.match, net);
    if (c->stem_pool == STEM_POOL_AUTO)
        c->stem_pool = options.ceil_pool ? STEM_POOL_CEIL : STEM_POOL_FLOOR;
    if (c->block_stride == BLOCK_STRIDE_AUTO)
        c->block_stride = options.stride_first ? BLOCK_STRIDE_1X1 : BLOCK_STRIDE_3X3;
    init_close(&i);
    return result ? err_prefix(e, "option 'init'") : 0;
}
