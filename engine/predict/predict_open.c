/* predict_open.c - the net that a file of weights holds, with its heads, on a backend.
 *
 * One tensor at a time goes through a buffer as large as the net's largest. Nothing may be missing:
 * a net with drawn weights would say something of any image, and nobody would notice.
 */
#include "engine/predict/predict_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/backend_load.h"
#include "engine/weights/init.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_SIDE 224

struct file {
    const char *path;
    struct init init;
    const struct weights *listed;
};

/* --- what the file says of itself --- */

/* Numbers between commas, exactly n of them; false where the file does not say that. */
static bool meta_numbers(const struct file *f, const char *key, double *to, int n)
{
    const char *at = weights_meta_of(f->listed, key);
    for (int i = 0; at && i < n; i++) {
        char *end;
        double value = strtod(at, &end);
        if (end == at || !isfinite(value) || *end != (i + 1 < n ? ',' : '\0'))
            return false;
        to[i] = value;
        at = end + 1;
    }
    return at != NULL;
}

/* As asked for, else as the file says, else the usual. */
static int pixels(const struct file *f, const char *key, int asked, int usual)
{
    double said;
    if (asked)
        return asked;
    return meta_numbers(f, key, &said, 1) && said >= 32 && said <= 2048 ? (int)said : usual;
}

static int settle_images(struct predict *p, const struct file *f, struct err *e)
{
    struct predict_facts *facts = &p->facts;
    double mean[3] = AUGMENT_MEAN, deviation[3] = AUGMENT_DEVIATION;
    facts->image_size = pixels(f, "image_size", p->options.image_size, USUAL_SIDE);
    /* Another size than the file's makes the file's resize meaningless. */
    facts->resize = p->options.image_size && !p->options.resize
                        ? facts->image_size
                        : pixels(f, "resize", p->options.resize, facts->image_size);
    if (facts->resize < facts->image_size)
        return err_set(e, ERR_USAGE, "option 'resize': %d is smaller than image-size %d",
                       facts->resize, facts->image_size);
    meta_numbers(f, "mean", mean, 3);
    if (meta_numbers(f, "std", deviation, 3))
        for (int c = 0; c < 3; c++)
            if (!(deviation[c] > 0))
                return err_set(e, ERR_FORMAT, "%s: its metadata 'std' has a deviation of %g",
                               f->path, deviation[c]);
    p->augment = (struct augment_spec){.height = facts->image_size, .width = facts->image_size};
    for (int c = 0; c < 3; c++) {
        p->augment.mean[c] = (float)mean[c];
        p->augment.deviation[c] = (float)deviation[c];
    }
    return 0;
}

/* --- which net --- */

/* Outputs of the file's class head, 0 where it has none that is one of ours. */
static int classes_of(const struct file *f, int features)
{
    struct net_param p = {
        .name = "fc_cls.weight", .role = NET_CLASS_W, .unit = -1, .rank = 2, .dims = {1, features}};
    bool fits;
    size_t at = match_find(&f->init.match, &p, &fits);
    if (at == MATCH_NONE)
        return 0;
    const struct weights_tensor *t = &f->listed->at[at];
    bool ours = t->rank == 2 && t->dims[1] == features && t->dims[0] > 1;
    return ours && t->dims[0] <= LOSS_MAX_CLASSES ? t->dims[0] : 0;
}

static int build(struct predict *p, const struct file *f, struct err *e)
{
    const struct match *m = &f->init.match;
    struct predict_facts *facts = &p->facts;
    if (!m->net)
        return err_set(e, ERR_FORMAT,
                       "%s: its tensors are named as %s's, but no net known here has their shapes",
                       f->path, m->naming->name);
    str_copy(facts->net, sizeof facts->net, m->net);
    str_copy(facts->naming, sizeof facts->naming, m->naming->name);
    facts->classes = classes_of(f, net_features(m->net));
    facts->values_assumed =
        facts->classes && !meta_numbers(f, "class_values", facts->class_value, facts->classes);
    for (int c = 0; facts->values_assumed && c < facts->classes; c++)
        facts->class_value[c] = c + 1;
    const double weights[LOSS_MAX_TERMS] = {1, 1, 1};
    const int classes[] = {0};
    loss_spec_init(&p->loss, facts->classes ? LOSS_COMBO : LOSS_L1, weights, facts->classes,
                   classes, facts->classes ? 1 : 0);
    const struct net_options options = match_options(m, m->net);
    return net_build(&p->net, m->net, &options, facts->classes, e);
}

/* --- the backend --- */

static int open_door(struct predict *p, struct err *e)
{
    const struct predict_options *o = &p->options;
    const struct backend_ops *ops = o->backend;
    struct err passed;
    struct backend_spec spec = {
        .net = &p->net,
        .loss = p->loss,
        .augment = p->augment,
        .batches = {{.size = p->batch, .evaluates = true}},
        .plan_most = p->room * (o->flip ? 2 : 1),
        .precision = o->precision,
        .deterministic = true,
        .cache = o->cache,
        .threads = o->threads,
        .cancel = o->cancel,
    };
    if (backend_choose(o->device, &ops, &spec.device, &passed, e))
        return -1;
    int result = door_open(&p->door, ops, &spec, e);
    if (result)
        return result;
    struct backend_device device;
    door_device(p->door, &device);
    str_copy(p->facts.device, sizeof p->facts.device, device.id[0] ? device.id : device.name);
    str_copy(p->facts.precision, sizeof p->facts.precision, door_precision(p->door));
    return 0;
}

