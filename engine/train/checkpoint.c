/* checkpoint.c - what a checkpoint holds, and how it gets to disk. See checkpoint_priv.h. */
#include "engine/train/checkpoint_priv.h"

#include "base/hash.h"
#include "base/str.h"
#include "engine/train/algorithms_priv.h"
#include "engine/train/checkpoint_match_priv.h"
#include "engine/train/save_priv.h"
#include "engine/weights/weights.h"

#include <stdio.h>
#include <string.h>

/* --- checksum --- */

uint64_t checkpoint_hash_meta(const struct weights *w)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < w->n_meta; i++)
        hash = hash_text(hash_text(hash, w->meta[i][0]), w->meta[i][1]);
    return hash;
}

void checkpoint_hash_write(uint64_t hash, float to[CHECKPOINT_PIECES])
{
    for (int i = 0; i < CHECKPOINT_PIECES; i++)
        to[i] = (float)(hash >> (16 * i) & 0xffff);
}

/* --- what is in the file --- */

static int put_int(struct weights *w, const char *key, long long value, struct err *e)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", value);
    return weights_meta(w, key, text, e);
}

static int put_real(struct weights *w, const char *key, double value, struct err *e)
{
    char text[64];
    snprintf(text, sizeof text, "%a", value);
    return weights_meta(w, key, text, e);
}

static int put_progress(const struct run *run, struct weights *w, struct err *e)
{
    const struct progress *at = &run->at;
    return weights_meta(w, "checkpoint", CHECKPOINT_FORMAT, e) ||
                   put_int(w, "epochs_done", at->epochs_done, e) ||
                   put_int(w, "step", (long long)at->step, e) ||
                   put_real(w, "train_s", at->train_s, e) ||
                   put_real(w, "best_pc", at->best_pc, e) ||
                   put_int(w, "best_epoch", at->best_epoch, e) || put_int(w, "worse", at->worse, e)
               ? -1
               : 0;
}

static int put_gradients(const struct gradients *g, struct weights *w, struct err *e)
{
    char key[GRADIENTS_KEY_BYTES];
    int result = put_int(w, GRADIENTS_KEY_IMAGES, g->images, e);
    for (int a = 0; a < LOSS_MAX_TERMS; a++)
        for (int b = a; !result && b < LOSS_MAX_TERMS; b++)
            result = put_real(w, gradients_key(a, b, key), g->product[a][b], e);
    return result;
}

/* The sums of the epoch in progress. */
static int put_tally(const struct tally *t, struct weights *w, struct err *e)
{
    const int n = (int)t->n;
    if (put_int(w, "tally_images", n, e) || put_real(w, "tally_total", t->total, e))
        return -1;
    for (int k = 0; k < LOSS_MAX_TERMS; k++) {
        char key[32];
        snprintf(key, sizeof key, "tally_term_%d", k + 1);
        if (put_real(w, key, t->term[k], e))
            return -1;
    }
    if (put_gradients(&t->gradients, w, e))
        return -1;
    return weights_list(w, "scores", 1, &n, e) ? 0 : -1;
}

static int list_momenta(const struct run *run, struct weights *w, struct err *e)
{
    for (int i = 0; i < run->params->n; i++) {
        const struct net_param *p = &run->params->at[i];
        char name[sizeof w->at->name];
        if (!net_role_trained(p->role))
            continue;
        int length = snprintf(name, sizeof name, CHECKPOINT_MOMENTUM "%s", p->name);
        if (length < 0 || (size_t)length >= sizeof name)
            return err_set(e, ERR_INTERNAL, "%s: the name is too long for a checkpoint", p->name);
        if (!weights_list(w, name, p->rank, p->dims, e))
            return -1;
    }
    return 0;
}

static int list_all(const struct run *run, struct weights *w, struct err *e)
{
    const int pieces = CHECKPOINT_PIECES;
    if (save_list(run, w, e) || put_progress(run, w, e) || checkpoint_match_put(run, w, e) ||
        algorithms_put(run, w, e) || list_momenta(run, w, e) ||
        (run->at.step && put_tally(&run->train_tally, w, e)))
        return -1;
    return weights_list(w, "checksum", 1, &pieces, e) ? 0 : -1;
}

int checkpoint_make(const struct run *run, float *values, struct weights **out, struct err *e)
{
    struct weights *w;
    *out = NULL;
    if (weights_new(&w, 2 * (size_t)run->params->n + 2, e))
        return -1;
    if (list_all(run, w, e)) {
        weights_free(w);
        return -1;
    }
    weights_lend(w, values);
    if (run->at.step) {
        const struct weights_tensor *scores = weights_find(w, "scores");
        memcpy(scores->data, run->train_tally.scores, scores->count * sizeof *values);
    }
    *out = w;
    return 0;
}

/* --- writing --- */

static void add_checksum(struct weights *w)
{
    const struct weights_tensor *last = &w->at[w->n - 1];
    uint64_t hash = checkpoint_hash_meta(w);
    for (const struct weights_tensor *t = w->at; t < last; t++)
        hash = hash_words(hash, t->data, t->count * sizeof *t->data);
    checkpoint_hash_write(hash, last->data);
}

int checkpoint_write(struct weights *w, const char *folder, const struct progress *at, int64_t keep,
                     int stored, const struct log *log, struct err *e)
{
    char name[80], path[1100];
    checkpoint_name(at, name);
    if (str_path(path, sizeof path, folder, name))
        return err_set(e, ERR_USAGE, "%s: the path is too long for checkpoints", folder);
    add_checksum(w);
    if (weights_write(w, path, e))
        return -1;
    checkpoint_prune(folder, at, keep, stored, log);
    return 0;
}
