/* save.c - see save_priv.h. Files are replaced atomically (weights_write). */
#include "engine/train/save_priv.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/file.h"
#include "engine/weights/weights.h"

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

/* What a reader needs besides names and shapes: the pool's geometry and the stride's position do
 * not show in either. */
static int describe(const struct run *run, struct weights *w, struct err *e)
{
    const struct net *net = &run->net;
    char number[32], classes[16], size[32], resize[32], pool[64];
    snprintf(number, sizeof number, "%d", run->at.epochs_done);
    snprintf(classes, sizeof classes, "%d", net->classes);
    snprintf(size, sizeof size, "%lld", (long long)run->config->image_size);
    snprintf(resize, sizeof resize, "%lld",
             (long long)(run->config->resize ? run->config->resize : run->config->image_size));
    snprintf(pool, sizeof pool, "kernel %d stride %d pad %d %s", net->pool.kernel, net->pool.stride,
             net->pool.pad, net->pool.ceil ? "ceil" : "floor");
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
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (weights_meta(w, pairs[i][0], pairs[i][1], e))
            return -1;
    return 0;
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

int save_values(struct run *run, enum backend_kind kind, int index, float *to, struct err *e)
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

static int fill_values(void *context, size_t i, float *to, struct err *e)
{
    return save_values(context, BACKEND_PARAM, (int)i, to, e);
}

int save_file(struct run *run, const char *path, struct err *e)
{
    struct weights *w;
    if (weights_new(&w, (size_t)run->params->n, e))
        return -1;
    int result = save_list(run, w, e);
    if (!result)
        result = weights_stream(w, path, fill_values, run, e);
    weights_free(w);
    return result;
}

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

void save_show(struct run *run, bool begins, struct snapshot *before)
{
    if (begins) {
        *before = run->tell->now;
        run->tell->now.phase = SNAPSHOT_SAVING;
    } else {
        run->tell->now = *before;
    }
    tell_show(run->tell, true);
}

int save_weights(struct run *run, bool best, struct err *e)
{
    struct event event = {.kind = EVENT_CHECKPOINT,
                          .checkpoint = {.best = best, .epoch = run->at.epochs_done}};
    char *path = event.checkpoint.path;
    struct snapshot before;
    if (str_path(path, sizeof event.checkpoint.path, run->job->weights_dir,
                 best ? "best.safetensors" : "last.safetensors"))
        return err_set(e, ERR_USAGE, "%s: the path is too long for weights", run->job->weights_dir);
    save_show(run, true, &before);
    int result = save_file(run, path, e);
    if (!result)
        result = list_predictions(run, &event.checkpoint, e);
    save_show(run, false, &before);
    if (result) {
        event_fini(&event);
        return result;
    }
    tell_event(run->tell, &event);
    return 0;
}
