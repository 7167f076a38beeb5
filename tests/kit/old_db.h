/* old_db.h - databases of schema 1 and 2 with rows, and what they hold as one text. Included by one
 * test. */
#ifndef COMBOLAB_TESTS_KIT_OLD_DB_H
#define COMBOLAB_TESTS_KIT_OLD_DB_H

#include "base/mem.h"
#include "tests/kit/db_kit.h"

/* Rows as a combolab of schema 1 wrote them: two runs, one of three terms, one of one. */
static const char old_db_rows_1[] =
    "INSERT INTO experiment(name) VALUES ('old');"
    "INSERT INTO run(experiment, name, state, state_text, created, started, ended, data, protocol,"
    " backbone, loss, alpha, beta, gamma, image_size, batch, epochs, seed, learning_rate,"
    " selected_on, host, pid, train_images, test_images, epochs_done, best_epoch, best_pc, last_pc)"
    " VALUES (1, 'three', 'stopped', 'by hand', 10, 11, 21, 'SCUT', '60-40', 'resnet18', 'combo',"
    " 2, 1, 0.5, 64, 16, 9, 1, 0.01, 'test', 'lab', 7, 300, 200, 2, 2, 0.75, 0.75),"
    " (1, 'one', 'finished', NULL, 10, 11, 22, 'SCUT', '60-40', 'resnet18', 'l1', NULL, NULL, NULL,"
    " 64, 16, 1, 1, 0.01, 'test', 'lab', 7, 300, 200, 1, NULL, NULL, NULL);"
    "INSERT INTO run_option(run, position, name, type, value) VALUES (1, 1, 'loss', 'choice',"
    " 'combo'), (2, 1, 'loss', 'choice', 'l1');"
    "INSERT INTO term(run, position, name, weight) VALUES (1, 1, 'regression', 2),"
    " (1, 2, 'expectation', 1), (1, 3, 'classification', 0.5), (2, 1, 'l1', 1);"
    "INSERT INTO epoch(run, epoch, learning_rate, time, best) VALUES (1, 1, 0.01, 12, 0),"
    " (1, 2, 0.01, 13, 1), (2, 1, 0.01, 12, 0);"
    "INSERT INTO phase(run, epoch, phase, images, seconds, total, term_1, term_2, term_3, mae, "
    "rmse,"
    " pc) VALUES (1, 1, 'train', 300, 1, 5, 1, 2, 2, 0.5, 0.6, 0.7),"
    " (1, 1, 'test', 200, 1, 6, 1.5, 2, 2, 0.5, 0.6, NULL),"
    " (1, 2, 'train', 300, 1, 4, 0.5, 2, 2, 0.4, 0.5, 0.8),"
    " (1, 2, 'test', 200, 1, 5, 1, 2, 2, 0.4, 0.5, 0.75),"
    " (2, 1, 'train', 300, 1, 1.25, 1.25, NULL, NULL, 1.25, 1.5, NULL),"
    " (2, 1, 'test', 200, 1, 1.5, 1.5, NULL, NULL, 1.5, 1.75, NULL);"
    "INSERT INTO ledger(run, epoch, scores) VALUES (1, 1, x'0000C03F'), (1, 2, x'000010C0');"
    "INSERT INTO checkpoint(run, kind, epoch, path, time) VALUES (1, 'best', 2, '/w/b', 13),"
    " (1, 'last', 2, '/w/l', 13);"
    "INSERT INTO prediction(run, kind, place, image, truth, predicted) VALUES"
    " (1, 'best', 0, 'a.jpg', 2, 1.5), (1, 'last', 0, 'a.jpg', 2, 1.5);"
    "INSERT INTO log(run, time, level, text) VALUES (1, 12, 'info', 'a line');"
    "PRAGMA user_version = 1;";

/* And what one of schema 2 wrote besides: two images, the same for two runs, with another score or
 * none for the third. */
static const char old_db_rows_2[] =
    "INSERT INTO run(experiment, name, state, created, started, ended, data, protocol, backbone,"
    " loss, image_size, batch, epochs, seed, selected_on, host, pid, train_images, val_images,"
    " test_images, epochs_done, resumed, earlier_s) VALUES (1, 'two', 'finished', 10, 11, 21,"
    " 'SCUT', '60-40', 'resnet18', 'l1', 64, 16, 1, 1, 'val', 'lab', 7, 300, 30, 2, 1, 1, 5);"
    "INSERT INTO epoch(run, epoch, learning_rate, time, best) VALUES (3, 1, 0.01, 12, 1);"
    "INSERT INTO phase(run, epoch, phase, images, seconds, total, term_1, weighted_1, mae, rmse)"
    " VALUES (3, 1, 'val', 30, 1, 1.25, 1.25, 1.25, 1.25, 1.5);"
    "INSERT INTO checkpoint(run, kind, epoch, path, time) VALUES (2, 'best', 1, '/w/2', 12),"
    " (3, 'best', 1, '/w/3', 12), (3, 'last', 1, '/w/3', 12);"
    "INSERT INTO prediction(run, kind, place, image, truth, predicted, true_class) VALUES"
    " (1, 'best', 1, 'b.jpg', 3, 2.25, 3), (1, 'last', 1, 'b.jpg', 3, 2.5, 3),"
    " (2, 'best', 0, 'a.jpg', 2, 1.75, 2), (2, 'best', 1, 'b.jpg', 3, 2, 3),"
    " (3, 'best', 1, 'b.jpg', NULL, 1.5, 0), (3, 'last', 0, 'a.jpg', 2.5, 1.5, 0);"
    "PRAGMA user_version = 2;";

