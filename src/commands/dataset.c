/* dataset.c - `combolab dataset`: what a data set is, before anything is trained on it. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/dataset/classes.h"
#include "engine/dataset/dataset.h"
#include "engine/dataset/dataset_format.h"
#include "src/commands/dataset_check_priv.h"
#include "src/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct options {
    bool check;
};

static const struct opt options[] = {
    {"check", 0, OPT_FLAG, offsetof(struct options, check), 0, 0, "no", NULL, "", "Images",
     "decode every image; name the damaged ones, those that are the same picture, and decoded "
     "images in the cache that are not as the files; exit status 1 for damage"},
};
static const struct opt_table table = {options, sizeof options / sizeof *options};

static const char *const config_names[] = {
    "protocol",      "fold",    "loss",   "classes",    "rounding", "class-edges", "class-values",
    "class-weights", "threads", "resize", "image-size", "cache",    NULL};

static int add_overview(struct table **t, const struct dataset *d, const struct classes *k,
                        struct err *e)
{
    static const struct table_column columns[] = {
        {"name", "name", TABLE_TEXT, 0, false},
        {"kind", "kind", TABLE_TEXT, 0, false},
        {"folder", "folder of the images", TABLE_TEXT, 0, false},
        {"protocol", "protocol", TABLE_TEXT, 0, false},
        {"fold", "fold", TABLE_INT, 0, false},
        {"folds", "folds", TABLE_INT, 0, false},
        {"images", "images", TABLE_INT, 0, false},
        {"train_images", "training images", TABLE_INT, 0, false},
        {"test_images", "test images", TABLE_INT, 0, false},
        {"score_least", "lowest score", TABLE_REAL, 3, false},
        {"score_mean", "mean score", TABLE_REAL, 3, false},
        {"score_deviation", "standard deviation", TABLE_REAL, 3, false},
        {"score_most", "highest score", TABLE_REAL, 3, false},
        {"rounding", "classes by", TABLE_TEXT, 0, false},
        {"hash", "hash of the list", TABLE_TEXT, 0, false},
        {"note", "note", TABLE_TEXT, 0, false},
    };
    double sum = 0, squares = 0;
    char hash[17];
    if (table_new(t, "dataset", true, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (size_t i = 0; i < d->n; i++)
        sum += d->items[i].score;
    double mean = sum / (double)d->n;
    for (size_t i = 0; i < d->n; i++)
        squares += (d->items[i].score - mean) * (d->items[i].score - mean);
    dataset_hash(d, NULL, hash);
    table_text(*t, d->name);
    table_text(*t, d->format->kind);
    table_text(*t, d->root);
    table_text(*t, config_protocol_names[d->protocol]);
    if (d->folds) {
        table_int(*t, d->fold);
        table_int(*t, d->folds);
    } else {
        table_missing(*t);
        table_missing(*t);
    }
    table_int(*t, (int64_t)d->n);
    table_int(*t, (int64_t)d->n_train);
    table_int(*t, (int64_t)d->n_test);
    table_real(*t, d->score_least);
    table_real(*t, mean);
    table_real(*t, sqrt(squares / (double)d->n));
    table_real(*t, d->score_most);
    table_text(*t, config_rounding_names[k->rounding]);
    table_text(*t, hash);
    if (d->note[0])
        table_text(*t, d->note);
    else
        table_missing(*t);
    return 0;
}

/* One row a class: the score at which it begins and the one it stands for, images, weight. */
static int add_classes(struct table **t, const struct dataset *d, const struct classes *k,
                       struct err *e)
{
    static const struct table_column columns[] = {
        {"class", "class", TABLE_INT, 0, false},
        {"begins", "begins", TABLE_REAL, 3, false},
        {"value", "value", TABLE_REAL, 3, false},
        {"images", "images", TABLE_INT, 0, false},
        {"train_images", "training", TABLE_INT, 0, false},
        {"test_images", "test", TABLE_INT, 0, false},
        {"weight", "weight", TABLE_REAL, 3, false},
    };
    size_t all[LOSS_MAX_CLASSES] = {0}, test[LOSS_MAX_CLASSES] = {0};
    for (size_t i = 0; i < d->n; i++)
        all[classes_of_score(k, d->items[i].score)]++;
    for (size_t i = 0; i < d->n_test; i++)
        test[classes_of_score(k, d->items[d->test[i]].score)]++;
    if (table_new(t, "classes", false, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (int c = 0; c < k->n; c++) {
        table_int(*t, c + 1);
        if (c)
            table_real(*t, k->edge[c - 1]);
        else
            table_missing(*t);
        table_real(*t, k->value[c]);
        table_int(*t, (int64_t)all[c]);
        table_int(*t, (int64_t)k->count[c]);
        table_int(*t, (int64_t)test[c]);
        table_real(*t, k->weight[c]);
    }
    return 0;
}

static int describe(const struct invocation *in, const struct dataset *d, struct err *e)
{
    struct table *tables[2] = {NULL, NULL};
    struct classes classes;
    int result = -1;
    if (classes_make(&classes, in->configs, d, d->train, d->n_train, e) ||
        add_overview(&tables[0], d, &classes, e) || add_classes(&tables[1], d, &classes, e))
        goto out;
    /* CSV has room for one table: the overview is a row, the classes are asked for as JSON. */
    result = output_tables(in, tables, in->global.format == FORMAT_CSV ? 1 : 2, e);
out:
    table_free(tables[0]);
    table_free(tables[1]);
    return result;
}

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    struct dataset *d = NULL;
    struct err e;
    const struct run_config *c = in->configs;
    const struct dataset_request request = {in->arguments[0], c->protocol, (int)c->fold};
    if (dataset_open(&d, &request, &e))
        return command_fail(&e);
    int status = EXIT_GOOD;
    if (dataset_check_fold(d, c->fold, &e))
        status = command_fail(&e);
    else if (own->check)
        status = dataset_check(in, d);
    else if (describe(in, d, &e))
        status = command_fail(&e);
    dataset_free(d);
    return status;
}

const struct command command_dataset = {
    .name = "dataset",
    .arguments = "PATH",
    .summary = "describe a data set: images, split, scores, classes",
    .details =
        "PATH is a data set's folder or a CSV file, as for --data. Classes, their values and "
        "weights are those that a run with the same options would have, counted on all training "
        "images. In CSV the overview is written without the classes. With --check, --cache and "
        "--resize say which decoded images are compared with the files.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .takes_config = true,
    .config_names = config_names,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = run,
};
