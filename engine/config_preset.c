/* config_preset.c - options that are set together, and sweeps with a name. No state, any thread. */
#include "engine/config.h"

#include "base/err.h"

#include <string.h>

struct setting {
    const char *option, *value; /* of a row also a list */
    bool with_init; /* that is for runs that begin with weights; others have the default */
};

/* Source: ComboLoss, arXiv:2010.10721, and the code published with it, which takes the nearest
 * pixel of a rotated image. They began with ImageNet weights; from scratch their rate diverges. */
static const struct setting paper[] = {
    {"image-size", "224", false},  {"resize", "0", false},
    {"crop", "random", false},     {"flip", "0", false},
    {"rotate", "30", false},       {"rotate-filter", "nearest", false},
    {"select", "test", false},     {"epochs", "200", false},
    {"batch", "64", false},        {"learning-rate", "0.01", true},
    {"schedule", "step", false},   {"lr-step", "50", false},
    {"lr-factor", "0.1", false},   {"warmup", "0", false},
    {"momentum", "0.9", false},    {"weight-decay", "0.001", false},
    {"head-start", "torch", true}, {"clip", "0", false},
    {"drop-last", "auto", false},
};

/* For portraits as combolab draws them, on two cores; bench/NOTES.md has what it gives. */
static const struct setting quick[] = {
    {"image-size", "48", false}, {"flip", "0.5", false}, {"rotate", "0", false},
    {"epochs", "10", false},     {"batch", "30", false}, {"learning-rate", "0.003", false},
    {"lr-step", "8", false},
};

#define MOST_OF_ROW 8

/* A sweep is made of rows, each one of runs that have these settings beside the preset's. */
struct row {
    struct setting settings[MOST_OF_ROW];
};

/* The paper's combo is what its code computes: combo as printed is ruined by its learning rate. */
static const struct row table_4[] = {
    {{{"protocol", "60-40", false},
      {"backbone", "se-resnext50", false},
      {"loss", "l1,mse,smooth-l1,smooth-huber,combo-released", false},
      {"alpha", "2", false},
      {"beta", "1", false},
      {"gamma", "1", false}}},
};

/* ResNet18 had other weights, by the authors' log. */
static const struct row table_5[] = {
    {{{"protocol", "60-40", false}, {"backbone", "resnet18", false}, {"loss", "mse", false}}},
    {{{"protocol", "60-40", false},
      {"backbone", "resnet18", false},
      {"loss", "combo-released", false},
      {"alpha", "1", false},
      {"beta", "2", false},
      {"gamma", "1", false}}},
    {{{"protocol", "60-40", false}, {"backbone", "se-resnext50", false}, {"loss", "mse", false}}},
    {{{"protocol", "60-40", false},
      {"backbone", "se-resnext50", false},
      {"loss", "combo-released", false},
      {"alpha", "2", false},
      {"beta", "1", false},
      {"gamma", "1", false}}},
};

static const struct row five_fold[] = {
    {{{"protocol", "5-fold", false},
      {"backbone", "se-resnext50", false},
      {"loss", "combo-released", false},
      {"alpha", "2", false},
      {"beta", "1", false},
      {"gamma", "1", false},
      {"fold", "1-5", false}}},
};

struct preset {
    const char *about; /* of a sweep */
    const struct setting *settings;
    size_t n;
    const struct row *rows;
    size_t n_rows;
};

#define LIST(list) list, sizeof(list) / sizeof *(list)
#define NO_LIST NULL, 0

static const struct preset presets[] = {
    [PRESET_NONE] = {NULL, NO_LIST, NO_LIST},
    [PRESET_QUICK] = {NULL, LIST(quick), NO_LIST},
    [PRESET_PAPER] = {NULL, LIST(paper), NO_LIST},
    [PRESET_TABLE_4] = {"Table 4 of the ComboLoss paper: five losses of SE-ResNeXt50 on the 60/40 "
                        "split of SCUT-FBP5500",
                        LIST(paper), LIST(table_4)},
    [PRESET_TABLE_5] =
        {"Table 5 of the ComboLoss paper: mse and combo of ResNet18 and SE-ResNeXt50 "
         "on the 60/40 split of SCUT-FBP5500",
         LIST(paper), LIST(table_5)},
    [PRESET_5_FOLD] = {"the cross validation of the ComboLoss paper's Tables 1 to 3: SE-ResNeXt50 "
                       "with combo on five folds",
                       LIST(paper), LIST(five_fold)},
};

const char *const config_preset_names[] = {
    [PRESET_NONE] = "none",
    [PRESET_QUICK] = "quick",
    [PRESET_PAPER] = "paper",
    [PRESET_TABLE_4] = "paper-table-4",
    [PRESET_TABLE_5] = "paper-table-5",
    [PRESET_5_FOLD] = "paper-5fold",
    NULL,
};

_Static_assert(sizeof config_preset_names / sizeof *config_preset_names ==
                   sizeof presets / sizeof *presets + 1,
               "every preset has a name");

const char *config_preset_about(const struct run_config *c)
{
    return presets[c->preset].about;
}

/* What the setting gives in a config of its preset; NULL = the default. */
static const char *value_of(const struct setting *s, bool has_init)
{
    return has_init || !s->with_init ? s->value : NULL;
}

static bool is_given(const struct opt *o, const struct opt *const *given, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (given[i] == o)
            return true;
    return false;
}

static void apply(struct run_config *c, const char *option, const char *value,
                  const struct opt *const *given, size_t n_given)
{
    const struct opt *o = opt_find(&config_options, option);
    if (!is_given(o, given, n_given))
        opt_set(&config_options, c, o->name, value ? value : o->fallback, NULL);
}

void config_apply_preset(struct run_config *c, const struct opt *const *given, size_t n_given)
{
    for (size_t k = 0; k < sizeof presets / sizeof *presets; k++) /* what another may have set */
        for (size_t i = 0; i < presets[k].n; i++)
            apply(c, presets[k].settings[i].option, NULL, given, n_given);
    const struct preset *p = &presets[c->preset];
    for (size_t i = 0; i < p->n; i++)
        apply(c, p->settings[i].option, value_of(&p->settings[i], config_has_init(c)), given,
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
    const struct preset *p = &presets[c->preset];
    for (size_t i = 0; i < p->n; i++) {
        const struct setting *s = &p->settings[i];
        const struct opt *o = opt_find(&config_options, s->option);
        if (s->with_init && has_value(c, o, value_of(s, !has_init)))
            apply(c, s->option, value_of(s, has_init), NULL, 0);
    }
}

size_t config_preset_rows(const struct run_config *c)
{
    return presets[c->preset].n_rows;
}

int config_preset_row(struct run_config *c, size_t row, const struct opt *const *given,
                      size_t n_given, struct config_list lists[CONFIG_ROW_LISTS], size_t *n_lists,
                      struct err *e)
{
    const struct setting *s = presets[c->preset].rows[row].settings;
    *n_lists = 0;
    for (size_t i = 0; i < MOST_OF_ROW && s[i].option; i++) {
        const struct opt *o = opt_find(&config_options, s[i].option);
        if (is_given(o, given, n_given))
            continue;
        if (config_is_list(o, s[i].value))
            lists[(*n_lists)++] = (struct config_list){o, s[i].value};
        else if (opt_set(&config_options, c, o->name, s[i].value, e))
            return -1;
    }
    return 0;
}
