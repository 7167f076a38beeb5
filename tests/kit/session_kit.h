/* session_kit.h - for tests of the session: the toy backend with constant predictions, so that rows
 * can be checked to the bit, small data, and waiting with a bound. */
#ifndef COMBOLAB_TESTS_KIT_SESSION_KIT_H
#define COMBOLAB_TESTS_KIT_SESSION_KIT_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/image/image.h"
#include "src/session/session.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"

#include <dirent.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* --- a folder with a data set and a database --- */

static char kit_folder[512], kit_data[600], kit_db[600];

__attribute__((unused)) static void kit_remove(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char inner[1024];
    while (dir && (entry = readdir(dir))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (!str_path(inner, sizeof inner, path, entry->d_name) && unlink(inner))
            kit_remove(inner);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

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
    const char *temporary = getenv("TMPDIR");
    toy.constant = true;
    snprintf(kit_folder, sizeof kit_folder, "%.400s/combolab-session-XXXXXX",
             temporary && temporary[0] ? temporary : "/tmp");
    if (!mkdtemp(kit_folder))
        return err_set(e, ERR_IO, "no temporary folder %s", kit_folder);
    snprintf(kit_data, sizeof kit_data, "%s/set", kit_folder);
    snprintf(kit_db, sizeof kit_db, "%s/runs.db", kit_folder);
    return kit_pictures(e);
}

static void kit_config(struct run_config *config)
{
    config_defaults(config);
    snprintf(config->data, sizeof config->data, "%s", kit_data);
    snprintf(config->cache, sizeof config->cache, "%.500s/cache", kit_folder);
    config->image_size = 32;
    config->epochs = 2;
    config->batch = 4;
    config->threads = 1;
}

/* --- waiting, at most ten seconds --- */

static double kit_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Until the session has nothing to do. */
__attribute__((unused)) static bool kit_wait_idle(struct session *s)
{
    double end = kit_now() + 10;
    struct session_changes changes;
    while (kit_now() < end) {
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
    double end = kit_now() + 10;
    struct run_row row = {0};
    while (kit_now() < end) {
        if (!db_run(db, run, &row, NULL) && !strcmp(row.state, state))
            return true;
        struct timespec wait = {0, 2000000};
        nanosleep(&wait, NULL);
    }
    diag("run %lld is %s (%s), not %s", (long long)run, row.state, row.state_text, state);
    return false;
}

#endif
