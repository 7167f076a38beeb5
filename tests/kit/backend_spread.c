/* backend_spread.c - see backend_spread.h. */
#include "tests/kit/backend_spread.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

#define MOST 0.3 /* beyond that nothing would be said */

struct tolerance spread_of_unit(const struct backend_ops *ops)
{
    struct tolerance t = {
        .forward = 6e-4, .backward = 1.1e-3, .update = 8e-4, .later = 0.3, .spreads = true};
    struct backend_device device = {.name = ""};
    char why[200];
    ops->devices(&device, 1, why, sizeof why);
    if (strcmp(device.name, "simulated device") != 0)
        t.backward = t.update = 2.6e-3;
    return t;
}

static bool is_read(const struct net *net, int tensor)
{
    for (int u = 0; u < net->n_units; u++)
        if (net->units[u].input == tensor || net->units[u].shortcut == tensor)
            return true;
    return false;
}

static int inner_relus(const struct net *net)
{
    int n = 0;
    for (int u = 0; u < net->n_units; u++)
        n += net->units[u].relu && is_read(net, u + 1);
    return n;
}

/* Three and five were chosen so that a reference whose values are jittered by 5e-7 before they are
 * rounded stays at half of what is tolerated. */
struct tolerance spread_tolerance(const struct tolerance *t, const struct net *net, bool first)
{
    struct tolerance out = *t;
    if (!t->spreads && !first)
        out.forward = out.backward = out.update = t->later;
    if (!t->spreads)
        return out;
    int relus = inner_relus(net);
    double gradients = pow(5, relus);
    out.forward *= 1 + 2 * relus;
    out.backward = fmin(MOST, t->backward * gradients);
    out.update = fmin(MOST, t->update * gradients);
    return out;
}

static void copy_params(const struct pair *p, enum backend_kind kind)
{
    for (int i = 0; i < p->ref.params->n; i++) {
        if (kind != BACKEND_PARAM && !net_role_trained(p->ref.params->at[i].role))
            continue;
        float *values = subject_get(&p->ref, kind, i);
        subject_set(&p->mine, kind, i, values);
        mem_free(values);
    }
}

void spread_stop(const struct tolerance *t, const struct pair *p)
{
    if (!t->spreads)
        return;
    copy_params(p, BACKEND_PARAM);
    copy_params(p, BACKEND_MOMENTUM);
}
