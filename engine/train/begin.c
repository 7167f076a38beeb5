/* begin.c - see begin_priv.h. One tensor at a time goes through a buffer as large as the net's
 * largest, so that the file is in memory only as the system's cache has it. */
#include "engine/train/begin_priv.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/train/notes_priv.h"
#include "engine/weights/init.h"

#include <string.h>

#define NAMED 4 /* tensors that a line names */

struct begin {
    struct init init;
    float *buffer;
    bool *used;              /* tensors of the file */
    size_t set;              /* tensors of the net */
    size_t norms, new_norms; /* running statistics, and those that are as before any training */
    /* What there is to say: "a, b, c, ..." */
    struct str missing, fresh, unused;
    size_t n_missing, n_unused;
};

static void name_one(struct str *names, size_t n, const char *name)
{
    if (n <= NAMED)
        str_addf(names, "%s%s", n > 1 ? ", " : "", n == NAMED ? "..." : name);
}

static bool all_are(const float *values, size_t n, float value)
{
    for (size_t i = 0; i < n; i++)
        if (values[i] != value)
            return false;
    return true;
}

static int set_one(struct run *run, struct begin *b, int index, size_t at, struct err *e)
{
    const struct net_param *p = &run->params->at[index];
    if (source_load(&b->init.source, at, b->buffer, e))
        return err_prefix(e, "%s", run->config->init);
    init_turn((enum config_init_order)run->config->init_order,
              (enum config_init_scale)run->config->init_scale, p, b->buffer);
    b->used[at] = true;
    b->set++;
    if (!net_role_trained(p->role)) {
        b->norms++;
        b->new_norms += all_are(b->buffer, p->count, p->role == NET_VAR ? 1 : 0);
    }
    return door_set(run->door, BACKEND_PARAM, index, b->buffer, p->count, e);
}

/* Why a head is not the file's. */
static void say_why(struct begin *b, const struct net_param *p, size_t at)
{
    char found[64], wanted[64];
    if (at == MATCH_NONE) {
        str_addf(&b->fresh, " (no %s in the file)", p->rank > 1 ? "weights" : "bias");
        return;
    }
    const struct weights_tensor *t = &b->init.source.listed->at[at];
    match_shape(found, sizeof found, t->rank, t->dims);
    match_shape(wanted, sizeof wanted, p->rank, p->dims);
    str_addf(&b->fresh, " ('%s' is %s, not %s)", t->name, found, wanted);
}

/* A head's weight and bias, which stand one after the other: both of the file, or none. */
static int set_head(struct run *run, struct begin *b, int index, struct err *e)
{
    const struct net_param *p = &run->params->at[index];
    bool fits[2];
    size_t at[2];
    for (int k = 0; k < 2; k++)
        at[k] = match_find(&b->init.match, p + k, &fits[k]);
    if (fits[0] && fits[1]) {
        *(p->role == NET_SCORE_W ? &run->score_given : &run->classes_given) = true;
        int result = set_one(run, b, index, at[0], e);
        return result ? result : set_one(run, b, index + 1, at[1], e);
    }
    for (int k = 0; k < 2; k++)
        if (at[k] != MATCH_NONE)
            b->used[at[k]] = true; /* it is spoken of here */
    int wrong = fits[0] ? 1 : 0;
    str_addf(&b->fresh, "%sthe %s head", b->fresh.length ? ", " : "",
             p->role == NET_SCORE_W ? "score" : "class");
    say_why(b, p + wrong, at[wrong]);
    return 0;
}

static int set_all(struct run *run, struct begin *b, struct err *e)
{
    int result = 0;
    for (int i = 0; !result && i < run->params->n; i++) {
        const struct net_param *p = &run->params->at[i];
        bool fits;
        size_t at = match_find(&b->init.match, p, &fits);
        if (p->role == NET_SCORE_W || p->role == NET_CLASS_W)
            result = set_head(run, b, i, e);
        else if (p->unit >= 0 && fits)
            result = set_one(run, b, i, at, e);
        else if (p->unit >= 0)
            name_one(&b->missing, ++b->n_missing, p->name);
    }
    return result;
}

