/* test_pull.c - which term of a loss steers and which fight: shares, words, the table. */
#include "results/pull.h"

#include "base/err.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <string.h>

static const struct term_row terms[] = {
    {"regression", 2}, {"expectation", 1}, {"classification", 1}};

static struct phase_row phase_of(double a, double b, double c, double ab, double ac, double bc)
{
    return (struct phase_row){.gradient = {a, b, c}, .cosine = {ab, ac, bc}};
}

static void is_words(struct phase_row train, size_t n_terms, const char *wanted)
{
    char words[256];
    pull_words(terms, n_terms, &train, words, sizeof words);
    is_text(words, wanted, "in words");
}

static void test_shares(void)
{
    struct phase_row train = phase_of(3, 4, NAN, -0.5, NAN, NAN);
    double share[ROW_MAX_TERMS];
    pull_shares(&train, 2, share);
    ok(fabs(share[0] - 3. / 13) < 1e-15 && fabs(share[1] - 10. / 13) < 1e-15 && isnan(share[2]),
       "shares are of what is left of both");
    train = phase_of(1, 4, 1, -0.5, 0, -0.5);
    pull_shares(&train, 3, share);
    ok(share[0] < 0 && share[2] < 0 && fabs(share[0] + share[1] + share[2] - 1) < 1e-15,
       "one that is overruled has less than nothing, and all make 1");
    train = phase_of(2, NAN, NAN, NAN, NAN, NAN);
    pull_shares(&train, 1, share);
    ok(share[0] == 1 && !pull_is_known(&train, 1), "a single term has all, and nobody to fight");
    train = phase_of(0, 0, 0, NAN, NAN, NAN);
    pull_shares(&train, 3, share);
    ok(isnan(share[0]) && pull_steers(&train, 3) == -1, "of nothing there are no shares");
    train = phase_of(NAN, NAN, NAN, NAN, NAN, NAN);
    ok(pull_steers(&train, 3) == -1 && !pull_is_known(&train, 3), "nor of what is not known");
}

static void test_words(void)
{
    is_words(phase_of(4, 1, 2, 0.5, -0.31, 0.25), 3,
             "regression steers: 0.74 of the gradient; it and classification fight: cosine -0.31");
    is_words(
        phase_of(1, 1, 4, -0.5, 0, 0), 3,
        "classification steers: 0.94 of the gradient; regression and expectation fight: cosine "
        "-0.50");
    is_words(phase_of(3, 4, 5, 0.5, 0.25, 0.13), 3,
             "classification steers: 0.42 of the gradient; no two terms fight: the least cosine is "
             "0.13, of it and expectation");
    is_words(phase_of(3, 0, NAN, NAN, NAN, NAN), 2, "regression steers: 1.00 of the gradient");
    is_words(phase_of(3, NAN, NAN, NAN, NAN, NAN), 1, "");
    is_words(phase_of(NAN, NAN, NAN, NAN, NAN, NAN), 3, "");
    char small[12];
    struct phase_row train = phase_of(4, 1, 2, 0.5, -0.31, 0.25);
    pull_words(terms, 3, &train, small, sizeof small);
    is_text(small, "regression ", "and no more than there is room for");
}

static void test_short(void)
{
    static const struct term_row alike[] = {{"class a", 1}, {"class b", 1}, {"x", 1}};
    char text[PULL_SHORT_BYTES];
    pull_short(terms, 3, 2, text);
    is_text(text, "cla", "a short name");
    pull_short_pair(terms, 3, 0, 2, text);
    is_text(text, "reg/cla", "of a pair");
    pull_short_pair(alike, 3, 1, 2, text);
    is_text(text, "class b/x", "as long as it takes");
}

static void test_table(void)
{
    struct epoch_row epochs[] = {
        {.epoch = 1, .train = phase_of(NAN, NAN, NAN, NAN, NAN, NAN)},
        {.epoch = 2, .train = phase_of(3, 4, 0, 0, NAN, NAN)},
        {.epoch = 3, .train = phase_of(NAN, NAN, NAN, NAN, NAN, NAN)},
    };
    struct table *t;
    struct err e;
    if (ok(!pull_table(&t, terms, 3, epochs, 3, &e), "a table")) {
        ok(t->n_columns == 10 && t->n_cells == 10 && t->cells[0].whole == 2 &&
               t->cells[2].real == 4 && t->cells[5].real == 0.64 && t->cells[7].real == 0 &&
               t->cells[8].missing,
           "of the epochs that have gradients");
        is_text(t->columns[6].name, "classification_share", "with names for programs");
        is_text(t->columns[9].name, "expectation_classification_cosine", "of pairs too");
        is_text(t->columns[9].title, "cosine exp/cla", "and for people");
        table_free(t);
    }
    if (ok(!pull_said(&t, terms, 3, epochs, 3, &e) && t, "and words")) {
        ok(t->cells[0].whole == 2 && strstr(t->cells[1].text, "expectation steers: 0.64") &&
               strstr(t->cells[1].text, "least cosine is 0.00"),
           "of the last that has: %s", t->cells[1].text);
        table_free(t);
    }
    ok(!pull_said(&t, terms, 3, epochs, 1, &e) && !t, "where none has there are none");
    ok(!pull_said(&t, terms, 0, NULL, 0, &e) && !t, "nor of a run without epochs");
}

int main(void)
{
    test_shares();
    test_words();
    test_short();
    test_table();
    return tap_done();
}