static int no_score_head(const struct file *f, const struct net_param *p, size_t at, struct err *e)
{
    char found[64], wanted[64];
    const struct weights_tensor *t = &f->listed->at[at];
    if (at == MATCH_NONE)
        return err_set(e, ERR_FORMAT,
                       "%s has no score head ('%s'): a run can begin with it (`combolab train "
                       "--init`), but it says nothing of a score",
                       f->path, p->name);
    match_shape(found, sizeof found, t->rank, t->dims);
    match_shape(wanted, sizeof wanted, p->rank, p->dims);
    return err_set(e, ERR_FORMAT,
                   "%s has no score head: '%s' is %s, not %s; a run can begin with it (`combolab "
                   "train --init`), but it says nothing of a score",
                   f->path, t->name, found, wanted);
}

static int not_there(const struct file *f, const struct net_param *p, size_t at, struct err *e)
{
    char found[64], wanted[64];
    if (p->role == NET_SCORE_W || p->role == NET_SCORE_B)
        return no_score_head(f, p, at, e);
    if (at == MATCH_NONE)
        return err_set(e, ERR_FORMAT,
                       "%s has no tensor for '%s': a net with a part that was drawn "
                       "would say anything of an image",
                       f->path, p->name);
    const struct weights_tensor *t = &f->listed->at[at];
    match_shape(found, sizeof found, t->rank, t->dims);
    match_shape(wanted, sizeof wanted, p->rank, p->dims);
    return err_set(e, ERR_FORMAT, "%s: tensor '%s' is %s, not %s", f->path, t->name, found, wanted);
}

/* Before anything is opened: a file that lacks something has cost no time. */
static int check_all(const struct file *f, const struct net *net, size_t *most, struct err *e)
{
    struct net_params *params;
    int result = 0;
    if (net_params_new(&params, net, e))
        return -1;
    for (int i = params->n - 1; !result && i >= 0; i--) {
        const struct net_param *p = &params->at[i];
        bool fits;
        size_t at = match_find(&f->init.match, p, &fits);
        if (!fits)
            result = not_there(f, p, at, e);
        *most = p->count > *most ? p->count : *most;
    }
    net_params_free(params);
    return result;
}

static int load(struct predict *p, struct file *f, float *buffer, struct err *e)
{
    const struct net_params *params = door_params(p->door);
    int result = 0;
    for (int i = 0; !result && i < params->n; i++) {
        bool fits;
        size_t at = match_find(&f->init.match, &params->at[i], &fits);
        if (source_load(&f->init.source, at, buffer, e))
            return err_prefix(e, "%s", f->path);
        init_turn(p->options.order, p->options.scale, &params->at[i], buffer);
        result = door_set(p->door, BACKEND_PARAM, i, buffer, params->at[i].count, e);
    }
    return result;
}

static int make_room(struct predict *p, struct err *e)
{
    size_t expected = p->options.expected ? p->options.expected : 1, side;
    p->batch = expected < (size_t)p->options.batch ? (int)expected : p->options.batch;
    p->room = (size_t)p->batch * PREDICT_BATCHES;
    if (expected < p->room)
        p->room = (expected + (size_t)p->batch - 1) / (size_t)p->batch * (size_t)p->batch;
    size_t planned = p->room * (p->options.flip ? 2 : 1);
    p->place = mem_alloc(p->room, sizeof *p->place);
    p->scores = mem_alloc(p->room, sizeof *p->scores);
    p->classes = mem_alloc(p->room, sizeof *p->classes);
    p->found = mem_alloc(p->room, sizeof *p->found);
    p->order = mem_alloc(planned, sizeof *p->order);
    p->draws = mem_alloc(planned, sizeof *p->draws);
    if (!p->place || !p->scores || !p->classes || !p->found || !p->order || !p->draws)
        return mem_error(e, "a list of images", p->room * sizeof *p->found);
    side = (size_t)p->facts.image_size;
    for (size_t i = 0; i < p->room; i++)
        p->place[i] = (struct image_place){i * side * side * 3, (uint16_t)side, (uint16_t)side, 0};
    return 0;
}

static int open_file(struct predict *p, struct file *f, struct err *e)
{
    size_t most = 0;
    if (settle_images(p, f, e) || build(p, f, e) || check_all(f, &p->net, &most, e) ||
        make_room(p, e))
        return -1;
    int result = open_door(p, e);
    if (result)
        return result;
    float *buffer = mem_alloc(most, sizeof *buffer);
    if (!buffer)
        return mem_error(e, "a tensor", most * sizeof *buffer);
    result = load(p, f, buffer, e);
    mem_free(buffer);
    return result;
}

int predict_open(struct predict **out, const struct predict_options *options, struct err *e)
{
    struct file f = {.path = options->weights};
    *out = NULL;
    if (init_open(&f.init, options->weights, e))
        return -1;
    f.listed = f.init.source.listed;
    struct predict *p = mem_alloc(1, sizeof *p);
    int result = p ? 0 : mem_error(e, "a net", sizeof *p);
    if (!result) {
        p->options = *options;
        result = open_file(p, &f, e);
    }
    init_close(&f.init);
    if (result)
        predict_close(p);
    else
        *out = p;
    return result;
}

void predict_close(struct predict *p)
{
    if (!p)
        return;
    door_close(p->door);
    mem_free(p->place);
    mem_free(p->scores);
    mem_free(p->classes);
    mem_free(p->found);
    mem_free(p->order);
    mem_free(p->draws);
    mem_free(p);
}

const struct predict_facts *predict_facts(const struct predict *p)
{
    return &p->facts;
}
