/* clock.h - the time, as seconds in a double. Any thread. */
#ifndef COMBOLAB_BASE_CLOCK_H
#define COMBOLAB_BASE_CLOCK_H

#include <stdbool.h>
#include <time.h>

static inline double clock_seconds(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* For how long something took: goes on evenly whatever happens to the date. */
static inline double clock_s(void)
{
    return clock_seconds(CLOCK_MONOTONIC);
}

/* So, with the time that the machine slept: what passed since by the date, unless that was set. */
static inline double clock_boot_s(void)
{
    return clock_seconds(CLOCK_BOOTTIME);
}

/* Since 1970, as people and databases date things. */
static inline double clock_date_s(void)
{
    return clock_seconds(CLOCK_REALTIME);
}

/* The whole seconds of a date, for localtime_r and gmtime_r; false for what is no date of the years
 * 0 to 9999, as a file may say. */
static inline bool clock_whole_s(double date_s, time_t *whole)
{
    if (!(date_s >= -62167219200.0 && date_s < 253402300800.0))
        return false;
    *whole = (time_t)date_s;
    return true;
}

#endif
