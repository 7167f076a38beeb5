/* door_rules.c - the rules of backend.h, as checks of what a caller asks of an open net. Pure: they
 * look, and change nothing. Labels and plans come from files, so what does not fit is caught here,
 * before it becomes an index. */
#include "engine/core/door_priv.h"

/* --- opening --- */

static int check_batches(const struct backend_spec *s, struct err *e)
{
    int listed = 0;
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++) {
        const struct backend_batch *b = &s->batches[i];
        if (b->size < 0)
            return err_set(e, ERR_USAGE, "a batch of %d samples cannot be", b->size);
        if (b->size && !b->trains && !b->evaluates)
            return err_set(e, ERR_USAGE,
                           "batches of %d are announced neither to train nor to "
                           "evaluate",
                           b->size);
        listed += b->size > 0;
    }
    return listed ? 0 : err_set(e, ERR_USAGE, "no batch size was given to open for");
}

int door_check_spec(const struct backend_spec *s, struct err *e)
{
    const struct net *net = s->net;
    if (check_batches(s, e))
        return -1;
    if (s->threads < 0)
        return err_set(e, ERR_USAGE, "%d threads cannot be; use 0 for one a core", s->threads);
    if (net->n_units < 1)
        return err_set(e, ERR_USAGE, "net %s has no units", net->name);
    if (s->probe)
        return 0;
    if (!net->heads || net->in_channels != 3)
        return err_set(e, ERR_USAGE, "net %s needs heads and 3 input channels to take images",
                       net->name);
    if (net->classes != s->loss.classes)
        return err_set(e, ERR_USAGE, "net %s has %d classes, the loss has %d", net->name,
                       net->classes, s->loss.classes);
    return 0;
}

/* --- images --- */

int door_check_images(const struct door *d, const struct image_set *set, const int *classes,
                      struct err *e)
{
    int needed = d->spec.loss.classes;
    struct net_shape input = d->shapes[0];
    if (d->spec.probe)
        return err_set(e, ERR_STATE, "a probe takes its input by set, not from images");
    if (d->in_flight)
        return err_set(e, ERR_STATE, "images cannot change while a step is in flight");
    if (!set->n || !set->pixels || !set->place)
        return err_set(e, ERR_USAGE, "there are no images to train or evaluate on");
    if (set->streamed != (set->soon && set->done))
        return err_set(e, ERR_INTERNAL,
                       "images are streamed with the calls soon and done, and "
                       "resident without");
    if (needed && !classes)
        return err_set(e, ERR_USAGE, "the loss has %d classes, but no image has one", needed);
    for (size_t i = 0; needed && i < set->n; i++)
        if (classes[i] < 0 || classes[i] >= needed)
            return err_set(e, ERR_USAGE, "image %zu is of class %d; allowed are 0 to %d", i,
                           classes[i], needed - 1);
    for (size_t i = 0; i < set->n; i++)
        if (set->place[i].height < input.h || set->place[i].width < input.w)
            return err_set(e, ERR_USAGE, "image %zu is %dx%d, smaller than the net's input %dx%d",
                           i, set->place[i].height, set->place[i].width, input.h, input.w);
    return 0;
}

/* --- values --- */

static bool is_tensor(enum backend_kind kind)
{
    return kind == BACKEND_TENSOR || kind == BACKEND_TENSOR_GRADIENT;
}

static int check_tensor(const struct door *d, enum backend_kind kind, int index, size_t count,
                        struct err *e)
{
    struct net_shape s = d->shapes[index];
    size_t there = (size_t)d->n * (size_t)s.h * (size_t)s.w * (size_t)s.c;
    bool graded = d->trains && (index > 0 || d->spec.probe);
    if (kind == BACKEND_TENSOR_GRADIENT && !graded)
        return err_set(e, ERR_USAGE, "tensor %d has no gradient here", index);
    if (count != there)
        return err_set(e, ERR_USAGE, "tensor %d has %zu values in a batch of %d, not %zu", index,
                       there, d->n, count);
    return 0;
}

static int check_param(const struct door *d, enum backend_kind kind, int index, size_t count,
                       struct err *e)
{
    const struct net_param *p = &d->params->at[index];
    if (kind != BACKEND_PARAM && !(d->trains && net_role_trained(p->role)))
        return err_set(e, ERR_USAGE, "%s is not trained here: it has a value only", p->name);
    if (count != p->count)
        return err_set(e, ERR_USAGE, "%s has %zu values, not %zu", p->name, p->count, count);
    return 0;
}

static int check_value(const struct door *d, enum backend_kind kind, int index, size_t count,
                       struct err *e)
{
    int n = is_tensor(kind) ? d->net.n_units + 1 : d->params->n;
    if (d->in_flight)
        return err_set(e, ERR_STATE, "values cannot be read or written while a step is in flight");
    if (kind > BACKEND_TENSOR_GRADIENT || index < 0 || index >= n)
        return err_set(e, ERR_USAGE, "there is no tensor %d of kind %d; the net has %d", index,
                       (int)kind, n);
    return is_tensor(kind) ? check_tensor(d, kind, index, count, e)
                           : check_param(d, kind, index, count, e);
}

int door_check_set(const struct door *d, enum backend_kind kind, int index, size_t count,
                   struct err *e)
{
    bool input = kind == BACKEND_TENSOR && index == 0;
    bool output = kind == BACKEND_TENSOR_GRADIENT && index == d->net.n_units;
    if (check_value(d, kind, index, count, e))
        return -1;
    if (is_tensor(kind) && !(d->spec.probe && (input || output)))
        return err_set(e, ERR_USAGE, "only a probe's input and its output's gradient can be set");
    return 0;
}