/* What a database holds of a run and must be the same afterwards, as one text. Until schema 3
 * images and true scores were the predictions'. */
#define EVERYTHING(split)                                                                          \
    "SELECT group_concat(line, char(10)) FROM ("                                                   \
    " SELECT 'run' || id || name || state || coalesce(state_text, '-') || created || started ||"   \
    "  ended || data || coalesce(alpha, '-') || selected_on || host || pid || epochs_done ||"      \
    "  coalesce(best_epoch, '-') || coalesce(best_pc, '-') || train_images AS line FROM run"       \
    " UNION ALL SELECT 'phase' || run || epoch || phase || images || seconds || total || term_1 "  \
    "||"                                                                                           \
    "  coalesce(term_2, '-') || coalesce(term_3, '-') || mae || rmse || coalesce(pc, '-')"         \
    "  FROM phase"                                                                                 \
    " UNION ALL SELECT 'ledger' || run || epoch || hex(scores) FROM ledger"                        \
    " UNION ALL SELECT 'epoch' || run || epoch || learning_rate || time || best FROM epoch"        \
    " UNION ALL SELECT 'checkpoint' || run || kind || epoch || path || time FROM checkpoint"       \
    " UNION ALL SELECT 'prediction' || prediction.run || kind || prediction.place || image ||"     \
    "  coalesce(truth, '-') || predicted || coalesce(true_class, '-') FROM prediction" split       \
    " UNION ALL SELECT 'term' || run || position || name || weight FROM term"                      \
    " UNION ALL SELECT 'option' || run || position || name || type || value FROM run_option"       \
    " UNION ALL SELECT 'log' || run || time || level || text FROM log"                             \
    " ORDER BY line)"

static const char old_db_everything[] = EVERYTHING("");
static const char old_db_everything_now[] =
    EVERYTHING(" JOIN run ON run.id = prediction.run JOIN split_image ON"
               " split_image.split = run.split AND split_image.place = prediction.place");

static char *old_db_schema(int version)
{
    const char *top = getenv("TOP_SRCDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/db/schema_%d.sql", top ? top : ".", version);
    FILE *file = fopen(path, "r");
    char *text = mem_alloc(1 << 16, 1);
    if (!file || !text || !fread(text, 1, (1 << 16) - 1, file)) {
        printf("Bail out! %s cannot be read\n", path);
        exit(99);
    }
    fclose(file);
    return text;
}

static void old_db_run(sqlite3 *raw, const char *sql)
{
    if (!sqlite3_exec(raw, sql, NULL, NULL, NULL))
        return;
    printf("Bail out! %s\n", sqlite3_errmsg(raw));
    exit(99);
}

/* A database as a combolab of schema 1 or 2 left it. */
static void old_db_make(const char *path, int version)
{
    static const char *const rows[] = {old_db_rows_1, old_db_rows_2};
    sqlite3 *raw;
    char head[80];
    unlink(path);
    snprintf(head, sizeof head, "PRAGMA foreign_keys = ON; PRAGMA application_id = %d;",
             DB_APPLICATION_ID);
    sqlite3_open(path, &raw);
    old_db_run(raw, head);
    for (int step = 1; step <= version; step++) {
        char *schema = old_db_schema(step);
        old_db_run(raw, schema);
        old_db_run(raw, rows[step - 1]);
        mem_free(schema);
    }
    sqlite3_close(raw);
}

/* The one text that `sql` gives, without the help of db/. */
static void old_db_text(const char *path, const char *sql, char *to, size_t room)
{
    sqlite3 *raw;
    sqlite3_stmt *statement = NULL;
    to[0] = '\0';
    if (!sqlite3_open(path, &raw) && !sqlite3_prepare_v2(raw, sql, -1, &statement, NULL) &&
        sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0))
        str_copy(to, room, (const char *)sqlite3_column_text(statement, 0));
    else
        diag("%s: %s", path, sqlite3_errmsg(raw));
    sqlite3_finalize(statement);
    sqlite3_close(raw);
}

#endif
