/* test_db_open.c - opening: what is made, and every way in which it cannot be done, with its
 * message. */
#include "tests/kit/db_kit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define NOBODY 65534

/* A database made by hand, without db_open. */
static void make_raw(const char *path, const char *sql)
{
    sqlite3 *raw;
    if (sqlite3_open(path, &raw) || sqlite3_exec(raw, sql, NULL, NULL, NULL))
        diag("%s: %s", path, sqlite3_errmsg(raw));
    sqlite3_close(raw);
}

static void refused(const char *path, enum db_mode mode, enum err_code code, const char *part)
{
    struct db *d;
    struct err e;
    err_clear(&e);
    int status = db_open(&d, path, mode, &e);
    if (!ok(status == -1 && !d && e.code == code && strstr(e.text, part), "refused: %s", part))
        diag("status %d, code %d: %s", status, (int)e.code, e.text);
    db_close(status ? NULL : d);
}

static void test_made(void)
{
    struct db *d;
    struct err e;
    const char *path = scratch_path("a/b c/runs.db");
    is_int(db_open(&d, path, DB_WRITE, &e), 0, "a database is made, with its folders");
    is_text(db_path(d), path, "it knows its path");
    is_int(help_number(d, "PRAGMA user_version"), 7, "of schema 7");
    is_int(help_number(d, "PRAGMA application_id"), DB_APPLICATION_ID, "with our id");
    is_int(help_number(d, "PRAGMA foreign_keys"), 1, "foreign keys on");
    is_int(help_number(d, "PRAGMA synchronous"), 2, "synchronous FULL");
    is_int(help_number(d, "PRAGMA busy_timeout"), 5000, "busy timeout 5 s");
    is_int(help_number(d, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND"
                          " type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'"),
           0, "every table is STRICT");
    is_int(help_number(d, "SELECT count(*) FROM run_summary"), 0, "the summary view works");
    is_int(help_number(d, "SELECT count(*) FROM curve"), 0, "the curve view works");
    is_int(help_number(d, "SELECT count(*) FROM loss_term"), 0, "the term view works");
    char dir[512];
    is_int(db_weights_dir(d, 7, dir, sizeof dir, &e), 0, "weights have a folder");
    has_text(dir, "/a/b c/runs.weights/7", "beside it");
    ok(db_weights_dir(d, 7, dir, 10, &e) == -1 && e.code == ERR_USAGE, "unless it does not fit");
    db_close(d);
    is_int(db_open(&d, path, DB_WRITE, &e), 0, "opened again");
    is_int(help_number(d, "SELECT count(*) FROM reference"), 59, "nothing is seeded twice");
    db_close(d);
    is_int(db_open(&d, path, DB_READ, &e), 0, "opened for reading");
    struct run_row run = help_run("x");
    int64_t id;
    ok(db_run_add(d, &run, NULL, 0, NULL, 0, &id, &e) == -1 && e.code == ERR_STATE,
       "and not written then");
    db_close(d);
    ok(chdir(scratch) == 0, "in its folder");
    is_int(db_open(&d, ":memory:", DB_WRITE, &e), 0, "a name is a file's name");
    ok(access(scratch_path(":memory:"), F_OK) == 0 && db_path(d)[0] == '/', "whatever it is");
    db_close(d);
    ok(strlen(db_library()) >= 5, "the library has a version");
}

static void test_paths(void)
{
    refused("", DB_WRITE, ERR_USAGE, "empty name");
    refused(scratch_path("missing.db"), DB_READ, ERR_NOT_FOUND, "there is no run database");
    refused(scratch_path("no/folder/missing.db"), DB_READ, ERR_NOT_FOUND,
            "there is no run database");
    ok(access(scratch_path("no"), F_OK) != 0, "reading makes no folders");
    refused(scratch, DB_WRITE, ERR_USAGE, "is a folder: name a file in it");
    refused(scratch, DB_READ, ERR_USAGE, "is a folder: name a file in it");
    const char *fifo = scratch_path("fifo");
    ok(mkfifo(fifo, 0600) == 0, "a pipe");
    refused(fifo, DB_READ, ERR_USAGE, "is not a file");
    scratch_text("file", "x");
    refused(scratch_path("file/runs.db"), DB_WRITE, ERR_IO, "it is a file, not a folder");
    refused(scratch_path("file/sub/runs.db"), DB_WRITE, ERR_IO, "cannot make folder");
    char path[1024];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    path[0] = '/';
    refused(path, DB_WRITE, ERR_USAGE, "SQLite takes");
}

