/* checkpoint.c - writes a checkpoint, one tensor at a time, so that it costs the memory of the
 * largest tensor. See checkpoint.h. */
#include "engine/train/checkpoint_priv.h"

#include "base/hash.h"
#include "base/str.h"
#include "engine/weights/weights.h"
#include "engine/train/save_priv.h"
#include "engine/train/checkpoint_match_priv.h"

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

/* FNV-1a by words: as fast as a disk. */
uint64_t checkpoint_hash_data(uint64_t hash, const float *data, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &data[i], sizeof bits);
        hash = (hash ^ bits) * UINT64_C(0x100000001b3);
    }
    return hash;
}

void checkpoint_hash_write(uint64_t hash, float to[4])
{
    for (int i = 0; i < 4; i++)
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
    const int pieces = 4;
    if (save_list(run, w, e) || put_progress(run, w, e) || checkpoint_match_put(run, w, e) ||
        list_momenta(run, w, e) || (run->at.step && put_tally(&run->train_tally, w, e)))
        return -1;
    return weights_list(w, "checksum", 1, &pieces, e) ? 0 : -1;
}

/* --- writing --- */

struct writer {
    struct run *run;
    const struct weights *w;
    int trained; /* parameters whose momentum has been looked at */
    uint64_t hash;
};

/* Called for the tensors in the order of list_all. */
static int fill(void *context, size_t i, float *to, struct err *e)
{
    struct writer *out = context;
    struct run *run = out->run;
    const struct net_params *params = run->params;
    const struct weights_tensor *t = &out->w->at[i];
    int result = 0;
    if (i < (size_t)params->n) {
        result = save_values(run, BACKEND_PARAM, (int)i, to, e);
    } else if (!strcmp(t->name, "scores")) {
        memcpy(to, run->train_tally.scores, t->count * sizeof *to);
    } else if (i + 1 == out->w->n) {
        checkpoint_hash_write(out->hash, to);
    } else {
        while (!net_role_trained(params->at[out->trained].role))
            out->trained++;
        result = save_values(run, BACKEND_MOMENTUM, out->trained++, to, e);
    }
    if (!result)
        out->hash = checkpoint_hash_data(out->hash, to, t->count);
    return result;
}

static int write_file(struct run *run, const char *path, struct err *e)
{
    struct weights *w;
    if (weights_new(&w, 2 * (size_t)run->params->n + 2, e))
        return -1;
    int result = list_all(run, w, e);
    if (!result) {
        struct writer out = {run, w, 0, checkpoint_hash_meta(w)};
        result = weights_stream(w, path, fill, &out, e);
    }
    weights_free(w);
    return result;
}

int checkpoint_save(struct run *run, struct err *e)
{
    const char *folder = run->job->weights_dir;
    char name[80], path[1100];
    struct snapshot before;
    if (run->has_saved && run->saved.epochs_done == run->at.epochs_done &&
        run->saved.step == run->at.step)
        return 0;
    checkpoint_name(&run->at, name);
    if (str_path(path, sizeof path, folder, name))
        return err_set(e, ERR_USAGE, "%s: the path is too long for checkpoints", folder);
    save_show(run, true, &before);
    int result = write_file(run, path, e);
    if (!result) {
        run->saved = run->at;
        run->has_saved = true;
        checkpoint_prune(folder, &run->at, run->config->keep, run->log);
    }
    save_show(run, false, &before);
    return result;
}
