/* dataset_format.h - what combolab knows of a format of data sets, as one const descriptor.
 *
 * To add a format, write its file with its descriptor, a line in DATASET_FORMATS and one in
 * local.mk; opening, protocols, messages and classes follow.
 */
#ifndef COMBOLAB_ENGINE_DATASET_DATASET_FORMAT_H
#define COMBOLAB_ENGINE_DATASET_DATASET_FORMAT_H

#include "base/file.h"
#include "engine/config.h"
#include "engine/core/loss.h"

#include <stdbool.h>

struct dataset;
struct dataset_request;
struct dataset_rows;
struct err;

/* Every format, in the order in which they are asked whether a path is theirs. */
#define DATASET_FORMATS(X)                                                                         \
    X(scut)                                                                                        \
    X(scut_fbp)                                                                                    \
    X(hotornot)                                                                                    \
    X(csv)                                                                                         \
    X(utkface)

/* A way of a format to divide images into those that train and those that test. */
struct dataset_protocol {
    enum config_protocol protocol;
    const char *needs; /* what a set must have for it, "a column 'fold'"; NULL: all sets have it */
    bool folds;        /* the images of the fold asked for test, the others train */
    bool drop_last;    /* the paper drops the last, smaller batch */
    /* Class weights that the released code has: a row, or one a fold; NULL when it has none. */
    const double (*released)[LOSS_MAX_CLASSES];
};

#define DATASET_MOST_PROTOCOLS 4

struct dataset_format {
    enum config_data id;
    const char *kind;  /* "SCUT-FBP5500" */
    const char *holds; /* what tells its folder, for people: "labels.csv" */
    /* In the order in which PROTOCOL_AUTO takes what a set offers, and the first of all where it
     * offers none; ended by PROTOCOL_AUTO. */
    struct dataset_protocol protocols[DATASET_MOST_PROTOCOLS + 1];

    /* The classes that the paper divides its scores into; 0 when they are those of any set. */
    int classes;
    enum config_rounding rounding, released_rounding; /* the paper's, the released code's */
    double edge[LOSS_MAX_CLASSES - 1];                /* classes - 1, of ROUND_EDGES */

    bool table; /* the options of tables are for it */

    /* What is to be read of `path`: the path itself, or one within it that is made in `inner`. NULL
     * when it is no set of this format. The path exists. */
    const char *(*find)(const char *path, char inner[FILE_PATH_BYTES]);
    /* Gathers sorted rows, checked, and marked by what dataset_choose has chosen; fills set and
     * root. request->path is what find gave. */
    int (*read)(struct dataset *d, struct dataset_rows *rows, const struct dataset_request *request,
                struct err *e);
};

#define DATASET_FORMAT(name) extern const struct dataset_format dataset_##name;
DATASET_FORMATS(DATASET_FORMAT)
#undef DATASET_FORMAT

/* The format's row of a protocol; NULL when it has none. */
const struct dataset_protocol *dataset_protocol(const struct dataset_format *format,
                                                enum config_protocol protocol);

#endif
