/* sweep.c - lists of values on a command line become one config for each combination.
 *
 * The first list given changes slowest, as nested loops written in that order. A value that stands
 * twice in one list is refused, being a slip of the hand, and so is a comma that looks like a
 * decimal point; combinations that differ only in options
 * their loss does not use (alpha under l1) are one experiment and make one run.
 */
#include "src/cli.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

#define MAX_VALUES CLI_MAX_CONFIGS

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
static int set_value(struct run_config *config, const struct cli_list *list, size_t i,
                     struct err *e)
{
    char value[128];
    value_at(list->values, i, value, sizeof value);
    return opt_set(&config_options, config, list->option->name, value, e);
}

static bool digits_only(const char *text)
{
    return text[0] && !text[strspn(text, "0123456789")];
}

/* In "0,01" the comma is likelier a decimal point than that of a list: a list of two that begins
 * with 0 or holds what is not allowed, or anywhere a second number that begins with 0. */
static int ask_comma(const struct cli_list *list, struct run_config *scratch, struct err *e)
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
static int check_list(const struct cli_list *list, const struct run_config *base, struct err *e)
{
    size_t n = count_values(list->values);
    if (n > MAX_VALUES)
        return err_set(e, ERR_USAGE, "option '%s': %zu values; at most %d", list->option->name, n,
                       MAX_VALUES);
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
static int make_config(struct run_config *to, const struct cli_list *lists, size_t n_lists,
                       size_t number, bool *repeats, struct err *e)
{
    size_t digit[64];
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

int cli_sweep(struct invocation *in, const struct run_config *base, const struct cli_list *lists,
              size_t n_lists, struct err *e)
{
    size_t all = 1;
    if (n_lists > 64)
        return err_set(e, ERR_USAGE, "%zu options with lists; at most 64", n_lists);
    for (size_t l = 0; l < n_lists; l++) {
        if (check_list(&lists[l], base, e))
            return -1;
        all *= count_values(lists[l].values);
        if (all > CLI_MAX_CONFIGS)
            return err_set(e, ERR_USAGE,
                           "the lists make more than %d combinations; give fewer values",
                           CLI_MAX_CONFIGS);
    }
    in->configs = mem_alloc(all, sizeof *in->configs);
    if (!in->configs)
        return mem_error(e, "a sweep", all * sizeof *in->configs);
    for (size_t i = 0; i < all; i++) {
        bool repeats;
        in->configs[in->n_configs] = *base;
        if (make_config(&in->configs[in->n_configs], lists, n_lists, i, &repeats, e))
            return -1;
        in->n_configs += !repeats;
    }
    return 0;
}
