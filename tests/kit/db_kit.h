/* db_kit.h - what the tests of the run database share: a plain run, children. */
#ifndef COMBOLAB_TESTS_KIT_DB_KIT_H
#define COMBOLAB_TESTS_KIT_DB_KIT_H

#include "db/db_priv.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Opens for writing, or ends the program. Without fsync: these tests do not pull the plug. */
__attribute__((unused)) static struct db *help_open(const char *path)
{
    struct db *d;
    struct err e;
    if (db_open(&d, path, DB_WRITE, &e)) {
        printf("Bail out! %s\n", e.text);
        exit(99);
    }
    db_exec(d, "PRAGMA synchronous = OFF", &e);
    return d;
}

__attribute__((unused)) static struct run_row help_run(const char *name)
{
    struct run_row run = {.fold = 0,
                          .alpha = NAN,
                          .beta = NAN,
                          .gamma = NAN,
                          .image_size = 64,
                          .batch = 16,
                          .epochs = 3,
                          .seed = 1,
                          .learning_rate = 0.01};
    str_copy(run.name, sizeof run.name, name);
    str_copy(run.experiment, sizeof run.experiment, "losses");
    str_copy(run.data, sizeof run.data, "/data/faces");
    str_copy(run.protocol, sizeof run.protocol, "60/40");
    str_copy(run.backbone, sizeof run.backbone, "resnet18");
    str_copy(run.loss, sizeof run.loss, "l1");
    str_copy(run.select, sizeof run.select, "test");
    str_copy(run.program, sizeof run.program, "combolab 0");
    return run;
}

/* Adds a queued run and returns its number. */
__attribute__((unused)) static int64_t help_add(struct db *d, const char *name)
{
    struct run_row run = help_run(name);
    int64_t id = 0;
    struct err e;
    if (db_run_add(d, &run, NULL, 0, NULL, 0, &id, &e))
        diag("%s", e.text);
    return id;
}

/* Adds a run that this process runs. */
__attribute__((unused)) static int64_t help_add_running(struct db *d, const char *name)
{
    int64_t id = help_add(d, name), claimed = 0;
    struct err e;
    if (db_run_claim(d, id, &claimed, &e) != 1)
        diag("run %d was not claimed", (int)id);
    return id;
}

__attribute__((unused)) static struct epoch_row help_epoch(int epoch, bool best)
{
    struct epoch_row row = {
        .epoch = epoch, .learning_rate = 0.01, .time = 1000 + epoch, .best = best, .tested = true};
    row.train = (struct phase_row){.images = 300,
                                   .seconds = 2,
                                   .total = 1.5,
                                   .term = {1, 2, 3},
                                   .weighted = {2, 2, 3},
                                   .gradient = {0.5, 0.25, 0.125},
                                   .cosine = {0.75, -0.5, -0.25},
                                   .mae = 0.5,
                                   .rmse = 0.6,
                                   .pc = 0.7};
    row.test = row.train;
    row.test.pc = 0.5 + epoch * 0.01;
    return row;
}

/* The one number that `sql` gives. */
__attribute__((unused)) static int64_t help_number(struct db *d, const char *sql)
{
    struct query q;
    struct err e;
    query_open(&q, d, sql);
    int64_t number = INT64_MIN;
    if (query_step(&q, &e) == 1)
        number = query_int(&q);
    else
        diag("%s: no number", sql);
    query_close(&q);
    return number;
}

/* Children tell what they found in memory that is shared, and end by a signal: so a leak checker
 * does not look at what they have inherited open. */
#define HELP_CHILDREN 64

struct help_child {
    pid_t pid;
    int status; /* -1 until the child has returned */
};

static struct help_child *help_children;
static int help_forked;

/* Runs `child` in a process of its own. */
__attribute__((unused)) static pid_t help_fork(int (*child)(const void *), const void *argument)
{
    if (!help_children)
        help_children = mmap(NULL, HELP_CHILDREN * sizeof *help_children, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (help_children == MAP_FAILED || help_forked == HELP_CHILDREN) {
        printf("Bail out! no more children\n");
        exit(99);
    }
    struct help_child *slot = &help_children[help_forked++];
    slot->status = -1;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        slot->status = child(argument);
        fflush(stdout);
        kill(getpid(), SIGKILL);
    }
    slot->pid = pid;
    return pid;
}

/* What it returned; -1 when it was ended before. */
__attribute__((unused)) static int help_wait(pid_t pid)
{
    int status;
    pid_t ended;
    if (pid < 0)
        return -1;
    do
        ended = waitpid(pid, &status, 0);
    while (ended < 0 && errno == EINTR); /* another child was heard of */
    if (ended != pid)
        return -1;
    for (int i = help_forked; i-- > 0;)
        if (help_children[i].pid == pid)
            return help_children[i].status;
    return -1;
}

#endif
