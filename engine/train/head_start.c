/* head_start.c - see head_start_priv.h. */
#include "engine/train/head_start_priv.h"

#include "base/mem.h"
#include "engine/train/notes_priv.h"

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

/* Weights 0: what the trunk makes of an image says nothing yet. */
static int set_head(struct run *run, enum net_role weight, enum net_role bias,
                    const float *constant, struct err *e)
{
    int w = net_params_role(run->params, -1, weight), b = net_params_role(run->params, -1, bias);
    size_t count = run->params->at[w].count;
    float *zeros = mem_alloc(count, sizeof *zeros);
    if (!zeros)
        return mem_error(e, "a head's weights", count * sizeof *zeros);
    int result =
        door_set(run->door, BACKEND_PARAM, w, zeros, count, e) ||
                door_set(run->door, BACKEND_PARAM, b, constant, run->params->at[b].count, e)
            ? -1
            : 0;
    mem_free(zeros);
    return result;
}

static int start_score(struct run *run, struct err *e)
{
    double mean = mean_score(run);
    notes_add(run, LOG_INFO, "the score head begins at %.4g, the mean training score", mean);
    return set_head(run, NET_SCORE_W, NET_SCORE_B, &(float){(float)mean}, e);
}

static int start_classes(struct run *run, struct err *e)
{
    float logs[LOSS_MAX_CLASSES];
    class_logs(run, logs);
    notes_add(run, LOG_INFO, "the class head begins at the classes' weighted shares of training");
    return set_head(run, NET_CLASS_W, NET_CLASS_B, logs, e);
}

int head_start(struct run *run, struct err *e)
{
    if (run->config->head_start != HEAD_START_MEAN || run->has_saved)
        return 0;
    if (!run->score_given && start_score(run, e))
        return -1;
    return run->loss.classes && !run->classes_given ? start_classes(run, e) : 0;
}
