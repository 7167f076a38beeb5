/* config.c - the option table of an experiment. Defaults are the paper's training protocol, but for
 * the learning rate and how heads begin, which fit the loss: see config_preset.c. */
#include "engine/config.h"

#include "base/err.h"
#include "base/str.h"
#include "engine/config_classes.h"
#include "engine/core/door.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define USUAL_BATCH 64 /* that losses have their rates for */

#define COLUMN_BYTES 100 /* of a column's name */

#define AT(field) offsetof(struct run_config, field)

const char *const config_protocol_names[] = {
    [PROTOCOL_AUTO] = "auto",   [PROTOCOL_60_40] = "60-40", [PROTOCOL_5_FOLD] = "5-fold",
    [PROTOCOL_SPLIT] = "split", [PROTOCOL_FOLD] = "fold",   [PROTOCOLS] = NULL};
const char *const config_data_names[] = {
    [DATA_AUTO] = "auto",         [DATA_SCUT] = "scut-fbp5500", [DATA_SCUT_FBP] = "scut-fbp",
    [DATA_HOTORNOT] = "hotornot", [DATA_UTKFACE] = "utkface",   [DATA_TABLE] = "table",
    [DATA_TABLE + 1] = NULL};
static const char *const delimiters[] = {"auto", "comma", "semicolon", "tab", NULL};
static const char *const headers[] = {"auto", "yes", "no", NULL};
static const char *const ratings[] = {"auto", "one", "many", NULL};
static const char *const crops[] = {"random", "centre", NULL};
static const char *const drops[] = {"auto", "yes", "no", NULL};
static const char *const filters[] = {"bilinear", "nearest", NULL};
static const char *const head_starts[] = {"mean", "torch", NULL};
static const char *const selects[] = {"test", "val", NULL};
static const char *const stem_pools[] = {"auto", "floor", "ceil", NULL};
static const char *const block_strides[] = {"auto", "3x3", "1x1", NULL};
const char *const config_rounding_names[] = {"auto",  "half-down", "half-up", "half-even",
                                             "edges", "bins",      NULL};
static const char *const init_orders[] = {"rgb", "bgr", NULL};
static const char *const init_scales[] = {"1", "255", NULL};
static const char *const schedules[] = {"step", "cosine", "constant", NULL};

