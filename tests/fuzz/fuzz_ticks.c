/* fuzz_ticks.c - any two doubles as a chart's range: ticks are few, finite, rising, and have an
 * end.
 */
#include "results/ticks.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void check(const struct ticks *t)
{
    for (int i = 0; i < t->n; i++)
        if (!isfinite(t->at[i]) || (i && t->at[i] <= t->at[i - 1]))
            abort();
    if (t->n < 0 || t->n > TICKS_MOST)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    double range[2];
    struct ticks t;
    if (count < sizeof range + 2)
        return 0;
    memcpy(range, bytes, sizeof range);
    int most = bytes[sizeof range] % 16;
    bool flag = bytes[sizeof range + 1] & 1;
    ticks_linear(&t, range[0], range[1], most, flag);
    check(&t);
    ticks_log(&t, range[0], range[1], most);
    check(&t);
    if (!isfinite(range[0]) || !(range[0] <= range[1]) || (flag && range[0] <= 0))
        return 0;
    ticks_widen(&range[0], &range[1], flag);
    if (!(range[0] <= range[1]) || (flag && range[0] <= 0))
        abort();
    return 0;
}