int door_check_get(const struct door *d, enum backend_kind kind, int index, size_t count,
                   struct err *e)
{
    if (check_value(d, kind, index, count, e))
        return -1;
    bool last = kind == BACKEND_TENSOR && index == d->net.n_units && d->forwarded;
    if (is_tensor(kind) && !d->spec.keep && !last)
        return err_set(e, ERR_STATE, "tensor %d was not kept: open with keep", index);
    return 0;
}

/* --- plans --- */

/* Whether batches of n were announced for one of these phases. */
static bool is_announced(const struct door *d, int n, unsigned phases)
{
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++) {
        const struct backend_batch *b = &d->spec.batches[i];
        if (b->size == n &&
            ((phases & BACKEND_FORWARD && b->trains) || (phases & BACKEND_EVAL && b->evaluates)))
            return true;
    }
    return false;
}

static int check_draw(const struct door *d, uint32_t image, const struct augment_draw *draw,
                      struct err *e)
{
    if (image >= d->n_images)
        return err_set(e, ERR_USAGE, "the plan names image %u of %zu", image, d->n_images);
    const struct image_place *p = &d->place[image];
    if (augment_fits(&d->spec.augment, draw, p->height, p->width))
        return 0;
    return err_set(e, ERR_USAGE,
                   "a crop of %dx%d at %d,%d leaves image %u of %dx%d, or cannot be augmented as "
                   "was drawn",
                   d->shapes[0].h, d->shapes[0].w, draw->top, draw->left, image, p->height,
                   p->width);
}

int door_check_plan(const struct door *d, const struct backend_plan *plan, struct err *e)
{
    const unsigned any = BACKEND_FORWARD | BACKEND_EVAL;
    int rest = plan->batch > 0 ? (int)(plan->n % (size_t)plan->batch) : 0;
    if (d->in_flight)
        return err_set(e, ERR_STATE, "an epoch begins while a step is in flight");
    if (!plan->n || plan->batch < 1 || !is_announced(d, plan->batch, any) ||
        (rest && !is_announced(d, rest, any)))
        return err_set(e, ERR_USAGE,
                       "a plan of %zu samples in batches of %d needs batch sizes that the backend "
                       "was not opened for",
                       plan->n, plan->batch);
    if (d->spec.probe)
        return plan->n == (size_t)plan->batch
                   ? 0
                   : err_set(e, ERR_USAGE,
                             "a probe has one batch, not %zu samples in batches of %d", plan->n,
                             plan->batch);
    if (plan->n > d->spec.plan_most)
        return err_set(e, ERR_USAGE, "a plan of %zu samples is larger than the %zu opened for",
                       plan->n, d->spec.plan_most);
    if (!d->n_images)
        return err_set(e, ERR_STATE, "an epoch begins before there are images");
    for (size_t i = 0; i < plan->n; i++)
        if (check_draw(d, plan->order[i], &plan->draws[i], e))
            return -1;
    return 0;
}

/* --- steps --- */

static int check_phases(const struct door *d, unsigned phases, struct err *e)
{
    const unsigned training = BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE;
    bool mixed = phases & BACKEND_EVAL && phases != BACKEND_EVAL;
    if (!phases || phases & ~(training | BACKEND_EVAL) || mixed)
        return err_set(e, ERR_USAGE,
                       "a step of phases %#x: allowed are EVAL alone, or any of FORWARD, BACKWARD "
                       "and UPDATE",
                       phases);
    if (phases == (BACKEND_FORWARD | BACKEND_UPDATE))
        return err_set(e, ERR_USAGE,
                       "a step of FORWARD and UPDATE would update with the gradients "
                       "of another batch; add BACKWARD");
    if (!d->trains && phases & training)
        return err_set(e, ERR_STATE, "the net was opened for evaluation only");
    if (phases & BACKEND_BACKWARD && !(phases & BACKEND_FORWARD) && !d->forwarded)
        return err_set(e, ERR_STATE,
                       "a step BACKWARD needs a step FORWARD before it in this plan, each its own");
    if (phases == BACKEND_UPDATE && !d->graded)
        return err_set(e, ERR_STATE, "a step UPDATE comes before one BACKWARD");
    return 0;
}

/* A batch of 1 in training: batch norm needs more than one value per channel. */
static int check_single(const struct door *d, struct err *e)
{
    for (int u = 0; u < d->net.n_units; u++) {
        const struct net_unit *unit = &d->net.units[u];
        struct net_shape s = net_conv_shape(unit, d->shapes[unit->input]);
        if (s.h * s.w == 1)
            return err_set(
                e, ERR_USAGE,
                "batch norm %s of unit %d would get one value per channel (a batch of 1 on a 1x1 "
                "map), which cannot be normalised; use a larger batch or image, or drop the last "
                "batch",
                unit->norm, u);
    }
    return 0;
}

int door_check_step(const struct door *d, unsigned phases, struct err *e)
{
    if (d->in_flight == BACKEND_IN_FLIGHT)
        return err_set(e, ERR_STATE, "%d steps are in flight; collect one first",
                       BACKEND_IN_FLIGHT);
    if (check_phases(d, phases, e))
        return -1;
    if (!(phases & (BACKEND_FORWARD | BACKEND_EVAL)))
        return 0;
    if (d->next >= d->planned)
        return err_set(e, ERR_STATE, "the plan's %zu samples are all done; begin an epoch first",
                       d->planned);
    int n = door_next_batch(d);
    if (!is_announced(d, n, phases))
        return err_set(e, ERR_STATE, "batches of %d were not announced to %s", n,
                       phases & BACKEND_EVAL ? "evaluate" : "train");
    return n == 1 && phases & BACKEND_FORWARD ? check_single(d, e) : 0;
}
