/* loss.h - the losses a run can train under, as plain data; the mathematics is in loss_math.h.
 *
 * A loss is a weighted sum of terms:  total = sum_t weight[t] * term[t],  each term a mean over the
 * batch. Source: ComboLoss, arXiv:2010.10721.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_LOSS_H
#define COMBOLAB_ENGINE_TRAIN_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#define LOSS_MAX_TERMS 3
#define LOSS_MAX_CLASSES 16

struct err;

enum loss_kind { LOSS_L1, LOSS_MSE, LOSS_COMBO, LOSS_KINDS };

/* Everything a backend needs to compute a loss. Scores are in the data set's own unit. */
struct loss_spec {
    enum loss_kind kind;
    double weight[LOSS_MAX_TERMS];         /* of each term in the total */
    int classes;                           /* 0 when the loss has no class term */
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
    const char *help;
};

/* The descriptor of a kind, and the NULL-terminated names in the order of enum loss_kind. */
const struct loss_info *loss_info(enum loss_kind kind);
extern const char *const loss_names[];

/* Class 0..classes-1 of a score: ceil(s - 1/2) - 1 kept within range (the SCUT sets' scores are
 * 1..5, so class c stands for scores around c + 1). */
int loss_class_of_score(double score, int classes);

/* Fills spec for a kind: term weights (combo: alpha, beta, gamma; else 1), class values 1..C, and
 * class weights max|m| / |c| counted over `n` training classes; an empty class gets 0. `classes` is
 * ignored for losses without a class term. */
void loss_spec_init(struct loss_spec *spec, enum loss_kind kind,
                    const double weights[LOSS_MAX_TERMS], int classes, const int *train_class,
                    size_t n);

#endif
