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
    {PRESET_PAPER, "image-size", "224"},   {PRESET_PAPER, "resize", "0"},
    {PRESET_PAPER, "crop", "random"},      {PRESET_PAPER, "flip", "0"},
    {PRESET_PAPER, "rotate", "30"},        {PRESET_PAPER, "rotate-filter", "nearest"},
    {PRESET_PAPER, "select", "test"},      {PRESET_PAPER, "epochs", "200"},
    {PRESET_PAPER, "batch", "64"},         {PRESET_PAPER, "learning-rate", "0.01"},
    {PRESET_PAPER, "schedule", "step"},    {PRESET_PAPER, "lr-step", "50"},
    {PRESET_PAPER, "lr-factor", "0.1"},    {PRESET_PAPER, "warmup", "0"},
    {PRESET_PAPER, "momentum", "0.9"},     {PRESET_PAPER, "weight-decay", "0.001"},
    {PRESET_PAPER, "head-start", "torch"}, {PRESET_PAPER, "clip", "0"},
    {PRESET_PAPER, "drop-last", "auto"},
};

static bool is_given(const struct opt *o, const struct opt **given, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (given[i] == o)
            return true;
    return false;
}

void config_apply_preset(struct run_config *c, const struct opt **given, size_t n_given)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const struct setting *s = &settings[i];
        const struct opt *o = opt_find(&config_options, s->option);
        bool set = s->preset == (enum config_preset)c->preset;
        if (!is_given(o, given, n_given))
            opt_set(&config_options, c, o->name, set ? s->value : o->fallback, NULL);
    }
}
