/* warn.c - see warn_priv.h. */
#include "engine/train/warn_priv.h"

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
