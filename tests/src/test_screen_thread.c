/* test_screen_thread.c - once something is shown, the screen thread opens no file: whatever key is
 * pressed, and whatever other processes write.
 *
 * The program runs in a pseudo terminal, and each system call of its main thread is looked at
 * (ptrace; threads that it starts are left alone).
 */
#include "base/clock.h"
#include "engine/image/image.h"
#include "engine/snapshot_file.h"
#include "tests/kit/db_kit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define PATIENCE_S 60 /* sanitizers are slow */

struct traced {
    pid_t pid;
    int fd;
    bool ended, armed;
    int opened; /* files, since it is armed */
    char first[512];
    struct str shown; /* since somebody last looked */
};

static void wake(int number)
{
    (void)number;
}

static bool start(struct traced *t, const char *db)
{
    struct winsize size = {.ws_row = 40, .ws_col = 120};
    char program[512];
    const char *top = getenv("TOP_BUILDDIR");
    snprintf(program, sizeof program, "%s/combolab", top ? top : ".");
    str_init(&t->shown);
    t->pid = forkpty(&t->fd, NULL, NULL, &size);
    if (t->pid < 0)
        return false;
    if (t->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* it would trace, too */
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
            _exit(99);
        execl(program, program, "-D", db, (char *)NULL);
        _exit(98);
    }
    int status;
    if (waitpid(t->pid, &status, 0) != t->pid || !WIFSTOPPED(status))
        return false;
    return !ptrace(PTRACE_SETOPTIONS, t->pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) &&
           !ptrace(PTRACE_SYSCALL, t->pid, NULL, NULL);
}

/* Which argument is the path; -1 when the call opens nothing. */
static int path_argument(uint64_t number)
{
    static const struct {
        uint64_t number;
        int path;
    } calls[] = {
        {SYS_openat, 1},
        {SYS_openat2, 1},
#ifdef SYS_open
        {SYS_open, 0},
        {SYS_creat, 0},
#endif
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].number == number)
            return calls[i].path;
    return -1;
}

/* Where the C library's free looks, once, whether memory may be given back. */
static const char allocators[] = "/proc/sys/vm/";

static void look_at_call(struct traced *t)
{
    struct __ptrace_syscall_info call;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, (void *)sizeof call, &call) <= 0 ||
        call.op != PTRACE_SYSCALL_INFO_ENTRY)
        return;
    int path = path_argument(call.entry.nr);
    if (path < 0 || !t->armed)
        return;
    char name[sizeof t->first] = "";
    struct iovec here = {name, sizeof name - 1};
    struct iovec there = {(void *)(uintptr_t)call.entry.args[path], sizeof name - 1};
    process_vm_readv(t->pid, &here, 1, &there, 1, 0);
    if (!strncmp(name, allocators, strlen(allocators)))
        return;
    if (!t->opened++)
        memcpy(t->first, name, sizeof name);
}

/* Lets the program go on past everything it has stopped for. */
static void follow(struct traced *t)
{
    int status;
    while (!t->ended && waitpid(t->pid, &status, WNOHANG | __WALL) == t->pid) {
        t->ended = !WIFSTOPPED(status);
        if (t->ended)
            return;
        int number = WSTOPSIG(status);
        if (number == (SIGTRAP | 0x80))
            look_at_call(t);
        bool signalled = (number & 0x7f) != SIGTRAP;
        ptrace(PTRACE_SYSCALL, t->pid, NULL, (void *)(intptr_t)(signalled ? number : 0));
    }
}

/* One turn: at most some milliseconds. */
static void turn(struct traced *t)
{
    char buffer[16384];
    struct pollfd ready = {t->fd, POLLIN, 0};
    follow(t);
    if (poll(&ready, 1, 5) > 0) {
        ssize_t n = read(t->fd, buffer, sizeof buffer);
        if (n > 0)
            str_add_bytes(&t->shown, buffer, (size_t)n);
    }
    follow(t);
}

static void turn_for(struct traced *t, double seconds)
{
    for (double end = clock_s() + seconds; clock_s() < end && !t->ended;)
        turn(t);
}

