/* form.c - see form.h. Groups are those of the option table, in its order. */
#include "ui/views/form.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char *const common[] = {"data",    "protocol", "fold",          "backbone",   "loss",
                                     "alpha",   "beta",     "gamma",         "image-size", "preset",
                                     "epochs",  "batch",    "learning-rate", "seed",       "device",
                                     "threads", "name",     "experiment"};

static bool is_common(const char *name)
{
    for (size_t i = 0; i < COUNT(common); i++)
        if (!strcmp(common[i], name))
            return true;
    return false;
}

/* A field that stands under the heading of its group. */
static bool is_under(const struct settings *settings, const struct opt *o, const char *heading)
{
    return !strcmp(o->group, heading) && !is_common(o->name) && settings_uses(settings, o);
}

/* The group's number; -1 when the table is at an option of a group that came before. */
static int new_group(size_t at, const char *const *groups, int n)
{
    const char *group = config_options.options[at].group;
    for (int g = 0; g < n; g++)
        if (!strcmp(groups[g], group))
            return -1;
    return n < FORM_MOST_GROUPS ? n : -1;
}

static void add_option(struct form *form, const struct opt *o)
{
    if (form->n < FORM_MOST_LINES)
        form->line[form->n++] = (struct form_line){.option = o};
}

static void add_group(struct form *form, const struct settings *settings, const char *heading,
                      int group, bool unfolded)
{
    int at = form->n;
    if (at == FORM_MOST_LINES)
        return;
    form->line[form->n++] = (struct form_line){.heading = heading, .group = group};
    bool any = false;
    for (size_t i = 0; i < config_options.count; i++) {
        const struct opt *o = &config_options.options[i];
        if (!is_under(settings, o, heading))
            continue;
        any = true;
        if (unfolded)
            add_option(form, o);
    }
    if (!any)
        form->n = at;
}

void form_lines(struct form *form, const struct settings *settings, unsigned unfolded)
{
    const char *groups[FORM_MOST_GROUPS];
    int n_groups = 0;
    form->n = 0;
    for (size_t i = 0; i < COUNT(common); i++) {
        const struct opt *o = opt_find(&config_options, common[i]);
        if (o && settings_uses(settings, o))
            add_option(form, o);
    }
    form->common = form->n;
    for (size_t i = 0; i < config_options.count; i++) {
        int group = new_group(i, groups, n_groups);
        if (group < 0)
            continue;
        groups[n_groups++] = config_options.options[i].group;
        add_group(form, settings, groups[group], group, unfolded >> group & 1);
    }
}

/* Appends to a list; what does not fit is left out, and the list ends with dots. */
static void append(char *to, size_t room, size_t *at, const char *text)
{
    size_t left = room - *at, length = strlen(text);
    if (length + 5 > left) {
        if (left >= 5 && *at && to[*at - 1] != '.')
            *at += (size_t)snprintf(to + *at, left, " ...");
        return;
    }
    *at += (size_t)snprintf(to + *at, left, "%s", text);
}

void form_under(const struct settings *settings, const struct form_line *heading, char *to,
                size_t room)
{
    size_t at = 0;
    int n = 0;
    for (size_t i = 0; i < config_options.count; i++)
        n += is_under(settings, &config_options.options[i], heading->heading);
    at = (size_t)snprintf(to, room, "%d more", n);
    for (size_t i = 0; i < config_options.count; i++) {
        const struct opt *o = &config_options.options[i];
        char text[64];
        if (!is_under(settings, o, heading->heading))
            continue;
        snprintf(text, sizeof text, "%s %s", n > 0 ? ":" : ",", o->name);
        n = 0;
        append(to, room, &at, text);
    }
}

void form_changed(const struct settings *settings, const struct form_line *heading, char *to,
                  size_t room)
{
    struct run_config plain;
    size_t at = 0;
    config_defaults(&plain);
    to[0] = '\0';
    for (size_t i = 0; i < config_options.count; i++) {
        const struct opt *o = &config_options.options[i];
        char value[OPT_TEXT_BYTES], fallback[OPT_TEXT_BYTES], text[OPT_TEXT_BYTES + 64];
        if (!is_under(settings, o, heading->heading))
            continue;
        settings_value(settings, o, value, sizeof value);
        opt_format(o, &plain, fallback, sizeof fallback);
        if (!strcmp(value, fallback))
            continue;
        snprintf(text, sizeof text, "%s%s %s", at ? ", " : "", o->name, value);
        append(to, room, &at, text);
    }
}
