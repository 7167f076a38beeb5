/* ablation_kit.c - see ablation_kit.h. */
#include "tests/results/ablation_kit.h"

#include "base/mem.h"
#include "base/str.h"
#include "tests/kit/tap.h"

struct run_row runs[KIT_MOST_RUNS];
size_t n_runs;

/* --- runs --- */

struct run_row *kit_add(const char *loss, int fold, int64_t seed, double pc)
{
    struct run_row *r = &runs[n_runs++];
    *r = (struct run_row){.id = (int64_t)n_runs,
                          .fold = fold,
                          .seed = seed,
                          .alpha = NAN,
                          .beta = NAN,
                          .gamma = NAN,
                          .image_size = 64,
                          .batch = 16,
                          .epochs = 2,
                          .epochs_done = 2,
                          .best_epoch = 1,
                          .learning_rate = 0.01,
                          .started = 100,
                          .ended = 160,
                          .train_images = 80,
                          .test_images = 20,
                          .last_pc = pc,
                          .last_mae = 1 - pc,
                          .last_rmse = 2 - pc,
                          .best_pc = pc + 0.01,
                          .best_mae = 0.9 - pc,
                          .best_rmse = 1.9 - pc};
    str_copy(r->loss, sizeof r->loss, loss);
    str_copy(r->state, sizeof r->state, "finished");
    str_copy(r->backbone, sizeof r->backbone, "resnet18");
    str_copy(r->data, sizeof r->data, "SCUT-FBP5500");
    str_copy(r->protocol, sizeof r->protocol, fold ? "5-fold" : "60-40");
    str_copy(r->select, sizeof r->select, "test");
    str_copy(r->data_hash, sizeof r->data_hash, "same");
    return r;
}

void kit_add_seeds(const char *loss, double one, double two, double three)
{
    const double pc[] = {one, two, three};
    for (int i = 0; i < 3; i++)
        kit_add(loss, 0, i + 1, pc[i]);
}

/* --- predictions: 4 images a run; what is true of them depends on the fold --- */

bool other_images; /* of odd runs */

const struct ablation_looks kit_looks = {
    .n = 4, .seeds = {3, 5, 8, 12}, .spending = STATS_OBRIEN_FLEMING};

static int read_scores(void *context, int64_t run, int epoch, struct ablation_scores *to,
                       struct err *e)
{
    const struct run_row *r = &runs[run - 1];
    (void)context;
    if (epoch != 1 && epoch != 2)
        return 0;
    to->predicted = mem_alloc(4, sizeof *to->predicted);
    to->truth = mem_alloc(4, sizeof *to->truth);
    if (!to->predicted || !to->truth)
        return mem_error(e, "scores", 32);
    for (to->n = 0; to->n < 4; to->n++) {
        double i = (double)to->n;
        to->truth[to->n] = to->n == 3 ? (double)NAN : i + 10 * r->fold + (other_images && run % 2);
        to->predicted[to->n] = i + 10 * r->fold + (r->fold == 2 ? 1 : 0.5);
    }
    return 0;
}

/* --- making --- */

struct ablation_source source;
static struct rows_list list;

int kit_make(struct ablation **a, struct ablation_choice choice, struct err *e)
{
    static const struct reference_row references[] = {
        {"authors log", "SCUT-FBP5500", "60/40", "ResNet18", "mse", NAN, NAN, NAN, 1, 1, 1,
         "fold 1"},
        {"table 5", "SCUT-FBP5500", "60/40", "ResNet-18", "mse", NAN, NAN, NAN, 0.2313, 0.3054,
         0.8946, ""},
        {"table 5", "SCUT-FBP5500", "60/40", "ResNet18", "combo", 1, 2, 1, 0.2202, 0.2907, 0.9041,
         ""},
    };
    list = (struct rows_list){row_run_columns, runs, n_runs, sizeof *runs, 1000};
    source.experiment = "losses";
    source.runs = &list;
    source.references = references;
    source.n_references = 3;
    if (choice.level == 0)
        choice.level = 0.95;
    return ablation_make(a, &source, &choice, e);
}

struct ablation *kit_made(struct ablation_choice choice)
{
    struct ablation *a = NULL;
    struct err e = {0};
    if (kit_make(&a, choice, &e))
        printf("Bail out! %s\n", e.text);
    return a;
}

void kit_begin(void)
{
    n_runs = 0;
    other_images = false;
    source = (struct ablation_source){.scores = read_scores};
}

bool kit_is_at(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

bool kit_says(const char *const *lines, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(lines[i], text))
            return true;
    for (size_t i = 0; i < n; i++)
        diag("%s", lines[i]);
    return false;
}
