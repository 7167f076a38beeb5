/* config.c - the option table of an experiment. Defaults are the paper's training protocol. */
#include "engine/config.h"

#include "base/err.h"
#include "base/str.h"
#include "engine/model/net.h"
#include "engine/train/loss.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct run_config, field)

static const char *const protocols[] = {"auto", "60-40", "5-fold", "split", "fold", NULL};
static const char *const crops[] = {"random", "centre", NULL};
static const char *const drops[] = {"auto", "yes", "no", NULL};

/* name, letter, type, field, least, most, default, choices, unit, group, help */
static const struct opt options[] = {
    {"data", 'd', OPT_PATH, AT(data), 0, 0, "", NULL, "", "Data",
     "folder of a data set in its official layout, or a CSV file (image,score[,split|fold])"},
    {"protocol", 'p', OPT_CHOICE, AT(protocol), 0, 0, "auto", protocols, "", "Data",
     "which images train and which test; auto takes what the data set offers first"},
    {"fold", 0, OPT_INT, AT(fold), 1, 100, "1", NULL, "", "Data",
     "the fold that is tested, for protocols with folds"},
    {"image-size", 'i', OPT_INT, AT(image_size), 32, 1024, "224", NULL, "pixels", "Data",
     "side of the square that the net sees"},
    {"resize", 0, OPT_INT, AT(resize), 0, 2048, "0", NULL, "pixels", "Data",
     "shorter side of an image before it is cropped; 0 means image-size"},
    {"crop", 0, OPT_CHOICE, AT(crop), 0, 0, "random", crops, "", "Data",
     "where training images are cropped; test images always in the centre"},
    {"flip", 0, OPT_REAL, AT(flip), 0, 1, "0", NULL, "", "Data",
     "probability that a training image is mirrored left to right"},
    {"cache", 0, OPT_PATH, AT(cache), 0, 0, "", NULL, "", "Data",
     "folder for decoded images; empty means $XDG_CACHE_HOME/combolab"},
    {"skip-bad-images", 0, OPT_FLAG, AT(skip_bad_images), 0, 0, "no", NULL, "", "Data",
     "leave out images that cannot be decoded instead of refusing to train"},

    {"backbone", 'b', OPT_CHOICE, AT(backbone), 0, 0, "resnet18", net_names, "", "Net and loss",
     "the net"},
    {"loss", 'l', OPT_CHOICE, AT(loss), 0, 0, "combo", loss_names, "", "Net and loss",
     "what training minimises"},
    {"alpha", 0, OPT_REAL, AT(alpha), 0, 1000, "2", NULL, "", "Net and loss",
     "weight of combo's regression term"},
    {"beta", 0, OPT_REAL, AT(beta), 0, 1000, "1", NULL, "", "Net and loss",
     "weight of combo's expectation term"},
    {"gamma", 0, OPT_REAL, AT(gamma), 0, 1000, "1", NULL, "", "Net and loss",
     "weight of combo's classification term"},
    {"classes", 0, OPT_INT, AT(classes), 2, LOSS_MAX_CLASSES, "5", NULL, "classes", "Net and loss",
     "classes that combo divides scores into: class c holds scores around c"},

    {"epochs", 'e', OPT_INT, AT(epochs), 1, 100000, "200", NULL, "epochs", "Training",
     "passes over the training images"},
    {"batch", 0, OPT_INT, AT(batch), 1, 4096, "64", NULL, "images", "Training", "images in a step"},
    {"learning-rate", 'r', OPT_REAL, AT(learning_rate), 0, 10, "0.01", NULL, "", "Training",
     "learning rate of the first epoch"},
    {"lr-step", 0, OPT_INT, AT(lr_step), 1, 100000, "50", NULL, "epochs", "Training",
     "epochs after which the learning rate is reduced, again and again"},
    {"lr-factor", 0, OPT_REAL, AT(lr_factor), 0, 1, "0.1", NULL, "", "Training",
     "what the learning rate is multiplied by then"},
    {"momentum", 0, OPT_REAL, AT(momentum), 0, 1, "0.9", NULL, "", "Training",
     "momentum of stochastic gradient descent"},
    {"weight-decay", 0, OPT_REAL, AT(weight_decay), 0, 1, "0.001", NULL, "", "Training",
     "weight decay, on all parameters"},
    {"drop-last", 0, OPT_CHOICE, AT(drop_last), 0, 0, "auto", drops, "", "Training",
     "leave out a last, smaller training batch; auto does with folds, as the paper"},
    {"seed", 's', OPT_INT, AT(seed), 0, 9007199254740991.0, "1", NULL, "", "Training",
     "seed of initial weights, order and augmentation"},

    {"device", 0, OPT_TEXT, AT(device), 0, 0, "auto", NULL, "", "Machine",
     "auto, cpu, cuda or cuda:N; the command devices lists them"},
    {"threads", 't', OPT_INT, AT(threads), 0, 1024, "0", NULL, "threads", "Machine",
     "threads that compute and decode; 0 means one a core"},
    {"trace", 0, OPT_PATH, AT(trace), 0, 0, "", NULL, "", "Machine",
     "folder for the initial weights and every step's samples and losses"},

    {"name", 'n', OPT_TEXT, AT(name), 0, 0, "", NULL, "", "Run",
     "name of the run; empty means made from its settings"},
    {"experiment", 'x', OPT_TEXT, AT(experiment), 0, 0, "default", NULL, "", "Run",
     "experiment that the run belongs to"},
};

const struct opt_table config_options = {options, sizeof options / sizeof *options};

void config_defaults(struct run_config *config)
{
    memset(config, 0, sizeof *config);
    opt_defaults(&config_options, config, NULL);
}

int config_check(const struct run_config *c, struct err *e)
{
    if (!c->data[0])
        return err_set(e, ERR_USAGE,
                       "option 'data' is missing: name a data set's folder or a CSV "
                       "file with --data PATH");
    if (c->resize && c->resize < c->image_size)
        return err_set(e, ERR_USAGE, "option 'resize': %lld is smaller than image-size %lld",
                       (long long)c->resize, (long long)c->image_size);
    if (!c->experiment[0])
        return err_set(e, ERR_USAGE, "option 'experiment' must not be empty");
    return 0;
}

void config_title(const struct run_config *c, char *to, size_t room)
{
    int n = snprintf(to, room, "%s %s", net_names[c->backbone], loss_names[c->loss]);
    if (c->loss == LOSS_COMBO && n > 0 && (size_t)n < room)
        n += snprintf(to + n, room - (size_t)n, " %g,%g,%g", c->alpha, c->beta, c->gamma);
    if (n > 0 && (size_t)n < room)
        snprintf(to + n, room - (size_t)n, " s%lld", (long long)c->seed);
}

double config_learning_rate(const struct run_config *c, int epoch)
{
    return c->learning_rate * pow(c->lr_factor, (double)((epoch - 1) / c->lr_step));
}
