/* scale.c - ticks on rows. Pure; any thread.
 *
 * Round numbers fall between rows, so that ticks at even values would stand at uneven distances. Of
 * all that there could be, the most that are even are taken: any two are.
 */
#include "ui/scale.h"

#include <limits.h>
#include <math.h>
#include <string.h>

int scale_row(const struct scale *s, double value, int rows)
{
    double low = s->low, high = s->high;
    if (s->log) {
        low = log10(low);
        high = log10(high);
        value = log10(value);
    }
    double part = (value / 2 - low / 2) / (high / 2 - low / 2); /* halves: the span may overflow */
    part = part > 0 ? fmin(part, 1) : 0;
    return rows - 1 - (int)floor(part * (rows - 1) + 0.5);
}

/* Distances that differ are seen where they are small. */
static bool is_even(const struct scale *s)
{
    int least = INT_MAX, most = 0;
    for (int i = 1; i < s->ticks.n; i++) {
        int distance = s->rows[i - 1] - s->rows[i];
        least = distance < least ? distance : least;
        most = distance > most ? distance : most;
    }
    return s->ticks.n < 2 || (least >= 1 && most - least <= (least < 4 ? 0 : 1));
}

/* More ticks are better, then those that are farther apart. */
static bool is_better(const struct scale *a, const struct scale *b)
{
    int n = a->ticks.n;
    if (n != b->ticks.n)
        return n > b->ticks.n;
    return n && a->rows[0] - a->rows[n - 1] > b->rows[0] - b->rows[n - 1];
}

/* Every stride-th tick from the start on. */
static struct scale thinned(const struct scale *from, int start, int stride)
{
    struct scale to = {.ticks.n = 0};
    for (int i = start; i < from->ticks.n; i += stride) {
        int n = to.ticks.n++;
        to.ticks.at[n] = from->ticks.at[i];
        memcpy(to.ticks.label[n], from->ticks.label[i], sizeof to.ticks.label[n]);
        to.rows[n] = from->rows[i];
    }
    return to;
}

static void keep_better(struct scale *best, const struct scale *all)
{
    for (int stride = 1; stride <= all->ticks.n; stride++) {
        for (int start = 0; start < stride; start++) {
            struct scale some = thinned(all, start, stride);
            if (is_even(&some) && is_better(&some, best))
                *best = some;
        }
    }
}

void scale_ticks(struct scale *s, int rows)
{
    struct scale best = {.ticks.n = 0};
    int most = rows < 6 ? rows : rows / 2 + 1;
    for (most = most > SCALE_MOST_TICKS ? SCALE_MOST_TICKS : most; most >= 2; most--) {
        if (s->log)
            ticks_log(&s->ticks, s->low, s->high, most);
        else
            ticks_linear(&s->ticks, s->low, s->high, most, false);
        for (int i = 0; i < s->ticks.n; i++)
            s->rows[i] = scale_row(s, s->ticks.at[i], rows);
        keep_better(&best, s);
    }
    s->ticks = best.ticks;
    memcpy(s->rows, best.rows, sizeof s->rows);
}