/* name, letter, type, field, least, most, default, choices, unit, group, help */
static const struct opt options[] = {
    {"data", 'd', OPT_PATH, AT(data), 0, 0, "", NULL, "", "Data",
     "folder of a data set in its official layout, or a table of images and scores (CSV, TSV)"},
    {"protocol", 'p', OPT_CHOICE, AT(protocol), 0, 0, "auto", config_protocol_names, "", "Data",
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
    {"rotate", 0, OPT_REAL, AT(rotate), 0, 180, "30", NULL, "degrees", "Data",
     "training images are rotated by up to this angle, either way"},
    {"rotate-filter", 0, OPT_CHOICE, AT(rotate_filter), 0, 0, "bilinear", filters, "", "Data",
     "how rotated pixels are found; the paper's code takes the nearest"},
    {"brightness", 0, OPT_REAL, AT(brightness), 0, 1, "0", NULL, "", "Data",
     "brightness of training images is multiplied by 1 - this to 1 + this"},
    {"contrast", 0, OPT_REAL, AT(contrast), 0, 1, "0", NULL, "", "Data",
     "the same for contrast, about the image's mean grey"},
    {"saturation", 0, OPT_REAL, AT(saturation), 0, 1, "0", NULL, "", "Data",
     "the same for saturation"},
    {"hue", 0, OPT_REAL, AT(hue), 0, 0.5, "0", NULL, "turns", "Data",
     "hue of training images is shifted by up to this share of the colour circle, either way"},
    {"cache", 0, OPT_PATH, AT(cache), 0, 0, "", NULL, "", "Data",
     "folder for decoded images; empty means $XDG_CACHE_HOME/combolab"},
    {"image-memory", 0, OPT_INT, AT(image_memory), 0, 16777216, "0", NULL, "MiB", "Data",
     "decoded images kept in memory; more are read from the cache as needed; 0 means as many as "
     "fit"},
    {"skip-bad-images", 0, OPT_FLAG, AT(skip_bad_images), 0, 0, "no", NULL, "", "Data",
     "leave out images that cannot be decoded instead of refusing to train"},
    {"select", 0, OPT_CHOICE, AT(select), 0, 0, "test", selects, "", "Data",
     "the images that choose the best epoch: test as in the paper, or val, held out from training"},
    {"val-share", 0, OPT_REAL, AT(val_share), 0.001, 0.9, "0.1", NULL, "", "Data",
     "share of the training images that --select val holds out"},
    {"data-format", 0, OPT_CHOICE, AT(data_format), 0, 0, "auto", config_data_names, "", "Data",
     "what the data set is read as; auto is what the folder or file looks like"},
    {"image-column", 0, OPT_TEXT, AT(table.image_column), 0, COLUMN_BYTES, "", NULL, "", "Data",
     "column of a table that names the images, by its name or number; empty means image, filename, "
     "file or path, or, without a header, the one that looks so"},
    {"score-column", 0, OPT_TEXT, AT(table.score_column), 1, COLUMN_BYTES, "", NULL, "", "Data",
     "column of the scores; several, as in 3,4,5, make a run each; empty means score, rating or "
     "label, or, without a header, the first with a number"},
    {"split-column", 0, OPT_TEXT, AT(table.split_column), 0, COLUMN_BYTES, "", NULL, "", "Data",
     "column with train or test; empty means split, if there is one"},
    {"fold-column", 0, OPT_TEXT, AT(table.fold_column), 0, COLUMN_BYTES, "", NULL, "", "Data",
     "column with the fold that tests an image; empty means fold, if there is one"},
    {"image-dir", 0, OPT_PATH, AT(table.image_dir), 0, 0, "", NULL, "", "Data",
     "folder that the names in a table are relative to; empty means the table's"},
    {"delimiter", 0, OPT_CHOICE, AT(table.delimiter), 0, 0, "auto", delimiters, "", "Data",
     "what separates the columns of a table"},
    {"header", 0, OPT_CHOICE, AT(table.header), 0, 0, "auto", headers, "", "Data",
     "whether a table begins with the names of its columns; auto: unless its first line has a "
     "score"},
    {"ratings", 0, OPT_CHOICE, AT(table.ratings), 0, 0, "auto", ratings, "", "Data",
     "one row of a table an image, or many, whose scores are averaged; auto: many if most images "
     "have several"},
    {"strip-path", 0, OPT_FLAG, AT(table.strip_path), 0, 0, "no", NULL, "", "Data",
     "take the last part of paths in a table, those of Windows too, for the name"},

    {"backbone", 'b', OPT_CHOICE, AT(backbone), 0, 0, "resnet18", net_names, "", "Net and loss",
     "the net"},
    {"init", 0, OPT_PATH, AT(init), 0, 0, "", NULL, "", "Net and loss",
     "file whose weights the run begins with: safetensors, or PyTorch's .pth and .pt; empty means "
     "drawn by the seed"},
    {"init-order", 0, OPT_CHOICE, AT(init_order), 0, 0, "rgb", init_orders, "", "Net and loss",
     "order of the colours that the weights of --init were trained with; nothing in a file says "
     "it"},
    {"init-scale", 0, OPT_CHOICE, AT(init_scale), 0, 0, "1", init_scales, "", "Net and loss",
     "what they were trained with: 1, pixels less ImageNet's mean and divided by its deviation, or "
     "255, pixels of 0 to 255 less that mean and not divided"},
    {"stem-pool", 0, OPT_CHOICE, AT(stem_pool), 0, 0, "auto", stem_pools, "", "Net and loss",
     "the stem's max-pool: floor with padding 1, or ceil without padding as in Cadene's nets; auto "
     "is what the names in the file of --init go with, else floor"},
    {"block-stride", 0, OPT_CHOICE, AT(block_stride), 0, 0, "auto", block_strides, "",
     "Net and loss",
     "the convolution of a bottleneck that has the stride; auto is what the names in the file of "
     "--init go with, else 3x3"},
    {"loss", 'l', OPT_CHOICE, AT(loss), 0, 0, "combo", loss_names, "", "Net and loss",
     "what training minimises"},
    {"alpha", 0, OPT_REAL, AT(alpha), 0, 1000, "2", NULL, "", "Net and loss",
     "weight of combo's regression term"},
    {"beta", 0, OPT_REAL, AT(beta), 0, 1000, "1", NULL, "", "Net and loss",
     "weight of combo's expectation term"},
    {"gamma", 0, OPT_REAL, AT(gamma), 0, 1000, "1", NULL, "", "Net and loss",
     "weight of combo's classification term"},
    {"smooth-beta", 0, OPT_REAL, AT(smooth_beta), 0.000001, 1000, "1", NULL, "", "Net and loss",
     "smooth-l1 is quadratic below this error"},
    {"huber-delta", 0, OPT_REAL, AT(huber_delta), 0, 1000, "0.8", NULL, "", "Net and loss",
     "smooth-huber is log cosh below this error"},
    {"classes", 0, OPT_INT, AT(classes), 0, LOSS_MAX_CLASSES, "0", NULL, "classes", "Net and loss",
     "classes that combo divides scores into; 0 means as many as class-edges make, else 5"},
    {"rounding", 0, OPT_CHOICE, AT(rounding), 0, 0, "auto", config_rounding_names, "",
     "Net and loss",
     "how a score becomes a class: rounded to a number from 1, by class-edges, or by equal bins of "
     "the training scores; auto means edges if there are any, halves rounded for a SCUT data set, "
     "and bins for any other"},
    {"class-edges", 0, OPT_TEXT, AT(class_edges), 0, 0, "", NULL, "", "Net and loss",
     "ascending scores at which the next class begins, as in -1,1"},
    {"class-values", 0, OPT_TEXT, AT(class_values), 0, 0, "auto", NULL, "", "Net and loss",
     "the score that each class stands for in the expectation, as in 1,2,3; auto means its number "
     "where scores are rounded, else its mean training score"},
    {"class-weights", 0, OPT_TEXT, AT(class_weights), 0, 0, "auto", NULL, "", "Net and loss",
     "weights of the classes in the cross entropy: auto by their sizes in training, none, or "
     "numbers"},

    {"preset", 0, OPT_CHOICE, AT(preset), 0, 0, "none", config_preset_names, "", "Training",
     "options set together, each of which can still be given: quick suits drawn portraits, paper "
     "trains as the ComboLoss paper, and the others are sweeps of it"},
    {"epochs", 'e', OPT_INT, AT(epochs), 1, 100000, "200", NULL, "epochs", "Training",
     "passes over the training images"},
    {"batch", 0, OPT_INT, AT(batch), 1, 4096, "64", NULL, "images", "Training", "images in a step"},
    {"learning-rate", 'r', OPT_REAL, AT(learning_rate), 0, 10, "auto", NULL, "", "Training",
     "learning rate of the first epoch; auto goes by the loss, by whether the run begins with "
     "weights, by batch and net"},
    {"schedule", 0, OPT_CHOICE, AT(schedule), 0, 0, "step", schedules, "", "Training",
     "how the learning rate falls: in steps, along half a cosine to 0, or not at all"},
    {"lr-step", 0, OPT_INT, AT(lr_step), 1, 100000, "50", NULL, "epochs", "Training",
     "epochs after which the learning rate is reduced, again and again"},
    {"lr-factor", 0, OPT_REAL, AT(lr_factor), 0, 1, "0.1", NULL, "", "Training",
     "what the learning rate is multiplied by then"},
    {"warmup", 0, OPT_INT, AT(warmup), 0, 100000, "0", NULL, "epochs", "Training",
     "first epochs, over which the learning rate rises in equal steps"},
    {"momentum", 0, OPT_REAL, AT(momentum), 0, 1, "0.9", NULL, "", "Training",
     "momentum of stochastic gradient descent"},
    {"weight-decay", 0, OPT_REAL, AT(weight_decay), 0, 1, "0.001", NULL, "", "Training",
     "weight decay, on all parameters"},
    {"head-start", 0, OPT_CHOICE, AT(head_start), 0, 0, "mean", head_starts, "", "Training",
     "what heads without weights begin with: the best constant, the mean training score and the "
     "classes' shares, or random numbers as PyTorch makes them"},
    {"clip", 0, OPT_REAL, AT(clip), 0, 1000000, "0", NULL, "", "Training",
     "gradients are scaled down to this norm, taken over all of them; 0 leaves them"},
    {"drop-last", 0, OPT_CHOICE, AT(drop_last), 0, 0, "auto", drops, "", "Training",
     "leave out a last, smaller training batch; auto does with folds, as the paper"},
    {"seed", 's', OPT_INT, AT(seed), 0, 9007199254740991.0, "1", NULL, "", "Training",
     "seed of initial weights, order and augmentation"},
    {"eval-every", 0, OPT_INT, AT(eval_every), 1, 100000, "1", NULL, "epochs", "Training",
     "epochs from one evaluation to the next; the last epoch always has one"},
    {"patience", 0, OPT_INT, AT(patience), 0, 100000, "0", NULL, "evaluations", "Training",
     "evaluations in a row without a better one after which training ends; 0 means never"},
    {"save-every", 0, OPT_INT, AT(save_every), 0, 100000, "10", NULL, "epochs", "Training",
     "epochs from one checkpoint to the next; 0 means only after the first and the best epoch, "
     "every "
     "five minutes, and at a stop"},
    {"keep", 0, OPT_INT, AT(keep), 0, 100000, "2", NULL, "checkpoints", "Training",
     "newest checkpoints that are kept; 0 means all"},
    {"keep-checkpoints", 0, OPT_FLAG, AT(keep_checkpoints), 0, 0, "no", NULL, "", "Training",
     "keep them when the run is finished, too, instead of its best and last weights alone"},

    {"device", 0, OPT_TEXT, AT(device), 0, 0, "auto", NULL, "", "Machine",
     "auto, cpu, cuda or cuda:N; the command devices lists them"},
    {"precision", 0, OPT_CHOICE, AT(precision), 0, 0, "auto", door_precision_names, "", "Machine",
     "what products are computed in; auto is f32 on the CPU, bf16 on a GPU"},
    {"threads", 't', OPT_INT, AT(threads), 0, 1024, "0", NULL, "threads", "Machine",
     "threads that compute and decode; 0 means one a core"},
    {"trace", 0, OPT_PATH, AT(trace), 0, 0, "", NULL, "", "Machine",
     "folder for the initial weights and every step's samples and losses"},

    {"name", 'n', OPT_TEXT, AT(name), 0, CONFIG_NAME_BYTES - 1, "", NULL, "", "Run",
     "name of the run; empty means made from its settings"},
    {"experiment", 'x', OPT_TEXT, AT(experiment), 0, CONFIG_NAME_BYTES - 1, "default", NULL, "",
     "Run", "experiment that the run belongs to"},
};

const struct opt_table config_options = {options, sizeof options / sizeof *options};

void config_defaults(struct run_config *config)
{
    memset(config, 0, sizeof *config);
    opt_defaults(&config_options, config, NULL);
}

void config_of_old(struct run_config *config)
{
    config_defaults(config);
    config->head_start = HEAD_START_TORCH;
}

double config_learning_rate(const struct run_config *c)
{
    if (!isnan(c->learning_rate))
        return c->learning_rate;
    if (c->auto_rate > 0)
        return c->auto_rate;
    double rate = loss_info((enum loss_kind)c->loss)->rate[config_has_init(c)];
    if (c->batch < USUAL_BATCH)
        rate *= (double)c->batch / USUAL_BATCH; /* as rough as its gradients are */
    /* Drawn nets have features as long as they are many, trained ones have not. */
    return config_has_init(c) ? rate : rate * 512 / net_features(net_names[c->backbone]);
}

int config_check(const struct run_config *c, struct err *e)
{
    struct class_options classes;
    if (!c->data[0])
        return err_set(e, ERR_USAGE,
                       "option 'data' is missing: name a data set's folder or a CSV "
                       "file with --data PATH");
    if (c->resize && c->resize < c->image_size)
        return err_set(e, ERR_USAGE, "option 'resize': %lld is smaller than image-size %lld",
                       (long long)c->resize, (long long)c->image_size);
    if (c->warmup && c->warmup >= c->epochs)
        return err_set(e, ERR_USAGE,
                       "option 'warmup': %lld epochs of warm-up leave nothing of %lld epochs; at "
                       "least one must follow",
                       (long long)c->warmup, (long long)c->epochs);
    if (!c->experiment[0])
        return err_set(e, ERR_USAGE, "option 'experiment' must not be empty");
    return class_options_read(&classes, c, e);
}

bool config_has_init(const struct run_config *c)
{
    return c->init[0];
}

bool config_weighted(const struct run_config *c)
{
    return loss_info((enum loss_kind)c->loss)->terms > 1;
}

void config_title(const struct run_config *c, char *to, size_t room)
{
    const double weights[] = {c->alpha, c->beta, c->gamma};
    char terms[3 * 32] = "", weight[32];
    for (size_t i = 0, at = 0; config_weighted(c) && i < 3; i++) {
        str_exact(weight, sizeof weight, weights[i]);
        at += (size_t)snprintf(terms + at, sizeof terms - at, "%c%s", i ? ',' : ' ', weight);
    }
    snprintf(to, room, "%s %s%s s%lld", net_names[c->backbone], loss_names[c->loss], terms,
             (long long)c->seed);
}