/* Goes on until the text is sent to the terminal. */
static void shows(struct traced *t, const char *text, const char *what)
{
    double end = clock_s() + PATIENCE_S;
    while (!strstr(t->shown.text, text) && clock_s() < end && !t->ended)
        turn(t);
    ok(strstr(t->shown.text, text) != NULL, "%s", what);
    turn_for(t, 0.1);
    str_clear(&t->shown);
}

static void press(struct traced *t, const char *keys)
{
    str_clear(&t->shown);
    for (; *keys; keys++) {
        if (write(t->fd, keys, 1) != 1)
            return;
        turn_for(t, 0.05); /* Escape waits for the rest of a function key */
    }
}

/* Files that are there once the run of the other process, and what it does, was seen. */
static const char run_seen[] = "run-seen", step_seen[] = "step-seen";

static void say(const char *seen)
{
    close(open(scratch_path(seen), O_CREAT | O_WRONLY, 0666));
}

/* It says that it decodes images until the run was seen, then that it plans until that was. */
static int say_steps(struct db *d, int64_t id)
{
    static struct snapshot_steps steps = {.epoch = 1, .each = 1};
    struct snapshot now = {.run = id, .steps = 100, .epochs = 3};
    struct snapshot_file file;
    char folder[FILE_PATH_BYTES];
    struct err e;
    if (db_weights_dir(d, id, folder, sizeof folder, &e) || file_make_folders(folder, &e) ||
        snapshot_file_open(&file, folder, &e))
        return -1;
    double end = clock_s() + PATIENCE_S;
    for (int i = 1; access(scratch_path(step_seen), F_OK) && clock_s() < end; i++) {
        if (i <= 20)
            steps.at[steps.n++] = (struct snapshot_step){.step = i, .total = i};
        now.step = i < 99 ? i : 99;
        now.phase = access(scratch_path(run_seen), F_OK) ? SNAPSHOT_DECODING : SNAPSHOT_PLANNING;
        snapshot_file_put(&file, &now, &steps);
        usleep(50000);
    }
    snapshot_file_close(&file);
    return 0;
}

/* Another process: a run that comes on. */
static int write_epochs(const void *path)
{
    struct err e;
    struct db *d = help_open(path);
    int64_t id = help_add_running(d, "from elsewhere");
    int failed = say_steps(d, id);
    for (int i = 1; i <= 3; i++) {
        struct epoch_row row = help_epoch(i, true);
        failed |= db_epoch_add(d, id, &row, 0, NULL, 0, &e);
    }
    failed |= db_run_state(d, id, "finished", "", &e);
    db_close(d);
    return failed;
}

#define PICTURES 12

/* A data set of grey pictures, tested on all but the first. */
static int make_pictures(const char folder[1024], struct err *e)
{
    static uint8_t rgb[64 * 64 * 3];
    const struct image image = {.height = 64, .width = 64, .rgb = rgb};
    char path[2048];
    if (mkdir(folder, 0777))
        return err_errno(e, errno, "%s", folder);
    snprintf(path, sizeof path, "%s/labels.csv", folder);
    FILE *f = fopen(path, "w");
    if (!f)
        return err_errno(e, errno, "%s", path);
    fprintf(f, "image,score,split\n");
    for (int i = 0; i < PICTURES; i++) {
        memset(rgb, 20 * i, sizeof rgb);
        fprintf(f, "grey-%02d.jpg,%d,%s\n", i, 1 + i % 5, i ? "test" : "train");
        snprintf(path, sizeof path, "%s/grey-%02d.jpg", folder, i);
        if (image_write_jpeg(&image, path, 90, e))
            break;
    }
    return fclose(f) ? -1 : 0;
}

/* A run with that data set, which has predicted. */
static int add_predicted(struct db *d, const char *folder, struct err *e)
{
    struct run_row run = help_run("with pictures");
    struct option_row data = {.name = "data", .type = "path"};
    struct split_row split[PICTURES - 1] = {{.place = 0}};
    struct prediction_row rows[PICTURES - 1] = {{.place = 0}};
    const struct checkpoint_row weights = {.kind = "last", .epoch = 1, .path = "last"};
    struct epoch_row epoch = help_epoch(1, true);
    int64_t id, claimed;
    str_copy(data.value, sizeof data.value, folder);
    for (int i = 1; i < PICTURES; i++) {
        split[i - 1].place = rows[i - 1].place = i;
        snprintf(split[i - 1].image, sizeof split->image, "grey-%02d.jpg", i);
        split[i - 1].truth = 1 + i % 5;
        rows[i - 1].predicted = 3 + 0.1 * i;
    }
    if (db_run_add(d, &run, &data, 1, NULL, 0, &id, e) || db_run_claim(d, id, &claimed, e) != 1 ||
        db_run_split(d, id, split, PICTURES - 1, e) || db_epoch_add(d, id, &epoch, 0, NULL, 0, e) ||
        db_checkpoint_add(d, id, &weights, rows, PICTURES - 1, e))
        return -1;
    return db_run_state(d, id, "finished", "", e);
}

