/* ablation_looks.c - see ablation_looks.h. The share of a look is that of its seeds in those of the
 * last look: what is spent is settled by the number of seeds alone, never by what they say. */
#include "results/ablation_looks.h"

#include "base/err.h"
#include "base/str.h"
#include "results/ablation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct ablation_looks ablation_usual_looks = {
    .n = 4, .seeds = {3, 5, 8, 12}, .spending = STATS_POCOCK};

const char *const ablation_spending_names[] = {"obrien-fleming", "pocock", NULL};
const char *const ablation_spending_titles[] = {"O'Brien-Fleming", "Pocock"};

static int check(const struct ablation_looks *l, const char *text, struct err *e)
{
    int last = l->seeds[l->n - 1];
    if (l->seeds[0] < ABLATION_LEAST_SEEDS)
        return err_set(e, ERR_USAGE,
                       "looks '%.60s': fewer than %d seeds do not measure training noise", text,
                       ABLATION_LEAST_SEEDS);
    for (size_t i = 1; i < l->n; i++)
        if (l->seeds[i] <= l->seeds[i - 1] || 100 * (l->seeds[i] - l->seeds[i - 1]) < last)
            return err_set(e, ERR_USAGE,
                           "looks '%.60s': each has more seeds than the one before, by a hundredth "
                           "of the last one's or more",
                           text);
    return 0;
}

int ablation_looks_read(const char *text, struct ablation_looks *to, struct err *e)
{
    to->n = 0;
    if (!strcmp(text, "none"))
        return 0;
    for (const char *at = text;; at++) {
        char *end;
        long seeds = strtol(at, &end, 10);
        if (end == at || (*end && *end != ',') || seeds < 1 || seeds > LOOKS_MOST_SEEDS)
            return err_set(e, ERR_USAGE,
                           "'%.60s' is no list of looks: write rising numbers of seeds up to %d, "
                           "such as 3,5,8,12, or none",
                           text, LOOKS_MOST_SEEDS);
        if (to->n == STATS_MOST_LOOKS)
            return err_set(e, ERR_USAGE, "looks '%.60s': there are more than %d", text,
                           STATS_MOST_LOOKS);
        to->seeds[to->n++] = (int)seeds;
        at = end;
        if (!*at)
            return check(to, text, e);
    }
}

void ablation_looks_text(const struct ablation_looks *l, char to[LOOKS_TEXT_BYTES])
{
    size_t at = 0;
    str_copy(to, LOOKS_TEXT_BYTES, "none");
    for (size_t i = 0; i < l->n && at < LOOKS_TEXT_BYTES; i++)
        at += (size_t)snprintf(to + at, LOOKS_TEXT_BYTES - at, "%s%d", i ? "," : "", l->seeds[i]);
}

size_t ablation_looks_reached(const struct ablation_looks *l, size_t seeds)
{
    size_t n = 0;
    while (n < l->n && (size_t)l->seeds[n] <= seeds)
        n++;
    return n;
}

int ablation_looks_levels(const struct ablation_looks *l, size_t n, double alpha,
                          double levels[STATS_MOST_LOOKS], struct err *e)
{
    double shares[STATS_MOST_LOOKS];
    struct stats_look looks[STATS_MOST_LOOKS];
    for (size_t i = 0; i < n; i++)
        shares[i] = (double)l->seeds[i] / l->seeds[l->n - 1];
    if (!n)
        return 0;
    if (stats_looks(l->spending, alpha, shares, n, looks, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        levels[i] = looks[i].level;
    return 0;
}
