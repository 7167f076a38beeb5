/* schedule.c - see schedule.h. */
#include "engine/train/schedule.h"

bool schedule_evaluates(const struct run_config *c, int epoch)
{
    return epoch % c->eval_every == 0 || epoch == c->epochs;
}

int schedule_evaluations(const struct run_config *c, int from, int to)
{
    if (to <= from)
        return 0;
    bool odd_last = to == c->epochs && to % c->eval_every;
    return (int)(to / c->eval_every - from / c->eval_every) + odd_last;
}

int schedule_last(const struct run_config *c, int epoch, int worse)
{
    if (!c->patience)
        return (int)c->epochs;
    int64_t next = (epoch + c->eval_every - 1) / c->eval_every * c->eval_every;
    int64_t last = next + (c->patience - worse - 1) * c->eval_every;
    return (int)(last < c->epochs ? last : c->epochs);
}

bool schedule_patience_over(const struct run_config *c, int worse)
{
    return c->patience && worse >= c->patience;
}
