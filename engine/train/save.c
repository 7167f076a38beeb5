/* save.c - see save_priv.h. */
#include "engine/train/save_priv.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/train/checkpoint_priv.h"
#include "engine/weights/weights.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int save_folder(const char *path, struct err *e)
{
    struct stat s;
    if (file_make_folders(path, e))
        return -1;
    if (stat(path, &s) || (!S_ISDIR(s.st_mode) && (errno = ENOTDIR)) || access(path, W_OK | X_OK))
        return err_errno(e, errno, "folder %s cannot be written to", path);
    return 0;
}

#define NUMBER_BYTES 26 /* the longest that str_exact writes, and a comma */
static_assert(LOSS_MAX_CLASSES * NUMBER_BYTES < WEIGHTS_META_BYTES, "a class's numbers fit");

/* "0.485,0.456,0.406" */
static void list_numbers(const double *numbers, int n, char *to, size_t room)
{
    struct str text;
    char number[NUMBER_BYTES];
    str_init(&text);
    for (int i = 0; i < n; i++) {
        str_exact(number, sizeof number, numbers[i]);
        str_addf(&text, "%s%s", i ? "," : "", number);
    }
    str_copy(to, room, text.text);
    str_fini(&text);
}

static void list_floats(const float numbers[3], char *to, size_t room)
{
    snprintf(to, room, "%.7g,%.7g,%.7g", (double)numbers[0], (double)numbers[1],
             (double)numbers[2]);
}

/* What the outputs of the class head stand for. */
static int describe_classes(const struct run *run, struct weights *w, struct err *e)
{
    const struct classes *k = &run->division;
    char values[WEIGHTS_META_BYTES], edges[WEIGHTS_META_BYTES];
    if (!run->net.classes)
        return 0;
    list_numbers(k->value, k->n, values, sizeof values);
    list_numbers(k->edge, k->n - 1, edges, sizeof edges);
    return weights_meta(w, "class_values", values, e) || weights_meta(w, "class_edges", edges, e) ||
                   weights_meta(w, "class_rounding", config_rounding_names[k->rounding], e)
               ? -1
               : 0;
}

/* What a reader needs besides names and shapes: the pool's geometry and the stride's position do
 * not show in either, nor does what becomes of an image before the net sees it. */
