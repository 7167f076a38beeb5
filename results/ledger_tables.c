/* ledger_tables.c - see ledger_tables.h. */
#include "results/ledger_tables.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/table.h"

#include <math.h>
#include <stdlib.h>

#define COLUMNS(columns) (sizeof(columns) / sizeof *(columns))

int ledger_table_selection_new(struct table **out, struct err *e)
{
    static const struct table_column columns[] = {
        {"run", "run", TABLE_INT, 0, false},
        {"name", "name", TABLE_TEXT, 0, true},
        {"rule", "rule", TABLE_TEXT, 0, false},
        {"epoch", "epoch", TABLE_INT, 0, false},
        {"epochs", "averaged", TABLE_INT, 0, true},
        {"pc", "PC", TABLE_REAL, 4, false},
        {"mae", "MAE", TABLE_REAL, 4, false},
        {"rmse", "RMSE", TABLE_REAL, 4, false},
        {"bias", "mean error", TABLE_REAL, 4, false},
        {"other_half", "on other half", TABLE_REAL, 4, false},
        {"optimism", "optimism", TABLE_REAL, 4, false},
    };
    return table_new(out, "selection", false, columns, COLUMNS(columns), e);
}

/* By how much `all` looks better. */
static double optimism(const struct ledger_rule *rule, const struct ledger_figures *all,
                       double other_half)
{
    if (!rule->figure)
        return NAN;
    return rule->least ? other_half - rule->figure(all) : rule->figure(all) - other_half;
}

static void add_rule(struct table *t, const struct run_row *run, const struct ledger_rows *rows,
                     const struct ledger_rule *rule, const struct ledger_figures *curve,
                     struct ledger_choice choice, double other_half)
{
    struct ledger_figures figures = ledger_chosen(curve, choice);
    table_int(t, run->id);
    table_text(t, run->name);
    table_text(t, rule->name);
    if (choice.n)
        table_int(t, rows->epochs[choice.first + choice.n - 1]);
    else
        table_missing(t);
    table_int(t, (int64_t)choice.n);
    table_real(t, figures.pc);
    table_real(t, figures.mae);
    table_real(t, figures.rmse);
    table_real(t, figures.bias);
    table_real(t, other_half);
    table_real(t, optimism(rule, &figures, other_half));
}

int ledger_table_selection_add(struct table *t, const struct run_row *run,
                               const struct ledger_rows *rows, const double *truth,
                               const struct ledger_rule *only, const struct ledger_halving *halving,
                               struct err *e)
{
    struct ledger_figures *curve;
    double other_half[LEDGER_N_RULES];
    if (ledger_curve(rows, truth, &curve, e))
        return -1;
    int result = ledger_halves(rows, truth, halving, other_half, e);
    for (int r = 0; !result && r < LEDGER_N_RULES; r++) {
        struct ledger_choice choice =
            ledger_choose(&ledger_rules[r], curve, rows->n_epochs, halving->window);
        if (only ? only == &ledger_rules[r] : choice.n > 0)
            add_rule(t, run, rows, &ledger_rules[r], curve, choice, other_half[r]);
    }
    mem_free(curve);
    return result;
}

int ledger_table_trajectories_new(struct table **out, struct err *e)
{
    static const struct table_column columns[] = {
        {"run", "run", TABLE_INT, 0, false},
        {"image", "image", TABLE_TEXT, 0, false},
        {"truth", "true", TABLE_REAL, 4, false},
        {"first_error", "error at first", TABLE_REAL, 4, true},
        {"chosen_error", "error at chosen", TABLE_REAL, 4, false},
        {"last_error", "at last", TABLE_REAL, 4, false},
        {"volatility", "volatility", TABLE_REAL, 4, false},
    };
    return table_new(out, "trajectories", false, columns, COLUMNS(columns), e);
}

struct image {
    size_t place;
    struct ledger_trajectory of;
};

/* Worst at the end first; what is NaN last. */
static int by_last_error(const void *a, const void *b)
{
    const struct image *x = a, *y = b;
    double p = isnan(x->of.last_error) ? -1 : fabs(x->of.last_error);
    double q = isnan(y->of.last_error) ? -1 : fabs(y->of.last_error);
    return p != q ? (p < q) - (p > q) : (x->place > y->place) - (x->place < y->place);
}

int ledger_table_trajectories_add(struct table *t, const struct run_row *run,
                                  const struct ledger_rows *rows, const struct split_row *split,
                                  const double *truth, struct ledger_choice choice, size_t most,
                                  struct err *e)
{
    size_t n = rows->n_images;
    struct image *images = mem_alloc(n, sizeof *images);
    if (!images)
        return mem_error(e, "the images of a run", n * sizeof *images);
    for (size_t i = 0; i < n; i++)
        images[i] = (struct image){i, ledger_trajectory(rows, truth, choice, i)};
    qsort(images, n, sizeof *images, by_last_error);
    for (size_t i = 0; i < n && (!most || i < most); i++) {
        const struct image *image = &images[i];
        table_int(t, run->id);
        table_text(t, split[image->place].image);
        table_real(t, truth[image->place]);
        table_real(t, image->of.first_error);
        table_real(t, image->of.chosen_error);
        table_real(t, image->of.last_error);
        table_real(t, image->of.volatility);
    }
    mem_free(images);
    return 0;
}
