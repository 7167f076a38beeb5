/* profile.c - seconds by kind of work. Work of one kind comes in turn with others, so one clock is
 * enough: what has passed since it was last looked at belongs to the work that is over now. */
#include "cpu/cpu.h"

#include "base/clock.h"

#include <string.h>

void profile_start(struct backend *b)
{
    if (b->spec.profile)
        b->lap_s = clock_s();
}

void profile_lap(struct backend *b, enum backend_work work, double flop)
{
    if (!b->spec.profile)
        return;
    double now = clock_s();
    b->spent.seconds[work] += now - b->lap_s;
    b->spent.flop[work] += flop;
    b->lap_s = now;
}

void profile_take(struct backend *b, struct backend_profile *out)
{
    *out = b->spent;
    memset(&b->spent, 0, sizeof b->spent);
}