static void make_runs(const char *path)
{
    struct err e;
    struct db *d = help_open(path);
    char folder[1024];
    snprintf(folder, sizeof folder, "%s/grey", scratch);
    if (!ok(!make_pictures(folder, &e) && !add_predicted(d, folder, &e), "a run with pictures"))
        diag("%s", e.text);
    for (int i = 0; i < 20; i++) {
        int64_t id = help_add_running(d, i == 19 ? "the newest" : "one of them");
        struct epoch_row row = help_epoch(1, true);
        db_epoch_add(d, id, &row, 0, NULL, 0, &e);
        db_run_state(d, id, i == 19 ? "stopped" : "finished", "", &e);
    }
    db_close(d);
}

static void use_it(struct traced *t, const char *path)
{
    press(t, "jjkGg\x06\x02sSsSssSS/newest\r");
    press(t, "\x7fg\r");
    shows(t, "took", "a run is opened");
    press(t, "\t\r\x7fhly2w");
    press(t, "\x7f?");
    shows(t, "one line up", "the help is read");
    press(t, "1");
    pid_t writer = help_fork(write_epochs, path);
    shows(t, "from elsewhere", "what another process wrote is shown");
    say(run_seen);
    shows(t, "plann", "and what it does at present");
    say(step_seen);
    is_int(help_wait(writer), 0, "all of it was written");
    press(t, ":set theme contrast\r");
    shows(t, "kept in", "a preference is kept");
    press(t, ":theme dark\r:sort -pc\r:\x1b[A\x1b[A\t\x7f\x15\x7f");
    press(t, "n/no/such/set\r");
    shows(t, "cannot be opened", "the form says that data cannot be opened");
    press(t, "\x18"); /* launch */
    shows(t, "cannot be opened", "and does not launch them");
    press(t, "\033");
    press(t, "6SELECT 'gone ' || 'by' FROM ru\t;\r");
    shows(t, "gone by", "a statement is run");
    press(t, "\x13\x15"); /* export, another name */
    press(t, scratch_path("rows.csv"));
    press(t, "\r");
    shows(t, "written into", "its rows are written into a file");
    press(t, "\033");
    press(t, "1/pictures\r5");
    shows(t, "grey-01.jpg", "test images are shown");
    press(t, "jjW");
    shows(t, "Worst", "the best and the worst ones");
    press(t, "\033vsnko");
    shows(t, "No predictions", "and that others are not there");
    press(t, "1\x7fgd");
    shows(t, "is in the trash", "a run is put into the trash");
}

int main(void)
{
    struct traced t = {.fd = -1};
    struct sigaction action = {.sa_handler = wake}; /* a stop of the program ends a poll */
    scratch_make();
    sigaction(SIGCHLD, &action, NULL);
    const char *path = scratch_path("runs.db");
    setenv("XDG_STATE_HOME", scratch, 1);
    setenv("XDG_CONFIG_HOME", scratch, 1);
    make_runs(path);
    if (!start(&t, path)) {
        skip("processes cannot be traced here");
        scratch_remove(scratch);
        return tap_done();
    }
    shows(&t, "the newest", "the runs are shown");
    turn_for(&t, 0.2); /* what is still done for the first frame */
    t.armed = true;
    use_it(&t, path);
    t.armed = false;
    if (!is_int(t.opened, 0, "the screen thread opened no file meanwhile"))
        diag("the first one: %s", t.first);
    ok(!t.ended, "the program goes on");
    press(&t, "q");
    for (double end = clock_s() + PATIENCE_S; !t.ended && clock_s() < end;)
        turn(&t);
    ok(t.ended, "and ends when told to");
    str_fini(&t.shown);
    scratch_remove(scratch);
    return tap_done();
}