static void test_foreign(void)
{
    const char *path = scratch_text("text.db", "image,score\na.jpg,3\n");
    refused(path, DB_WRITE, ERR_FORMAT, "is not a database");
    refused(path, DB_READ, ERR_FORMAT, "is not a database");
    struct stat file;
    ok(stat(path, &file) == 0 && file.st_size == 20, "and is left as it was");
    path = scratch_text("empty.db", "");
    refused(path, DB_READ, ERR_NOT_FOUND, "is empty");
    struct db *d = help_open(path);
    is_int(help_number(d, "PRAGMA user_version"), 7, "an empty file is made one");
    db_close(d);
    path = scratch_path("other.db");
    make_raw(path, "PRAGMA application_id = 7; CREATE TABLE t(a)");
    refused(path, DB_WRITE, ERR_FORMAT, "of another program (application id 0x7");
    refused(path, DB_READ, ERR_FORMAT, "of another program");
    ok(access(scratch_path("other.db-wal"), F_OK) != 0, "and its journal mode is left alone");
    path = scratch_path("plain.db");
    make_raw(path, "CREATE TABLE t(a)");
    refused(path, DB_WRITE, ERR_FORMAT, "of another program (application id 0");
    path = scratch_path("newer.db");
    db_close(help_open(path));
    make_raw(path, "PRAGMA user_version = 8");
    refused(path, DB_WRITE, ERR_VERSION,
            "made by a newer combolab (schema 8, this one knows 7): upgrade");
    refused(path, DB_READ, ERR_VERSION, "made by a newer combolab");
}

/* A number of the schema that no combolab writes: one flipped bit of the file's header. */
static void test_impossible_versions(void)
{
    const char *path = scratch_path("bit.db");
    db_close(help_open(path));
    make_raw(path, "PRAGMA user_version = -2147483645");
    refused(path, DB_READ, ERR_FORMAT, "its schema has the number -2147483645, and 1 to 7 are");
    refused(path, DB_WRITE, ERR_FORMAT, "its schema has the number -2147483645");
    make_raw(path, "PRAGMA user_version = -1");
    refused(path, DB_WRITE, ERR_FORMAT, "its schema has the number -1");
    make_raw(path, "PRAGMA user_version = 0");
    refused(path, DB_READ, ERR_FORMAT, "its schema has the number 0");
    refused(path, DB_WRITE, ERR_FORMAT, "put the number right");
    make_raw(path, "PRAGMA user_version = 7");
    struct err e;
    struct db *d;
    is_int(db_open(&d, path, DB_READ, &e), 0, "the number put right, it opens");
    db_close(d);
}

/* Something else under the name of a table: without end, where a table would end. */
static void test_impostors(void)
{
    struct err e;
    struct db *d;
    struct query q;
    const char *path = scratch_path("view.db");
    db_close(help_open(path));
    make_raw(path, "PRAGMA legacy_alter_table = ON; ALTER TABLE run RENAME TO kept; CREATE VIEW run"
                   " AS WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c)"
                   " SELECT kept.*, c.id AS more FROM c, kept");
    refused(path, DB_READ, ERR_FORMAT, "its table \"run\" is a view");
    refused(path, DB_WRITE, ERR_FORMAT, "its table \"run\" is a view");
    path = scratch_path("virtual.db");
    db_close(help_open(path));
    make_raw(path, "DROP TABLE verb; CREATE VIRTUAL TABLE verb USING rtree(id, run, time)");
    refused(path, DB_READ, ERR_FORMAT, "its table \"verb\" is a virtual table");
    path = scratch_path("trigger.db");
    db_close(help_open(path));
    make_raw(path, "DROP TRIGGER run_state_allowed");
    refused(path, DB_WRITE, ERR_FORMAT, "its trigger \"run_state_allowed\" is missing");
    d = help_open(scratch_path("every.db"));
    int missed = 0;
    int64_t all = help_number(d, "SELECT count(*) FROM sqlite_schema WHERE type IN"
                                 " ('table', 'trigger') AND name NOT LIKE 'sqlite_%'");
    for (int64_t i = 0; i < all; i++) {
        char sql[256], name[64];
        snprintf(sql, sizeof sql,
                 "SELECT name FROM sqlite_schema WHERE type IN ('table', 'trigger') AND"
                 " name NOT LIKE 'sqlite_%%' ORDER BY rowid LIMIT 1 OFFSET %d",
                 (int)i);
        query_open(&q, d, sql);
        if (query_step(&q, &e) == 1)
            query_text(&q, name, sizeof name);
        query_close(&q);
        db_exec(d, "BEGIN; PRAGMA foreign_keys = OFF", &e);
        snprintf(sql, sizeof sql, "ALTER TABLE %s RENAME TO other", name);
        if (db_exec(d, sql, &e)) {
            snprintf(sql, sizeof sql, "DROP TRIGGER %s", name);
            db_exec(d, sql, &e);
        }
        missed += schema_check(d, schema_known(), &e) != -1 || !strstr(e.text, name);
        db_exec(d, "ROLLBACK", &e);
    }
    db_close(d);
    ok(all > 15 && !missed, "each of the %d tables and triggers is looked at", (int)all);
    path = scratch_path("old-view.db");
    make_raw(path, "PRAGMA application_id = 0x636d626f; PRAGMA user_version = 1;"
                   " CREATE VIEW phase AS SELECT 1");
    refused(path, DB_WRITE, ERR_FORMAT, "is not as combolab made it");
    path = scratch_path("more.db");
    db_close(help_open(path));
    make_raw(path, "CREATE VIEW mine AS SELECT id, name FROM run; CREATE TABLE notes(a)");
    is_int(db_open(&d, path, DB_WRITE, &e), 0, "what somebody added is left alone");
    db_close(d);
}

