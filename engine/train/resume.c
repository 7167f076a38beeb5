/* resume.c - see resume_priv.h. Two readings of a file: the first believes nothing and touches
 * nothing, the second, of a file whose checksum is right, sets the backend's values. Both go
 * through a buffer as large as the net's largest tensor, whatever the file says of its own. */
#include "engine/train/resume_priv.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/train/checkpoint_match_priv.h"
#include "engine/train/checkpoint_priv.h"
#include "engine/train/notes_priv.h"
#include "engine/weights/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_VALUES ((size_t)1 << 29) /* in a file: ten times the largest net's, with momenta */

/* A candidate, opened. */
struct candidate {
    const struct checkpoint_file *file;
    struct weights_file *in;
    const struct weights *w;
    float *buffer; /* `room` values: those of the net's largest tensor */
    size_t room;
    struct progress at;
    size_t images; /* in the tally */
};

/* --- metadata --- */

static int64_t read_int(const struct weights *w, const char *key)
{
    int64_t value = -1;
    const char *text = weights_meta_of(w, key);
    if (text)
        str_to_int(text, &value);
    return value;
}

/* NaN where there is none. */
static double read_real(const struct weights *w, const char *key)
{
    const char *text = weights_meta_of(w, key);
    char *end = NULL;
    double value = text ? strtod(text, &end) : NAN;
    return end && end != text && !*end ? value : NAN;
}

static int not_ours(const struct candidate *c, const char *why, struct err *e)
{
    return err_set(e, ERR_FORMAT, "%s: %s", c->file->name, why);
}

/* Numbers that fit each other, the file's name and the number of images. */
static int read_progress(const struct run *run, struct candidate *c, struct err *e)
{
    size_t n = run->train_plan.n, batch = (size_t)run_batch(run, n);
    int64_t epochs = read_int(c->w, "epochs_done"), step = read_int(c->w, "step");
    int64_t best = read_int(c->w, "best_epoch"), worse = read_int(c->w, "worse");
    c->at = (struct progress){.train_s = read_real(c->w, "train_s"),
                              .best_pc = read_real(c->w, "best_pc")};
    if (epochs != c->file->epoch || step < 0 || (size_t)step != c->file->step ||
        (size_t)step > (n + batch - 1) / batch || best < 0 || best > epochs || worse < 0 ||
        worse > epochs || isnan(c->at.best_pc) || isnan(c->at.train_s))
        return not_ours(c, "what it says of its run's progress cannot be", e);
    c->at.epochs_done = (int)epochs;
    c->at.step = (size_t)step;
    c->at.best_epoch = (int)best;
    c->at.worse = (int)worse;
    c->images = c->at.step * batch < n ? c->at.step * batch : n;
    if (c->at.step && read_int(c->w, "tally_images") != (int64_t)c->images)
        return not_ours(c, "its steps and its images do not agree", e);
    return 0;
}

/* --- the first reading --- */

static bool fits(const struct candidate *c, const char *prefix, const struct net_param *p)
{
    char name[sizeof c->w->at->name];
    snprintf(name, sizeof name, "%s%s", prefix, p->name);
    const struct weights_tensor *t = weights_find(c->w, name);
    return t && t->count == p->count;
}

static int check_tensors(const struct run *run, const struct candidate *c, struct err *e)
{
    for (int i = 0; i < run->params->n; i++) {
        const struct net_param *p = &run->params->at[i];
        if (!fits(c, "", p) || (net_role_trained(p->role) && !fits(c, CHECKPOINT_MOMENTUM, p)))
            return err_set(e, ERR_FORMAT, "%s: %s or its momentum is missing, or has another shape",
                           c->file->name, p->name);
    }
    const struct weights_tensor *scores = weights_find(c->w, "scores");
    if (c->at.step && (!scores || scores->count != c->images))
        return not_ours(c, "its predictions are missing", e);
    return 0;
}

static int hash_tensor(struct candidate *c, size_t i, uint64_t *hash, struct err *e)
{
    size_t count = c->w->at[i].count;
    for (size_t at = 0, n; at < count; at += n) {
        n = count - at < c->room ? count - at : c->room;
        if (weights_load_part(c->in, i, at, n, c->buffer, e))
            return -1;
        *hash = hash_words(*hash, c->buffer, n * sizeof *c->buffer);
    }
    return 0;
}

static int check_sum(struct candidate *c, struct err *e)
{
    const struct weights *w = c->w;
    uint64_t hash = checkpoint_hash_meta(w);
    float sum[CHECKPOINT_PIECES];
    if (!w->n || strcmp(w->at[w->n - 1].name, "checksum") ||
        w->at[w->n - 1].count != CHECKPOINT_PIECES)
        return not_ours(c, "it has no checksum", e);
    for (size_t i = 0; i + 1 < w->n; i++)
        if (hash_tensor(c, i, &hash, e))
            return -1;
    checkpoint_hash_write(hash, sum);
    if (weights_load(c->in, w->n - 1, c->buffer, e))
        return -1;
    return memcmp(sum, c->buffer, sizeof sum)
               ? not_ours(c, "it is damaged: its checksum is wrong", e)
               : 0;
}

