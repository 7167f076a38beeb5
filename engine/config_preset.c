/* config_preset.c - options that are set together, and sweeps with a name. No state, any thread. */
#include "engine/config.h"

#include "base/err.h"

#include <string.h>

struct setting {
    const char *option, *value; /* of a row also a list */
};

/* Sources: ComboLoss, arXiv:2010.10721, and the code published with it, which takes the nearest
 * pixel of a rotated image. */
static const struct setting paper[] = {
    {"image-size", "224"},   {"resize", "0"},
    {"crop", "random"},      {"flip", "0"},
    {"rotate", "30"},        {"rotate-filter", "nearest"},
    {"select", "test"},      {"epochs", "200"},
    {"batch", "64"},         {"learning-rate", "0.01"},
    {"schedule", "step"},    {"lr-step", "50"},
    {"lr-factor", "0.1"},    {"warmup", "0"},
    {"momentum", "0.9"},     {"weight-decay", "0.001"},
    {"head-start", "torch"}, {"clip", "0"},
    {"drop-last", "auto"},
};

#define MOST_OF_ROW 8

/* A sweep is made of rows, each one of runs that have these settings beside the preset's. */
struct row {
    struct setting settings[MOST_OF_ROW];
};

/* The paper's combo is what its code computes: combo as printed is ruined by its learning rate. */
static const struct row table_4[] = {
    {{{"protocol", "60-40"},
      {"backbone", "se-resnext50"},
      {"loss", "l1,mse,smooth-l1,smooth-huber,combo-released"},
      {"alpha", "2"},
      {"beta", "1"},
      {"gamma", "1"}}},
};

/* ResNet18 had other weights, by the authors' log. */
static const struct row table_5[] = {
    {{{"protocol", "60-40"}, {"backbone", "resnet18"}, {"loss", "mse"}}},
    {{{"protocol", "60-40"},
      {"backbone", "resnet18"},
      {"loss", "combo-released"},
      {"alpha", "1"},
      {"beta", "2"},
      {"gamma", "1"}}},
    {{{"protocol", "60-40"}, {"backbone", "se-resnext50"}, {"loss", "mse"}}},
    {{{"protocol", "60-40"},
      {"backbone", "se-resnext50"},
      {"loss", "combo-released"},
      {"alpha", "2"},
      {"beta", "1"},
      {"gamma", "1"}}},
};

static const struct row five_fold[] = {
    {{{"protocol", "5-fold"},
      {"backbone", "se-resnext50"},
      {"loss", "combo-released"},
      {"alpha", "2"},
      {"beta", "1"},
      {"gamma", "1"},
      {"fold", "1-5"}}},
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

static bool is_given(const struct opt *o, const struct opt *const *given, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (given[i] == o)
            return true;
    return false;
}

static const char *value_of(const struct preset *p, const struct opt *o)
{
    for (size_t i = 0; i < p->n; i++)
        if (!strcmp(p->settings[i].option, o->name))
            return p->settings[i].value;
    return o->fallback;
}

void config_apply_preset(struct run_config *c, const struct opt *const *given, size_t n_given)
{
    for (size_t i = 0; i < sizeof paper / sizeof *paper; i++) {
        const struct opt *o = opt_find(&config_options, paper[i].option);
        if (!is_given(o, given, n_given))
            opt_set(&config_options, c, o->name, value_of(&presets[c->preset], o), NULL);
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