static void test_endless(void)
{
    struct err e;
    struct query q;
    struct db *d = help_open(scratch_path("endless.db"));
    query_open(&q, d,
               "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
               " SELECT max(n) FROM c");
    d->slices_left = 3; /* as if it had gone on for long */
    ok(query_step(&q, &e) == -1 && e.code == ERR_FORMAT, "a statement without end is ended");
    has_text(e.text, "had no end", "with the reason");
    query_close(&q);
    is_int(help_number(d, "SELECT count(*) FROM run"), 0, "and the next one begins anew");
    query_open(&q, d, "SELECT zeroblob(100000000)");
    ok(query_step(&q, &e) == -1 && e.code == ERR_USAGE, "a value of 100 MB is refused");
    query_close(&q);
    help_add(d, "numbers");
    db_exec(d, "UPDATE run SET epochs = 9223372036854775807, fold = -9223372036854775807", &e);
    struct run_row run;
    is_int(db_run(d, 1, &run, &e), 0, "numbers beyond any count are read");
    ok(run.epochs == INT_MAX && run.fold == INT_MIN, "as the nearest ones");
    db_close(d);
}

/* Overwrites the middle of a file's pages. */
static void test_damaged(void)
{
    const char *path = scratch_path("damaged.db");
    struct db *d = help_open(path);
    for (int i = 0; i < 50; i++)
        help_add(d, "run");
    db_close(d);
    int file = open(path, O_WRONLY);
    char junk[4096];
    memset(junk, 0xa5, sizeof junk);
    struct stat size;
    ok(file >= 0 && fstat(file, &size) == 0, "a database with runs");
    for (off_t at = 4096; at < size.st_size; at += 4096)
        if (pwrite(file, junk, sizeof junk, at) != (ssize_t)sizeof junk)
            diag("not overwritten");
    close(file);
    struct err e;
    struct run_row *runs = NULL;
    size_t n;
    int status = db_open(&d, path, DB_READ, &e);
    if (!status) {
        status = db_runs(d, &runs, &n, &e);
        db_close(d);
    }
    ok(status == -1 && e.code == ERR_FORMAT, "damaged pages are noticed");
    has_text(e.text, "\".recover\"", "the message says what to do");
    path = scratch_path("changed.db");
    d = help_open(path);
    db_exec(d, "DROP TABLE log", &e);
    struct log_row *rows;
    ok(db_log(d, 1, 5, &rows, &n, &e) == -1 && e.code == ERR_FORMAT && !rows,
       "a table that is gone");
    has_text(e.text, "no such table: log", "is named");
    db_close(d);
}

