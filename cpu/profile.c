/* profile.c - seconds by kind of work. Work of one kind comes in turn with others, so one clock is
 * enough: what has passed since it was last looked at belongs to the work that is over now. */
#include "cpu/cpu.h"

#include <string.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void profile_start(struct backend *b)
{
    if (b->spec.profile)
        b->lap_s = now_s();
}

void profile_lap(struct backend *b, enum backend_work work, double flop)
{
    if (!b->spec.profile)
        return;
    double now = now_s();
    b->spent.seconds[work] += now - b->lap_s;
    b->spent.flop[work] += flop;
    b->lap_s = now;
}

void profile_take(struct backend *b, struct backend_profile *out)
{
    *out = b->spent;
    memset(&b->spent, 0, sizeof b->spent);
}
