/* ui.c - what the screen costs on a large database: bench/ui FILE [PROGRAM]. Run it in the build
 * folder, with a FILE of its own from bench/make_runs_db, in a folder of its own: runs are added to
 * it. PROGRAM is ./combolab unless told otherwise.
 *
 * The program runs in a pseudo terminal of 200x60. Measured are the time from exec to a frame that
 * shows runs, from a key to the last byte of its frame, from the key that compares eight runs to
 * that of all their curves, from a key to its frame in each other view, the processor time of
 * looking on while another process commits five epochs a second, and the most memory of all that.
 * Prints FIGURE lines. Processor time is told beside the times of keys and starts: on a machine
 * that is busy with other things, that is what is left to compare.
 *
 * bench/ui FILE PROGRAM images measures instead how long the next image takes in the view of
 * predictions, of the newest run of FILE, whose images have to be where they were.
 */
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"

#include <math.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOWHERE "/dev/null/none" /* not even root makes a folder there */
#define STARTS 11
#define COMPARISONS 11 /* of eight runs */
#define WATCH_S 20
#define COMMITS_PER_S 5
#define QUIET_MS 5 /* a frame is over when nothing came for so long */
#define MOST_KEYS 2000

struct screen {
    pid_t pid;
    int fd;
    struct str sent; /* by the program, while it is kept */
    double last_s;   /* when the last byte came */
};

static int start(struct screen *s, const char *program, const char *db)
{
    struct winsize size = {.ws_row = 60, .ws_col = 200};
    str_init(&s->sent);
    s->pid = forkpty(&s->fd, NULL, NULL, &size);
    if (s->pid)
        return s->pid < 0 ? -1 : 0;
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("XDG_STATE_HOME", NOWHERE, 1); /* as on a database that is new */
    setenv("XDG_CONFIG_HOME", NOWHERE, 1);
    execl(program, program, "-D", db, (char *)NULL);
    _exit(127);
}

/* Reads what comes within `wait_ms`; the bytes, 0 when none came, -1 at the end. */
static ssize_t take(struct screen *s, int wait_ms)
{
    char buffer[65536];
    struct pollfd ready = {s->fd, POLLIN, 0};
    if (poll(&ready, 1, wait_ms) <= 0)
        return 0;
    ssize_t n = read(s->fd, buffer, sizeof buffer);
    s->last_s = clock_s();
    if (n > 0)
        str_add_bytes(&s->sent, buffer, (size_t)n);
    return n > 0 ? n : -1;
}

/* Takes all until nothing comes for that long. */
static void settle(struct screen *s, int quiet_ms)
{
    while (take(s, quiet_ms) > 0)
        str_clear(&s->sent);
}

