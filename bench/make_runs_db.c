/* make_runs_db.c - a large run database to measure lists and the screen with: make_runs_db FILE
 * [RUNS [EPOCHS]], 10,000 runs of 60 epochs unless told otherwise.
 *
 * Runs have options, terms, epochs with figures that get better, log lines and weight files' rows,
 * and are in all states but queued, which the next session would begin to train. The running and
 * paused ones belong to another host. The same arguments give the same rows.
 */
#include "db/db_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ?1 runs, ?2 epochs. Numbers that look drawn come from multiplying by primes. */
static const char *const fill[] = {
    "INSERT INTO experiment(name) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 1 + ?1 / 50) SELECT printf('experiment %03d', i) FROM n WHERE ?2 >= 0",

    "INSERT INTO split(id, hash) SELECT 1, 1 WHERE ?1 + ?2",

    "INSERT INTO split_image(split, place, image, truth) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL"
    " SELECT i + 1 FROM n WHERE i < 1099) SELECT 1, i, printf('Images/face%04d.jpg', i),"
    " 1 + i * 7919 % 400 * 0.01 FROM n WHERE ?1 + ?2",

    "INSERT INTO run(experiment, name, state, state_text, created, started, ended, data, protocol,"
    " fold, backbone, loss, alpha, beta, gamma, image_size, batch, epochs, seed, learning_rate,"
    " selected_on, host, pid, program, library, device, data_hash, parameters, train_images,"
    " test_images, skipped_images, split)"
    " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),"
    " kind(i, state, loss, combo) AS MATERIALIZED (SELECT i,"
    "  CASE i * 7919 % 20 WHEN 0 THEN 'stopped' WHEN 1 THEN 'failed' WHEN 2 THEN 'diverged'"
    "   WHEN 3 THEN 'lost' WHEN 4 THEN CASE WHEN i % 200 = 16 THEN 'running' ELSE 'finished' END"
    "   WHEN 5 THEN CASE WHEN i % 200 = 15 THEN 'paused' ELSE 'finished' END ELSE 'finished' END,"
    "  CASE i * 104729 % 5 WHEN 0 THEN 'l1' WHEN 1 THEN 'mse' WHEN 2 THEN 'smooth-l1'"
    "   WHEN 3 THEN 'expectation' ELSE 'combo' END, i * 104729 % 5 = 4 FROM n)"
    " SELECT 1 + i / 50, printf('%s, fold %d, seed %d', loss, 1 + i % 5, i / 5), state,"
    "  CASE state WHEN 'failed' THEN 'the device is out of memory'"
    "   WHEN 'diverged' THEN 'epoch 12: the loss is not a number' END,"
    "  1.7e9 + 600 * i, 1.7e9 + 600 * i + 5,"
    "  CASE WHEN state NOT IN ('running', 'paused') THEN 1.7e9 + 600 * i + 300 + i % 200 END,"
    "  'SCUT-FBP5500', '5-fold', 1 + i % 5, CASE i % 3 WHEN 0 THEN 'resnet18' ELSE 'resnext50' END,"
    "  loss, CASE WHEN combo THEN 2 END, CASE WHEN combo THEN 1 END, CASE WHEN combo THEN 1 END,"
    "  224, 64, ?2, i, 0.01, 'test', 'elsewhere.example', 100 + i, 'combolab 0.1.0',"
    "  'oneDNN 3.4', 'cpu: 16 threads', printf('%016x', i % 5), 11177025, 4400, 1100, 0, 1 FROM "
    "kind",

    "INSERT INTO run_option(run, position, name, type, value)"
    " WITH option(position, name, type, value) AS (VALUES (1, 'data', 'text', '/data/scut'),"
    "  (2, 'protocol', 'choice', '5-fold'), (3, 'backbone', 'choice', 'resnet18'),"
    "  (4, 'pretrained', 'text', '/data/weights/resnet18.safetensors'),"
    "  (5, 'image-size', 'integer', '224'), (6, 'batch', 'integer', '64'),"
    "  (7, 'epochs', 'integer', '60'), (8, 'learning-rate', 'number', '0.01'),"
    "  (9, 'lr-step', 'integer', '30'), (10, 'momentum', 'number', '0.9'),"
    "  (11, 'weight-decay', 'number', '0.0005'), (12, 'select', 'choice', 'test'))"
    " SELECT run.id, position, option.name, type, value FROM run, option WHERE ?1 + ?2",

    "INSERT INTO term(run, position, name, weight)"
    " WITH t(position, name) AS (VALUES (1, 'regression'), (2, 'expectation'),"
    "  (3, 'classification')) SELECT run.id, position, t.name, 1 FROM run, t"
    " WHERE (position = 1 OR loss = 'combo') AND ?1 + ?2",

    "INSERT INTO epoch(run, epoch, learning_rate, time, best)"
    " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)"
    " SELECT id, i, 0.01, started + 5 * i, i % 4 = 1 FROM run, n WHERE ?1"
    "  AND (state = 'finished' OR i <= 1 + id % ?2)",

    "INSERT INTO phase(run, epoch, phase, images, seconds, total, term_1, term_2, term_3,"
    " weighted_1, weighted_2, weighted_3, mae, rmse, pc)"
    " WITH figure(run, epoch, phase, images, three, x) AS (SELECT run.id, epoch.epoch, p.column1,"
    "  p.column2, loss = 'combo', (0.2 + 1.0 / (epoch.epoch + 1)) * p.column3 +"
    "  (run.id * 31 + epoch.epoch * 17) % 101 * 0.0002"
    "  FROM epoch JOIN run ON run.id = epoch.run,"
    "  (VALUES ('test', 1100, 1.1), ('train', 4400, 1.0)) AS p)"
    " SELECT run, epoch, phase, images, images / 900.0, CASE WHEN three THEN 3 * x ELSE x END,"
    "  x, CASE WHEN three THEN x END, CASE WHEN three THEN x END,"
    "  x, CASE WHEN three THEN x END, CASE WHEN three THEN x END,"
    "  x, 1.3 * x, 1 - x / 2 FROM figure WHERE ?1 + ?2",

    "UPDATE run SET (epochs_done, best_epoch) = (SELECT max(epoch), max(CASE WHEN best THEN epoch"
    " END) FROM epoch WHERE epoch.run = run.id), images_per_s = 900 + id % 7 WHERE ?1 + ?2",

    "UPDATE run SET (best_mae, best_rmse, best_pc) = (SELECT mae, rmse, pc FROM phase"
    "  WHERE phase.run = run.id AND epoch = best_epoch AND phase = 'test'),"
    " (last_mae, last_rmse, last_pc) = (SELECT mae, rmse, pc FROM phase"
    "  WHERE phase.run = run.id AND epoch = epochs_done AND phase = 'test') WHERE ?1 + ?2",

    "INSERT INTO checkpoint(run, kind, epoch, path, time)"
    " SELECT id, column1, CASE column1 WHEN 'best' THEN best_epoch ELSE epochs_done END,"
    "  printf('/data/runs.weights/%d/%s.safetensors', id, column1), started + 5 * epochs_done"
    "  FROM run, (VALUES ('best'), ('last')) WHERE ?1 + ?2",

    "INSERT INTO log(run, time, level, text)"
    " WITH line(i, text) AS (VALUES (1, 'reading the images'), (2, 'the backend is ready'),"
    "  (3, 'epoch 1 took longer than the others: memory was settled'), (4, 'weights saved'),"
    "  (5, 'done')) SELECT id, started + i, 'info', text FROM run, line WHERE ?1 + ?2",
};

