/* warn.c - see warn_priv.h. */
#include "engine/train/warn_priv.h"

#include "base/mem.h"
#include "base/str.h"

/* Of a channel in a batch. The statistics of fewer are so rough that nets fail to learn; PyTorch
 * refuses one. */
#define FEW_VALUES 16

/* Times the range of all scores: a constant prediction is wrong by no more than one. */
#define FAR 10.0

/* The unit with the smallest map that norms are made over. */
static int smallest_map(const struct run *run, struct net_shape *map)
{
    struct net_shape shapes[NET_MAX_UNITS + 1];
    int size = (int)run->config->image_size, smallest = -1;
    if (net_shapes(&run->net, size, size, shapes, NULL))
        return -1;
    for (int u = 0; u < run->net.n_units; u++) {
        const struct net_unit *unit = &run->net.units[u];
        struct net_shape s = net_conv_shape(unit, shapes[unit->input]);
        if (smallest >= 0 && (size_t)s.h * (size_t)s.w >= (size_t)map->h * (size_t)map->w)
            continue;
        smallest = u;
        *map = s;
    }
    return smallest;
}

void warn_few_values(const struct run *run)
{
    struct net_shape map = {0, 0, 0};
    int u = smallest_map(run, &map);
    size_t n = run_epoch_images(run), batch = (size_t)run_batch(run, n), rest = n % batch;
    size_t area = (size_t)map.h * (size_t)map.w;
    bool all = batch * area < FEW_VALUES;
    if (u < 0 || !(all || (rest && rest * area < FEW_VALUES)))
        return;
    log_say(
        run->log, LOG_WARNING,
        "%s of %zu images leave%s batch norm %zu values a channel at %s, whose map is %dx%d: its "
        "statistics will be rough, and training may not get anywhere; %s",
        all ? "batches" : "the last batch of an epoch", all ? batch : rest, all ? "" : "s",
        (all ? batch : rest) * area, run->net.units[u].conv, map.h, map.w,
        all ? "use a larger --batch or --image-size" : "use --drop-last yes, or another --batch");
}

bool warn_may_be_unstable(const struct run *run)
{
    return loss_info(run->loss.kind)->curvature > 0 && !(run->config->clip > 0);
}

/* Of what the heads see of an image, which is the mean over the last map. */
static double squared_length(const float *map, size_t area, size_t channels)
{
    double square = 0;
    for (size_t c = 0; c < channels; c++) {
        double sum = 0;
        for (size_t p = 0; p < area; p++)
            sum += (double)map[p * channels + c];
        square += sum / (double)area * sum / (double)area;
    }
    return square;
}

static int features_square(const struct run *run, int images, double *out, struct err *e)
{
    struct net_shape shapes[NET_MAX_UNITS + 1], s;
    int size = (int)run->config->image_size, last = run->net.n_units;
    if (net_shapes(&run->net, size, size, shapes, e))
        return -1;
    s = shapes[last];
    size_t area = (size_t)s.h * (size_t)s.w, count = area * (size_t)s.c;
    float *maps = mem_alloc((size_t)images * count, sizeof *maps);
    if (!maps)
        return mem_error(e, "a batch's features", (size_t)images * count * sizeof *maps);
    int result = door_get(run->door, BACKEND_TENSOR, last, maps, (size_t)images * count, e);
    *out = 0;
    for (int i = 0; !result && i < images; i++)
        *out += squared_length(maps + (size_t)i * count, area, (size_t)s.c) / images;
    mem_free(maps);
    return result;
}

/* Momentum m is stable up to a rate of 2 (1 + m) over the largest second derivative (Polyak 1964),
 * which is the loss's own times the squared length of features and bias: they lie close together,
 * so that nearly all of it is along one direction of the score head's weights. */
int warn_unstable(const struct run *run, int images, struct err *e)
{
    const struct run_config *c = run->config;
    const struct loss_info *info = loss_info(run->loss.kind);
    double rate = config_learning_rate(c), square;
    if (features_square(run, images, &square, e))
        return -1;
    double most = 2 * (1 + c->momentum) / (info->curvature * (square + 1));
    if (rate > most)
        log_say(run->log, LOG_WARNING,
                "learning-rate %.3g: under %s with momentum %g, training is unstable above %.2g, "
                "since the features of the first batch have a mean squared length of %.0f; use a "
                "smaller one, as auto is, or --clip 1",
                rate, info->name, c->momentum, most, square);
    return 0;
}

void warn_far_errors(struct run *run, const struct event_epoch *x)
{
    double range = run->data->score_most - run->data->score_least;
    const struct event_phase *figures = x->tested ? &x->test : &x->train;
    char error[32], least[32], most[32];
    if (run->warned_far || !(range > 0) || !(figures->mae > FAR * range))
        return;
    run->warned_far = true;
    str_shortest(error, sizeof error, figures->mae, 3);
    str_exact(least, sizeof least, run->data->score_least);
    str_exact(most, sizeof most, run->data->score_most);
    log_say(run->log, LOG_WARNING,
            "after epoch %d the mean error on the %s images is %s, %.0f times the range of all "
            "scores "
            "(%s to %s): training is exploding; use a smaller --learning-rate, or --clip 1",
            x->epoch, x->tested ? "test" : "training", error, figures->mae / range, least, most);
}
