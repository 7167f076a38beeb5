/* config_uses.c - which options are without effect, given the others. No state, any thread. */
#include "engine/config.h"

#include "engine/core/loss.h"

#include <string.h>

static bool in_steps(const struct run_config *c)
{
    return c->schedule == SCHEDULE_STEP;
}

static bool holds_out(const struct run_config *c)
{
    return c->select == SELECT_VAL;
}

static bool rotates(const struct run_config *c)
{
    return c->rotate > 0;
}

static bool may_be_table(const struct run_config *c)
{
    return c->data_format == DATA_AUTO || c->data_format == DATA_TABLE;
}

static bool comes_to_a_step(const struct run_config *c)
{
    return c->epochs - c->warmup > c->lr_step;
}

static bool may_run_out(const struct run_config *c)
{
    return !c->patience || (c->epochs + c->eval_every - 1) / c->eval_every > c->patience;
}

static bool begins_with_file(const struct run_config *c)
{
    return config_has_init(c);
}

struct use {
    const char *option;
    bool (*used)(const struct run_config *c);
    const char *unless; /* why not */
};

#define ONLY_TABLES "only data-format table uses it"

/* What needs another option. */
static const struct use needs[] = {
    {"lr-step", in_steps, "only schedule step uses it"},
    {"lr-factor", in_steps, "only schedule step uses it"},
    {"val-share", holds_out, "only select val uses it"},
    {"init-order", begins_with_file, "only a file to begin with has an order"},
    {"init-scale", begins_with_file, "only a file to begin with has a scale"},
    {"rotate-filter", rotates, "with rotate 0 nothing is rotated"},
    {"image-column", may_be_table, ONLY_TABLES},
    {"score-column", may_be_table, ONLY_TABLES},
    {"split-column", may_be_table, ONLY_TABLES},
    {"fold-column", may_be_table, ONLY_TABLES},
    {"image-dir", may_be_table, ONLY_TABLES},
    {"delimiter", may_be_table, ONLY_TABLES},
    {"header", may_be_table, ONLY_TABLES},
    {"ratings", may_be_table, ONLY_TABLES},
    {"strip-path", may_be_table, ONLY_TABLES},
};

/* What can be beyond a run's end. */
static const struct use ends[] = {
    {"lr-step", comes_to_a_step, "the run ends before the learning rate falls"},
    {"lr-factor", comes_to_a_step, "the run ends before the learning rate falls"},
    {"patience", may_run_out, "there are no more evaluations than it waits for"},
};

static const char *why_not(const struct use *uses, size_t n, const struct run_config *c,
                           const char *option)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(uses[i].option, option) && !uses[i].used(c))
            return uses[i].unless;
    return NULL;
}
#define WHY_NOT(uses, c, option) why_not(uses, sizeof(uses) / sizeof *(uses), c, option)

static const char *unused(const struct run_config *c, const char *option)
{
    if (!loss_uses((enum loss_kind)c->loss, option))
        return "the loss has no use for it";
    return WHY_NOT(needs, c, option);
}

bool config_uses(const struct run_config *c, const struct opt *option)
{
    return !unused(c, option->name);
}

const char *config_idle(const struct run_config *c, const struct opt *option)
{
    const char *why = unused(c, option->name);
    return why ? why : WHY_NOT(ends, c, option->name);
}