static void stop(struct screen *s)
{
    kill(s->pid, SIGTERM);
    settle(s, 1000);
    close(s->fd);
    waitpid(s->pid, NULL, 0);
    str_fini(&s->sent);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double part_of(double *values, size_t n, double part)
{
    qsort(values, n, sizeof *values, by_value);
    return values[(size_t)(part * (double)(n - 1) + 0.5)];
}

static double cpu_s(pid_t pid)
{
    clockid_t clock;
    return clock_getcpuclockid(pid, &clock) ? NAN : clock_seconds(clock);
}

/* Seconds from exec until the names are on the screen; negative when they never come. `cpu` becomes
 * the processor time until then. */
static double first_frame(const char *program, const char *db, const char *name,
                          const char *further_down, double *cpu)
{
    struct screen s;
    double begin = clock_s(), seen = -1;
    if (start(&s, program, db))
        return -1;
    while (seen < 0 && take(&s, 5000) > 0)
        if (strstr(s.sent.text, name) && strstr(s.sent.text, further_down) &&
            strstr(s.sent.text, "quit"))
            seen = s.last_s - begin;
    *cpu = cpu_s(s.pid);
    settle(&s, 300);
    stop(&s);
    return seen;
}

static int measure_start(const char *program, const char *db, const struct run_row *rows, size_t n)
{
    double times[STARTS], cpu[STARTS];
    for (int i = 0; i < STARTS; i++) {
        times[i] = first_frame(program, db, rows[0].name, rows[n - 1].name, &cpu[i]);
        if (times[i] < 0) {
            fprintf(stderr, "bench/ui: %s shows no runs of %s\n", program, db);
            return -1;
        }
    }
    printf("FIGURE ui_first_frame %.1f ms 30\n", 1e3 * part_of(times, STARTS, 0.5));
    printf("# the slowest of %d starts: %.1f ms; of processor time each took %.1f ms\n", STARTS,
           1e3 * times[STARTS - 1], 1e3 * part_of(cpu, STARTS, 0.5));
    return 0;
}

/* What keys took until their frames were there. */
struct times {
    double s[MOST_KEYS], cpu_s[MOST_KEYS];
    size_t n;
    double slowest_s;
    char slowest; /* the key that took so long */
};

/* One key; adds the time to its frame, if it had one. */
static void press(struct screen *s, const char *key, struct times *t)
{
    double begin = clock_s(), used = cpu_s(s->pid);
    if (write(s->fd, key, strlen(key)) < 0 || take(s, 100) <= 0)
        return;
    while (take(s, QUIET_MS) > 0)
        ;
    str_clear(&s->sent);
    if (t->n == MOST_KEYS)
        return;
    t->s[t->n] = s->last_s - begin;
    if (t->s[t->n] > t->slowest_s) {
        t->slowest_s = t->s[t->n];
        t->slowest = key[0];
    }
    t->cpu_s[t->n++] = cpu_s(s->pid) - used;
}

static void press_each(struct screen *s, const char *keys, int times, struct times *t)
{
    for (; times > 0; times--)
        for (const char *key = keys; *key; key++)
            press(s, (const char[]){*key, '\0'}, t);
}

static void tell_keys(const char *what, struct times *t)
{
    double p50 = 1e3 * part_of(t->s, t->n, 0.5), p99 = 1e3 * part_of(t->s, t->n, 0.99);
    printf("# %-7s %4zu keys: p50 %5.2f ms, p99 %5.2f ms; of processor time p50 %5.2f ms, p99 "
           "%5.2f ms; slowest '%c' (%02x)\n",
           what, t->n, p50, p99, 1e3 * part_of(t->cpu_s, t->n, 0.5),
           1e3 * part_of(t->cpu_s, t->n, 0.99), t->slowest >= ' ' ? t->slowest : '^',
           (unsigned)t->slowest);
}

static void add_times(struct times *all, const struct times *t)
{
    memcpy(all->s + all->n, t->s, t->n * sizeof *t->s);
    memcpy(all->cpu_s + all->n, t->cpu_s, t->n * sizeof *t->s);
    all->n += t->n;
}

static void measure_keys(struct screen *s)
{
    static const struct {
        const char *what, *keys;
        int times;
    } groups[] = {
        {"move", "j", 80},
        {"page", "\x06\x06\x02G\x02\x02g", 7},
        {"sort", "spSsnSsaS", 8}, /* figures, texts, age, both ways */
        {"filter", "/combo\r\x7f/seed 19\x7f\x7f\x7f\r\x7f", 5},
        {"open", "j\r\x7f", 20},
    };
    static struct times all;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        static struct times t;
        t.n = 0;
        t.slowest_s = 0;
        press_each(s, groups[i].keys, groups[i].times, &t);
        add_times(&all, &t);
        tell_keys(groups[i].what, &t);
    }
    printf("FIGURE ui_key_p50 %.2f ms -\n", 1e3 * part_of(all.s, all.n, 0.5));
    printf("FIGURE ui_key_p99 %.2f ms 5\n", 1e3 * part_of(all.s, all.n, 0.99));
    printf("FIGURE ui_key_cpu_p99 %.2f ms 5\n", 1e3 * part_of(all.cpu_s, all.n, 0.99));
}

/* Keys in each of the other views, of the newest run and its experiment. Escape leads back to the
 * list. */
