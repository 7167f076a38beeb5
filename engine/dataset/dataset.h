/* dataset.h - which images there are, their scores, and which train and which test.
 *
 * The formats are listed in dataset_format.h, and each is described in its own file. Items are
 * sorted by name: an item's index is its place.
 *
 * Refused with file, line and value named: a missing or empty folder, a line that names no image, a
 * score that is no finite number, an image named twice, a protocol or fold the set does not have, a
 * split without training or test images.
 */
#ifndef COMBOLAB_ENGINE_DATASET_DATASET_H
#define COMBOLAB_ENGINE_DATASET_DATASET_H

#include "engine/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dataset_format;
struct err;

struct dataset_item {
    char *name; /* as the set names it: "AF1.jpg" */
    double score;
    double deviation; /* of its ratings; NaN when unknown */
    int fold;         /* 1.., the fold that tests it; 0 when the set has no folds */
    bool train, test; /* under the protocol asked for */
    bool missing;     /* there is no such file; such sets are for an audit alone */
};

struct dataset {
    const struct dataset_format *format;
    char name[320];                /* for people: "SCUT-FBP5500 60-40", "portraits.csv fold 2/5" */
    char set[CONFIG_NAME_BYTES];   /* the set alone: "SCUT-FBP5500", "portraits.csv" */
    char root[1024];               /* the folder that image names are relative to */
    char note[512];                /* what was taken otherwise than it says, a sentence; or "" */
    enum config_protocol protocol; /* settled, never PROTOCOL_AUTO */
    unsigned met;                  /* 1 << protocol for each whose needs the set meets */
    int fold, folds;               /* 0 when the protocol has none */
    bool folds_drop_last;          /* the paper drops the last, smaller batch under this protocol */
    size_t n;
    struct dataset_item *items;
    size_t n_train, n_test;
    uint32_t *train, *test; /* places, ascending; the test order is the ledger's */
    double score_least, score_most;
};

struct dataset_request {
    const char *path;
    enum config_protocol protocol;    /* PROTOCOL_AUTO: what the set offers first */
    int fold;                         /* from 1; ignored under a protocol without folds */
    int format;                       /* enum config_data */
    const struct config_table *table; /* of what is read as a table; NULL: all auto */
    bool keep_missing;                /* images that are not there are no error */
};

/* What a run asks for; borrows from `c`. */
struct dataset_request dataset_request_of(const struct run_config *c);

int dataset_open(struct dataset **out, const struct dataset_request *request, struct err *e);
void dataset_free(struct dataset *d);

/* ERR_USAGE for a fold above 1 where the protocol has none: it would change nothing. */
int dataset_check_fold(const struct dataset *d, int64_t fold, struct err *e);

/* Fingerprint of names, scores and split and, unless NULL, of the pictures, a digest each: 16
 * hexadecimal digits and NUL. */
void dataset_hash(const struct dataset *d, const uint64_t *pictures, char to[17]);

/* first[i] (d->n of them) becomes the lowest place that has the same picture as i: i itself where
 * none comes before. `pictures`: a digest each, 0 where there is none. */
int dataset_alike(uint32_t *first, const struct dataset *d, const uint64_t *pictures,
                  struct err *e);

/* How many test images show a picture that trains too, by `first` of dataset_alike; the first of
 * them and one that trains are in *test and *train. `room` is for d->n places. */
size_t dataset_leaks(const struct dataset *d, const uint32_t *first, uint32_t *room, uint32_t *test,
                     uint32_t *train);

#endif
