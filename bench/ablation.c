/* ablation.c - how long the table of an experiment takes from the rows of its runs: 10,000 of them,
 * or as many as the argument says, of five losses, two nets and so many seeds.
 *
 * Prints the median of nine as a FIGURE line, in milliseconds; it has to stay below 50.
 */
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/ablation_tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TIMES 9

static void fill(struct run_row *r, size_t i)
{
    static const char *const losses[] = {"l1", "mse", "smooth-l1", "smooth-huber", "combo"};
    bool combo = i % 5 == 4;
    r->id = (int64_t)i + 1;
    r->seed = (int64_t)(i / 10) + 1;
    r->alpha = combo ? 2 : (double)NAN;
    r->beta = r->gamma = combo ? 1 : (double)NAN;
    r->image_size = 224;
    r->batch = 64;
    r->epochs = r->epochs_done = 60;
    r->best_epoch = 50;
    r->learning_rate = 0.01;
    r->started = 1000;
    r->ended = 1600;
    r->last_pc = 0.88 + (double)(i * 7919 % 400) * 1e-4;
    r->last_mae = 1.1 - r->last_pc;
    r->last_rmse = 1.2 - r->last_pc;
    r->best_pc = r->last_pc + 0.004;
    r->best_mae = r->last_mae - 0.004;
    r->best_rmse = r->last_rmse - 0.004;
    str_copy(r->state, sizeof r->state, i % 17 ? "finished" : "failed");
    str_copy(r->loss, sizeof r->loss, losses[i % 5]);
    str_copy(r->backbone, sizeof r->backbone, i / 5 % 2 ? "resnet18" : "se-resnext50");
    str_copy(r->data, sizeof r->data, "SCUT-FBP5500");
    str_copy(r->protocol, sizeof r->protocol, "60-40");
    str_copy(r->select, sizeof r->select, "test");
}

static int measure(const struct rows_list *list, double *ms, struct err *e)
{
    static const struct ablation_shown shown = {.metrics = {0, 1, 2}, .n_metrics = 3};
    const struct ablation_source source = {.experiment = "bench", .runs = list};
    const struct ablation_choice choice = {.level = 0.95, .looks = &ablation_usual_looks};
    struct ablation *a = NULL;
    struct table *t = NULL;
    double begin = clock_s();
    int status = ablation_make(&a, &source, &choice, e);
    if (!status)
        status = ablation_table(&t, a, &shown, e);
    *ms = (clock_s() - begin) * 1e3;
    table_free(t);
    ablation_free(a);
    return status;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? (size_t)atoll(argv[1]) : 10000;
    struct run_row *runs = mem_alloc(n, sizeof *runs);
    const struct rows_list list = {row_run_columns, runs, n, sizeof *runs, 2000};
    double ms[TIMES];
    struct err e;
    for (size_t i = 0; runs && i < n; i++)
        fill(&runs[i], i);
    for (int i = 0; runs && i < TIMES; i++)
        if (measure(&list, &ms[i], &e)) {
            fprintf(stderr, "bench/ablation: %s\n", e.text);
            return 1;
        }
    if (!runs)
        return 1;
    qsort(ms, TIMES, sizeof *ms, rising);
    printf("FIGURE ablation_of_%zu_runs %.2f ms 50\n", n, ms[TIMES / 2]);
    mem_free(runs);
    return 0;
}