static void measure_views(struct screen *s)
{
    static const struct {
        const char *name, *open, *keys;
        int times;
    } views[] = {
        {"live", "2", "hhl\tjyy\r\rwwbb++>-0ff", 8},
        {"ablation", "4", "jkvvveee==lhBtzz", 8},
        {"predictions", "5", "jjjkvWWoovGg", 8},
        {"sql", "6", "select pc from run\x7f\x7f\x7f\x7f\t\x7f\x7f\x7f\x7f\x7f\x7f", 5},
        {"launch", "n", "\t\t\t\t\x06\x02\t", 8},
        {"help", "?", "jjk\x06\x02Gg", 12},
    };
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        static struct times t, others;
        t.n = others.n = 0;
        t.slowest_s = 0;
        press_each(s, views[i].open, 1, &others);
        settle(s, 300);
        press_each(s, views[i].keys, views[i].times, &t);
        press_each(s, "\033\033\0331", 1, &others);
        settle(s, 100);
        if (!t.n)
            continue;
        tell_keys(views[i].name, &t);
        printf("FIGURE ui_%s_key_p99 %.2f ms 5\n", views[i].name, 1e3 * part_of(t.s, t.n, 0.99));
    }
}

/* --- pictures --- */

/* From a key to the frame that has the next image. Runs without pictures have none of this. */
static int measure_images(const char *program, const char *db)
{
    static struct times t;
    struct screen s;
    if (start(&s, program, db))
        return -1;
    settle(&s, 500);
    press_each(&s, "5", 1, &t);
    settle(&s, 500);
    t.n = 0;
    press_each(&s, "j", 100, &t);
    stop(&s);
    if (!t.n)
        return -1;
    printf("FIGURE ui_next_image_p50 %.2f ms -\n", 1e3 * part_of(t.s, t.n, 0.5));
    printf("FIGURE ui_next_image_p99 %.2f ms 30\n", 1e3 * part_of(t.s, t.n, 0.99));
    printf("FIGURE ui_next_image_cpu_p99 %.2f ms -\n", 1e3 * part_of(t.cpu_s, t.n, 0.99));
    return 0;
}

/* Eight runs that were not compared before, each time, from the key to all of their curves; then
 * keys in that view. */
static void measure_compare(struct screen *s)
{
    static struct times first, keys, others;
    press(s, "g", &others);
    for (int i = 0; i < COMPARISONS; i++) {
        press_each(s, " ", 8, &others);
        press(s, "3", &first);
        settle(s, 50);
        if (i == COMPARISONS - 1)
            break;
        press_each(s, "\x7f\x7f", 1, &others); /* back to the list, and no marks */
    }
    press_each(s, "hhl\tjBe\tEyfwhw++>0zzz\r\r", 12, &keys);
    press_each(s, "\x7f\x7f\x7f\x7f\x7fg", 1, &others);
    tell_keys("compare", &keys);
    printf("FIGURE ui_compare_first %.2f ms 10\n", 1e3 * part_of(first.s, first.n, 0.5));
    printf("FIGURE ui_compare_key_p99 %.2f ms 5\n", 1e3 * part_of(keys.s, keys.n, 0.99));
    printf("# the slowest first comparison: %.2f ms, of processor time %.2f ms\n",
           1e3 * part_of(first.s, first.n, 1), 1e3 * part_of(first.cpu_s, first.n, 1));
}

/* --- looking on --- */

static struct epoch_row an_epoch(int epoch)
{
    struct epoch_row row = {.epoch = epoch, .learning_rate = 0.01, .tested = true};
    row.time = clock_date_s();
    row.train = (struct phase_row){
        .images = 300, .seconds = 2, .total = 1.5, .mae = 0.5, .rmse = 0.6, .pc = 0.7};
    row.test = row.train;
    return row;
}

