/* config.h - what an experiment is: one struct, one option table. The table is the single truth for
 * the command line, the launch form, the stored options, the manual page and shell completion. */
#ifndef COMBOLAB_ENGINE_CONFIG_H
#define COMBOLAB_ENGINE_CONFIG_H

#include "base/opt.h"

#include <stdbool.h>
#include <stdint.h>

#define CONFIG_NAME_BYTES 256 /* of a run's, an experiment's, a data set's name; with its NUL */

/* How a table (CSV, TSV) of images is to be read. Columns: a name, or a number from 1. */
struct config_table {
    char image_column[OPT_TEXT_BYTES]; /* "" = found by its name or what it holds, as the next */
    char score_column[OPT_TEXT_BYTES];
    char split_column[OPT_TEXT_BYTES]; /* "" = the one of that name, if any; as the next */
    char fold_column[OPT_TEXT_BYTES];
    char image_dir[OPT_TEXT_BYTES]; /* "" = the table's */
    int delimiter;                  /* enum config_delimiter */
    int header;                     /* enum config_header */
    int ratings;                    /* enum config_ratings */
    bool strip_path;                /* the last part of a path is the image's name */
};

struct run_config {
    /* what it is called */
    char name[OPT_TEXT_BYTES];       /* "" = made from the settings */
    char experiment[OPT_TEXT_BYTES]; /* groups runs */

    /* data */
    char data[OPT_TEXT_BYTES]; /* folder or table */
    int data_format;           /* enum config_data */
    struct config_table table;
    int protocol;       /* enum config_protocol */
    int64_t fold;       /* 1.. */
    int64_t image_size; /* pixels a side of the network's input */
    int64_t resize;     /* shorter side of the stored image; 0 = image_size */
    int crop;           /* enum config_crop */
    double flip;        /* probability */
    double rotate;      /* degrees, either way */
    int rotate_filter;  /* enum config_filter */
    double brightness, contrast, saturation, hue; /* of colour jitter, as torchvision's */
    char cache[OPT_TEXT_BYTES];                   /* "" = $XDG_CACHE_HOME/combolab */
    int64_t image_memory; /* MiB of decoded images kept in memory; 0 = as fits */
    bool skip_bad_images;
    int select;       /* enum config_select: the images on which the best epoch is chosen */
    double val_share; /* of the training images, held out by SELECT_VAL */

    /* net and loss */
    int backbone;              /* index into net_names */
    char init[OPT_TEXT_BYTES]; /* file of weights to begin with, "" = drawn by the seed */
    int init_order;            /* enum config_init_order */
    int init_scale;            /* enum config_init_scale */
    int stem_pool;             /* enum config_stem_pool */
    int block_stride;          /* enum config_block_stride */
    int loss;                  /* enum loss_kind */
    double alpha, beta, gamma;
    double smooth_beta;                 /* of smooth-l1 */
    double huber_delta;                 /* of smooth-huber */
    int64_t classes;                    /* 0 = as the data set has them */
    int rounding;                       /* enum config_rounding: score to class */
    char class_edges[OPT_TEXT_BYTES];   /* ROUND_EDGES: classes - 1 ascending numbers */
    char class_values[OPT_TEXT_BYTES];  /* "auto", or a number a class */
    char class_weights[OPT_TEXT_BYTES]; /* "auto", "none", or a number a class */

    /* training */
    int preset; /* enum config_preset */
    int64_t epochs;
    int64_t batch;
    double learning_rate; /* NaN = auto */
    double auto_rate;     /* what auto was when the run was queued; 0 = not queued yet */
    int schedule;         /* enum config_schedule */
    int64_t lr_step;      /* epochs between reductions */
    double lr_factor;
    int64_t warmup; /* epochs */
    double momentum;
    double weight_decay;
    int head_start;        /* enum config_head_start */
    double clip;           /* largest norm of all gradients together; 0 = any */
    int64_t eval_every;    /* epochs between evaluations; the last epoch always has one */
    int64_t patience;      /* evaluations without a better one before stopping; 0 = never */
    int64_t save_every;    /* epochs between checkpoints; 0 = none for that */
    int64_t keep;          /* checkpoints kept; 0 = all */
    bool keep_checkpoints; /* when the run is finished, too */
    int drop_last;         /* enum config_drop */
    int64_t seed;

    /* machine */
    char device[OPT_TEXT_BYTES];
    int precision;              /* enum backend_precision */
    int64_t threads;            /* 0 = all cores */
    char trace[OPT_TEXT_BYTES]; /* folder for initial weights and per-step losses, "" = none */
};

