/* drawer.c - a thread that sleeps until there is something to draw. */
#include "src/drawer.h"

#include "base/mem.h"
#include "base/queue.h"
#include "base/str.h"
#include "base/thread.h"
#include "db/db.h"
#include "src/ablation_draw.h"
#include "src/experiment.h"
#include "src/prediction_draw.h"
#include "src/run_plot.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST_WAITING 8
#define MOST_NAMES 1000 /* of one kind in a folder */

struct drawer {
    char *path; /* of the database */
    struct queue *orders, *answers;
    size_t waiting; /* the screen thread's: asked for and not taken */
    pthread_t thread;
};

/* A figure of its own: the screen's lasts until the next key. */
struct order {
    struct ui_figure figure;
    int64_t *runs;
    struct palette_look *looks; /* NULL: their own */
};

static void order_fini(struct order *o)
{
    mem_free(o->runs);
    mem_free(o->looks);
}

/* --- names --- */

/* What of a name does for a file. */
static void plain(char *to, size_t room, const char *name)
{
    size_t n = 0;
    for (; *name && n + 1 < room && n < 60; name++) {
        bool good = (*name >= '0' && *name <= '9') || (*name >= 'a' && *name <= 'z') ||
                    (*name >= 'A' && *name <= 'Z') || *name == '.' || *name == '-';
        to[n++] = good ? *name : '_';
    }
    to[n] = '\0';
}

/* "combolab-run-12", "combolab-ablation-first" */
static void stem_of(const struct order *o, char *to, size_t room)
{
    char name[64];
    plain(name, sizeof name, o->figure.ablation.experiment);
    if (!o->figure.n_runs)
        snprintf(to, room, "combolab-ablation-%s", name);
    else if (o->figure.predictions)
        snprintf(to, room, "combolab-scatter-%lld", (long long)o->runs[0]);
    else
        snprintf(to, room, "combolab-run%s-%lld", o->figure.n_runs > 1 ? "s" : "",
                 (long long)o->runs[0]);
}

/* Draws under the first name that is free. */
static int draw_free(struct order *o, char path[1024],
                     int (*draw)(const void *numbers, const struct figure_page *page,
                                 struct err *e),
                     const void *numbers, struct err *e)
{
    char folder[PATH_MAX], stem[128], name[160];
    const struct figure_page page = {.path = path};
    if (!getcwd(folder, sizeof folder))
        str_copy(folder, sizeof folder, ".");
    stem_of(o, stem, sizeof stem);
    for (int i = 1; i <= MOST_NAMES; i++) {
        if (i == 1)
            snprintf(name, sizeof name, "%s.pdf", stem);
        else
            snprintf(name, sizeof name, "%s-%d.pdf", stem, i);
        if (str_path(path, 1024, folder, name))
            return err_set(e, ERR_USAGE, "the path of this folder is too long for a figure");
        if (!draw(numbers, &page, e))
            return 0;
        if (e->code != ERR_STATE)
            return -1;
    }
    return -1;
}

/* --- figures --- */

static int draw_curves(const void *numbers, const struct figure_page *page, struct err *e)
{
    return figure_curves(page, numbers, e);
}

static int curves(struct db *db, struct order *o, char path[1024], struct err *e)
{
    size_t n = o->figure.n_runs;
    const struct run_plot_choice choice = {.metrics = o->figure.metrics,
                                           .phases = o->figure.phases,
                                           .looks = o->looks,
                                           .mean = o->figure.over_seed   ? RUN_PLOT_SEED
                                                   : o->figure.over_fold ? RUN_PLOT_FOLD
                                                                         : RUN_PLOT_EACH};
    struct run_row *runs = mem_alloc(n, sizeof *runs);
    struct plot plot = {0};
    int result = runs ? 0 : mem_error(e, "runs", n * sizeof *runs);
    for (size_t i = 0; !result && i < n; i++)
        result = db_run(db, o->runs[i], &runs[i], e);
    if (!result)
        result = run_plot(&plot, db, runs, n, &choice, e);
    if (!result)
        result =
            draw_free(o, path, draw_curves, &(struct figure_curves){&plot, o->figure.log_y}, e);
    plot_fini(&plot);
    mem_free(runs);
    return result;
}

static int draw_predictions(const void *numbers, const struct figure_page *page, struct err *e)
{
    return prediction_draw(numbers, 1, page, e);
}