static int add_run(struct db *d, int64_t *id, struct err *e)
{
    struct run_row run = {.image_size = 64, .batch = 16, .epochs = 1000, .seed = 1};
    int64_t claimed;
    str_copy(run.name, sizeof run.name, "written meanwhile");
    str_copy(run.experiment, sizeof run.experiment, "bench");
    str_copy(run.data, sizeof run.data, "/data/faces");
    str_copy(run.backbone, sizeof run.backbone, "resnet18");
    str_copy(run.loss, sizeof run.loss, "l1");
    if (db_run_add(d, &run, NULL, 0, NULL, 0, id, e))
        return -1;
    int status = db_run_claim(d, *id, &claimed, e);
    return status == 1 ? 0 : err_set(e, ERR_STATE, "run %lld was not claimed", (long long)*id);
}

/* The other process: a run that comes on quickly. */
static int write_epochs(const char *db)
{
    struct timespec pause = {.tv_nsec = 1000000000L / COMMITS_PER_S};
    struct db *d;
    struct err e;
    int64_t run;
    int status = db_open(&d, db, DB_WRITE, &e) || add_run(d, &run, &e);
    for (int i = 1; !status && i <= (2 * WATCH_S + 1) * COMMITS_PER_S; i++) {
        struct epoch_row row = an_epoch(i);
        status = db_epoch_add(d, run, &row, 0, NULL, 0, &e);
        nanosleep(&pause, NULL);
    }
    if (!status)
        status = db_run_state(d, run, "finished", "", &e);
    if (status)
        fprintf(stderr, "bench/ui: %s\n", e.text);
    db_close(d);
    return status ? 1 : 0;
}

/* Takes what comes for so long; returns how often something came. */
static long watch(struct screen *s, double seconds)
{
    long reads = 0;
    for (double end = clock_s() + seconds; clock_s() < end; str_clear(&s->sent))
        reads += take(s, 100) > 0;
    return reads;
}

static void tell_watching(struct screen *s, const char *figure, const char *target)
{
    double begin = clock_s(), used = cpu_s(s->pid);
    long reads = watch(s, WATCH_S);
    used = cpu_s(s->pid) - used;
    printf("FIGURE %s %.2f %% %s\n", figure, 100 * used / (clock_s() - begin), target);
    printf("# %ld times something was drawn while %d epochs were stored\n", reads,
           WATCH_S * COMMITS_PER_S);
}

/* The list as it begins, the run that the other process writes on top; then that run itself. */
static int measure_watching(const char *program, const char *db)
{
    int status;
    static struct times t;
    struct screen s;
    fflush(stdout);
    pid_t writer = fork();
    if (writer == 0)
        _exit(write_epochs(db));
    if (start(&s, program, db))
        return -1;
    watch(&s, 0.5);
    tell_watching(&s, "ui_watch_cpu", "1");
    press_each(&s, "g\r", 1, &t);
    tell_watching(&s, "ui_watch_run_cpu", "-");
    stop(&s);
    waitpid(writer, &status, 0);
    return status;
}

static int tell_memory(pid_t pid)
{
    char path[64], line[128];
    long kb = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (f)
        fclose(f);
    printf("FIGURE ui_memory %.1f MB 30\n", (double)kb / 1000);
    return kb < 0 ? -1 : 0;
}

static int measure(const char *program, const char *db)
{
    struct db *d;
    struct run_row *rows;
    struct screen s;
    struct err e;
    size_t n = 0;
    if (db_open(&d, db, DB_READ, &e) || db_runs_page(d, 0, 30, &rows, &n, &e) || !n) {
        fprintf(stderr, "bench/ui: %s\n",
                n ? e.text : "no runs: make some with bench/make_runs_db");
        return -1;
    }
    db_close(d);
    int status = measure_start(program, db, rows, n);
    mem_free(rows);
    if (status || start(&s, program, db))
        return -1;
    settle(&s, 500);
    measure_keys(&s);
    measure_compare(&s);
    measure_views(&s);
    status = tell_memory(s.pid);
    stop(&s);
    return measure_watching(program, db) || status;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[3], "images"))
        return measure_images(argv[2], argv[1]) ? 1 : 0;
    if (argc < 2) {
        fprintf(stderr, "usage: bench/ui FILE [PROGRAM]; bench/make_runs_db makes a FILE\n");
        return 2;
    }
    return measure(argc > 2 ? argv[2] : "./combolab", argv[1]) ? 1 : 0;
}
