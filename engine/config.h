/* config.h - what an experiment is: one struct, one option table. The table is the single truth for
 * the command line, the launch form, the stored options, the manual page and shell completion. */
#ifndef COMBOLAB_ENGINE_CONFIG_H
#define COMBOLAB_ENGINE_CONFIG_H

#include "base/opt.h"

#include <stdbool.h>
#include <stdint.h>

struct run_config {
    /* what it is called */
    char name[OPT_TEXT_BYTES];       /* "" = made from the settings */
    char experiment[OPT_TEXT_BYTES]; /* groups runs */

    /* data */
    char data[OPT_TEXT_BYTES];  /* folder or CSV */
    int protocol;               /* enum config_protocol */
    int64_t fold;               /* 1.. */
    int64_t image_size;         /* pixels a side of the network's input */
    int64_t resize;             /* shorter side of the stored image; 0 = image_size */
    int crop;                   /* enum config_crop */
    double flip;                /* probability */
    char cache[OPT_TEXT_BYTES]; /* "" = $XDG_CACHE_HOME/combolab */
    bool skip_bad_images;

    /* net and loss */
    int backbone; /* index into net_names */
    int loss;     /* enum loss_kind */
    double alpha, beta, gamma;
    int64_t classes;

    /* training */
    int64_t epochs;
    int64_t batch;
    double learning_rate;
    int64_t lr_step; /* epochs between reductions */
    double lr_factor;
    double momentum;
    double weight_decay;
    int drop_last; /* enum config_drop */
    int64_t seed;

    /* machine */
    char device[OPT_TEXT_BYTES];
    int64_t threads;            /* 0 = all cores */
    char trace[OPT_TEXT_BYTES]; /* folder for initial weights and per-step losses, "" = none */
};

enum config_protocol {
    PROTOCOL_AUTO,
    PROTOCOL_60_40,
    PROTOCOL_5_FOLD,
    PROTOCOL_SPLIT,
    PROTOCOL_FOLD
};
enum config_crop { CROP_RANDOM, CROP_CENTRE };
enum config_drop { DROP_AUTO, DROP_YES, DROP_NO };

extern const struct opt_table config_options;

struct err;

/* Defaults from the table. */
void config_defaults(struct run_config *config);

/* Checks what no single option can: data given, resize at least image_size, and so on. */
int config_check(const struct run_config *config, struct err *e);

/* A short name from the settings, "resnet18 combo 2,1,1 s1", for runs without one. */
void config_title(const struct run_config *config, char *to, size_t room);

/* Learning rate of an epoch (from 1), as PyTorch's StepLR: rate * factor^floor((epoch-1) / step).
 */
double config_learning_rate(const struct run_config *config, int epoch);

#endif
