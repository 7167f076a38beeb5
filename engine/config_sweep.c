/* config_sweep.c - lists of values become one config for each combination. No state, any thread.
 *
 * The first list given changes slowest, as nested loops written in that order. A value that stands
 * twice in one list is refused, being a slip of the hand, and so is a comma that looks like a
 * decimal point; combinations that differ only in options
 * their loss does not use (alpha under l1) are one experiment and make one run.
 */
#include "engine/config.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LISTS 64

/* A list without ranges: values is owned. */
struct values {
    const struct opt *option;
    char *values;
};

/* Texts and paths have commas of their own, but for texts of a least length: names of columns. */
static char separator(const struct opt *o)
{
    return (o->type == OPT_TEXT && o->min == 0) || o->type == OPT_PATH ? ';' : ',';
}

/* The i-th value, which there is. */
static void value_at(const struct values *list, size_t i, char *to, size_t room)
{
    const char *at = list->values, between[] = {separator(list->option), '\0'};
    while (i--)
        at += strcspn(at, between) + 1;
    size_t length = strcspn(at, between);
    if (length >= room)
        length = room - 1;
    memcpy(to, at, length);
    to[length] = '\0';
}

static size_t count_values(const struct values *list)
{
    size_t n = 1;
    for (const char *at = list->values; *at; at++)
        n += *at == separator(list->option);
    return n;
}

/* Sets the option to its i-th value. */
static int set_value(struct run_config *config, const struct values *list, size_t i, struct err *e)
{
    char value[OPT_TEXT_BYTES];
    value_at(list, i, value, sizeof value);
    size_t blanks = list->option->type == OPT_TEXT ? strspn(value, " ") : 0;
    return opt_set(&config_options, config, list->option->name, value + blanks, e);
}

static bool digits_only(const char *text)
{
    return text[0] && !text[strspn(text, "0123456789")];
}

/* In "0,01" the comma is likelier a decimal point than that of a list: a list of two that begins
 * with 0 or holds what is not allowed, or anywhere a second number that begins with 0. */
static int ask_comma(const struct values *list, struct run_config *scratch, struct err *e)
{
    char first[128], second[128];
    size_t n = count_values(list);
    for (size_t i = 1; list->option->type == OPT_REAL && i < n; i++) {
        value_at(list, i - 1, first, sizeof first);
        value_at(list, i, second, sizeof second);
        if (!digits_only(first) || !digits_only(second))
            continue;
        bool odd = second[0] == '0' && second[1];
        bool allowed = !set_value(scratch, list, i - 1, NULL) && !set_value(scratch, list, i, NULL);
        if (!odd && (n != 2 || (strcmp(first, "0") && allowed)))
            continue;
        err_set(e, ERR_USAGE,
                "option '%s': is the comma in '%.60s,%.60s' a decimal point? Write %.60s.%.60s",
                list->option->name, first, second, first, second);
        if (allowed)
            err_set(e, ERR_USAGE, "%s for one number, %.60s.0,%.60s for two", e->text, first,
                    second);
        return -1;
    }
    return 0;
}

/* Every value must be allowed and stand there once: 0.1 and 0.10 are the same. */
static int check_list(const struct values *list, const struct run_config *base, struct err *e)
{
    size_t n = count_values(list);
    if (n > CONFIG_MOST_RUNS)
        return err_set(e, ERR_USAGE, "option '%s': %zu values; at most %d", list->option->name, n,
                       CONFIG_MOST_RUNS);
    struct run_config *a = mem_copy(base, sizeof *base), *b = mem_copy(base, sizeof *base);
    int result = a && b ? ask_comma(list, a, e) : mem_error(e, "a sweep", sizeof *base);
    for (size_t i = 0; !result && i < n; i++) {
        char text[OPT_TEXT_BYTES], other[OPT_TEXT_BYTES];
        result = set_value(a, list, i, e);
        opt_format(list->option, a, text, sizeof text);
        for (size_t j = 0; !result && j < i; j++) {
            result = set_value(b, list, j, e);
            opt_format(list->option, b, other, sizeof other);
            if (!result && !strcmp(text, other))
                result = err_set(e, ERR_USAGE, "option '%s': %.200s stands twice in the list",
                                 list->option->name, text);
        }
    }
    mem_free(a);
    mem_free(b);
    return result;
}

/* Combination `number` of the lists: the last list is the lowest digit. Sets *repeats when an
 * earlier combination is the same experiment: one of its unused options has not its first value. */