static void test_network(void)
{
    is_text(network_name(0x6969), "NFS", "NFS");
    is_text(network_name(0xff534d42), "CIFS", "CIFS");
    is_text(network_name(0xfffffffffe534d42), "SMB2", "SMB2, from a signed 32 bit number");
    is_text(network_name(0x0bd00bd0), "Lustre", "Lustre");
    is_text(network_name(0x47504653), "GPFS", "GPFS");
    ok(!network_name(0xef53) && !network_name(0x01021994) && !network_name(0x58465342) &&
           !network_name(0x9123683e) && !network_name(0x794c7630),
       "ext4, tmpfs, XFS, Btrfs and overlays are local");
    ok(network_fuse("fuse.sshfs") && network_fuse("fuse.glusterfs"), "remote FUSE types");
    ok(!network_fuse("fuseblk") && !network_fuse("fuse.ntfs-3g") && !network_fuse(""),
       "local FUSE types");
    struct err e;
    ok(network_verdict("/n/runs.db", 0x6969, "", &e) == -1 && e.code == ERR_USAGE,
       "NFS is refused");
    has_text(e.text, "/n/runs.db lies on a network file system (NFS)", "by its name");
    has_text(e.text, "on a local disk with --database", "with what to do");
    ok(network_verdict("/n/runs.db", 0x65735546, "fuse.sshfs", &e) == -1, "sshfs is refused");
    is_int(network_verdict("/n/runs.db", 0x65735546, "fuseblk", &e), 0, "a FUSE disk is not");
    setenv("COMBOLAB_ALLOW_NETWORK_FS", "1", 1);
    is_int(network_verdict("/n/runs.db", 0x6969, "", &e), 1, "unless allowed by the environment");
    unsetenv("COMBOLAB_ALLOW_NETWORK_FS");
    is_int(network_check(scratch_path("runs.db"), &e), 0, "this folder is local");
    ok(network_check("/does/not/exist/runs.db", &e) == -1 && e.code == ERR_NOT_FOUND,
       "a folder that is not there");
}

static void test_default_path(void)
{
    char path[256];
    struct err e;
    setenv("HOME", "/home/somebody", 1);
    setenv("XDG_DATA_HOME", "/data", 1);
    is_int(db_default_path(path, sizeof path, &e), 0, "a default path");
    is_text(path, "/data/combolab/runs.db", "in XDG_DATA_HOME");
    setenv("XDG_DATA_HOME", "relative", 1);
    db_default_path(path, sizeof path, &e);
    is_text(path, "/home/somebody/.local/share/combolab/runs.db", "else in the home folder");
    ok(db_default_path(path, 20, &e) == -1 && e.code == ERR_USAGE, "one that does not fit");
    unsetenv("HOME");
    ok(db_default_path(path, sizeof path, &e) == -1 && e.code == ERR_USAGE, "no home");
    has_text(e.text, "--database", "the message says what to do");
}

struct attempt {
    const char *path;
    enum db_mode mode;
    const char *part; /* of the message; NULL when it shall work */
};

/* As another user, for whom permissions count. 0 good, 1 bad, 77 not possible here. */
static int try_as_nobody(const void *argument)
{
    const struct attempt *a = argument;
    if (geteuid() == 0 && (setgid(NOBODY) || setuid(NOBODY)))
        return 77;
    if (access(scratch, X_OK))
        return 77;
    struct db *d;
    struct err e;
    struct run_row *runs = NULL;
    size_t n;
    int status = db_open(&d, a->path, a->mode, &e);
    if (!status)
        status = db_runs(d, &runs, &n, &e);
    if (!a->part)
        return status != 0;
    if (status == -1 && e.code == ERR_IO && strstr(e.text, a->part))
        return 0;
    printf("# status %d: %s\n", status, status ? e.text : "");
    return 1;
}

static void attempt(const char *path, enum db_mode mode, const char *part, const char *what)
{
    struct attempt a = {path, mode, part};
    int status = help_wait(help_fork(try_as_nobody, &a));
    if (status == 77)
        skip("%s: no other user", what);
    else
        is_int(status, 0, what);
}

static void test_permissions(void)
{
    const char *path = scratch_path("locked/runs.db");
    struct db *d = help_open(path);
    help_add(d, "run");
    chmod(scratch, 0755);
    chmod(scratch_path("locked"), 0777);
    chmod(path, 0444);
    attempt(path, DB_WRITE, "cannot be written", "a read-only file is not opened for writing");
    chmod(path, 0644);
    chmod(scratch_path("locked"), 0555);
    attempt(path, DB_READ, NULL, "a read-only folder is read while a writer has its side files");
    /* The last to leave takes them away, where it may. */
    chmod(scratch_path("locked"), 0777);
    db_close(d);
    chmod(scratch_path("locked"), 0555);
    attempt(path, DB_READ, "its folder", "and not without them");
    attempt(scratch_path("locked/new.db"), DB_WRITE, "its folder", "nothing is made in it");
    attempt(scratch_path("locked/sub/new.db"), DB_WRITE, "cannot make folder", "and no folder");
    chmod(path, 0000);
    chmod(scratch_path("locked"), 0777);
    attempt(path, DB_READ, "cannot be read", "a file without permission is not read");
    chmod(path, 0644);
}

