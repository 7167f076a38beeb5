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

#include <stdio.h>
#include <string.h>

#define MOST_LISTS 64

/* A list without ranges: values is owned. */
struct values {
    const struct opt *option;
    char *values;
};

/* The i-th value of a comma list. Returns 0, or -1 after the last. */
static int value_at(const char *list, size_t i, char *to, size_t room)
{
    while (i--) {
        list = strchr(list, ',');
        if (!list)
            return -1;
        list++;
    }
    size_t length = strcspn(list, ",");
    if (length >= room)
        length = room - 1;
    memcpy(to, list, length);
    to[length] = '\0';
    return 0;
}

static size_t count_values(const char *list)
{
    size_t n = 1;
    for (; *list; list++)
        n += *list == ',';
    return n;
}

/* Sets the option to its i-th value. */
static int set_value(struct run_config *config, const struct values *list, size_t i, struct err *e)
{
    char value[128];
    value_at(list->values, i, value, sizeof value);
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
    size_t n = count_values(list->values);
    for (size_t i = 1; list->option->type == OPT_REAL && i < n; i++) {
        value_at(list->values, i - 1, first, sizeof first);
        value_at(list->values, i, second, sizeof second);
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
    size_t n = count_values(list->values);
    if (n > CONFIG_MOST_RUNS)
        return err_set(e, ERR_USAGE, "option '%s': %zu values; at most %d", list->option->name, n,
                       CONFIG_MOST_RUNS);
    struct run_config *a = mem_copy(base, sizeof *base), *b = mem_copy(base, sizeof *base);
    int result = a && b ? ask_comma(list, a, e) : mem_error(e, "a sweep", sizeof *base);
    for (size_t i = 0; !result && i < n; i++) {
        char text[128], other[128];
        result = set_value(a, list, i, e);
        opt_format(list->option, a, text, sizeof text);
        for (size_t j = 0; !result && j < i; j++) {
            result = set_value(b, list, j, e);
            opt_format(list->option, b, other, sizeof other);
            if (!result && !strcmp(text, other))
                result = err_set(e, ERR_USAGE, "option '%s': %s stands twice in the list",
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
        size_t n = count_values(lists[l].values);
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

bool config_is_list(const struct opt *option, const char *values)
{
    int64_t first, last;
    if (option->type == OPT_INT && is_range(values, strlen(values), &first, &last))
        return true;
    return strchr(values, ',') &&
           (option->type == OPT_INT || option->type == OPT_REAL || option->type == OPT_CHOICE ||
            (option->type == OPT_TEXT && option->min > 0));
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

/* "1-3,8" as "1,2,3,8". */
static int write_out(struct values *to, const struct config_list *list, struct err *e)
{
    struct str text;
    int result = 0;
    str_init(&text);
    for (const char *at = list->values; !result; at++) {
        int64_t first, last;
        size_t length = strcspn(at, ",");
        if (list->option->type == OPT_INT && is_range(at, length, &first, &last))
            result = add_range(&text, list->option, first, last, e);
        else
            str_add_bytes(&text, at, length);
        at += length;
        if (!*at)
            break;
        str_add(&text, ",");
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
        *all *= count_values(lists[l].values);
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

int config_sweep(struct run_config **out, size_t *n, const struct run_config *base,
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
