/* hostile_db.h - a database with all that is hard to show: texts with control characters, wide and
 * broken ones, numbers that are none, runs of no epoch and of very many. Included by one test. */
#ifndef COMBOLAB_TESTS_KIT_HOSTILE_DB_H
#define COMBOLAB_TESTS_KIT_HOSTILE_DB_H

#include "tests/kit/db_kit.h"

/* Ten texts, of which each column of each run has another. */
static const char hostile_texts[] =
    "CREATE TEMP TABLE text AS SELECT column1 AS at, column2 AS text FROM (VALUES"
    " (0, printf('%.*c', 300, 'n')), (1, 'plain'), (2, ''),"
    " (3, char(27) || '[2J' || char(27) || ']0;title' || char(7) || char(155) || '31mred'),"
    " (4, '\xe4\xb8\xad\xe6\x96\x87 \xe3\x81\x8b\xe3\x81\xaa wide "
    "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad'),"
    " (5, 'e' || char(769, 769, 803) || 'x' || char(8203, 8238, 65279) || 'rtl'),"
    " (6, char(9, 10, 13, 8, 127, 1) || 'controls'), (7, char(128104, 8205, 128105, 8205, 128103) "
    "|| ' family'),"
    " (8, CAST(x'80ff41c3' AS TEXT)), (9, printf('%.*c', 3000, 'w') || char(20013)))";

#define TEXT(c) "(SELECT text FROM text WHERE at = (i * 7 + " #c ") % 10)"
#define NUMBER(c)                                                                                  \
    "(CASE (i * 3 + " #c                                                                           \
    ") % 8 WHEN 0 THEN NULL WHEN 1 THEN 9e999 WHEN 2 THEN -9e999 WHEN 3 THEN 1e-300"               \
    " WHEN 4 THEN -1e300 WHEN 5 THEN 0 ELSE 0.9 - 0.001 * i END)"

/* A macro call between two literals would have all that follows it indented below it. */
/* clang-format off */
static const char hostile_runs[] =
    "INSERT INTO run(experiment, name, state, state_text, created, started, ended, data, protocol,"
    " fold, backbone, loss, alpha, beta, gamma, image_size, batch, epochs, seed, learning_rate,"
    " selected_on, host, pid, program, library, device, data_hash, parameters, train_images,"
    " test_images, skipped_images, split, note, best_mae, best_rmse, best_pc, last_mae, last_rmse,"
    " last_pc, images_per_s, epochs_done, best_epoch)"
    " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)"
    " SELECT 1 + i % 10, " TEXT(1) ","
    " CASE i % 9 WHEN 0 THEN 'queued' WHEN 1 THEN 'running' WHEN 2 THEN 'paused'"
    "  WHEN 3 THEN 'stopped' WHEN 4 THEN 'diverged' WHEN 5 THEN 'failed' WHEN 6 THEN 'lost'"
    "  ELSE 'finished' END, " TEXT(2) ", 1.7e9 + i, " NUMBER(1) ", " NUMBER(2) ","
    " " TEXT(3) ", " TEXT(4) ", i % 6,"
    " CASE i % 4 WHEN 0 THEN " TEXT(5) " ELSE 'resnet18' END,"
    " CASE i % 4 WHEN 1 THEN " TEXT(6) " WHEN 2 THEN 'l1' ELSE 'combo' END,"
    " " NUMBER(3) ", " NUMBER(4) ", " NUMBER(5) ", 64, i * 1000000,"
    " CASE i WHEN 1 THEN 20000 ELSE i * 10 END, i * 9223372036854775 % 5, " NUMBER(6) ", 'test',"
    " " TEXT(7) ", 1, " TEXT(8) ", " TEXT(9) ", " TEXT(10) ", " TEXT(11) ", i * 123456789,"
    " 300, 40, 0, 1, " TEXT(12) ", " NUMBER(7) ", " NUMBER(8) ", " NUMBER(9) ", " NUMBER(10) ","
    " " NUMBER(11) ", " NUMBER(12) ", " NUMBER(13) ","
    " CASE i WHEN 1 THEN 20000 ELSE i % 12 END, CASE WHEN i % 12 > 2 THEN 2 END FROM n";
/* clang-format on */

static const char *const hostile_rows[] = {
    hostile_texts,
    "INSERT INTO experiment(id, name)"
    " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)"
    " SELECT i, text FROM n JOIN text ON at = i - 1",
    "INSERT INTO split(id, hash) VALUES (1, 1)",
    "INSERT INTO split_image(split, place, image, truth)"
    " WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 39)"
    " SELECT 1, i, " TEXT(0) " || i, " NUMBER(0) " FROM n",
    hostile_runs,
    "INSERT INTO run_option(run, position, name, type, value)"
    " SELECT id, at + 1, at || text, 'text', text || id % 2 FROM run, text WHERE text <> ''",
    "INSERT INTO term(run, position, name, weight) SELECT id, column1,"
    " (SELECT text FROM text WHERE at = (id + column1) % 10), column1"
    " FROM run, (VALUES (1), (2), (3)) WHERE column1 <= 1 + id % 3",
    "INSERT INTO epoch(run, epoch, learning_rate, time, best)"
    " WITH RECURSIVE n(e) AS (SELECT 1 UNION ALL SELECT e + 1 FROM n WHERE e < 20000)"
    " SELECT id, e, 1.0 / e, 1.7e9 + e, e = 2 FROM run, n WHERE e <= epochs_done",
    "INSERT INTO phase(run, epoch, phase, images, seconds, total, term_1, term_2, term_3, mae,"
    " rmse, pc) SELECT run, epoch, column1, 40, 1,"
    " CASE WHEN (epoch + run) % 11 = 0 THEN NULL WHEN (epoch + run) % 13 = 0 THEN 9e999"
    "  ELSE 3.0 / epoch END, 1.0 / epoch, CASE WHEN run % 2 THEN 1e300 ELSE -epoch END, NULL,"
    " 0.5, 0.6, 0.9 - 1.0 / epoch FROM epoch, (VALUES ('train'), ('test'))",
    "INSERT INTO checkpoint(run, kind, epoch, path, time) SELECT id, column1, 1, '/nowhere', 1"
    " FROM run, (VALUES ('best'), ('last')) WHERE id > 1 AND id % 3 < 2",
    "INSERT INTO prediction(run, kind, place, predicted, expectation, predicted_class,"
    " true_class) SELECT checkpoint.run, kind, place,"
    " CASE place % 7 WHEN 0 THEN NULL WHEN 1 THEN 9e999 ELSE place * 0.1 END,"
    " CASE WHEN run % 2 THEN place * 0.1 END, place % 5, 2 FROM checkpoint, split_image",
    "INSERT INTO log(run, time, level, text) SELECT id, at,"
    " CASE at % 2 WHEN 0 THEN 'info' ELSE text END, text FROM run, text",
    "INSERT OR IGNORE INTO tag(run, name)"
    " SELECT id, text FROM run, text WHERE at % 3 = id % 3 AND text <> ''",
};

/* A new database of them, open for writing; false, and says why, where one cannot be made. */
static bool hostile_db_make(struct db **d, const char *path)
{
    struct err e;
    *d = help_open(path);
    db_exec(*d, "PRAGMA foreign_keys = OFF", &e);
    for (size_t i = 0; i < sizeof hostile_rows / sizeof *hostile_rows; i++)
        if (db_exec(*d, hostile_rows[i], &e)) {
            diag("statement %zu: %s", i, e.text);
            return false;
        }
    return !db_exec(*d, "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 100", &e);
}

#undef TEXT
#undef NUMBER

#endif
