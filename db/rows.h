/* rows.h - what the run database gives back: plain data, no SQL. Missing figures are NaN, missing
 * texts "". Times are seconds since 1970. */
#ifndef COMBOLAB_DB_ROWS_H
#define COMBOLAB_DB_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_TEXT_BYTES 160
#define ROW_MAX_TERMS 3

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
    char host[64];
    int64_t pid;
    /* provenance, "" until started */
    char program[64], library[64], device[ROW_TEXT_BYTES], data_hash[24];
    int64_t parameters, train_images, val_images, test_images, skipped_images;
    /* figures of the test images, whatever the best epoch was chosen on */
    int best_epoch; /* 0 = none */
    double best_mae, best_rmse, best_pc;
    double last_mae, last_rmse, last_pc;
    double images_per_s; /* of the last epoch's training phase */
};

struct phase_row {
    int64_t images;
    double seconds, total;
    double term[ROW_MAX_TERMS];     /* unweighted */
    double weighted[ROW_MAX_TERMS]; /* weight x term */
    double mae, rmse, pc;
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

/* An image of the split that a run is tested on. */
struct split_row {
    int64_t place;
    char image[256];
    double truth;
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

#endif