static int make_config(struct run_config *to, const struct values *lists, size_t n_lists,
                       size_t number, bool *repeats, struct err *e)
{
    size_t digit[MOST_LISTS];
    for (size_t l = n_lists; l-- > 0;) {
        size_t n = count_values(&lists[l]);
        digit[l] = number % n;
        number /= n;
        if (set_value(to, &lists[l], digit[l], e))
            return -1;
    }
    *repeats = false;
    for (size_t l = 0; l < n_lists; l++)
        if (digit[l] && !config_uses(to, lists[l].option))
            *repeats = true;
    return 0;
}

/* The ends of a range of whole numbers, "2-5"; false when it is none. */
static bool is_range(const char *part, size_t length, int64_t *first, int64_t *last)
{
    char text[64];
    if (length >= sizeof text)
        return false;
    memcpy(text, part, length);
    text[length] = '\0';
    char *dash = strchr(text, '-');
    if (!dash)
        return false;
    *dash = '\0';
    return digits_only(text) && digits_only(dash + 1) && !str_to_int(text, first) &&
           !str_to_int(dash + 1, last);
}

/* "0.1-0.5/0.1": from one number to another in steps. */
struct steps {
    double first, last, step;
};

static bool is_stepped(const struct opt *o, const char *part, size_t length, struct steps *s)
{
    char text[96], *at;
    if ((o->type != OPT_REAL && o->type != OPT_INT) || length >= sizeof text)
        return false;
    memcpy(text, part, length);
    text[length] = '\0';
    s->first = strtod(text, &at);
    if (at == text || *at != '-')
        return false;
    const char *second = at + 1;
    s->last = strtod(second, &at);
    if (at == second || *at != '/')
        return false;
    const char *third = at + 1;
    s->step = strtod(third, &at);
    return at != third && !*at;
}

bool config_is_list(const struct opt *option, const char *values)
{
    int64_t first, last;
    struct steps steps;
    bool text = option->type == OPT_TEXT || option->type == OPT_PATH;
    if (option->type == OPT_FLAG || (text && !config_changes_figures(option)) ||
        !strcmp(option->name, "experiment"))
        return false;
    if (option->type == OPT_INT && is_range(values, strlen(values), &first, &last))
        return true;
    return strchr(values, separator(option)) || is_stepped(option, values, strlen(values), &steps);
}

static int add_range(struct str *to, const struct opt *o, int64_t first, int64_t last,
                     struct err *e)
{
    if (last < first || last - first >= CONFIG_MOST_RUNS)
        return err_set(
            e, ERR_USAGE,
            "option '%s': %lld-%lld is no range from a lower number to a higher one with "
            "at most %d in all",
            o->name, (long long)first, (long long)last, CONFIG_MOST_RUNS);
    for (int64_t i = first; i <= last; i++)
        str_addf(to, "%s%lld", i > first ? "," : "", (long long)i);
    return 0;
}

/* A number that is off by the last bit of a sum is not what was meant. */
static int add_steps(struct str *to, const struct opt *o, const struct steps *s, struct err *e)
{
    char number[32];
    double n = s->step > 0 ? floor((s->last - s->first) / s->step + 1e-6) + 1 : 0;
    if (!(n >= 1 && n <= CONFIG_MOST_RUNS))
        return err_set(e, ERR_USAGE,
                       "option '%s': %g-%g/%g is no way from a lower number to a higher one in at "
                       "most %d steps",
                       o->name, s->first, s->last, s->step, CONFIG_MOST_RUNS);
    for (int i = 0; i < (int)n; i++) {
        str_shortest(number, sizeof number, s->first + i * s->step, 10);
        str_addf(to, "%s%s", i ? "," : "", number);
    }
    return 0;
}

/* "1-3,8" as "1,2,3,8". */
static int write_out(struct values *to, const struct config_list *list, struct err *e)
{
    struct str text;
    const char between[] = {separator(list->option), '\0'};
    int result = 0;
    str_init(&text);
    for (const char *at = list->values; !result; at++) {
        int64_t first, last;
        struct steps steps;
        size_t length = strcspn(at, between);
        if (list->option->type == OPT_INT && is_range(at, length, &first, &last))
            result = add_range(&text, list->option, first, last, e);
        else if (is_stepped(list->option, at, length, &steps))
            result = add_steps(&text, list->option, &steps, e);
        else
            str_add_bytes(&text, at, length);
        at += length;
        if (!*at)
            break;
        str_add(&text, between);
    }
    to->option = list->option;
    to->values = result ? NULL : str_take(&text);
    str_fini(&text);
    return result || to->values ? result : mem_error(e, "a sweep", 0);
}

