/* preferences.c - the table of preferences. Pure; any thread. */
#include "ui/ui.h"

#include "base/str.h"
#include "ui/groups.h"

#define VIEW_NAME(name) #name,
static const char *const views[] = {"last", UI_VIEWS(VIEW_NAME) NULL};
#undef VIEW_NAME
static const char *const charts[] = {"auto", "braille", "block", "ascii", NULL};

#define AT(field) offsetof(struct ui_preferences, field)

static const struct opt options[] = {
    {"theme", 0, OPT_CHOICE, AT(theme), 0, 0, "auto", ui_theme_names, "", "Screen", "colours"},
    {"charts", 0, OPT_CHOICE, AT(charts), 0, 0, "auto", charts, "", "Screen",
     "what charts are drawn with"},
    {"view", 0, OPT_CHOICE, AT(view), 0, 0, "last", views, "", "Screen",
     "the view that is shown first; last is as it was left"},
    {"filter", 0, OPT_TEXT, AT(filter), 0, 0, "", NULL, "", "Screen",
     "tests that runs of the list meet"},
    {"sort", 0, OPT_TEXT, AT(sort), 0, 0, "age_s", NULL, "", "Screen",
     "the column that the list is sorted by; with - before it the other way round"},
    {"group", 0, OPT_CHOICE, AT(group), 0, 0, "none", groups_words, "", "Screen",
     "what the list is grouped by"},
    {"refresh", 0, OPT_INT, AT(refresh_ms), 20, 10000, "100", NULL, "ms", "Screen",
     "how often what a run says of itself is shown anew"},
    {"layout", 0, OPT_FLAG, AT(layout), 0, 0, "yes", NULL, "", "Screen",
     "each database begins as it was left"},
};

const struct opt_table ui_preferences = {options, sizeof options / sizeof *options};

void ui_mdoc_preferences(struct str *out)
{
    char range[256];
    str_add(out, ".Bl -tag -width refresh -compact\n");
    for (size_t i = 0; i < ui_preferences.count; i++) {
        const struct opt *o = &options[i];
        opt_range(o, range, sizeof range);
        str_addf(out, ".It Cm %s No = Ar %s\n%s%s%s%s%s\n", o->name, o->unit[0] ? o->unit : range,
                 o->help, o->unit[0] ? ", " : "", o->unit[0] ? range : "",
                 o->fallback[0] ? "; usually " : "", o->fallback);
    }
    str_add(out, ".El\n");
}
