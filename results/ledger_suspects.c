/* ledger_suspects.c - see ledger_suspects.h. */
#include "results/ledger_suspects.h"

#include "base/err.h"
#include "base/intern.h"
#include "base/mem.h"
#include "results/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Errors of one image over runs: mean and sum of squares about it, kept up run by run (Welford,
 * "Note on a method for calculating corrected sums of squares and products", 1962). */
struct suspect {
    const char *image;
    double truth;
    size_t runs;
    double mean, squares;
    double strength;
};

struct ledger_suspects {
    struct intern *names;
    struct suspect *list; /* by image and truth: the first n_sorted; later ones as they came */
    size_t n, n_sorted, room;
};

int ledger_suspects_new(struct ledger_suspects **out, struct err *e)
{
    struct ledger_suspects *s = mem_alloc(1, sizeof *s);
    *out = s;
    if (!s)
        return mem_error(e, "a list of images", sizeof *s);
    if (!intern_new(&s->names, e))
        return 0;
    mem_free(s);
    *out = NULL;
    return -1;
}

void ledger_suspects_free(struct ledger_suspects *s)
{
    if (!s)
        return;
    mem_free(s->list);
    intern_free(s->names);
    mem_free(s);
}

static int by_image(const void *a, const void *b)
{
    const struct suspect *x = a, *y = b;
    int order = strcmp(x->image, y->image);
    return order ? order : (x->truth > y->truth) - (x->truth < y->truth);
}

static struct suspect *append(struct ledger_suspects *s, const struct split_row *row, struct err *e)
{
    if (s->n == s->room) {
        size_t room = s->room ? 2 * s->room : 1024;
        struct suspect *list = mem_resize(s->list, room, sizeof *list);
        if (!list) {
            mem_error(e, "a list of images", room * sizeof *list);
            return NULL;
        }
        s->list = list;
        s->room = room;
    }
    const char *image = intern_text(s->names, row->image);
    if (!image) {
        mem_error(e, "the name of an image", strlen(row->image));
        return NULL;
    }
    s->list[s->n] = (struct suspect){.image = image, .truth = row->truth};
    return &s->list[s->n++];
}

int ledger_suspects_add(struct ledger_suspects *s, const struct split_row *split,
                        const double *predicted, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct suspect wanted = {.image = split[i].image, .truth = split[i].truth};
        if (isnan(split[i].truth))
            continue;
        struct suspect *found =
            s->n_sorted ? bsearch(&wanted, s->list, s->n_sorted, sizeof *s->list, by_image) : NULL;
        if (!found && !(found = append(s, &split[i], e)))
            return -1;
        double error = predicted[i] - split[i].truth, from_mean = error - found->mean;
        found->mean += from_mean / (double)++found->runs;
        found->squares += from_mean * (error - found->mean);
    }
    if (s->n > s->n_sorted)
        qsort(s->list, s->n, sizeof *s->list, by_image);
    s->n_sorted = s->n;
    return 0;
}

static double variance(const struct suspect *suspect)
{
    return suspect->squares / (double)(suspect->runs - 1);
}

/* Also takes those out that one run alone has predicted; returns how many stay. */
static size_t weigh(const struct suspect *list, size_t n, struct suspect *to)
{
    size_t kept = 0;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (list[i].runs < 2)
            continue;
        to[kept++] = list[i];
        sum += variance(&list[i]);
    }
    for (size_t i = 0; i < kept; i++)
        to[i].strength = fabs(to[i].mean) / sqrt(variance(&to[i]) + sum / (double)kept);
    return kept;
}

/* Strongest first; what is NaN last. */
static int by_strength(const void *a, const void *b)
{
    const struct suspect *x = a, *y = b;
    double p = isnan(x->strength) ? -1 : x->strength, q = isnan(y->strength) ? -1 : y->strength;
    return p != q ? (p < q) - (p > q) : by_image(a, b);
}

static int fill(struct table **out, const struct suspect *list, size_t n, struct err *e)
{
    static const struct table_column columns[] = {
        {"rank", "rank", TABLE_INT, 0, false},
        {"image", "image", TABLE_TEXT, 0, false},
        {"truth", "true", TABLE_REAL, 4, false},
        {"predicted", "predicted", TABLE_REAL, 4, true},
        {"error", "mean error", TABLE_REAL, 4, false},
        {"deviation", "deviation", TABLE_REAL, 4, false},
        {"runs", "runs", TABLE_INT, 0, false},
        {"strength", "strength", TABLE_REAL, 2, false},
    };
    if (table_new(out, "suspects", false, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (size_t i = 0; i < n; i++) {
        table_int(*out, (int64_t)i + 1);
        table_text(*out, list[i].image);
        table_real(*out, list[i].truth);
        table_real(*out, list[i].truth + list[i].mean);
        table_real(*out, list[i].mean);
        table_real(*out, sqrt(variance(&list[i])));
        table_int(*out, (int64_t)list[i].runs);
        table_real(*out, list[i].strength);
    }
    return 0;
}

int ledger_suspects_table(struct table **out, struct ledger_suspects *s, size_t most, struct err *e)
{
    struct suspect *ranked = mem_alloc(s->n, sizeof *ranked);
    *out = NULL;
    if (!ranked)
        return mem_error(e, "a list of images", s->n * sizeof *ranked);
    size_t n = weigh(s->list, s->n, ranked);
    qsort(ranked, n, sizeof *ranked, by_strength);
    int result = n ? fill(out, ranked, most && most < n ? most : n, e)
                   : err_set(e, ERR_NOT_FOUND,
                             "no image is in the test split of two of these runs: give runs of the "
                             "same fold, or a whole experiment");
    mem_free(ranked);
    return result;
}
