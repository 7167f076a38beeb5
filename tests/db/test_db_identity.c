/* test_db_identity.c - which folder of weights is whose: two names for one folder, links, copies,
 * moves, leftovers, and paths that go with it.
 */
#include "tests/kit/db_kit.h"

#include "base/file.h"
#include "base/mem.h"

#include <sys/stat.h>

static void weights(const char *path, char *to)
{
    struct db *d = help_open(path);
    struct err e;
    if (db_weights_dir(d, 1, to, 512, &e))
        diag("%s", e.text);
    db_close(d);
}

/* Where the weights of run 1 of a database are, within the scratch folder. */
static void is_folder(const char *path, const char *folder, const char *what)
{
    char got[512] = "";
    weights(path, got);
    is_text(got, scratch_path(folder), what);
}

/* Claims a run, which makes the folder, and puts a file there as a trainer does. */
static void train(const char *path)
{
    struct db *d = help_open(path);
    struct err e;
    char folder[512], file[600];
    int64_t id = help_add_running(d, "trained");
    struct checkpoint_row row = {.kind = "last", .epoch = 1, .time = 5};
    db_weights_dir(d, id, folder, sizeof folder, &e);
    snprintf(file, sizeof file, "%s/last.safetensors", folder);
    if (file_make_folders(folder, &e) || file_replace(file, path, strlen(path), 0, &e))
        diag("%s", e.text);
    str_copy(row.path, sizeof row.path, file);
    if (db_checkpoint_add(d, id, &row, NULL, 0, &e) || db_run_state(d, id, "stopped", NULL, &e))
        diag("%s", e.text);
    db_close(d);
}

static void last_path(const char *path, char to[1024])
{
    struct db *d = help_open(path);
    struct checkpoint_row *rows = NULL;
    size_t n = 0;
    to[0] = '\0';
    if (!db_checkpoints(d, 1, &rows, &n, NULL) && n)
        str_copy(to, 1024, rows[0].path);
    mem_free(rows);
    db_close(d);
}

static void is_found(const char *path, const char *file, const char *what)
{
    char got[1024];
    struct stat info;
    last_path(path, got);
    ok(!strcmp(got, scratch_path(file)) && !stat(got, &info), "%s: %s", what, got);
}

static void test_two_names(void)
{
    train(scratch_path("exp.db"));
    is_folder(scratch_path("exp.db"), "exp.weights/1", "a database has a folder");
    is_folder(scratch_path("exp"), "exp.weights-2/1", "one whose name means the same has another");
    train(scratch_path("exp"));
    is_found(scratch_path("exp.db"), "exp.weights/1/last.safetensors", "the weights of one");
    is_found(scratch_path("exp"), "exp.weights-2/1/last.safetensors", "and of the other");
    mkdir(scratch_path("left.weights"), 0777);
    is_folder(scratch_path("left.db"), "left.weights/1", "an empty folder is taken");
    mkdir(scratch_path("left.weights/1"), 0777);
    is_folder(scratch_path("left"), "left.weights-2/1",
              "one with files of nobody knows whom is not");
}

static void test_links(void)
{
    struct err e;
    struct db *d;
    mkdir(scratch_path("elsewhere"), 0777);
    symlink(scratch_path("exp.db"), scratch_path("elsewhere/link.db"));
    is_folder(scratch_path("elsewhere/link.db"), "exp.weights/1",
              "a link leads to the same folder");
    symlink(scratch, scratch_path("elsewhere/up"));
    is_folder(scratch_path("elsewhere/up/exp.db"), "exp.weights/1", "so does one to its folder");
    link(scratch_path("exp.db"), scratch_path("hard.db"));
    ok(db_open(&d, scratch_path("hard.db"), DB_WRITE, &e) == -1 && e.code == ERR_USAGE,
       "a hard link is refused: %s", e.text);
    unlink(scratch_path("hard.db"));
}

static void copy(const char *from, const char *to)
{
    char command[1200];
    snprintf(command, sizeof command, "cp -R '%s' '%s'", from, to);
    if (system(command))
        diag("%s", command);
}

static void test_moved(void)
{
    rename(scratch_path("exp.db"), scratch_path("elsewhere/exp.db"));
    rename(scratch_path("exp.weights"), scratch_path("elsewhere/exp.weights"));
    is_found(scratch_path("elsewhere/exp.db"), "elsewhere/exp.weights/1/last.safetensors",
             "moved together with its folder");
    rename(scratch_path("elsewhere/exp.db"), scratch_path("elsewhere/new.db"));
    rename(scratch_path("elsewhere/exp.weights"), scratch_path("elsewhere/new.weights"));
    is_found(scratch_path("elsewhere/new.db"), "elsewhere/new.weights/1/last.safetensors",
             "and renamed");
    copy(scratch_path("elsewhere"), scratch_path("backup"));
    is_found(scratch_path("backup/new.db"), "backup/new.weights/1/last.safetensors",
             "a copy of both has its own");
}

/* A copy has the id of its original, but neither reads nor writes its weights. */
static void test_copies(void)
{
    char path[1024];
    struct stat info;
    train(scratch_path("first.db"));
    copy(scratch_path("first.db"), scratch_path("copy.db"));
    is_folder(scratch_path("copy.db"), "copy.weights/1", "a copy has a folder of its own name");
    last_path(scratch_path("copy.db"), path);
    ok(stat(path, &info), "whose weights are not found: %s", path);
    copy(scratch_path("first.db"), scratch_path("first"));
    is_folder(scratch_path("first"), "first.weights-2/1", "also one whose name means the same");
    train(scratch_path("first"));
    is_folder(scratch_path("first"), "first.weights-2/1", "trained");
    is_folder(scratch_path("first.db"), "first.weights/1", "beside the original's");
    is_found(scratch_path("first.db"), "first.weights/1/last.safetensors", "which are left alone");
}

/* A database that is gone leaves its folder to nobody. */
static void test_gone(void)
{
    struct stat info;
    train(scratch_path("gone.db"));
    unlink(scratch_path("gone.db"));
    train(scratch_path("gone.db"));
    is_found(scratch_path("gone.db"), "gone.weights-2/1/last.safetensors", "a new database");
    ok(!stat(scratch_path("gone.weights/1/last.safetensors"), &info),
       "leaves the former's weights");
}

static int claim_new(const void *path)
{
    char folder[512];
    train(path);
    weights(path, folder);
    struct stat info;
    return stat(folder, &info) != 0;
}

/* Two databases that mean the same folder are made at once. */
static void test_race(void)
{
    char paths[2][512], folders[2][512];
    int failed = 0;
    for (int round = 0; round < 5; round++) {
        pid_t children[2];
        for (int i = 0; i < 2; i++) {
            snprintf(paths[i], sizeof paths[i], "%s/race%d%s", scratch, round, i ? ".db" : "");
            children[i] = help_fork(claim_new, paths[i]);
        }
        for (int i = 0; i < 2; i++)
            failed += help_wait(children[i]) != 0;
        for (int i = 0; i < 2; i++)
            weights(paths[i], folders[i]);
        failed += !strcmp(folders[0], folders[1]);
    }
    is_int(failed, 0, "two databases that come to one folder at once have two");
}

int main(void)
{
    scratch_make();
    test_two_names();
    test_links();
    test_moved();
    test_copies();
    test_gone();
    test_race();
    scratch_remove(scratch);
    return tap_done();
}
