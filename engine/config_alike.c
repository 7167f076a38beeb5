/* config_alike.c - whether two configs come to the same run. No state, any thread. */
#include "engine/config.h"

#include <math.h>
#include <string.h>

/* What a run comes to is the same whatever these say. The view run_alike leaves out the same. */
static const char *const idle[] = {"name",       "cache", "image-memory",
                                   "save-every", "keep",  "keep-checkpoints",
                                   "threads",    "trace", "preset"};

bool config_changes_figures(const struct opt *o)
{
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (!strcmp(o->name, idle[i]))
            return false;
    return true;
}

bool config_same_value(const struct opt *o, const struct run_config *a, const struct run_config *b)
{
    const char *x = (const char *)a + o->offset, *y = (const char *)b + o->offset;
    switch (o->type) {
    case OPT_FLAG:
        return *(const bool *)x == *(const bool *)y;
    case OPT_INT:
        return *(const int64_t *)x == *(const int64_t *)y;
    case OPT_REAL:
        return *(const double *)x == *(const double *)y ||
               (isnan(*(const double *)x) && isnan(*(const double *)y));
    case OPT_CHOICE:
        return *(const int *)x == *(const int *)y;
    case OPT_TEXT:
    case OPT_PATH:
        break;
    }
    return !strcmp(x, y);
}

bool config_alike(const struct run_config *a, const struct run_config *b)
{
    for (size_t i = 0; i < config_options.count; i++) {
        const struct opt *o = &config_options.options[i];
        bool matters = config_changes_figures(o) && (config_uses(a, o) || config_uses(b, o));
        /* What auto was is a number of the run's. */
        bool rate = o->offset == offsetof(struct run_config, learning_rate);
        if (matters && !rate && !config_same_value(o, a, b))
            return false;
    }
    return config_learning_rate(a) == config_learning_rate(b);
}
