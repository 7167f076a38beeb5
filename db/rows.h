/* rows.h - what the run database gives back: plain data, no SQL. Missing figures are NaN, missing
 * texts "". Times are seconds since 1970.
 *
 * Every row has one list of its columns (rows.c): where the database keeps it, which field it is,
 * and how people are shown it. What reads, writes, prints or exports rows walks these lists. */
#ifndef COMBOLAB_DB_ROWS_H
#define COMBOLAB_DB_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_TEXT_BYTES 256 /* any file's name fits */
#define ROW_MAX_TERMS 3
#define ROW_MAX_PAIRS 3 /* of terms */

/* How the test images' PC went, at even distances over the epochs that are done, the last one at
 * its end; n = 0 where nobody asked. */
#define ROW_CURVE_POINTS 8

struct row_curve {
    int n;
    float pc[ROW_CURVE_POINTS]; /* NaN = not yet evaluated, or there is none */
};

struct run_row {
    int64_t id;
    char name[ROW_TEXT_BYTES];
    char experiment[ROW_TEXT_BYTES];
    char state[16];
    char state_text[512];      /* why it failed or diverged */
    char data[ROW_TEXT_BYTES]; /* name of the data set; the path until the run has started */
    char protocol[16];
    int fold; /* 0 = none */
    char backbone[32];
    char loss[32];
    double alpha, beta, gamma; /* NaN unless the loss has them */
    int image_size, batch, epochs;
    int64_t seed;
    double learning_rate;
    char select[8]; /* "test" or "val": the images that `best` is chosen on */
    int epochs_done;
    double created, started, ended; /* NaN = not yet; of the last time, when it was resumed */
    int resumed;                    /* how often it went on after it had ended */
    double earlier_s;               /* seconds it ran before it was resumed */
    char host[ROW_TEXT_BYTES];      /* no system has longer ones */
    int64_t pid;
    double last_seen;     /* when its process last said that it lives; NaN = not yet */
    bool anew;            /* it was resumed from its beginning, as was asked for */
    bool algorithms_anew; /* it was resumed with algorithms chosen again, as was asked for */
    /* provenance, "" until started */
    char program[64], library[64], device[ROW_TEXT_BYTES], data_hash[24];
    char init_hash[24]; /* of the file that it began with, "" = none */
    char precision[8];  /* that it computed in: "f32" */
    int64_t parameters, train_images, val_images, test_images, skipped_images;
    int classes; /* 0 = the loss has none */
    /* figures of the test images, whatever the best epoch was chosen on */
    int best_epoch; /* 0 = none */
    double best_mae, best_rmse, best_pc;
    double last_mae, last_rmse, last_pc;
    double images_per_s;       /* of the last epoch's training phase */
    int64_t disk_bytes;        /* of its weights and checkpoints, when they last changed */
    int64_t priority;          /* in the queue: higher ones first */
    char tags[ROW_TEXT_BYTES]; /* with blanks between */
    char note[512];
    char imported[ROW_TEXT_BYTES]; /* what it was brought in from, "" = it was trained here */
    double archived, deleted;      /* since when it is, and is in the trash; NaN = it is not */
    struct row_curve curve;        /* db_runs_curves fills it in; in no list of columns */
};

struct phase_row {
    int64_t images;
    double seconds, total;
    double term[ROW_MAX_TERMS];     /* unweighted */
    double weighted[ROW_MAX_TERMS]; /* weight x term */
    double mae, rmse, pc;
    /* Of train alone: gradients of the weighted terms by the pooled features, and cosines between
     * those of the first and second, first and third, second and third. */
    double gradient[ROW_MAX_TERMS], cosine[ROW_MAX_PAIRS];
};

struct epoch_row {
    int epoch;
    double learning_rate;
    double time; /* when it was stored */
    bool best;
    bool tested;    /* false between evaluations: then test and val are missing */
    bool validated; /* val is there */
    struct phase_row train, val, test;
};

struct term_row {
    char name[32];
    double weight;
};

/* Runs of the same number differ in nothing but the seed, or the fold; 0 = it is not known. */
struct alike_row {
    int64_t run;
    uint64_t but_seed, but_fold;
};

/* How one job of a run's net is computed. */
struct algorithm_row {
    char job[160];     /* "forward bf16 64x56x56 64>128 k1 s1 p0 g1" */
    char method[32];   /* "cudnn" */
    char details[224]; /* "9.19 engine 62 1=2 14=0", or "" */
};

/* What a run was trained with, once for each time that it began or went on. */
struct provenance_row {
    int epoch; /* the first of that time */
    double time;
    char host[ROW_TEXT_BYTES];
    char program[64], library[64], device[ROW_TEXT_BYTES];
    char precision[8];
    char data[1024]; /* the path */
    char data_hash[24];
    char init_hash[24];
};

/* An image of the split that a run is tested on. */
struct split_row {
    int64_t place;
    char image[256];
    double truth;
};

/* The test scores that a run predicted after each epoch that was evaluated, in the order of its
 * split; n_epochs = 0 where none was. In no list of columns. db_ledgers makes it. */
struct ledger_rows {
    int *epochs;    /* ascending */
    float *scores;  /* n_epochs x n_images */
    double *val_pc; /* of images held out of training, NaN where there are none */
    size_t n_epochs, n_images;
};

struct prediction_row {
    int64_t place;
    char image[256]; /* "" and NaN when the run's split is not known; read, never written */
    double truth;
    double predicted, expectation;
    int predicted_class, true_class;
};

struct option_row {
    char name[48];
    char type[12];
    char value[1024];
};