static int open_candidate(const struct run *run, struct candidate *c, struct err *e)
{
    char path[1100];
    if (str_path(path, sizeof path, run->job->weights_dir, c->file->name))
        return err_set(e, ERR_USAGE, "%s: the path is too long", run->job->weights_dir);
    if (weights_open(&c->in, &c->w, path, e))
        return -1;
    const char *format = weights_meta_of(c->w, "checkpoint");
    if (!format || strcmp(format, CHECKPOINT_FORMAT))
        return not_ours(c, format ? "another version's checkpoint" : "no checkpoint", e);
    size_t values = 0;
    for (size_t i = 0; i < c->w->n; i++)
        values += c->w->at[i].count;
    if (values > MOST_VALUES)
        return not_ours(c, "it has more values than a checkpoint can have", e);
    c->room = 4; /* of the checksum */
    for (int i = 0; i < run->params->n; i++)
        if (run->params->at[i].count > c->room)
            c->room = run->params->at[i].count;
    c->buffer = mem_alloc(c->room, sizeof *c->buffer);
    return c->buffer ? check_sum(c, e)
                     : mem_error(e, "a checkpoint's tensor", c->room * sizeof *c->buffer);
}

/* --- the second reading --- */

static int set_values(struct run *run, struct candidate *c, enum backend_kind kind, int index,
                      struct err *e)
{
    const struct net_param *p = &run->params->at[index];
    char name[sizeof c->w->at->name];
    snprintf(name, sizeof name, "%s%s", kind == BACKEND_MOMENTUM ? CHECKPOINT_MOMENTUM : "",
             p->name);
    size_t i = (size_t)(weights_find(c->w, name) - c->w->at);
    if (weights_load(c->in, i, c->buffer, e))
        return -1;
    return door_set(run->door, kind, index, c->buffer, p->count, e);
}

/* Checkpoints of before there were any have none: then they are of the steps that are left. */
static void restore_gradients(const struct candidate *c, struct gradients *g)
{
    char key[GRADIENTS_KEY_BYTES];
    int64_t images = read_int(c->w, GRADIENTS_KEY_IMAGES);
    if (images <= 0)
        return;
    g->images = images;
    for (int a = 0; a < LOSS_MAX_TERMS; a++)
        for (int b = a; b < LOSS_MAX_TERMS; b++)
            g->product[a][b] = read_real(c->w, gradients_key(a, b, key));
}

static int restore_tally(struct run *run, struct candidate *c, struct err *e)
{
    struct tally *t = &run->train_tally;
    tally_clear(t);
    if (!c->at.step)
        return 0;
    t->n = c->images;
    t->total = read_real(c->w, "tally_total");
    for (int k = 0; k < LOSS_MAX_TERMS; k++) {
        char key[32];
        snprintf(key, sizeof key, "tally_term_%d", k + 1);
        t->term[k] = read_real(c->w, key);
    }
    restore_gradients(c, &t->gradients);
    return weights_load(c->in, (size_t)(weights_find(c->w, "scores") - c->w->at), t->scores, e);
}

static int restore(struct run *run, struct candidate *c, struct err *e)
{
    for (int i = 0; i < run->params->n; i++)
        if (set_values(run, c, BACKEND_PARAM, i, e) || (net_role_trained(run->params->at[i].role) &&
                                                        set_values(run, c, BACKEND_MOMENTUM, i, e)))
            return -1;
    if (restore_tally(run, c, e))
        return -1;
    run->at = run->saved = c->at;
    run->has_saved = true;
    const char *init = weights_meta_of(c->w, "init");
    str_copy(run->init_hash, sizeof run->init_hash, init ? init : "");
    run->resumed_epoch = c->at.epochs_done;
    return 0;
}

/* --- */

static void note_resumed(struct run *run, const struct candidate *c)
{
    char warning[LOG_TEXT_BYTES];
    if (c->at.step)
        notes_add(run, LOG_INFO, "resumed after epoch %d, step %zu, from %s", c->at.epochs_done,
                  c->at.step, c->file->name);
    else
        notes_add(run, LOG_INFO, "resumed after epoch %d from %s", c->at.epochs_done,
                  c->file->name);
    checkpoint_match_warn(run, c->w, warning, sizeof warning);
    if (warning[0])
        notes_add(run, LOG_WARNING, "%s", warning);
}

/* 0 resumed, 1 not usable (noted), -1. */
static int try_file(struct run *run, const struct checkpoint_file *file, struct err *e)
{
    struct candidate c = {.file = file};
    struct err why;
    err_clear(&why);
    int result = open_candidate(run, &c, &why) ? 1 : 0;
    if (!result && checkpoint_match_check(run, c.w, e))
        result = -1;
    if (!result && (read_progress(run, &c, &why) || check_tensors(run, &c, &why)))
        result = 1;
    if (!result)
        result = restore(run, &c, e);
    if (!result)
        note_resumed(run, &c);
    if (result > 0 && why.code == ERR_MEMORY) {
        *e = why;
        result = -1;
    } else if (result > 0) {
        notes_add(run, LOG_WARNING, "passed over: %s", why.text);
    }
    mem_free(c.buffer);
    weights_close(c.in);
    return result;
}

int resume_run(struct run *run, struct err *e)
{
    struct checkpoint_file *files;
    size_t n;
    int result = 1;
    if (checkpoint_list(&files, &n, run->job->weights_dir, e))
        return -1;
    for (size_t i = 0; i < n && result > 0; i++) {
        int known = run->job->known_epochs;
        if (files[i].epoch > known)
            notes_add(run, LOG_INFO, "passed over: %s, since only %d epochs are on record",
                      files[i].name, known);
        else
            result = try_file(run, &files[i], e);
    }
    mem_free(files);
    if (result > 0 && run->job->known_epochs > 1) {
        notes_log(run);
        return err_set(e, ERR_STATE,
                       "%s has no checkpoint to go on from, but epochs are on record: bring it "
                       "back, or begin at the first epoch with `combolab resume --anew`",
                       run->job->weights_dir);
    }
    return result < 0 ? -1 : 0;
}
