/* holdout.c - see holdout_priv.h. */
#include "engine/train/holdout_priv.h"

#include "base/mem.h"
#include "base/philox.h"

static bool is_held(const struct run_config *c, uint32_t place)
{
    struct philox r = philox4x32((uint64_t)c->seed, place, 0, 0, PHILOX_HOLD);
    return r.v[0] < c->val_share * 4294967296.0;
}

static int refuse(const struct run *run, size_t all, const char *what, struct err *e)
{
    return err_set(
        e, ERR_USAGE,
        "option 'val-share': %g of %zu training images, drawn with seed %lld, %s; choose "
        "another share or seed",
        run->config->val_share, all, (long long)run->config->seed, what);
}

int holdout_choose(struct run *run, struct err *e)
{
    struct split *train = &run->train_split, *val = &run->val_split;
    size_t all = train->n, left = 0;
    if (run->config->select != SELECT_VAL)
        return 0;
    val->places = mem_alloc(all, sizeof *val->places);
    if (!val->places)
        return mem_error(e, "images held out", all * sizeof *val->places);
    for (size_t i = 0; i < all; i++) {
        if (is_held(run->config, train->places[i]))
            val->places[val->n++] = train->places[i];
        else
            train->places[left++] = train->places[i];
    }
    train->n = left;
    if (!val->n)
        return refuse(run, all, "holds out none", e);
    return left ? 0 : refuse(run, all, "leaves none to train on", e);
}
