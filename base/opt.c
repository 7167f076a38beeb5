/* opt.c - reading and writing the fields an option table describes. */
#include "base/opt.h"

#include "base/err.h"
#include "base/nearest.h"
#include "base/str.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *field(const struct opt *o, void *object)
{
    return (char *)object + o->offset;
}

static const void *const_field(const struct opt *o, const void *object)
{
    return (const char *)object + o->offset;
}

const char *opt_type_name(enum opt_type type)
{
    static const char *const names[] = {"flag", "integer", "real", "choice", "text", "path"};
    return names[type];
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !(*a == '_' && *b == '-') && !(*a == '-' && *b == '_'))
            return false;
    return *a == *b;
}

const struct opt *opt_find(const struct opt_table *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (same_name(t->options[i].name, name))
            return &t->options[i];
    return NULL;
}

const struct opt *opt_nearest(const struct opt_table *t, const char *name)
{
    const struct opt *nearest = NULL;
    int least = NEAREST_MOST + 1;
    for (size_t i = 0; i < t->count; i++) {
        int d = nearest_distance(name, t->options[i].name);
        if (d < least) {
            least = d;
            nearest = &t->options[i];
        }
    }
    return nearest;
}

static int unknown(const struct opt_table *t, const char *name, struct err *e)
{
    const struct opt *nearest = opt_nearest(t, name);
    char shown[80];
    str_visible(shown, sizeof shown, name);
    if (nearest)
        return err_set(e, ERR_USAGE, "unknown option '%s'; did you mean '%s'?", shown,
                       nearest->name);
    return err_set(e, ERR_USAGE, "unknown option '%s'; --help lists them", shown);
}

static bool may_be_auto(const struct opt *o)
{
    return o->type == OPT_REAL && !strcmp(o->fallback, "auto");
}

void opt_range(const struct opt *o, char *to, size_t room)
{
    struct str s;
    char min[32], max[32];
    switch (o->type) {
    case OPT_FLAG:
        str_copy(to, room, "yes|no");
        break;
    case OPT_INT:
        snprintf(to, room, "%.0f..%.0f", o->min, o->max);
        break;
    case OPT_REAL:
        str_exact(min, sizeof min, o->min);
        str_exact(max, sizeof max, o->max);
        snprintf(to, room, "%s..%s%s", min, max, may_be_auto(o) ? " or auto" : "");
        break;
    case OPT_CHOICE:
        str_init(&s);
        for (int i = 0; o->choices[i]; i++)
            str_addf(&s, "%s%s", i ? "|" : "", o->choices[i]);
        str_copy(to, room, s.text);
        str_fini(&s);
        break;
    case OPT_TEXT:
        str_copy(to, room, "text");
        break;
    case OPT_PATH:
        str_copy(to, room, "path");
        break;
    }
}

static int refuse(const struct opt *o, const char *value, const char *wanted, struct err *e)
{
    char range[256], shown[160];
    opt_range(o, range, sizeof range);
    str_visible(shown, sizeof shown, value);
    return err_set(e, ERR_USAGE, "option '%s': '%s' is not %s; allowed: %s", o->name, shown, wanted,
                   range);
}

static int set_flag(const struct opt *o, void *object, const char *value, struct err *e)
{
    static const char *const yes[] = {"yes", "on", "true", "1"};
    static const char *const no[] = {"no", "off", "false", "0"};
    for (int i = 0; i < 4; i++) {
        if (!strcmp(value, yes[i]) || !strcmp(value, no[i])) {
            *(bool *)field(o, object) = !strcmp(value, yes[i]);
            return 0;
        }
    }
    return refuse(o, value, "yes or no", e);
}

static int set_choice(const struct opt *o, void *object, const char *value, struct err *e)
{
    for (int i = 0; o->choices[i]; i++) {
        if (!strcmp(value, o->choices[i])) {
            *(int *)field(o, object) = i;
            return 0;
        }
    }
    return refuse(o, value, "one of the choices", e);
}

/* Bytes that a text may have. */
static size_t text_most(const struct opt *o)
{
    return o->max > 0 ? (size_t)o->max : OPT_TEXT_BYTES - 1;
}

static int set_field(const struct opt *o, void *object, const char *value, struct err *e)
{
    int64_t whole;
    double real;
    switch (o->type) {
    case OPT_FLAG:
        return set_flag(o, object, value, e);
    case OPT_CHOICE:
        return set_choice(o, object, value, e);
    case OPT_INT:
        if (str_to_int(value, &whole))
            return refuse(o, value, "a whole number", e);
        if ((double)whole < o->min || (double)whole > o->max)
            return refuse(o, value, "in range", e);
        *(int64_t *)field(o, object) = whole;
        return 0;
    case OPT_REAL:
        if (may_be_auto(o) && !strcmp(value, "auto")) {
            *(double *)field(o, object) = NAN;
            return 0;
        }
        if (str_to_real(value, &real))
            return refuse(
                o, value,
                strchr(value, ',') ? "a number (is the comma a decimal point?)" : "a number", e);
        if (real < o->min || real > o->max)
            return refuse(o, value, "in range", e);
        *(double *)field(o, object) = real;
        return 0;
    case OPT_TEXT:
    case OPT_PATH:
        if (strlen(value) > text_most(o))
            return err_set(e, ERR_USAGE, "option '%s': longer than %zu bytes", o->name,
                           text_most(o));
        memset(field(o, object), 0, OPT_TEXT_BYTES);
        strcpy(field(o, object), value);
        return 0;
    }
    return err_set(e, ERR_INTERNAL, "option '%s' has no type", o->name);
}

int opt_set(const struct opt_table *t, void *object, const char *name, const char *value,
            struct err *e)
{
    const struct opt *o = opt_find(t, name);
    if (!o)
        return unknown(t, name, e);
    return set_field(o, object, value, e);
}

int opt_defaults(const struct opt_table *t, void *object, struct err *e)
{
    for (size_t i = 0; i < t->count; i++) {
        if (set_field(&t->options[i], object, t->options[i].fallback, e)) {
            if (e)
                e->code = ERR_INTERNAL;
            return err_prefix(e, "default of option %zu", i);
        }
    }
    return 0;
}

void opt_format(const struct opt *o, const void *object, char *to, size_t room)
{
    const void *at = const_field(o, object);
    switch (o->type) {
    case OPT_FLAG:
        str_copy(to, room, *(const bool *)at ? "yes" : "no");
        break;
    case OPT_INT:
        snprintf(to, room, "%lld", (long long)*(const int64_t *)at);
        break;
    case OPT_REAL:
        if (isnan(*(const double *)at))
            str_copy(to, room, "auto");
        else
            str_exact(to, room, *(const double *)at);
        break;
    case OPT_CHOICE:
        str_copy(to, room, o->choices[*(const int *)at]);
        break;
    case OPT_TEXT:
    case OPT_PATH:
        str_copy(to, room, at);
        break;
    }
}