/* Adds epochs until it fails; what was stored before must be whole. */
static int fill(struct db *d, int64_t id, struct err *e)
{
    static float scores[2200];
    for (int epoch = 1; epoch < 2000; epoch++) {
        struct epoch_row row = help_epoch(epoch, false);
        if (!db_epoch_add(d, id, &row, 1, scores, 2200, e))
            continue;
        if (help_number(d, "SELECT max(epoch) FROM epoch") != epoch - 1 ||
            help_number(d, "SELECT count(*) FROM phase") != 2 * (epoch - 1) ||
            help_number(d, "SELECT count(*) FROM ledger") != epoch - 1 ||
            help_number(d, "SELECT epochs_done FROM run") != epoch - 1)
            return -1;
        return epoch;
    }
    return 0;
}

static void test_page_limit(void)
{
    struct err e;
    struct db *d = help_open(scratch_path("limit.db"));
    int64_t id = help_add_running(d, "limit");
    char sql[80];
    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %d",
             (int)help_number(d, "PRAGMA page_count") + 20);
    help_number(d, sql);
    ok(fill(d, id, &e) > 1 && e.code == ERR_FULL, "a full database: nothing is half stored");
    has_text(e.text, "no space left for", "the message says so");
    ok(!db_exec(d, "PRAGMA max_page_count = 1000000", &e), "space is found");
    struct epoch_row row = help_epoch(500, true);
    is_int(db_epoch_add(d, id, &row, 1, NULL, 0, &e), 0, "and it goes on");
    db_close(d);
}

/* A disk of its own, in a mount namespace of its own. */
static int fill_disk(const void *argument)
{
    (void)argument;
    const char *disk = scratch_path("disk");
    char sql[32];
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mkdir(disk, 0777) || mount("none", disk, "tmpfs", 0, "size=1m"))
        return 77;
    struct err e;
    struct db *d = help_open(scratch_path("disk/runs.db"));
    int64_t id = help_add_running(d, "disk");
    int failed = fill(d, id, &e);
    int good = failed > 1 && e.code == ERR_FULL && strstr(e.text, "no space left for");
    if (!good)
        printf("# %d: %s\n", failed, e.text);
    snprintf(sql, sizeof sql, "PRAGMA quick_check");
    struct query q;
    char text[16] = "";
    query_open(&q, d, sql);
    if (query_step(&q, &e) == 1)
        query_text(&q, text, sizeof text);
    query_close(&q);
    good = good && !strcmp(text, "ok");
    db_close(d);
    if (db_open(&d, scratch_path("disk/sub/other.db"), DB_WRITE, &e) != -1 || e.code != ERR_FULL)
        good = 0;
    if (!good)
        printf("# %s: %s\n", text, e.text);
    return !good;
}

static void test_disk_full(void)
{
    int status = help_wait(help_fork(fill_disk, NULL));
    if (status == 77)
        skip("a full disk: no right to mount one");
    else
        is_int(status, 0, "a full disk: nothing is half stored, nothing is damaged");
}

static void test_busy(void)
{
    struct err e;
    const char *path = scratch_path("busy.db");
    struct db *one = help_open(path), *two = help_open(path);
    int64_t id = help_add(one, "busy");
    struct log_row row = {1, "info", "x"};
    db_begin(one, &e);
    sqlite3_busy_timeout(two->sql, 50);
    ok(db_log_add(two, id, &row, &e) == -1 && e.code == ERR_BUSY, "a writer that keeps the lock");
    has_text(e.text, "another process has been writing for longer than", "is spoken of");
    struct run_row run;
    is_int(db_run(two, id, &run, &e), 0, "reading is not held up");
    db_end(one, 0, &e, "nothing");
    is_int(db_log_add(two, id, &row, &e), 0, "then it works");
    db_close(one);
    db_close(two);
}

int main(void)
{
    scratch_make();
    test_made();
    test_paths();
    test_foreign();
    test_impossible_versions();
    test_impostors();
    test_endless();
    test_damaged();
    test_network();
    test_permissions();
    test_page_limit();
    test_disk_full();
    test_busy();
    test_default_path();
    if (chdir("/"))
        diag("still in %s", scratch);
    scratch_remove(scratch);
    return tap_done();
}
