/* form.h - which lines the launch form has: what most launches change, then the rest of the option
 * table, folded under its groups' headings. Pure functions of the settings; any thread. */
#ifndef COMBOLAB_UI_VIEWS_FORM_H
#define COMBOLAB_UI_VIEWS_FORM_H

#include "ui/views/settings.h"

#include <stdbool.h>
#include <stddef.h>

#define FORM_MOST_LINES 112
#define FORM_MOST_GROUPS 16

/* A field, or the heading of a group whose fields follow when it is unfolded. */
struct form_line {
    const struct opt *option; /* NULL = a heading */
    const char *heading;
    int group; /* of a heading: its number, from 0 */
};

struct form {
    struct form_line line[FORM_MOST_LINES];
    int n;
    int common; /* the first lines, which are always there */
};

/* Bit g of `unfolded` shows the fields of group g. Options that mean nothing to the chosen losses
 * are left out. */
void form_lines(struct form *form, const struct settings *settings, unsigned unfolded);

/* "12 more: crop, flip, rotate ...": what is under a heading; and of those, what is not as it is by
 * default, "rotate 15, flip 0.5" or "". */
void form_under(const struct settings *settings, const struct form_line *heading, char *to,
                size_t room);
void form_changed(const struct settings *settings, const struct form_line *heading, char *to,
                  size_t room);

#endif
