/* pull.c - see pull.h. */
#include "results/pull.h"

#include "base/err.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 96
#define MOST_COLUMNS (1 + 2 * ROW_MAX_TERMS + ROW_MAX_PAIRS)

/* As many letters as tell all terms apart, and no fewer than three. */
static int letters(const struct term_row *terms, size_t n_terms)
{
    size_t n = 3;
    for (size_t a = 0; a < n_terms; a++)
        for (size_t b = a + 1; b < n_terms; b++)
            while (n < sizeof terms->name && !strncmp(terms[a].name, terms[b].name, n))
                n++;
    return (int)n;
}

void pull_short(const struct term_row *terms, size_t n_terms, size_t term,
                char to[PULL_SHORT_BYTES])
{
    snprintf(to, PULL_SHORT_BYTES, "%.*s", letters(terms, n_terms), terms[term].name);
}

void pull_short_pair(const struct term_row *terms, size_t n_terms, size_t a, size_t b,
                     char to[PULL_SHORT_BYTES])
{
    int n = letters(terms, n_terms);
    snprintf(to, PULL_SHORT_BYTES, "%.*s/%.*s", n, terms[a].name, n, terms[b].name);
}

bool pull_is_known(const struct phase_row *train, size_t n_terms)
{
    return n_terms > 1 && isfinite(train->gradient[0]);
}

/* Of two terms, or of one with itself; a cosine that there is none of is that of a gradient of 0.
 */
static double product(const struct phase_row *train, size_t a, size_t b)
{
    double cosine = a == b ? 1 : train->cosine[PULL_PAIR(a, b)];
    return isfinite(cosine) ? cosine * train->gradient[a] * train->gradient[b] : 0;
}

void pull_shares(const struct phase_row *train, size_t n_terms, double share[ROW_MAX_TERMS])
{
    double all = 0;
    for (size_t a = 0; a < n_terms; a++) {
        share[a] = 0;
        for (size_t b = 0; b < n_terms; b++)
            share[a] += product(train, a, b);
        all += share[a];
    }
    for (size_t a = 0; a < ROW_MAX_TERMS; a++)
        share[a] = a < n_terms && all > 0 ? share[a] / all : (double)NAN;
}

int pull_steers(const struct phase_row *train, size_t n_terms)
{
    double share[ROW_MAX_TERMS];
    int most = -1;
    pull_shares(train, n_terms, share);
    for (size_t i = 0; i < n_terms; i++)
        if (isfinite(share[i]) && (most < 0 || share[i] > share[most]))
            most = (int)i;
    return most;
}

double pull_least(const struct phase_row *train, size_t n_terms, size_t *a, size_t *b)
{
    double least = NAN;
    for (size_t i = 0; i < n_terms; i++)
        for (size_t k = i + 1; k < n_terms; k++) {
            double cosine = train->cosine[PULL_PAIR(i, k)];
            if (!isfinite(cosine) || (isfinite(least) && cosine >= least))
                continue;
            least = cosine;
            *a = i;
            *b = k;
        }
    return least;
}

void pull_words(const struct term_row *terms, size_t n_terms, const struct phase_row *train,
                char *to, size_t room)
{
    double share[ROW_MAX_TERMS];
    size_t a = 0, b = 0;
    int steers = pull_steers(train, n_terms);
    double least = pull_least(train, n_terms, &a, &b);
    to[0] = '\0';
    if (!pull_is_known(train, n_terms) || steers < 0)
        return;
    pull_shares(train, n_terms, share);
    int n =
        snprintf(to, room, "%s steers: %.2f of the gradient", terms[steers].name, share[steers]);
    if (isnan(least) || (size_t)n >= room)
        return;
    bool one = (size_t)steers == a || (size_t)steers == b;
    const char *first = one ? "it" : terms[a].name;
    const char *second = terms[(size_t)steers == b ? a : b].name;
    if (least < PULL_FIGHT)
        snprintf(to + n, room - (size_t)n, "; %s and %s fight: cosine %.2f", first, second, least);
    else
        snprintf(to + n, room - (size_t)n,
                 "; no two terms fight: the least cosine is %.2f, of %s and %s", least, first,
                 second);
}

