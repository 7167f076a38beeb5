/* config_preset.c - options that are set together. No state, any thread. */
#include "engine/config.h"

#include <string.h>

struct setting {
    enum config_preset preset;
    const char *option, *value;
};

/* Sources: ComboLoss, arXiv:2010.10721, and the code published with it, which takes the nearest
 * pixel of a rotated image. */
static const struct setting settings[] = {
    {PRESET_PAPER, "image-size", "224"},
    {PRESET_PAPER, "resize", "0"},
    {PRESET_PAPER, "crop", "random"},
    {PRESET_PAPER, "flip", "0"},
    {PRESET_PAPER, "rotate", "30"},
    {PRESET_PAPER, "rotate-filter", "nearest"},
    {PRESET_PAPER, "select", "test"},
    {PRESET_PAPER, "epochs", "200"},
    {PRESET_PAPER, "batch", "64"},
    {PRESET_PAPER, "learning-rate", "0.01"},
    {PRESET_PAPER, "schedule", "step"},
    {PRESET_PAPER, "lr-step", "50"},
    {PRESET_PAPER, "lr-factor", "0.1"},
    {PRESET_PAPER, "warmup", "0"},
    {PRESET_PAPER, "momentum", "0.9"},
    {PRESET_PAPER, "weight-decay", "0.001"},
    {PRESET_PAPER, "head-start", "torch"},
    {PRESET_PAPER, "clip", "0"},
    {PRESET_PAPER, "drop-last", "auto"},

    /* For portraits as combolab draws them, on two cores: see bench/NOTES.md. */
    {PRESET_QUICK, "image-size", "48"},
    {PRESET_QUICK, "flip", "0.5"},
    {PRESET_QUICK, "rotate", "0"},
    {PRESET_QUICK, "epochs", "8"},
    {PRESET_QUICK, "batch", "30"},
    {PRESET_QUICK, "learning-rate", "0.002"},
    {PRESET_QUICK, "lr-step", "6"},
};

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
    const size_t n = sizeof settings / sizeof *settings;
    for (size_t i = 0; i < n; i++) /* what another preset may have set */
        apply(c, settings[i].option, NULL, given, n_given);
    for (size_t i = 0; i < n; i++)
        if (settings[i].preset == (enum config_preset)c->preset)
            apply(c, settings[i].option, settings[i].value, given, n_given);
}
