/* settings.c - see settings.h. A change is tried on copies first, so that what is refused changes
 * nothing. */
#include "ui/views/settings.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* What somebody has chosen is not the preset's any more; a new preset has its say in all. */
static void note_given(struct settings *s, const struct opt *o)
{
    size_t i = 0;
    if (o->offset == offsetof(struct run_config, preset)) {
        for (; i < s->n_lists; i++)
            s->given[i] = s->list[i].option;
        s->n_given = i;
        i = 0;
    }
    while (i < s->n_given && s->given[i] != o)
        i++;
    if (i == s->n_given && i < SETTINGS_MOST_GIVEN)
        s->given[s->n_given++] = o;
}

/* Makes the runs anew from `base` and the lists of `with`. */
static int make_runs(struct settings *s, const struct run_config *base,
                     const struct settings_list *const *with, size_t n, struct err *e)
{
    struct config_list lists[SETTINGS_MOST_LISTS + 1];
    struct run_config *runs;
    size_t n_runs;
    for (size_t i = 0; i < n; i++)
        lists[i] = (struct config_list){with[i]->option, with[i]->values};
    if (config_sweep(&runs, &n_runs, base, lists, n, s->given, s->n_given, e))
        return -1;
    mem_free(s->runs);
    s->runs = runs;
    s->n_runs = n_runs;
    return 0;
}

static void reset(struct settings *s, const struct run_config *to)
{
    mem_free(s->runs);
    s->runs = NULL;
    s->n_lists = s->n_given = 0;
    s->base = *to;
    make_runs(s, &s->base, NULL, 0, NULL);
}

void settings_init(struct settings *s, const struct run_config *from)
{
    s->runs = NULL;
    reset(s, from);
}

void settings_fini(struct settings *s)
{
    mem_free(s->runs);
}

const struct run_config *settings_runs(const struct settings *s, size_t *n)
{
    *n = s->runs ? s->n_runs : 1;
    return s->runs ? s->runs : &s->base;
}

/* The option's list; the number of lists when it has none. */
static size_t list_of(const struct settings *s, const struct opt *o)
{
    size_t i = 0;
    while (i < s->n_lists && s->list[i].option != o)
        i++;
    return i;
}

bool settings_is_list(const struct settings *s, const struct opt *o)
{
    return list_of(s, o) < s->n_lists;
}

static void without_blanks(char *text)
{
    char *to = text;
    for (; *text; text++)
        if (*text != ' ')
            *to++ = *text;
    *to = '\0';
}

static int make_base(struct run_config *base, const struct settings *s, const struct opt *o,
                     const char *value, bool list, struct err *e)
{
    *base = s->base;
    if (list)
        return 0;
    if (opt_set(&config_options, base, o->name, value, e))
        return -1;
    if (base->preset != s->base.preset)
        config_apply_preset(base, NULL, 0);
    else if (config_has_init(base) != config_has_init(&s->base))
        config_preset_follow_init(base);
    return 0;
}

int settings_set(struct settings *s, const struct opt *o, const char *value, struct err *e)
{
    const struct settings_list *with[SETTINGS_MOST_LISTS + 1];
    struct settings_list own = {.option = o};
    struct run_config base;
    size_t at = list_of(s, o), n = 0;
    if (str_copy(own.values, sizeof own.values, value))
        return err_set(e, ERR_USAGE, "option '%s': %d bytes at most", o->name, OPT_TEXT_BYTES - 1);
    if (o->type != OPT_TEXT && o->type != OPT_PATH)
        without_blanks(own.values);
    bool list = config_is_list(o, own.values);
    if (list && at == SETTINGS_MOST_LISTS)
        return err_set(e, ERR_USAGE, "at most %d fields can have a list", SETTINGS_MOST_LISTS);
    for (size_t i = 0; i < s->n_lists; i++)
        if (i != at)
            with[n++] = &s->list[i];
        else if (list)
            with[n++] = &own;
    if (list && at == s->n_lists)
        with[n++] = &own;
    const struct settings before = *s;
    note_given(s, o);
    if (make_base(&base, s, o, own.values, list, e) || make_runs(s, &base, with, n, e)) {
        memcpy(s->given, before.given, sizeof s->given);
        s->n_given = before.n_given;
        return -1;
    }
    s->base = base;
    if (list)
        s->list[at] = own;
    else if (at < s->n_lists)
        memmove(&s->list[at], &s->list[at + 1], (s->n_lists - at - 1) * sizeof *s->list);
    s->n_lists = n;
    return 0;
}

/* The values that the runs of a preset have, each once. */
static void add_values(const struct settings *s, const struct opt *o, char *to, size_t room)
{
    char value[OPT_TEXT_BYTES];
    size_t length = 0;
    to[0] = '\0';
    for (size_t i = 0; i < s->n_runs; i++) {
        size_t k = 0;
        while (k < i && !config_same_value(o, &s->runs[k], &s->runs[i]))
            k++;
        opt_format(o, &s->runs[i], value, sizeof value);
        if (k == i && length + strlen(value) + 2 < room)
            length += (size_t)snprintf(to + length, room - length, "%s%s", i ? "," : "", value);
    }
}

void settings_value(const struct settings *s, const struct opt *o, char *to, size_t room)
{
    size_t at = list_of(s, o);
    if (at < s->n_lists)
        str_copy(to, room, s->list[at].values);
    else if (s->runs && config_preset_about(&s->base))
        add_values(s, o, to, room);
    else
        opt_format(o, &s->base, to, room);
}

bool settings_uses(const struct settings *s, const struct opt *o)
{
    size_t n;
    const struct run_config *runs = settings_runs(s, &n);
    for (size_t i = 0; i < n; i++)
        if (config_uses(&runs[i], o))
            return true;
    return false;
}

int settings_check(const struct settings *s, struct err *e)
{
    size_t n;
    const struct run_config *runs = settings_runs(s, &n);
    for (size_t i = 0; i < n; i++)
        if (config_check(&runs[i], e))
            return -1;
    return 0;
}

void settings_like(struct settings *s, const struct option_row *options, size_t n)
{
    struct run_config config;
    config_of_old(&config);
    for (size_t i = 0; i < n; i++)
        opt_set(&config_options, &config, options[i].name, options[i].value, NULL);
    config.name[0] = config.trace[0] = '\0';
    reset(s, &config);
}
