/* ablation_caption.c - the caption of an ablation: what its figures are of, and what its tests
 * cover.
 */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_RANGES 12

static int by_seed(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* "1-3, 7" */
static void add_ranges(struct str *to, const int64_t *seeds, size_t n)
{
    size_t ranges = 0;
    for (size_t i = 0, end; i < n; i = end + 1) {
        end = i;
        while (end + 1 < n && seeds[end + 1] <= seeds[end] + 1)
            end++;
        if (ranges++ == MOST_RANGES) {
            str_add(to, " ...");
            return;
        }
        str_addf(to, "%s %lld", i ? "," : "", (long long)seeds[i]);
        if (seeds[end] > seeds[i])
            str_addf(to, "-%lld", (long long)seeds[end]);
    }
}

static int add_seeds(struct making *m, struct err *e)
{
    int64_t *seeds = mem_alloc(m->n, sizeof *seeds);
    size_t n = 0;
    if (!seeds)
        return mem_error(e, "the seeds of an ablation", m->n * sizeof *seeds);
    for (size_t i = 0; i < m->n; i++)
        if (m->members[i].counts)
            seeds[n++] = m->members[i].seed;
    qsort(seeds, n, sizeof *seeds, by_seed);
    str_add(&m->caption, n && seeds[0] != seeds[n - 1] ? ", seeds" : ", seed");
    add_ranges(&m->caption, seeds, n);
    mem_free(seeds);
    return 0;
}

/* The first that counts; NULL. */
static const struct member *first_counted(const struct making *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->members[i].counts)
            return &m->members[i];
    return NULL;
}

static const char *text_at(const struct making *m, const struct member *member, const char *name)
{
    const struct row_column *c = rows_column(m->source->runs->columns, name);
    return c ? rows_text(c, rows_at(m->source->runs, member->place)) : "";
}

/* All that count have the same text there. */
static bool is_one(const struct making *m, const char *name, const char *text)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->members[i].counts && strcmp(text_at(m, &m->members[i], name), text))
            return false;
    return true;
}

/* "the 2200 test images of SCUT-FBP5500, 60-40" */
static void add_images(struct making *m, const struct member *first)
{
    static const char *const names[] = {"data", "protocol"};
    struct str *to = &m->caption;
    if (m->a->cells[0].folds_wanted < 2 && first->test_images > 0)
        str_addf(to, "the %.0f test images", first->test_images);
    else
        str_add(to, "the test images");
    for (int i = 0; i < 2; i++) {
        const char *text = text_at(m, first, names[i]);
        if (!text[0] || !is_one(m, names[i], text))
            continue;
        str_add(to, i ? ", protocol " : " of ");
        ablation_add_name(to, text);
    }
}

static const char *selection(const struct making *m, const struct member *first)
{
    if (m->a->at == ABLATION_LAST)
        return "the last epoch";
    if (m->a->at == ABLATION_HALF)
        return "the epoch that one half of the test images chooses, on the other half, both ways "
               "averaged";
    const char *text = text_at(m, first, "select");
    if (!is_one(m, "select", text))
        return "each run's best epoch, chosen in several ways";
    return strcmp(text, "val") ? "the best epoch on the test images themselves (the paper's "
                                 "protocol, optimistic)"
                               : "the best epoch on val images held out of training";
}

static bool has_folds(const struct ablation *a)
{
    for (size_t i = 0; i < a->n_columns; i++)
        if (ablation_cell(a, 0, i)->folds_wanted > 1)
            return true;
    return false;
}

static bool has_pooled(const struct ablation *a)
{
    for (size_t i = 0; i < a->n_rows * a->n_columns; i++)
        if (isfinite(a->cells[i].pooled[ABLATION_PC]))
            return true;
    return false;
}