/* How many combinations the lists have, all of them allowed. */
static int count_all(size_t *all, const struct values *lists, size_t n_lists,
                     const struct run_config *base, struct err *e)
{
    *all = 1;
    for (size_t l = 0; l < n_lists; l++) {
        if (check_list(&lists[l], base, e))
            return -1;
        *all *= count_values(&lists[l]);
        if (*all > CONFIG_MOST_RUNS)
            return err_set(e, ERR_USAGE,
                           "the lists make more than %d combinations; give fewer values",
                           CONFIG_MOST_RUNS);
    }
    return 0;
}

static int combine(struct run_config **out, size_t *n, const struct run_config *base,
                   const struct values *lists, size_t n_lists, struct err *e)
{
    size_t all;
    if (count_all(&all, lists, n_lists, base, e))
        return -1;
    struct run_config *configs = mem_alloc(all, sizeof *configs);
    if (!configs)
        return mem_error(e, "a sweep", all * sizeof *configs);
    for (size_t i = 0; i < all; i++) {
        bool repeats;
        configs[*n] = *base;
        if (make_config(&configs[*n], lists, n_lists, i, &repeats, e)) {
            mem_free(configs);
            return -1;
        }
        *n += !repeats;
    }
    *out = configs;
    return 0;
}

/* The combinations of one base. */
static int sweep(struct run_config **out, size_t *n, const struct run_config *base,
                 const struct config_list *lists, size_t n_lists, struct err *e)
{
    struct values values[MOST_LISTS] = {{0}};
    int result = 0;
    *out = NULL;
    *n = 0;
    if (n_lists > MOST_LISTS)
        return err_set(e, ERR_USAGE, "%zu options with lists; at most %d", n_lists, MOST_LISTS);
    for (size_t l = 0; !result && l < n_lists; l++)
        result = write_out(&values[l], &lists[l], e);
    if (!result)
        result = combine(out, n, base, values, n_lists, e);
    for (size_t l = 0; l < n_lists; l++)
        mem_free(values[l].values);
    return result;
}

static bool is_among(const struct run_config *configs, size_t n, const struct run_config *config)
{
    for (size_t i = 0; i < n; i++)
        if (config_alike(&configs[i], config))
            return true;
    return false;
}

/* Adds those that are not there yet, as of rows that differ in what was given otherwise. */
static int append(struct run_config **out, size_t *n, const struct run_config *more, size_t n_more,
                  struct err *e)
{
    struct run_config *all = mem_resize(*out, *n + n_more, sizeof *all);
    if (!all)
        return mem_error(e, "a sweep", (*n + n_more) * sizeof *all);
    *out = all;
    size_t before = *n;
    for (size_t i = 0; i < n_more; i++)
        if (!is_among(all, before, &more[i]))
            all[(*n)++] = more[i];
    return *n <= CONFIG_MOST_RUNS
               ? 0
               : err_set(e, ERR_USAGE, "the lists make more than %d runs; give fewer values",
                         CONFIG_MOST_RUNS);
}

/* The row's lists change slower than those given. */
static int sweep_row(struct run_config **out, size_t *n, const struct run_config *base, size_t row,
                     const struct config_list *lists, size_t n_lists,
                     const struct opt *const *given, size_t n_given, struct err *e)
{
    struct config_list all[MOST_LISTS + CONFIG_ROW_LISTS];
    struct run_config *more, *own = mem_copy(base, sizeof *base);
    size_t n_all, n_more;
    if (!own)
        return mem_error(e, "a sweep", sizeof *base);
    int result = config_preset_row(own, row, given, n_given, all, &n_all, e);
    for (size_t i = 0; i < n_lists && n_all < MOST_LISTS; i++)
        all[n_all++] = lists[i];
    if (!result)
        result = sweep(&more, &n_more, own, all, n_all, e);
    mem_free(own);
    if (result)
        return -1;
    result = append(out, n, more, n_more, e);
    mem_free(more);
    return result;
}

int config_sweep(struct run_config **out, size_t *n, const struct run_config *base,
                 const struct config_list *lists, size_t n_lists, const struct opt *const *given,
                 size_t n_given, struct err *e)
{
    int result = 0;
    if (!config_preset_rows(base))
        return sweep(out, n, base, lists, n_lists, e);
    *out = NULL;
    *n = 0;
    for (size_t row = 0; !result && row < config_preset_rows(base); row++)
        result = sweep_row(out, n, base, row, lists, n_lists, given, n_given, e);
    if (!result)
        return 0;
    mem_free(*out);
    *out = NULL;
    *n = 0;
    return -1;
}
