/* settings.h - the settings in the launch form, and the runs they make: a field with a list of
 * values makes one run for each, as on the command line. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_SETTINGS_H
#define COMBOLAB_UI_VIEWS_SETTINGS_H

#include "db/rows.h"
#include "engine/config.h"

#include <stdbool.h>
#include <stddef.h>

#define SETTINGS_MOST_LISTS 8
#define SETTINGS_MOST_GIVEN 96 /* more than there are options */

struct settings_list {
    const struct opt *option;
    char values[OPT_TEXT_BYTES];
};

struct settings {
    struct run_config base; /* what the lists do not say */
    struct settings_list list[SETTINGS_MOST_LISTS];
    size_t n_lists;
    const struct opt *given[SETTINGS_MOST_GIVEN]; /* since the preset was chosen */
    size_t n_given;
    struct run_config *runs; /* owned; NULL while there was no memory */
    size_t n_runs;
};

void settings_init(struct settings *s, const struct run_config *from);
void settings_fini(struct settings *s);

/* The runs that would be launched, at least one; until the next change. */
const struct run_config *settings_runs(const struct settings *s, size_t *n);

/* Takes a value or a list of them. On -1 nothing is changed. */
int settings_set(struct settings *s, const struct opt *o, const char *value, struct err *e);

/* As it is shown and typed. */
void settings_value(const struct settings *s, const struct opt *o, char *to, size_t room);

bool settings_is_list(const struct settings *s, const struct opt *o);

/* One of the runs uses the option. */
bool settings_uses(const struct settings *s, const struct opt *o);

/* config_check of every run. */
int settings_check(const struct settings *s, struct err *e);

/* Those of another run, but what is its own: its name and its trace. What this version does not
 * know is left out. */
void settings_like(struct settings *s, const struct option_row *options, size_t n);

#endif