static void add_cells(struct making *m)
{
    const struct ablation *a = m->a;
    str_addf(&m->caption, " Cells are mean and sample deviation over %s (how many)",
             has_folds(a) ? "folds, each the mean of its seeds" : "seeds");
    if (has_pooled(a))
        str_add(&m->caption, "; pooled is over the test images of all folds together");
    str_add(&m->caption, ".");
}

static bool is_tested(const struct ablation *a)
{
    for (size_t i = 0; i < a->n_rows * a->n_columns; i++)
        if (isfinite(a->differences[i].p))
            return true;
    return false;
}

/* "3, 5, 8 and 12 seeds" */
static void add_looks_at(struct str *to, const struct ablation_looks *l)
{
    for (size_t i = 0; i < l->n; i++)
        str_addf(to, "%s%d", !i ? "" : i + 1 < l->n ? ", " : " and ", l->seeds[i]);
    str_add(to, " seeds");
}

/* What p covers, when more seeds come. */
static void add_looks(struct str *to, const struct ablation *a)
{
    const struct ablation_looks *l = &a->looks;
    char alpha[32];
    if (!l->n) {
        str_add(to,
                ". This holds if the number of seeds was fixed beforehand, and not if seeds are "
                "added until p is small");
        return;
    }
    str_shortest(alpha, sizeof alpha, 1 - a->level, 3);
    str_addf(to, ". Tests are made at %s", l->n == 1 ? "" : "looks at ");
    add_looks_at(to, l);
    if (l->n == 1)
        str_addf(to, " alone, at the level of %s", alpha);
    else
        str_addf(to,
                 ", which share the level of %s by %s-type spending (Lan and DeMets): runs may be "
                 "added from look to look until there is a decision, and intervals hold at all "
                 "looks together",
                 alpha, ablation_spending_titles[l->spending]);
    if (l->origin == LOOKS_ASKED_FOR)
        str_add(to, " (as asked for, not laid down with the experiment)");
    else if (l->origin == LOOKS_USUAL)
        str_add(to, " (the usual looks; others, or none where the number of seeds was fixed "
                    "beforehand, are laid down by --lay-down)");
    else if (l->finished)
        str_addf(to, " (laid down when %lld of its runs had finished)", l->finished);
    else
        str_add(to, " (laid down before any of its runs had finished)");
}

static void add_tests(struct making *m)
{
    const struct ablation *a = m->a;
    struct str *to = &m->caption;
    if (a->n_rows < 2)
        return;
    str_add(to, " Rows are compared with ");
    ablation_add_name(to, a->rows[a->baseline]);
    str_addf(to, " (%s) by pairs of runs that share fold and seed; ",
             a->baseline_chosen ? "as asked for" : "by default");
    bool tested = is_tested(a);
    if (tested)
        str_addf(to, "%s, Holm over %zu %s of PC",
                 has_folds(a) ? "corrected resampled t test over folds"
                              : "paired t test over seeds, for this split only",
                 a->family, a->family == 1 ? "test" : "tests");
    else
        str_addf(to, "nothing %s", m->a->at == ABLATION_BEST ? "is tested" : "can be tested yet");
    str_add(to, "; other figures are descriptive");
    if (tested || a->looks.n)
        add_looks(to, a);
    str_add(to, ".");
}

int ablation_caption(struct making *m, struct err *e)
{
    const struct member *first = first_counted(m);
    struct str *to = &m->caption;
    str_addf(to, "Experiment ");
    ablation_add_name(to, m->source->experiment);
    str_addf(to, ": %zu of %zu runs finished", m->a->n_finished, m->a->n_runs);
    if (!first) {
        str_add(to, ".");
        return 0;
    }
    if (add_seeds(m, e))
        return -1;
    str_addf(to, ". Figures are of %s, %s", selection(m, first),
             m->a->at == ABLATION_HALF ? "of " : "on ");
    add_images(m, first);
    str_add(to, ".");
    add_cells(m);
    add_tests(m);
    str_add(to, m->remarks.text);
    to->failed |= m->remarks.failed;
    return 0;
}
