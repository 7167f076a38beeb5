/* loss.h - the losses a run can train under, as plain data; the mathematics is in loss_math.h.
 *
 * A loss is a weighted sum of terms:  total = sum_t weight[t] * term[t],  each term a mean over the
 * batch. Source: ComboLoss, arXiv:2010.10721.
 *
 * One loss is one header in engine/core/loss/: its name, descriptor, value and gradient. To add
 * one, write its header, add a line to LOSSES below, an #include to loss_math.h, and its section to
 * combolab-losses(7); option table, help, completion, tests and every backend follow.
 */
#ifndef COMBOLAB_ENGINE_CORE_LOSS_H
#define COMBOLAB_ENGINE_CORE_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#define LOSS_MAX_TERMS 3
#define LOSS_MAX_PAIRS (LOSS_MAX_TERMS * (LOSS_MAX_TERMS - 1) / 2) /* of terms */
#define LOSS_MAX_CLASSES 16
#define LOSS_MAX_OPTIONS 8

/* Every loss: its kind, and the name of its function and descriptor. */
#define LOSSES(X)                                                                                  \
    X(L1, l1)                                                                                      \
    X(MSE, mse)                                                                                    \
    X(SMOOTH_L1, smooth_l1)                                                                        \
    X(SMOOTH_HUBER, smooth_huber)                                                                  \
    X(COMBO, combo)                                                                                \
    X(COMBO_RELEASED, combo_released)

#define LOSS_KIND(kind, function) LOSS_##kind,
enum loss_kind { LOSSES(LOSS_KIND) LOSS_KINDS };
#undef LOSS_KIND

/* Everything a backend needs to compute a loss. Scores are in the data set's own unit. */
struct loss_spec {
    enum loss_kind kind;
    double weight[LOSS_MAX_TERMS];         /* of each term in the total */
    double smooth_beta;                    /* of smooth-l1, > 0 */
    double huber_delta;                    /* of smooth-huber */
    int classes;                           /* 0 when the loss has no class term */
    bool mean_by_weight;                   /* as in loss_info */
    double value[LOSS_MAX_CLASSES];        /* class values v_i of the expectation */
    double class_weight[LOSS_MAX_CLASSES]; /* w_c of the weighted cross entropy */
};

/* What a loss is called and made of. */
struct loss_info {
    const char *name;  /* as on the command line: "combo" */
    const char *title; /* as in a legend: "ComboLoss" */
    int terms;
    const char *term[LOSS_MAX_TERMS]; /* "regression", "expectation", "classification" */
    bool classes;                     /* needs the class head */
    bool mean_by_weight; /* the cross entropy is divided by the batch's sum of class weights */
    const char *options[LOSS_MAX_OPTIONS]; /* options that mean something to this loss */
    const char *help;
    /* Learning rates that a run of batches of 64 converges with: from scratch, from weights. */
    double rate[2];
    /* Second derivative by the score where that has no bound on its slope, else 0: what makes SGD
     * unstable at a rate that is too high. */
    double curvature;
};

/* The descriptor of a kind, and the NULL-terminated names in the order of enum loss_kind. */
const struct loss_info *loss_info(enum loss_kind kind);
extern const char *const loss_names[];

/* False for an option that only losses other than this one use, such as "alpha" under l1. */
bool loss_uses(enum loss_kind kind, const char *option);

/* Weights by size: the largest count over each class's own; an empty class gets 0. */
void loss_balance(double *weight, const size_t *count, int classes);

/* Fills spec for a kind: term weights (combo: alpha, beta, gamma; else 1), smooth_beta 1 and
 * huber_delta 0.8 as in the paper, class values 1..C, and class weights balanced over `n` training
 * classes. `classes` is ignored for losses without a class term. */
void loss_spec_init(struct loss_spec *spec, enum loss_kind kind,
                    const double weights[LOSS_MAX_TERMS], int classes, const int *train_class,
                    size_t n);

#endif