/* An option that runs of an experiment have different values of; run 0 has those of all other runs.
 */
struct setting_row {
    int64_t run;
    char name[48];
    char value[208]; /* of a longer one its end */
};

/* The figures of the epoch that is best on the test images. */
struct tested_row {
    int64_t run;
    double pc, mae, rmse;
};

/* At how many seeds an experiment is tested. */
struct looks_row {
    char seeds[96];    /* "3,5,8,12", "none"; "" = nothing was laid down */
    char spending[24]; /* "obrien-fleming", "pocock" */
    int64_t finished;  /* runs that were, when it was laid down */
};

struct log_row {
    double time;
    char level[12];
    char text[512];
};

struct reference_row {
    char source[48], dataset[32], protocol[16], model[64], loss[32];
    double alpha, beta, gamma, mae, rmse, pc;
    char note[128];
};

struct checkpoint_row {
    char kind[8]; /* "best", "last" */
    int epoch;
    char path[1024];
    double time;
};

/* A value of a column that has no type of its own: each row may say another. */
enum row_value_kind {
    ROW_VALUE_NULL,
    ROW_VALUE_INT,
    ROW_VALUE_REAL,
    ROW_VALUE_TEXT,
    ROW_VALUE_BLOB
};

struct row_value {
    enum row_value_kind kind;
    int64_t whole;
    double real;
    const char *bytes; /* of a text or a blob; a text ends in a NUL that is not counted */
    size_t count;
};

/* --- columns --- */

/* The C type of a field. */
enum row_kind { ROW_INT, ROW_INT64, ROW_BOOL, ROW_REAL, ROW_TEXT };

enum row_use {
    ROW_LAUNCHED = 1,   /* of a run: a launch knows it */
    ROW_FOUND = 2,      /* of a run: known when it has started */
    ROW_EXPRESSION = 4, /* more than the table's own column: read, never written */
    ROW_OPTIONAL = 8,   /* 0 and "" stand for missing: NULL in the database, no number in tables */
    ROW_TIME = 16,      /* a real number: seconds since 1970 */
    ROW_DURATION = 32,  /* a real number: seconds */
    ROW_LISTED = 64,    /* in lists of many rows; the others are for a single one */
    ROW_SPARE = 128,    /* left out where a terminal is too narrow */
    ROW_SPARE_TRAIN = 256, /* so in the phase train */
    ROW_SPARE_VAL = 512,
    ROW_WORDS = 1024,        /* a text that a filter's plain words are sought in */
    ROW_BEST = 2048,         /* a figure whose best value is worth a mark */
    ROW_RISING = 4096,       /* a number whose least comes first when sorted by it, and is best */
    ROW_BYTES = 16384,       /* a whole number of bytes */
    ROW_TRAIN_ALONE = 32768, /* of a phase: there is none but in train */
    ROW_BY_REFERENCE = 8192, /* a text: the field is a const char * to it; in no database */
};

/* No list has more, its end included. */
#define ROW_MOST_COLUMNS 64

struct row_column {
    const char *name; /* in CSV and JSON; NULL ends a list */
    const char *sql;  /* in the database; NULL = it is derived */
    enum row_kind kind;
    size_t offset, bytes; /* of the field */
    const char *title;    /* for people; NULL = in no table */
    unsigned use;         /* of enum row_use */
    int digits;           /* of a real number, for people: after the point; below 0: at most so many
                             significant ones, and no more than it takes */
    int term;  /* of a phase: of this term of the loss, from 1, which goes before name and title */
    int other; /* and of this one, which goes behind it; 0 = of one alone */
    double (*derived)(const void *row, double now_s);
};

#define ROW_FIELD(type, field)                                                                     \
    _Generic(((type *)0)->field,                                                                   \
        int: ROW_INT,                                                                              \
        int64_t: ROW_INT64,                                                                        \
        bool: ROW_BOOL,                                                                            \
        double: ROW_REAL,                                                                          \
        char *: ROW_TEXT),                                                                         \
        offsetof(type, field), sizeof(((type *)0)->field)
#define ROW_END                                                                                    \
    {                                                                                              \
        NULL, NULL, ROW_INT, 0, 0, NULL, 0, 0, 0, 0, NULL                                          \
    }

/* In the order of tables. */
extern const struct row_column row_run_columns[], row_epoch_columns[], row_phase_columns[],
    row_term_columns[], row_option_columns[], row_algorithm_columns[], row_provenance_columns[],
    row_checkpoint_columns[], row_prediction_columns[], row_split_columns[], row_log_columns[];

/* Seconds since a run was made; and seconds that it ran, all its times together, NaN when it has
 * not begun. The arguments are fields of struct run_row. */
double row_run_age(double created, double now_s);
double row_run_seconds(double started, double ended, int resumed, double earlier_s, double now_s);

/* Published results; `name` is the run's column in which they are shown. */
extern const struct row_column row_reference_columns[];

/* The phases of an epoch. */
struct row_phase {
    const char *name;
    size_t offset;  /* of its struct phase_row in struct epoch_row */
    size_t made;    /* of the bool that tells whether it was made; 0 = it always is */
    unsigned spare; /* enum row_use: which columns are spare in this phase */
};

enum { ROW_TRAIN, ROW_VAL, ROW_TEST, ROW_PHASES };
extern const struct row_phase row_phases[ROW_PHASES];

/* Figures of that phase; NULL when it was not made. */
const struct phase_row *row_phase(const struct epoch_row *epoch, const struct row_phase *phase);

#endif