static int fill_database(struct db *d, int64_t runs, int64_t epochs, struct err *e)
{
    int status = db_begin(d, e);
    for (size_t i = 0; !status && i < sizeof fill / sizeof *fill; i++) {
        struct query q;
        query_open(&q, d, fill[i]);
        query_bind_int(&q, runs);
        query_bind_int(&q, epochs);
        status = query_finish(&q, e);
        if (status)
            err_prefix(e, "statement %zu", i + 1);
    }
    return db_end(d, status, e, "filling %s", db_path(d));
}

int main(int argc, char **argv)
{
    struct db *d;
    struct err e;
    int64_t runs = argc > 2 ? atoll(argv[2]) : 10000, epochs = argc > 3 ? atoll(argv[3]) : 60;
    if (argc < 2 || runs < 1 || epochs < 1) {
        fprintf(stderr, "usage: make_runs_db FILE [RUNS [EPOCHS]]\n");
        return 2;
    }
    if (!access(argv[1], F_OK)) {
        fprintf(stderr, "make_runs_db: %s is there already; name a new file\n", argv[1]);
        return 1;
    }
    int status = db_open(&d, argv[1], DB_WRITE, &e);
    if (!status) {
        status = db_exec(d, "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF", &e) ||
                 fill_database(d, runs, epochs, &e) ||
                 db_exec(d, "PRAGMA wal_checkpoint(TRUNCATE)", &e);
        db_close(d);
    }
    if (status)
        fprintf(stderr, "make_runs_db: %s\n", e.text);
    return status ? 1 : 0;
}