int pull_said(struct table **out, const struct term_row *terms, size_t n_terms,
              const struct epoch_row *epochs, size_t n, struct err *e)
{
    static const struct table_column columns[] = {
        {"epoch", "epoch", TABLE_INT, 0, false},
        {"words", "in words", TABLE_TEXT, 0, false},
    };
    char words[256];
    *out = NULL;
    while (n && !pull_is_known(&epochs[n - 1].train, n_terms))
        n--;
    if (!n)
        return 0;
    if (table_new(out, "steering", true, columns, 2, e))
        return -1;
    pull_words(terms, n_terms, &epochs[n - 1].train, words, sizeof words);
    table_int(*out, epochs[n - 1].epoch);
    table_text(*out, words);
    return 0;
}

/* --- by epoch --- */

struct columns {
    struct table_column made[MOST_COLUMNS];
    char name[MOST_COLUMNS][NAME_BYTES], title[MOST_COLUMNS][NAME_BYTES];
    size_t n;
};

/* "regression_gradient", for people "gradient reg" */
static void add_column(struct columns *c, const char *what, const char *names, const char *shorts)
{
    char *name = c->name[c->n], *title = c->title[c->n];
    snprintf(name, NAME_BYTES, "%s_%s", names, what);
    snprintf(title, NAME_BYTES, "%s %s", what, shorts);
    c->made[c->n++] = (struct table_column){name, title, TABLE_REAL, 4, false};
}

static void add_terms(struct columns *c, const char *what, const struct term_row *terms,
                      size_t n_terms)
{
    char shorts[PULL_SHORT_BYTES];
    for (size_t i = 0; i < n_terms; i++) {
        pull_short(terms, n_terms, i, shorts);
        add_column(c, what, terms[i].name, shorts);
    }
}

static void add_pairs(struct columns *c, const struct term_row *terms, size_t n_terms)
{
    char shorts[PULL_SHORT_BYTES], names[2 * sizeof terms->name];
    for (size_t i = 0; i < n_terms; i++)
        for (size_t k = i + 1; k < n_terms; k++) {
            pull_short_pair(terms, n_terms, i, k, shorts);
            snprintf(names, sizeof names, "%s_%s", terms[i].name, terms[k].name);
            add_column(c, "cosine", names, shorts);
        }
}

static void name_columns(struct columns *c, const struct term_row *terms, size_t n_terms)
{
    c->made[c->n++] = (struct table_column){"epoch", "epoch", TABLE_INT, 0, false};
    add_terms(c, "gradient", terms, n_terms);
    add_terms(c, "share", terms, n_terms);
    add_pairs(c, terms, n_terms);
}

static void add_epoch(struct table *t, const struct epoch_row *row, size_t n_terms)
{
    double share[ROW_MAX_TERMS];
    pull_shares(&row->train, n_terms, share);
    table_int(t, row->epoch);
    for (size_t i = 0; i < n_terms; i++)
        table_real(t, row->train.gradient[i]);
    for (size_t i = 0; i < n_terms; i++)
        table_real(t, share[i]);
    for (size_t i = 0; i < n_terms; i++)
        for (size_t k = i + 1; k < n_terms; k++)
            table_real(t, row->train.cosine[PULL_PAIR(i, k)]);
}

int pull_table(struct table **out, const struct term_row *terms, size_t n_terms,
               const struct epoch_row *epochs, size_t n, struct err *e)
{
    struct columns columns = {.n = 0};
    name_columns(&columns, terms, n_terms);
    if (table_new(out, "gradients", false, columns.made, columns.n, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (n_terms && isfinite(epochs[i].train.gradient[0]))
            add_epoch(*out, &epochs[i], n_terms);
    return 0;
}
