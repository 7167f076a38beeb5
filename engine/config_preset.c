/* config_preset.c - options that are set together. No state, any thread. */
#include "engine/config.h"

#include <string.h>

struct setting {
    enum config_preset preset;
    const char *option, *value;
    bool with_init; /* that is for runs that begin with weights; others have the default */
};

/* Paper: ComboLoss, arXiv:2010.10721, and the code published with it, which takes the nearest pixel
 * of a rotated image. They began with ImageNet weights; from scratch their rate diverges.
 * Quick: for portraits as combolab draws them, on two cores; bench/NOTES.md has what it gives. */
static const struct setting settings[] = {
    {PRESET_PAPER, "image-size", "224", false},  {PRESET_PAPER, "resize", "0", false},
    {PRESET_PAPER, "crop", "random", false},     {PRESET_PAPER, "flip", "0", false},
    {PRESET_PAPER, "rotate", "30", false},       {PRESET_PAPER, "rotate-filter", "nearest", false},
    {PRESET_PAPER, "select", "test", false},     {PRESET_PAPER, "epochs", "200", false},
    {PRESET_PAPER, "batch", "64", false},        {PRESET_PAPER, "learning-rate", "0.01", true},
    {PRESET_PAPER, "schedule", "step", false},   {PRESET_PAPER, "lr-step", "50", false},
    {PRESET_PAPER, "lr-factor", "0.1", false},   {PRESET_PAPER, "warmup", "0", false},
    {PRESET_PAPER, "momentum", "0.9", false},    {PRESET_PAPER, "weight-decay", "0.001", false},
    {PRESET_PAPER, "head-start", "torch", true}, {PRESET_PAPER, "clip", "0", false},
    {PRESET_PAPER, "drop-last", "auto", false},

    {PRESET_QUICK, "image-size", "48", false},   {PRESET_QUICK, "flip", "0.5", false},
    {PRESET_QUICK, "rotate", "0", false},        {PRESET_QUICK, "epochs", "10", false},
    {PRESET_QUICK, "batch", "30", false},        {PRESET_QUICK, "learning-rate", "0.003", false},
    {PRESET_QUICK, "lr-step", "8", false},
};

#define SETTINGS (sizeof settings / sizeof *settings)

/* What the setting gives in a config of its preset; NULL = the default. */
static const char *value_of(const struct setting *s, bool has_init)
{
    return has_init || !s->with_init ? s->value : NULL;
}

static bool is_given(const struct opt *o, const struct opt **given, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (given[i] == o)
            return true;
    return false;
}

static void apply(struct run_config *c, const char *option, const char *value,
                  const struct opt **given, size_t n_given)
{
    const struct opt *o = opt_find(&config_options, option);
    if (!is_given(o, given, n_given))
        opt_set(&config_options, c, o->name, value ? value : o->fallback, NULL);
}

void config_apply_preset(struct run_config *c, const struct opt **given, size_t n_given)
{
    for (size_t i = 0; i < SETTINGS; i++) /* what another preset may have set */
        apply(c, settings[i].option, NULL, given, n_given);
    for (size_t i = 0; i < SETTINGS; i++)
        if (settings[i].preset == (enum config_preset)c->preset)
            apply(c, settings[i].option, value_of(&settings[i], config_has_init(c)), given,
                  n_given);
}

/* The option has that value (NULL = its default), however that is written. */
static bool has_value(const struct run_config *c, const struct opt *o, const char *value)
{
    struct run_config other = *c;
    char is[OPT_TEXT_BYTES], was[OPT_TEXT_BYTES];
    opt_set(&config_options, &other, o->name, value ? value : o->fallback, NULL);
    opt_format(o, c, is, sizeof is);
    opt_format(o, &other, was, sizeof was);
    return !strcmp(is, was);
}

void config_preset_follow_init(struct run_config *c)
{
    bool has_init = config_has_init(c);
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];
        const struct opt *o = opt_find(&config_options, s->option);
        if (s->preset == (enum config_preset)c->preset && s->with_init &&
            has_value(c, o, value_of(s, !has_init)))
            apply(c, s->option, value_of(s, has_init), NULL, 0);
    }
}
