/* session_kit.h - for tests of the session: the toy backend with constant predictions, so that rows
 * can be checked to the bit, small data, and waiting with a bound. */
#ifndef COMBOLAB_TESTS_KIT_SESSION_KIT_H
#define COMBOLAB_TESTS_KIT_SESSION_KIT_H

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/image/image.h"
#include "src/session/session.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"

#include <poll.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Whatever is waited for comes within that, also on a busy machine and under ThreadSanitizer, where
 * a save takes seconds. */
#define KIT_PATIENCE_S 60

/* --- a folder with a data set and a database --- */

static const char *kit_data, *kit_db;

/* Ten grey pictures, six to train on. */
static int kit_pictures(struct err *e)
{
    static uint8_t rgb[40 * 40 * 3];
    char path[700];
    mkdir(kit_data, 0777);
    snprintf(path, sizeof path, "%s/labels.csv", kit_data);
    FILE *csv = fopen(path, "w");
    if (!csv)
        return err_set(e, ERR_IO, "%s cannot be written", path);
    fprintf(csv, "image,score,split\n");
    int result = 0;
    for (int i = 0; i < 10 && !result; i++) {
        memset(rgb, 20 * i, sizeof rgb);
        const struct image image = {40, 40, rgb};
        snprintf(path, sizeof path, "%s/p%d.jpg", kit_data, i);
        result = image_write_jpeg(&image, path, 90, e);
        fprintf(csv, "p%d.jpg,%.1f,%s\n", i, 1 + 0.4 * i, i % 5 < 3 ? "train" : "test");
    }
    return fclose(csv) ? err_set(e, ERR_IO, "labels.csv cannot be written") : result;
}

__attribute__((unused)) static int kit_init(struct err *e)
{
    toy.constant = true;
    scratch_make();
    kit_data = scratch_path("set");
    kit_db = scratch_path("runs.db");
    return kit_pictures(e);
}

static void kit_config(struct run_config *config)
{
    config_defaults(config);
    str_copy(config->data, sizeof config->data, kit_data);
    str_copy(config->cache, sizeof config->cache, scratch_path("cache"));
    config->image_size = 32;
    config->epochs = 2;
    config->batch = 4;
    config->threads = 1;
}

/* The new run's number, 0 when it is refused. */
__attribute__((unused)) static int64_t kit_add(struct session *s, const struct run_config *config)
{
    struct err e;
    int64_t id = 0;
    if (session_add(s, config, &id, &e))
        diag("%s", e.text);
    return id;
}

__attribute__((unused)) static void kit_sql(const char *text)
{
    sqlite3 *db;
    char *why = NULL;
    if (sqlite3_open(kit_db, &db) || sqlite3_busy_timeout(db, 5000) ||
        sqlite3_exec(db, text, NULL, NULL, &why))
        diag("%s: %s", text, why ? why : "?");
    sqlite3_free(why);
    sqlite3_close(db);
}

/* --- waiting, at most ten seconds --- */

/* Until the session has nothing to do. */
__attribute__((unused)) static bool kit_wait_idle(struct session *s)
{
    double end = clock_s() + KIT_PATIENCE_S;
    struct session_changes changes;
    while (clock_s() < end) {
        session_changes(s, &changes);
        if (changes.idle)
            return true;
        struct pollfd fd = {session_wake_fd(s), POLLIN, 0};
        poll(&fd, 1, 1000);
    }
    diag("the session did not become idle");
    return false;
}

/* Until the run is in that state in the database. */
__attribute__((unused)) static bool kit_wait_state(struct db *db, int64_t run, const char *state)
{
    double end = clock_s() + KIT_PATIENCE_S;
    struct run_row row = {0};
    while (clock_s() < end) {
        if (!db_run(db, run, &row, NULL) && !strcmp(row.state, state))
            return true;
        struct timespec wait = {0, 2000000};
        nanosleep(&wait, NULL);
    }
    diag("run %lld is %s (%s), not %s", (long long)run, row.state, row.state_text, state);
    return false;
}

#endif