/* What training does not use: counters of batches are in every file of PyTorch's. */
static void list_unused(struct begin *b)
{
    const struct weights *listed = b->init.source.listed;
    for (size_t i = 0; i < listed->n; i++) {
        const char *name = listed->at[i].name;
        if (!b->used[i] && !naming_is_counter(name))
            name_one(&b->unused, ++b->n_unused, name);
    }
}

static void note_geometry(struct run *run, const struct begin *b)
{
    const struct run_config *c = run->config;
    struct net_options theirs = match_options(&b->init.match, net_names[c->backbone]);
    if (theirs.ceil_pool != (c->stem_pool == STEM_POOL_CEIL))
        notes_add(run, LOG_WARNING,
                  "the weights go with stem-pool %s; this run has the other one, as asked for",
                  theirs.ceil_pool ? "ceil" : "floor");
    if (theirs.stride_first != net_strides_first(&run->net))
        notes_add(run, LOG_WARNING,
                  "the weights go with block-stride %s; this run has the other one, as asked for",
                  theirs.stride_first ? "1x1" : "3x3");
}

/* What no file says, and what was read. */
static void note_source(struct run *run, const struct begin *b)
{
    const struct source *s = &b->init.source;
    const struct run_config *c = run->config;
    if (s->part[0])
        notes_add(run, LOG_INFO, "of what is in the file, '%s' was taken%s%s", s->part,
                  s->beside[0] ? "; there are tensors too in " : "", s->beside);
    notes_add(run, LOG_INFO,
              "taken as weights for %s images%s (--init-order, --init-scale; no file says it)",
              c->init_order == INIT_ORDER_BGR ? "BGR" : "RGB",
              c->init_scale == INIT_SCALE_255 ? " of 0 to 255 less their mean"
                                              : " less their mean, divided by their deviation");
}

static void note_all(struct run *run, struct begin *b)
{
    const char *net = run->net.name;
    list_unused(b);
    notes_add(run, LOG_INFO, "begins with %zu of %d tensors (names of %s; content %s) of %s",
              b->set, run->params->n, b->init.match.naming->name, run->init_hash,
              run->config->init);
    note_source(run, b);
    if (b->fresh.length)
        notes_add(run, LOG_INFO, "%s: %s",
                  run->config->head_start == HEAD_START_MEAN ? "begins afresh"
                                                             : "drawn by the seed",
                  b->fresh.text);
    if (b->n_missing)
        notes_add(run, LOG_WARNING,
                  "tensors of %s that are not in the file, and are drawn: %zu (%s)", net,
                  b->n_missing, b->missing.text);
    if (b->n_unused)
        notes_add(run, LOG_WARNING, "tensors of the file that are not used: %zu (%s)", b->n_unused,
                  b->unused.text);
    if (b->norms && b->new_norms == b->norms)
        notes_add(run, LOG_WARNING,
                  "all running means of the file are 0 and all variances 1, as before any "
                  "training: these are no trained weights, or their norms were left out");
    note_geometry(run, b);
}

static int load(struct run *run, struct begin *b, struct err *e)
{
    size_t most = 0, n = b->init.source.listed->n;
    for (int i = 0; i < run->params->n; i++)
        if (run->params->at[i].count > most)
            most = run->params->at[i].count;
    b->buffer = mem_alloc(most, sizeof *b->buffer);
    b->used = mem_alloc(n, sizeof *b->used);
    if (!b->buffer || !b->used)
        return mem_error(e, "a tensor to begin with", most * sizeof *b->buffer);
    if (init_check(&b->init, run->config->init, run->net.name, e) ||
        source_hash(&b->init.source, run->init_hash, e) || set_all(run, b, e))
        return -1;
    note_all(run, b);
    return 0;
}

int begin_run(struct run *run, struct err *e)
{
    struct begin b = {.set = 0};
    if (!config_has_init(run->config) || run->has_saved)
        return 0;
    if (init_open(&b.init, run->config->init, e))
        return err_prefix(e, "option 'init'");
    str_init(&b.missing);
    str_init(&b.fresh);
    str_init(&b.unused);
    int result = load(run, &b, e);
    str_fini(&b.missing);
    str_fini(&b.fresh);
    str_fini(&b.unused);
    mem_free(b.used);
    mem_free(b.buffer);
    init_close(&b.init);
    return result < 0 ? err_prefix(e, "option 'init'") : result;
}
