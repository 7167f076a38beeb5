/* import_epochs.c - rows of epochs from the points of curves: see import.h. */
#include "src/import.h"

#include "base/err.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_step(const void *a, const void *b)
{
    const struct import_point *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* In order of steps, each of them once. */
static void put_in_order(struct import *m, struct import_tag *tag)
{
    size_t kept = 0;
    if (tag->n)
        qsort(tag->points, tag->n, sizeof *tag->points, by_step);
    for (size_t i = 0; i < tag->n; i++) {
        if (i + 1 < tag->n && tag->points[i + 1].step == tag->points[i].step)
            m->twice++;
        else
            tag->points[kept++] = tag->points[i];
    }
    tag->n = kept;
}

static bool has_phase(const struct import *m, int phase)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->tags[i].n && m->tags[i].target >= 0 && m->tags[i].target < IMPORT_LR &&
            m->tags[i].target / IMPORT_METRICS == phase)
            return true;
    return false;
}

/* Many call what they test on their validation set. What --map said is meant. */
static void take_val_as_test(struct import *m, int best_on)
{
    if (best_on != ROW_TEST || has_phase(m, ROW_TEST) || !has_phase(m, ROW_VAL))
        return;
    for (size_t i = 0; i < m->n; i++)
        if (m->tags[i].told && m->tags[i].n)
            return;
    for (size_t i = 0; i < m->n; i++)
        if (m->tags[i].target / IMPORT_METRICS == ROW_VAL && m->tags[i].target >= 0 &&
            m->tags[i].target < IMPORT_LR)
            m->tags[i].target += (ROW_TEST - ROW_VAL) * IMPORT_METRICS;
    m->val_as_test = true;
}

static int check_targets(const struct import *m, struct err *e)
{
    const struct import_tag *of[IMPORT_TARGETS] = {NULL};
    char name[16];
    for (size_t i = 0; i < m->n; i++) {
        const struct import_tag *tag = &m->tags[i];
        if (!tag->n)
            continue;
        if (of[tag->target]) {
            import_target_name(tag->target, name, sizeof name);
            return err_set(e, ERR_USAGE,
                           "'%.60s' and '%.60s' would both be %s: say with --map '%.60s=none', or "
                           "another figure, what they are",
                           of[tag->target]->name, tag->name, name, tag->name);
        }
        of[tag->target] = tag;
    }
    return 0;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* All steps, ascending, each once; in one list that is freed with mem_free. */
static int list_steps(const struct import *m, int64_t **out, size_t *n, struct err *e)
{
    int64_t *steps = mem_alloc(m->points, sizeof *steps);
    size_t all = 0, kept = 0;
    if (!steps)
        return mem_error(e, "the list of steps", m->points * sizeof *steps);
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->tags[i].n; k++)
            steps[all++] = m->tags[i].points[k].step;
    qsort(steps, all, sizeof *steps, by_number);
    for (size_t i = 0; i < all; i++)
        if (!kept || steps[kept - 1] != steps[i])
            steps[kept++] = steps[i];
    *out = steps;
    *n = kept;
    return 0;
}

/* Curves whose steps are not each other's were not written once an epoch. */
static int check_steps(const struct import *m, size_t n, struct err *e)
{
    const struct import_tag *most = NULL, *other = NULL;
    for (size_t i = 0; i < m->n; i++)
        if (m->tags[i].n && (!most || m->tags[i].n > most->n))
            most = &m->tags[i];
    for (size_t i = 0; i < m->n; i++)
        if (m->tags[i].n && &m->tags[i] != most)
            other = &m->tags[i];
    if (m->epochs || !other || n <= most->n)
        return 0;
    return err_set(e, ERR_USAGE,
                   "'%.60s' (%zu points) and '%.60s' (%zu) are of different steps, so these are no "
                   "epochs: say with --steps-per-epoch how many are one",
                   most->name, most->n, other->name, other->n);
}

/* Steps become numbers of epochs, in place. A step is within the epoch that it ends, as counters
 * say it that have been counted up already. */
static void number_epochs(const struct import *m, int64_t *steps, size_t n, int64_t per_epoch)
{
    int64_t shift = m->epochs && n && steps[0] == 0;
    for (size_t i = 0; i < n; i++) {
        if (per_epoch > 0)
            steps[i] = steps[i] <= 0 ? 1 : (steps[i] - 1) / per_epoch + 1;
        else
            steps[i] = m->epochs ? steps[i] + shift : (int64_t)i + 1;
    }
}

static const struct phase_row no_phase = {.seconds = (double)NAN,
                                          .total = (double)NAN,
                                          .term = {(double)NAN, (double)NAN, (double)NAN},
                                          .weighted = {(double)NAN, (double)NAN, (double)NAN},
                                          .mae = (double)NAN,
                                          .rmse = (double)NAN,
                                          .pc = (double)NAN};

static struct phase_row *phase_of(struct epoch_row *row, int phase)
{
    return phase == ROW_TRAIN ? &row->train : phase == ROW_VAL ? &row->val : &row->test;
}

static double *figure_of(struct epoch_row *row, int target)
{
    if (target == IMPORT_LR)
        return &row->learning_rate;
    struct phase_row *phase = phase_of(row, target / IMPORT_METRICS);
    double *const figures[IMPORT_METRICS] = {&phase->total, &phase->mae, &phase->rmse, &phase->pc};
    return figures[target % IMPORT_METRICS];
}