static int describe(const struct run *run, struct weights *w, struct err *e)
{
    const struct net *net = &run->net;
    char number[32], classes[16], size[32], resize[32], pool[64], mean[64], std[64];
    snprintf(number, sizeof number, "%d", run->at.epochs_done);
    snprintf(classes, sizeof classes, "%d", net->classes);
    snprintf(size, sizeof size, "%lld", (long long)run->config->image_size);
    snprintf(resize, sizeof resize, "%lld",
             (long long)(run->config->resize ? run->config->resize : run->config->image_size));
    snprintf(pool, sizeof pool, "kernel %d stride %d pad %d %s", net->pool.kernel, net->pool.stride,
             net->pool.pad, net->pool.ceil ? "ceil" : "floor");
    list_floats(run->augment.mean, mean, sizeof mean);
    list_floats(run->augment.deviation, std, sizeof std);
    const char *const pairs[][2] = {
        {"format", "pt"},
        {"backbone", net_names[run->config->backbone]},
        {"loss", loss_names[run->loss.kind]},
        {"classes", classes},
        {"epoch", number},
        {"image_size", size},
        {"resize", resize},
        {"stem_pool", pool},
        {"block_stride", net_strides_first(net) ? "1x1" : "3x3"},
        {"mean", mean}, /* of RGB / 255 */
        {"std", std},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (weights_meta(w, pairs[i][0], pairs[i][1], e))
            return -1;
    return describe_classes(run, w, e);
}

int save_list(const struct run *run, struct weights *w, struct err *e)
{
    if (describe(run, w, e))
        return -1;
    for (int i = 0; i < run->params->n; i++) {
        const struct net_param *p = &run->params->at[i];
        if (!weights_list(w, p->name, p->rank, p->dims, e))
            return -1;
    }
    return 0;
}

static struct weights *list_new(const struct run *run, float *values, struct err *e)
{
    struct weights *w;
    if (weights_new(&w, (size_t)run->params->n, e))
        return NULL;
    if (save_list(run, w, e)) {
        weights_free(w);
        return NULL;
    }
    weights_lend(w, values);
    return w;
}

/* --- values --- */

static int get_tensor(struct run *run, enum backend_kind kind, int index, float *to, struct err *e)
{
    const struct net_param *p = &run->params->at[index];
    int result = door_get(run->door, kind, index, to, p->count, e);
    for (size_t i = 0; !result && i < p->count; i++)
        if (!isfinite(to[i])) {
            run->diverged = true;
            result = err_set(e, ERR_STATE, "after epoch %d, step %zu: %s%s has a value that is %s",
                             run->at.epochs_done, run->at.step,
                             kind == BACKEND_MOMENTUM ? "the momentum of " : "", p->name,
                             isnan(to[i]) ? "nan" : "inf");
        }
    return result;
}

/* Parameters, and momenta where they are wanted: one tensor after another, or, to see only whether
 * all are finite, each in the same place. */
static int get_values(struct run *run, bool momenta, float *to, bool only_looks, struct err *e)
{
    int result = 0;
    for (int kind = 0; !result && kind <= momenta; kind++)
        for (int i = 0; !result && i < run->params->n; i++) {
            if (kind && !net_role_trained(run->params->at[i].role))
                continue;
            result = get_tensor(run, kind ? BACKEND_MOMENTUM : BACKEND_PARAM, i, to, e);
            to += only_looks ? 0 : run->params->at[i].count;
        }
    return result;
}

/* Before a copy that waits is given up: a run that has lost its numbers has nothing better. */
static int look_first(struct run *run, bool momenta, struct err *e)
{
    size_t most = 0;
    for (int i = 0; i < run->params->n; i++)
        if (run->params->at[i].count > most)
            most = run->params->at[i].count;
    float *tensor = mem_alloc(most, sizeof *tensor);
    if (!tensor)
        return mem_error(e, "a tensor to be saved", most * sizeof *tensor);
    int result = get_values(run, momenta, tensor, true, e);
    mem_free(tensor);
    return result;
}

/* --- copies --- */

static int list_predictions(struct run *run, struct event_checkpoint *out, struct err *e)
{
    const struct tally *t = &run->test_tally;
    if (!run->tested)
        return 0;
    out->predictions = mem_alloc(t->n, sizeof *out->predictions);
    if (!out->predictions)
        return mem_error(e, "predictions", t->n * sizeof *out->predictions);
    for (size_t i = 0; i < t->n; i++) {
        uint32_t place = run->test_split.places[i];
        out->predictions[out->n++] = (struct event_prediction){
            .place = (int64_t)i,
            .predicted = (double)t->scores[i],
            .expectation = t->expectation[i],
            .predicted_class = t->predicted_class[i],
            .true_class = run->loss.classes ? run->classes[place] + 1 : 0,
        };
    }
    return 0;
}

static int fill_event(struct run *run, bool best, struct event *event, struct err *e)
{
    struct event_checkpoint *x = &event->checkpoint;
    *event = (struct event){.kind = EVENT_CHECKPOINT,
                            .checkpoint = {.best = best, .epoch = run->at.epochs_done}};
    if (str_path(x->path, sizeof x->path, run->job->weights_dir,
                 best ? "best.safetensors" : "last.safetensors"))
        return err_set(e, ERR_USAGE, "%s: the path is too long for weights", run->job->weights_dir);
    return list_predictions(run, x, e);
}

static int fill(struct run *run, struct writer_copy *c, struct err *e)
{
    int result = get_values(run, c->files & WRITER_CHECKPOINT, c->values, false, e);
    if (result)
        return result;
    c->at = run->at;
    if (c->files & WRITER_CHECKPOINT && checkpoint_make(run, c->values, &c->checkpoint, e))
        return -1;
    if (!(c->files & (WRITER_BEST | WRITER_LAST)))
        return 0;
    c->weights = list_new(run, c->values, e);
    return c->weights ? fill_event(run, c->files & WRITER_BEST, &c->event, e) : -1;
}

static int hand_over(struct run *run, unsigned files, bool firm, struct err *e)
{
    struct writer_copy *c;
    int result = writer_is_behind(run->writer) ? look_first(run, files & WRITER_CHECKPOINT, e) : 0;
    if (!result)
        result = writer_claim(run->writer, files, &c, e);
    if (!result)
        result = fill(run, c, e);
    if (result)
        return result;
    c->firm = firm;
    writer_hand_over(run->writer, c);
    return 0;
}

/* Shows that something is being saved, and the phase before it again. */
static void show(struct run *run, bool begins, struct snapshot *before)
{
    if (begins) {
        *before = run->tell->now;
        run->tell->now.phase = SNAPSHOT_SAVING;
    } else {
        run->tell->now = *before;
    }
    tell_show(run->tell, true);
}

/* The newest checkpoint holds just what is there now. */
static bool has_checkpoint(const struct run *run)
{
    return run->has_saved && run->saved.epochs_done == run->at.epochs_done &&
           run->saved.step == run->at.step;
}

/* --- */

int save_open(struct run *run, struct err *e)
{
    const struct net_params *p = run->params;
    size_t count = p->trained + p->running + p->trained + run->train_plan.n + CHECKPOINT_PIECES;
    return writer_new(&run->writer, run, count, e);
}

int save_initial(struct run *run, const char *path, struct err *e)
{
    struct writer_copy *c;
    if (writer_claim(run->writer, 0, &c, e))
        return -1;
    int result = get_values(run, false, c->values, false, e);
    if (result)
        return result;
    c->weights = list_new(run, c->values, e);
    return c->weights ? weights_write(c->weights, path, e) : -1;
}

int save_run(struct run *run, unsigned weights, bool due, struct err *e)
{
    unsigned files = weights | (has_checkpoint(run) ? 0 : WRITER_CHECKPOINT);
    bool waits = weights == WRITER_LAST || (due && !run->has_saved);
    struct snapshot before;
    run->saved_s = clock_s();
    if (!files)
        return 0;
    show(run, true, &before);
    int result = waits ? writer_wait(run->writer, e) : 0;
    if (!result)
        result = hand_over(run, files, due || !run->config->keep, e);
    if (!result) {
        run->saved = run->at;
        run->has_saved = true;
    }
    if (!result && waits)
        result = writer_wait(run->writer, e);
    show(run, false, &before);
    return result;
}

bool save_is_late(const struct run *run)
{
    double after_s = run->job->save_after_s;
    return after_s > 0 && clock_s() - run->saved_s >= after_s;
}
