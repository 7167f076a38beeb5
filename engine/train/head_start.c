/* head_start.c - see head_start_priv.h. */
#include "engine/train/head_start_priv.h"

#include "base/mem.h"

#include <math.h>

static double mean_score(const struct run *run)
{
    double sum = 0;
    for (size_t i = 0; i < run->train_split.n; i++)
        sum += run->data->items[run->train_split.places[i]].score;
    return sum / (double)run->train_split.n;
}

/* log of each class's share of the training images, times its weight: the constant that a weighted
 * cross entropy is least at. A class without a share counts as half an image. */
static void class_logs(const struct run *run, float *to)
{
    const struct classes *k = &run->division;
    double sum = 0;
    for (int c = 0; c < k->n; c++)
        sum += (double)k->count[c] * k->weight[c];
    for (int c = 0; c < k->n; c++)
        to[c] = (float)log(fmax((double)k->count[c] * k->weight[c], 0.5) / sum);
}

static int set(struct run *run, enum net_role role, const float *values, struct err *e)
{
    int index = net_params_role(run->params, -1, role);
    return door_set(run->door, BACKEND_PARAM, index, values, run->params->at[index].count, e);
}

/* Weights 0: what the trunk makes of an image says nothing yet. */
static int set_weights(struct run *run, enum net_role role, struct err *e)
{
    int index = net_params_role(run->params, -1, role);
    float *zeros = mem_alloc(run->params->at[index].count, sizeof *zeros);
    if (!zeros)
        return mem_error(e, "a head's weights", run->params->at[index].count * sizeof *zeros);
    int result = set(run, role, zeros, e);
    mem_free(zeros);
    return result;
}

int head_start(struct run *run, struct err *e)
{
    if (run->config->head_start != HEAD_START_MEAN)
        return 0;
    float mean = (float)mean_score(run), logs[LOSS_MAX_CLASSES];
    if (set_weights(run, NET_SCORE_W, e) || set(run, NET_SCORE_B, &mean, e))
        return -1;
    if (!run->division.n)
        return 0;
    class_logs(run, logs);
    return set_weights(run, NET_CLASS_W, e) || set(run, NET_CLASS_B, logs, e) ? -1 : 0;
}