static int predictions(struct db *db, struct order *o, char path[1024], struct err *e)
{
    struct prediction_run run = {.id = o->runs[0], .label = ""};
    if (db_predictions(db, run.id, o->figure.best ? "best" : "last", &run.rows, &run.n, e))
        return -1;
    int result = draw_free(o, path, draw_predictions, &run, e);
    mem_free(run.rows);
    return result;
}

struct shown_ablation {
    const struct ablation *ablation;
    struct ablation_shown shown;
};

static int draw_ablation(const void *numbers, const struct figure_page *page, struct err *e)
{
    const struct shown_ablation *s = numbers;
    return ablation_draw(s->ablation, &s->shown, page, e);
}

static int ablation(struct db *db, struct order *o, char path[1024], struct err *e)
{
    const struct ui_ablation *wanted = &o->figure.ablation;
    const struct ablation_choice choice = {
        .at = wanted->at, .baseline = wanted->baseline, .level = 0.95};
    struct shown_ablation shown = {.ablation = NULL};
    struct ablation *a = NULL;
    int result = ablation_metrics(o->figure.metrics, &shown.shown, e);
    if (!result)
        result = experiment_ablation(db, wanted->experiment, &choice, NULL, &a, e);
    shown.ablation = a;
    if (!result)
        result = draw_free(o, path, draw_ablation, &shown, e);
    ablation_free(a);
    return result;
}

/* --- the thread --- */

static void serve(struct drawer *d, struct order *o)
{
    struct drawer_answer answer = {.path = ""};
    struct db *db = NULL;
    int failed = db_open(&db, d->path, DB_READ, &answer.err);
    if (!failed && o->figure.predictions)
        failed = predictions(db, o, answer.path, &answer.err);
    else if (!failed)
        failed = o->figure.n_runs ? curves(db, o, answer.path, &answer.err)
                                  : ablation(db, o, answer.path, &answer.err);
    db_close(db);
    if (!failed)
        err_clear(&answer.err);
    queue_push(d->answers, &answer);
}

static void *work(void *context)
{
    struct drawer *d = context;
    struct order order;
    while (queue_wait(d->orders, &order) == 1) {
        serve(d, &order);
        order_fini(&order);
    }
    return NULL;
}

int drawer_open(struct drawer **out, const char *db_path, struct err *e)
{
    struct drawer *d = mem_alloc(1, sizeof *d);
    *out = NULL;
    if (!d)
        return mem_error(e, "drawing", sizeof *d);
    d->path = mem_string(db_path);
    int failed = d->path ? 0 : mem_error(e, "a path", strlen(db_path));
    if (!failed)
        failed = queue_new(&d->orders, MOST_WAITING, sizeof(struct order), e) ||
                 queue_new(&d->answers, MOST_WAITING + 1, sizeof(struct drawer_answer), e);
    int number = failed ? 0 : thread_start(&d->thread, work, d);
    if (!failed && !number) {
        *out = d;
        return 0;
    }
    if (number)
        err_errno(e, number, "starting the thread that draws");
    queue_free(d->orders);
    queue_free(d->answers);
    mem_free(d->path);
    mem_free(d);
    return -1;
}

int drawer_draw(struct drawer *d, const struct ui_figure *figure, struct err *e)
{
    struct order order = {.figure = *figure};
    size_t bytes = figure->n_runs * sizeof *order.runs;
    size_t looks = figure->looks ? figure->n_runs * sizeof *order.looks : 0;
    if (d->waiting == MOST_WAITING)
        return err_set(e, ERR_BUSY, "%d figures are being drawn already", MOST_WAITING);
    order.runs = mem_copy(figure->runs, bytes);
    order.looks = looks ? mem_copy(figure->looks, looks) : NULL;
    if ((bytes && !order.runs) || (looks && !order.looks)) {
        order_fini(&order);
        return mem_error(e, "a figure", bytes);
    }
    order.figure.runs = order.runs;
    order.figure.looks = order.looks;
    d->waiting++;
    queue_push(d->orders, &order); /* there is room for all that wait */
    return 0;
}

void drawer_close(struct drawer *d)
{
    struct order left;
    if (!d)
        return;
    queue_close(d->answers);
    queue_close(d->orders);
    while (queue_pop(d->orders, &left) == 1)
        order_fini(&left);
    pthread_join(d->thread, NULL);
    queue_free(d->orders);
    queue_free(d->answers);
    mem_free(d->path);
    mem_free(d);
}

int drawer_fd(const struct drawer *d)
{
    return queue_fd(d->answers);
}

bool drawer_take(struct drawer *d, struct drawer_answer *out)
{
    bool got = queue_pop(d->answers, out) == 1;
    d->waiting -= got;
    return got;
}
