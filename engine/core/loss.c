/* loss.c - the table of losses and the making of a loss_spec. */
#include "engine/core/loss.h"

#include "engine/core/loss_math.h"

#include <string.h>

#define LOSS_NAME(kind, function) LOSS_##kind##_NAME,
const char *const loss_names[] = {LOSSES(LOSS_NAME) NULL};

#define LOSS_INFO(kind, function) &loss_##function##_info,
static const struct loss_info *const infos[LOSS_KINDS] = {LOSSES(LOSS_INFO)};

const struct loss_info *loss_info(enum loss_kind kind)
{
    return infos[kind];
}

static bool lists(const struct loss_info *info, const char *option)
{
    for (int i = 0; i < LOSS_MAX_OPTIONS && info->options[i]; i++)
        if (!strcmp(info->options[i], option))
            return true;
    return false;
}

bool loss_uses(enum loss_kind kind, const char *option)
{
    bool of_losses = false;
    for (int k = 0; k < LOSS_KINDS; k++)
        of_losses |= lists(infos[k], option);
    return !of_losses || lists(infos[kind], option);
}

void loss_balance(double *weight, const size_t *count, int classes)
{
    size_t most = 0;
    for (int c = 0; c < classes; c++)
        if (count[c] > most)
            most = count[c];
    for (int c = 0; c < classes; c++)
        weight[c] = count[c] ? (double)most / (double)count[c] : 0;
}

void loss_spec_init(struct loss_spec *spec, enum loss_kind kind,
                    const double weights[LOSS_MAX_TERMS], int classes, const int *train_class,
                    size_t n)
{
    memset(spec, 0, sizeof *spec);
    spec->kind = kind;
    spec->smooth_beta = 1;
    spec->huber_delta = 0.8;
    for (int t = 0; t < infos[kind]->terms; t++)
        spec->weight[t] = infos[kind]->classes ? weights[t] : 1.0;
    if (!infos[kind]->classes)
        return;
    spec->classes = classes;
    spec->mean_by_weight = infos[kind]->mean_by_weight;
    size_t count[LOSS_MAX_CLASSES] = {0};
    for (size_t i = 0; i < n; i++)
        count[train_class[i]]++;
    for (int c = 0; c < classes; c++)
        spec->value[c] = c + 1;
    loss_balance(spec->class_weight, count, classes);
}
