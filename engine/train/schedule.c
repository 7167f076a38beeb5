/* schedule.c - see schedule.h. */
#include "engine/train/schedule.h"

#include <math.h>

#define PI 3.14159265358979323846

double schedule_learning_rate(const struct run_config *c, int epoch)
{
    double rate = config_learning_rate(c);
    if (epoch <= c->warmup)
        return rate * epoch / (double)(c->warmup + 1);
    int64_t since = epoch - 1 - c->warmup; /* the warm-up's end */
    switch ((enum config_schedule)c->schedule) {
    case SCHEDULE_COSINE:
        return rate * (1 + cos(PI * (double)since / (double)(c->epochs - c->warmup))) / 2;
    case SCHEDULE_CONSTANT:
        return rate;
    case SCHEDULE_STEP:
        break;
    }
    return rate * pow(c->lr_factor, (double)(since / c->lr_step));
}

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
