/* stats.c - what statistics cost: bench/stats. The paired bootstrap of 10,000 resamples of the
 * 2,200 test images of SCUT-FBP5500's 60/40 split, all three metrics, on one thread: the median of
 * five, as wall time and as processor time, which is what is left to compare on a busy machine.
 * Then what a row of an ablation wants beside it: a t test, and the pairs that a decision needs.
 * FIGURE lines.
 */
#include "base/clock.h"
#include "base/err.h"
#include "base/philox.h"
#include "results/stats/bootstrap.h"
#include "results/stats/describe.h"
#include "results/stats/looks.h"
#include "results/stats/paired.h"

#include <stdio.h>

#define IMAGES 2200
#define TRIALS 5
#define ROWS 100 /* of the quick ones, a trial */

struct times {
    double wall_s[TRIALS], processor_s[TRIALS];
};

static double median_ms(double *seconds)
{
    stats_sort(seconds, TRIALS);
    return stats_median(seconds, TRIALS) * 1e3;
}

static int time_bootstrap(const struct stats_bootstrap *wanted, struct times *times, struct err *e)
{
    struct stats_interval out[STATS_METRICS];
    for (int i = 0; i < TRIALS; i++) {
        double wall = clock_s(), processor = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
        if (stats_bootstrap(wanted, out, e))
            return -1;
        times->wall_s[i] = clock_s() - wall;
        times->processor_s[i] = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - processor;
    }
    return 0;
}

/* Differences of PC as runs of one net have them. */
static double time_row(void)
{
    const double differences[] = {0.0043, 0.0021, 0.0052, 0.0012, 0.0038};
    double seconds[TRIALS], said = 0;
    for (int i = 0; i < TRIALS; i++) {
        double from = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (int k = 0; k < ROWS; k++) {
            struct stats_test t;
            stats_resampled_t(differences, 5, 4400, 1100 + k, 0.95, &t);
            said += t.p + (double)stats_pairs_needed(t.mean, t.deviation, 0.05, 0.8, 1000);
        }
        seconds[i] = (clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - from) / ROWS;
    }
    return said > 0 ? median_ms(seconds) : 0;
}

int main(void)
{
    static double truth[IMAGES], first[IMAGES], second[IMAGES];
    struct times times;
    struct err e;
    for (uint32_t i = 0; i < IMAGES; i++) {
        struct philox bits = philox4x32(1, i, 0, 0, 0);
        truth[i] = 1 + 4 * philox_unit(bits.v[0]);
        first[i] = truth[i] + philox_unit(bits.v[1]) - 0.5;
        second[i] = truth[i] + 1.1 * (philox_unit(bits.v[2]) - 0.5);
    }
    const struct stats_bootstrap wanted = {.truth = truth,
                                           .first = first,
                                           .second = second,
                                           .n = IMAGES,
                                           .resamples = 10000,
                                           .seed = 1,
                                           .level = 0.95};
    if (time_bootstrap(&wanted, &times, &e)) {
        fprintf(stderr, "bench/stats: %s\n", e.text);
        return 1;
    }
    printf("FIGURE bootstrap_10000x2200 %.0f ms 500\n", median_ms(times.wall_s));
    printf("FIGURE bootstrap_10000x2200_processor %.0f ms -\n", median_ms(times.processor_s));
    printf("FIGURE test_and_pairs_needed %.3f ms -\n", time_row());
    return 0;
}