static void set_figure(struct epoch_row *row, int target, double value, double time)
{
    *figure_of(row, target) = value;
    row->tested |= target != IMPORT_LR && target / IMPORT_METRICS == ROW_TEST;
    row->validated |= target != IMPORT_LR && target / IMPORT_METRICS == ROW_VAL;
    row->time = fmax(row->time, isfinite(time) ? time : 0);
}

/* `steps` and `epochs` go along: where a point's step is its epoch is told. */
static void fill_tag(const struct import_tag *tag, const int64_t *steps, const int64_t *epochs,
                     struct epoch_row *rows)
{
    bool mean = tag->target < IMPORT_LR && tag->target / IMPORT_METRICS == ROW_TRAIN;
    size_t at = 0, count = 0;
    double sum = 0;
    struct epoch_row *row = NULL, *now = rows;
    for (size_t i = 0; i < tag->n; i++) {
        while (steps[at] != tag->points[i].step)
            at++;
        while (now->epoch != epochs[at])
            now++;
        if (now != row) {
            row = now;
            sum = 0;
            count = 0;
        }
        sum += tag->points[i].value;
        count++;
        set_figure(row, tag->target, mean ? sum / (double)count : tag->points[i].value,
                   tag->points[i].time);
    }
}

static int make_rows(const int64_t *epochs, size_t n_steps, struct epoch_row **out, size_t *n,
                     struct err *e)
{
    size_t count = 0;
    for (size_t i = 0; i < n_steps; i++)
        count += !i || epochs[i] != epochs[i - 1];
    if (count > IMPORT_MOST_EPOCHS || epochs[n_steps - 1] > INT32_MAX)
        return err_set(e, ERR_USAGE,
                       "%zu epochs, up to number %lld, are more than %d: say with "
                       "--steps-per-epoch how many steps are one",
                       count, (long long)epochs[n_steps - 1], IMPORT_MOST_EPOCHS);
    struct epoch_row *rows = mem_alloc(count, sizeof *rows);
    if (!rows)
        return mem_error(e, "epochs", count * sizeof *rows);
    *n = 0;
    for (size_t i = 0; i < n_steps; i++)
        if (!i || epochs[i] != epochs[i - 1])
            rows[(*n)++] = (struct epoch_row){.epoch = (int)epochs[i],
                                              .learning_rate = (double)NAN,
                                              .train = no_phase,
                                              .val = no_phase,
                                              .test = no_phase};
    *out = rows;
    return 0;
}

/* The figure that says which epoch is best: the first of these that there is. */
static int best_target(const struct import *m, int phase)
{
    static const int order[] = {IMPORT_PC, IMPORT_MAE, IMPORT_RMSE, IMPORT_LOSS};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t i = 0; i < m->n; i++)
            if (m->tags[i].n && m->tags[i].target == phase * IMPORT_METRICS + order[k])
                return m->tags[i].target;
    return IMPORT_NONE;
}

static void mark_best(const struct import *m, int phase, struct epoch_row *rows, size_t n)
{
    int target = best_target(m, phase);
    double sign = target % IMPORT_METRICS == IMPORT_PC ? 1 : -1, best = -(double)INFINITY;
    for (size_t i = 0; target >= 0 && i < n; i++) {
        double value = sign * *figure_of(&rows[i], target);
        rows[i].best = value > best;
        best = fmax(best, value);
    }
}

static int fill(const struct import *m, int64_t per_epoch, int64_t *steps, size_t n_steps,
                struct epoch_row **out, size_t *n, struct err *e)
{
    int64_t *epochs = mem_alloc(n_steps, sizeof *epochs);
    if (!epochs)
        return mem_error(e, "the list of epochs", n_steps * sizeof *epochs);
    memcpy(epochs, steps, n_steps * sizeof *epochs);
    number_epochs(m, epochs, n_steps, per_epoch);
    int status = make_rows(epochs, n_steps, out, n, e);
    for (size_t i = 0; !status && i < m->n; i++)
        fill_tag(&m->tags[i], steps, epochs, *out);
    mem_free(epochs);
    return status;
}

int import_epochs(struct import *m, int64_t steps, int best_on, struct epoch_row **out, size_t *n,
                  struct err *e)
{
    int64_t *list = NULL;
    size_t n_list = 0;
    int64_t per_epoch = m->epochs && !m->epochs_told ? 0 : steps;
    if (!m->points)
        return err_set(e, ERR_FORMAT,
                       "there is no curve that is known as loss, MAE, RMSE or PC: see with "
                       "--dry-run what there is, and say with --map TAG=test.pc what it is");
    for (size_t i = 0; i < m->n; i++)
        put_in_order(m, &m->tags[i]);
    take_val_as_test(m, best_on);
    if (check_targets(m, e) || list_steps(m, &list, &n_list, e))
        return -1;
    int status = per_epoch > 0 ? 0 : check_steps(m, n_list, e);
    if (!status)
        status = fill(m, per_epoch, list, n_list, out, n, e);
    mem_free(list);
    if (!status)
        mark_best(m, best_on, *out, *n);
    return status;
}
