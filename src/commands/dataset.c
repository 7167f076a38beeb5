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
     "decode every image; name the damaged ones, those that are the same picture, warn of those "
     "that "
     "train and test, list sizes and kinds of colours, and decoded images in the cache that are "
     "not "
     "as the files; exit status 1 for damage"},
};
static const struct opt_table table = {options, sizeof options / sizeof *options};

static const char *const config_names[] = {"data-format",
                                           "image-column",
                                           "score-column",
                                           "split-column",
                                           "fold-column",
                                           "image-dir",
                                           "delimiter",
                                           "header",
                                           "ratings",
                                           "strip-path",
                                           "protocol",
                                           "fold",
                                           "loss",
                                           "classes",
                                           "rounding",
                                           "class-edges",
                                           "class-values",
                                           "class-weights",
                                           "threads",
                                           "resize",
                                           "image-size",
                                           "cache",
                                           NULL};

/* NaN where no image has several ratings. */
static double rating_deviation(const struct dataset *d)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (isnan(d->items[i].deviation))
            continue;
        sum += d->items[i].deviation;
        n++;
    }
    return n ? sum / (double)n : NAN;
}

static size_t count_missing(const struct dataset *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++)
        n += d->items[i].missing;
    return n;
}

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
        {"rating_deviation", "mean deviation of an image's ratings", TABLE_REAL, 3, false},
        {"missing_images", "missing images", TABLE_INT, 0, false},
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
    table_real(*t, rating_deviation(d));
    table_int(*t, (int64_t)count_missing(d));
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

/* Ten bins of equal width over the range of all scores. */
#define BINS 10
#define BAR_MOST 40

static size_t bin_of(const struct dataset *d, double score)
{
    double width = (d->score_most - d->score_least) / BINS;
    double bin = width > 0 ? (score - d->score_least) / width : 0;
    return bin < BINS - 1 ? (size_t)bin : BINS - 1;
}

static void add_bar(struct table *t, size_t n, size_t most)
{
    char bar[BAR_MOST + 1];
    size_t length = most ? (n * BAR_MOST + most / 2) / most : 0;
    memset(bar, '#', length);
    bar[length] = '\0';
    table_text(t, bar);
}

static int add_histogram(struct table **t, const struct dataset *d, bool people, struct err *e)
{
    static const struct table_column columns[] = {
        {"from", "scores from", TABLE_REAL, 3, false},
        {"to", "to", TABLE_REAL, 3, false},
        {"images", "images", TABLE_INT, 0, false},
        {"train_images", "training", TABLE_INT, 0, false},
        {"test_images", "test", TABLE_INT, 0, false},
        {"bar", "", TABLE_TEXT, 0, true},
    };
    size_t all[BINS] = {0}, train[BINS] = {0}, test[BINS] = {0}, most = 0;
    for (size_t i = 0; i < d->n; i++) {
        size_t bin = bin_of(d, d->items[i].score);
        all[bin]++;
        train[bin] += d->items[i].train;
        test[bin] += d->items[i].test;
        if (all[bin] > most)
            most = all[bin];
    }
    if (table_new(t, "histogram", false, columns, sizeof columns / sizeof *columns - !people, e))
        return -1;
    for (int b = 0; b < BINS; b++) {
        double range = d->score_most - d->score_least;
        table_real(*t, d->score_least + range * b / BINS);
        table_real(*t, d->score_least + range * (b + 1) / BINS);
        table_int(*t, (int64_t)all[b]);
        table_int(*t, (int64_t)train[b]);
        table_int(*t, (int64_t)test[b]);
        if (people)
            add_bar(*t, all[b], most);
    }
    return 0;
}

static int add_missing(struct table **t, const struct dataset *d, struct err *e)
{
    static const struct table_column columns[] = {{"image", "missing image", TABLE_TEXT, 0, false}};
    if (table_new(t, "missing", false, columns, 1, e))
        return -1;
    for (size_t i = 0; i < d->n; i++)
        if (d->items[i].missing)
            table_text(*t, d->items[i].name);
    return 0;
}

static int describe(const struct invocation *in, const struct dataset *d, struct err *e)
{
    struct table *tables[4] = {NULL, NULL, NULL, NULL};
    struct classes classes;
    bool people = in->global.format == FORMAT_TABLE;
    size_t n = people && !count_missing(d) ? 3 : 4;
    int result = -1;
    if (classes_make(&classes, in->configs, d, d->train, d->n_train, e) ||
        add_overview(&tables[0], d, &classes, e) || add_classes(&tables[1], d, &classes, e) ||
        add_histogram(&tables[2], d, people, e) || add_missing(&tables[3], d, e))
        goto out;
    /* CSV has room for one table: the overview is a row, the others are asked for as JSON. */
    result = output_tables(in, tables, in->global.format == FORMAT_CSV ? 1 : n, e);
    if (!result && people && !in->global.quiet)
        puts("no image was decoded: --check names damaged ones, and pictures that train and test");
out:
    for (int i = 0; i < 4; i++)
        table_free(tables[i]);
    return result;
}

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    struct dataset *d = NULL;
    struct err e;
    const struct run_config *c = in->configs;
    struct dataset_request request = dataset_request_of(c);
    request.path = in->arguments[0];
    request.keep_missing = true;
    if (dataset_open(&d, &request, &e))
        return command_fail(&e);
    int status = EXIT_GOOD;
    if (dataset_check_fold(d, c->fold, &e))
        status = command_fail(&e);
    else if (own->check)
        status = dataset_check(in, d);
    else if (describe(in, d, &e))
        status = command_fail(&e);
    else if (count_missing(d))
        status = EXIT_ERROR;
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
        "images. In CSV the overview is written alone. Missing images are named, exit status 1. "
        "With --check, --cache and "
        "--resize say which decoded images are compared with the files.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .takes_config = true,
    .config_names = config_names,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = run,
};
