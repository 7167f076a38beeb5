/* profile.c - seconds by kind of work. Work of one kind comes in turn with others on one stream, so
 * a mark between two pieces is enough. Marks are few: their seconds are asked for, and they begin
 * anew, when all are made. */
#include "cuda/cuda_priv.h"

#include <math.h>
#include <string.h>

/* An error of the device comes again from the step itself. */
static void mark(struct backend *b)
{
    struct err ignored;
    device_mark(b->device, MARK_LAP + b->laps.n, &ignored);
}

/* Adds up what was marked. */
static void settle(struct backend *b)
{
    struct err ignored;
    if (device_wait_mark(b->device, MARK_LAP + b->laps.n, &ignored))
        b->laps.n = 0;
    for (int i = 0; i < b->laps.n; i++) {
        double seconds = device_seconds(b->device, MARK_LAP + i, MARK_LAP + i + 1);
        if (isfinite(seconds))
            b->spent.seconds[b->laps.work[i]] += seconds;
    }
    b->laps.n = 0;
}

void cuda_profile_start(struct backend *b)
{
    if (!b->spec.profile)
        return;
    settle(b);
    mark(b);
}

void cuda_profile_lap(struct backend *b, enum backend_work work, struct cuda_amount amount)
{
    if (!b->spec.profile)
        return;
    b->spent.flop[work] += amount.flop;
    b->spent.bytes[work] += amount.bytes;
    b->laps.work[b->laps.n++] = work;
    mark(b);
    if (b->laps.n == CUDA_LAPS - 1)
        cuda_profile_start(b);
}

void cuda_profile_take(struct backend *b, struct backend_profile *out)
{
    settle(b);
    *out = b->spent;
    memset(&b->spent, 0, sizeof b->spent);
}