enum config_protocol {
    PROTOCOL_AUTO,
    PROTOCOL_60_40,
    PROTOCOL_5_FOLD,
    PROTOCOL_SPLIT,
    PROTOCOL_FOLD,
    PROTOCOLS
};
/* Formats of data sets, each a descriptor in engine/dataset. */
enum config_data {
    DATA_AUTO,
    DATA_SCUT,
    DATA_SCUT_FBP,
    DATA_HOTORNOT,
    DATA_UTKFACE,
    DATA_TABLE,
};
enum config_delimiter { DELIMITER_AUTO, DELIMITER_COMMA, DELIMITER_SEMICOLON, DELIMITER_TAB };
enum config_header { HEADER_AUTO, HEADER_YES, HEADER_NO };
enum config_ratings { RATINGS_AUTO, RATINGS_ONE, RATINGS_MANY };
enum config_crop { CROP_RANDOM, CROP_CENTRE };
enum config_drop { DROP_AUTO, DROP_YES, DROP_NO };
enum config_filter { FILTER_BILINEAR, FILTER_NEAREST };
enum config_select { SELECT_TEST, SELECT_VAL };
/* What images the weights in the file of `init` were trained with. */
enum config_init_order { INIT_ORDER_RGB, INIT_ORDER_BGR };
enum config_init_scale {
    INIT_SCALE_1,   /* less their mean, divided by their deviation */
    INIT_SCALE_255, /* 0..255, less their mean, not divided */
};
/* AUTO: as torchvision has it, or as the naming of the file to begin with says. */
enum config_stem_pool { STEM_POOL_AUTO, STEM_POOL_FLOOR, STEM_POOL_CEIL }; /* pad 1; pad 0 */
enum config_block_stride { BLOCK_STRIDE_AUTO, BLOCK_STRIDE_3X3, BLOCK_STRIDE_1X1 };
enum config_rounding {
    ROUND_AUTO,
    ROUND_HALF_DOWN, /* ceil(s - 1/2), the paper's formula */
    ROUND_HALF_UP,
    ROUND_HALF_EVEN, /* the released code */
    ROUND_EDGES,     /* class_edges */
    ROUND_BINS,      /* equal bins over the range of the training scores */
};
enum config_head_start { HEAD_START_MEAN, HEAD_START_TORCH };
enum config_preset {
    PRESET_NONE,
    PRESET_QUICK,
    PRESET_PAPER,
    PRESET_TABLE_4, /* this and the next are sweeps */
    PRESET_TABLE_5,
    PRESET_5_FOLD,
};
enum config_schedule { SCHEDULE_STEP, SCHEDULE_COSINE, SCHEDULE_CONSTANT };

extern const struct opt_table config_options;
extern const char *const config_protocol_names[]; /* NULL-terminated, as the next */
extern const char *const config_rounding_names[];
extern const char *const config_preset_names[];
extern const char *const config_data_names[];

struct err;

/* Defaults from the table. */
void config_defaults(struct run_config *config);

/* As the settings of a run say which was stored before there were some of the options: those are as
 * they had always been. */
void config_of_old(struct run_config *config);

/* The learning rate: the one given, or what auto is: by the loss, from scratch or
 * from weights, lower for small batches and, from scratch, for wide nets. */
double config_learning_rate(const struct run_config *config);

/* Gives the options that presets set the values of the config's preset, or their defaults, but for
 * those in `given`. */
void config_apply_preset(struct run_config *config, const struct opt *const *given, size_t n_given);

/* What the config's preset is, where it is a sweep; else NULL. */
const char *config_preset_about(const struct run_config *config);

/* The file that the run begins with has come or gone: what the preset has otherwise then changes,
 * where it is as the preset had it. */
void config_preset_follow_init(struct run_config *config);

/* Checks what no single option can: data given, resize at least image_size, as many class values as
 * classes, and so on. */
int config_check(const struct run_config *config, struct err *e);

/* False for an option of config_options that the others leave without use, whatever its value:
 * alpha under l1, lr-step without schedule step. */
bool config_uses(const struct run_config *config, const struct opt *option);

/* Why an option has no effect: nothing uses it, or its value is never reached. Ends a sentence;
 * NULL where it has one. */
const char *config_idle(const struct run_config *config, const struct opt *option);

/* True for a loss of several terms, with the weights alpha, beta and gamma. */
bool config_weighted(const struct run_config *config);

/* True for a run that begins with the weights of a file. */
bool config_has_init(const struct run_config *config);

/* A short name from the settings, "resnet18 combo 2,1,1 s1", for runs without one. */
void config_title(const struct run_config *config, char *to, size_t room);

/* Runs that one sweep may make. */
#define CONFIG_MOST_RUNS 1000

/* An option with several values: "l1,mse", for whole numbers also "1-5", for numbers "0.1-0.5/0.1"
 * in steps, for texts and paths "a;b", since these have commas of their own. Borrowed. */
struct config_list {
    const struct opt *option;
    const char *values;
};

/* True for several values of an option that can have them: all but flags and names. */
bool config_is_list(const struct opt *option, const char *values);

/* `base` with every combination of the lists; the last list changes fastest. Combinations that
 * differ only in what their loss does not use make one run. Where the preset of `base` is a sweep,
 * it is that with each of its rows, but for the options in `given`. *out is owned (mem_free), NULL
 * on -1. */
int config_sweep(struct run_config **out, size_t *n, const struct run_config *base,
                 const struct config_list *lists, size_t n_lists, const struct opt *const *given,
                 size_t n_given, struct err *e);

/* A preset that is a sweep has rows: sets what one of them says, but for the options in `given`;
 * what has several values becomes a list. */
#define CONFIG_ROW_LISTS 8
size_t config_preset_rows(const struct run_config *config);
int config_preset_row(struct run_config *config, size_t row, const struct opt *const *given,
                      size_t n_given, struct config_list lists[CONFIG_ROW_LISTS], size_t *n_lists,
                      struct err *e);

/* False for options that change no figure of a run: its name, where images are kept. */
bool config_changes_figures(const struct opt *option);

bool config_same_value(const struct opt *option, const struct run_config *a,
                       const struct run_config *b);

/* True for configs that come to the same run: they differ in nothing that is used and changes a
 * figure. */
bool config_alike(const struct run_config *a, const struct run_config *b);

#endif
