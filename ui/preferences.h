/* preferences.h - what a user likes the screen to be like: one table for the file that keeps it
 * (src/preferences_file.h), the command that sets it, and the manual page. */
#ifndef COMBOLAB_UI_PREFERENCES_H
#define COMBOLAB_UI_PREFERENCES_H

#include "base/opt.h"

#include <stdbool.h>
#include <stdint.h>

struct ui_preferences {
    int theme;  /* enum ui_theme */
    int charts; /* enum ui_chart_style */
    int view;   /* as UI_VIEWS counts from 1 on; 0 = as it was left */
    char filter[OPT_TEXT_BYTES], sort[OPT_TEXT_BYTES];
    int group; /* enum groups_by */
    int64_t refresh_ms;
    bool layout;
};

extern const struct opt_table preferences_table;

#endif
