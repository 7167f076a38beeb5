/* loss.c - the table of losses and the making of a loss_spec. */
#include "engine/train/loss.h"

#include <math.h>
#include <string.h>

static const struct loss_info infos[LOSS_KINDS] = {
    [LOSS_L1] = {"l1", "L1", 1, {"l1"}, false, "mean absolute error of the score"},
    [LOSS_MSE] = {"mse", "MSE", 1, {"mse"}, false, "mean squared error of the score"},
    [LOSS_COMBO] = {"combo",
                    "ComboLoss",
                    3,
                    {"regression", "expectation", "classification"},
                    true,
                    "L1 of the score, L1 of the classes' expectation and weighted cross entropy"},
};

const char *const loss_names[] = {"l1", "mse", "combo", NULL};

const struct loss_info *loss_info(enum loss_kind kind)
{
    return &infos[kind];
}

int loss_class_of_score(double score, int classes)
{
    double c = ceil(score - 0.5);
    if (!(c > 1))
        return 0;
    return c >= classes ? classes - 1 : (int)c - 1;
}

void loss_spec_init(struct loss_spec *spec, enum loss_kind kind,
                    const double weights[LOSS_MAX_TERMS], int classes, const int *train_class,
                    size_t n)
{
    memset(spec, 0, sizeof *spec);
    spec->kind = kind;
    for (int t = 0; t < infos[kind].terms; t++)
        spec->weight[t] = infos[kind].classes ? weights[t] : 1.0;
    if (!infos[kind].classes)
        return;
    spec->classes = classes;
    size_t count[LOSS_MAX_CLASSES] = {0}, most = 0;
    for (size_t i = 0; i < n; i++)
        count[train_class[i]]++;
    for (int c = 0; c < classes; c++)
        if (count[c] > most)
            most = count[c];
    for (int c = 0; c < classes; c++) {
        spec->value[c] = c + 1;
        spec->class_weight[c] = count[c] ? (double)most / (double)count[c] : 0;
    }
}
