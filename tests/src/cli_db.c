/* cli_db.c - makes a run database for test_cli.sh: cli_db FILE.
 *
 * Run 1 has finished two epochs of two test images, run 2 failed with control characters in its
 * name and message, run 3 is queued. */
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"

#include <math.h>
#include <stdio.h>

static int fail(const struct err *e)
{
    fprintf(stderr, "cli_db: %s\n", e->text);
    return 1;
}

static struct run_row launched(const char *name, const char *experiment)
{
    struct run_row run = {
        .data = "portraits split",
        .protocol = "split",
        .backbone = "resnet18",
        .loss = "combo",
        .alpha = 2,
        .beta = 1,
        .gamma = 0.5,
        .image_size = 32,
        .batch = 4,
        .epochs = 2,
        .seed = 7,
        .learning_rate = 0.01,
        .select = "test",
        .program = "combolab",
    };
    str_copy(run.name, sizeof run.name, name);
    str_copy(run.experiment, sizeof run.experiment, experiment);
    return run;
}

static int add(struct db *db, const char *name, const char *experiment, int64_t *id, struct err *e)
{
    static const struct option_row options[] = {{"seed", "integer", "7"},
                                                {"loss", "choice", "combo"}};
    static const struct term_row terms[] = {
        {"regression", 2}, {"expectation", 1}, {"classification", 0.5}};
    struct run_row run = launched(name, experiment);
    return db_run_add(db, &run, options, 2, terms, 3, id, e);
}

static int epoch(struct db *db, int64_t id, int number, struct err *e)
{
    const float scores[] = {(float)number + 0.5f, (float)number + 1.5f};
    struct phase_row phase = {.images = 2,
                              .seconds = 0.5,
                              .total = 1.0 / number,
                              .term = {0.25, 0.5, 0.125},
                              .weighted = {0.5, 0.5, 0.0625},
                              .mae = 0.5 / number,
                              .rmse = 0.6 / number,
                              .pc = number == 1 ? NAN : 0.75};
    struct epoch_row row = {.epoch = number,
                            .learning_rate = 0.01,
                            .time = 1700000000 + number,
                            .best = number == 2,
                            .tested = true,
                            .train = phase,
                            .test = phase};
    return db_epoch_add(db, id, &row, 3, scores, 2, e);
}

static int finish(struct db *db, int64_t id, struct err *e)
{
    static const struct split_row images[] = {{0, "a.jpg", 2}, {1, "b,\"2\".jpg", 3}};
    static const struct prediction_row predictions[] = {
        {.place = 0, .predicted = 2.5, .expectation = 2.25, .predicted_class = 3, .true_class = 2},
        {.place = 1, .predicted = 3.5, .expectation = NAN},
    };
    static const struct algorithm_row algorithms[] = {
        {"forward f32 16x8x8 3>8 k3 s1 p1 g1", "cudnn", "9.19 engine 62 1=2"},
        {"data f32 16x8x8 3>8 k3 s1 p1 g1", "plain", ""},
        {"weights f32 16x8x8 3>8 k3 s1 p1 g1", "cudnn", "9.19 engine 0"}};
    struct run_row run = launched("", "");
    struct checkpoint_row weights = {
        .kind = "last", .epoch = 2, .path = "/nowhere/last.safetensors"};
    struct log_row line = {.time = 1700000003, .level = "info", .text = "said once"};
    str_copy(run.device, sizeof run.device, "cpu: test");
    str_copy(run.data_hash, sizeof run.data_hash, "0123456789abcdef");
    if (db_run_started(db, id, &run, 1, e) || db_run_split(db, id, images, 2, e) ||
        db_run_algorithms(db, id, algorithms, 3, e) || epoch(db, id, 1, e) || epoch(db, id, 2, e) ||
        db_checkpoint_add(db, id, &weights, predictions, 2, e) || db_log_add(db, id, &line, e))
        return -1;
    return db_run_state(db, id, "finished", "", e);
}

int main(int argc, char **argv)
{
    struct db *db;
    struct err e;
    int64_t id, claimed;
    if (argc != 2)
        return 2;
    if (db_open(&db, argv[1], DB_WRITE, &e))
        return fail(&e);
    int bad = add(db, "first", "one", &id, &e) || db_run_claim(db, id, &claimed, &e) != 1 ||
              finish(db, id, &e) || add(db, "evil\033[31m", "two", &id, &e) ||
              db_run_claim(db, id, &claimed, &e) != 1 ||
              db_run_state(db, id, "failed", "it\033[2Jfailed", &e) ||
              add(db, "third", "two", &id, &e);
    db_close(db);
    return bad ? fail(&e) : 0;
}
