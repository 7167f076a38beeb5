/* cli.c - parses a command line with getopt_long tables that are built from option tables.
 *
 * getopt numbers an option by its place in the merged list of the command's tables, so that what it
 * answers leads straight to the option's descriptor and the object its field lies in. Errors are
 * told by option tables (range, choices, nearest name), never by getopt.
 */
#include "src/cli.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char *const formats[] = {"table", "csv", "json", NULL};

static const struct opt global_options[] = {
    {"database", 'D', OPT_PATH, offsetof(struct global_options, database), 0, 0, "", NULL, "",
     "General", "run database; empty means $XDG_DATA_HOME/combolab/runs.db"},
    {"format", 0, OPT_CHOICE, offsetof(struct global_options, format), 0, 0, "table", formats, "",
     "General", "how lists are written: for people, as CSV (RFC 4180) or as JSON"},
    {"quiet", 'q', OPT_FLAG, offsetof(struct global_options, quiet), 0, 0, "no", NULL, "",
     "General", "no progress and no remarks, only results, warnings and errors"},
};

const struct opt_table cli_global_options = {global_options,
                                             sizeof global_options / sizeof *global_options};

#define CLI_MAX_NAMED 32 /* options that a command may name */

enum { VALUE_OF = 1000, NO_OF = 2000, HELP = 'h' };

/* Options of an experiment that a command names, as a table of their own. Made anew each time: one
 * command is looked at after the other. */
static const struct opt_table *named_options(const char *const *names)
{
    static struct opt options[CLI_MAX_NAMED];
    static struct opt_table table = {options, 0};
    table.count = 0;
    for (size_t i = 0; i < config_options.count && table.count < CLI_MAX_NAMED; i++) {
        const struct opt *o = &config_options.options[i];
        bool named = false;
        for (const char *const *name = names; *name; name++)
            named |= !strcmp(*name, o->name);
        if (named)
            options[table.count++] = *o;
    }
    return &table;
}

/* Objects of this table are configs. */
static const struct opt_table *config_table(const struct command *c)
{
    return c->config_names ? named_options(c->config_names) : &config_options;
}

int cli_tables(const struct command *c, const struct opt_table *tables[3])
{
    int n = 0;
    if (c->own)
        tables[n++] = c->own;
    if (c->takes_config)
        tables[n++] = config_table(c);
    tables[n++] = &cli_global_options;
    return n;
}

/* What parsing needs and the invocation does not. */
struct parser {
    const struct command *command;
    struct invocation *in;
    struct run_config base;
    struct opt_table all; /* the merged list; its offsets belong to different objects */
    struct opt *options;  /* all.options */
    struct option *longs;
    char *names; /* "no-NAME" of every flag, one after the other */
    struct str shorts;
    struct config_list *lists;
    size_t n_lists;
};

static size_t merge(struct parser *p, size_t *bytes)
{
    const struct opt_table *tables[3];
    int n = cli_tables(p->command, tables);
    size_t count = 0;
    for (int t = 0; t < n; t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            const struct opt *o = &tables[t]->options[i];
            if (p->options)
                p->options[count] = *o;
            *bytes += strlen(o->name) + 4;
            count++;
        }
    }
    return count;
}

static void add_long(struct option **at, const char *name, int has_value, int number)
{
    *(*at)++ = (struct option){name, has_value, NULL, number};
}

static int parser_init(struct parser *p, struct err *e)
{
    size_t bytes = 1, again = 0;
    size_t count = merge(p, &bytes);
    p->options = mem_alloc(count, sizeof *p->options);
    p->longs = mem_alloc(2 * count + 2, sizeof *p->longs);
    p->names = mem_alloc(bytes, 1);
    p->lists = mem_alloc(count, sizeof *p->lists);
    p->in->given = mem_alloc(count, sizeof *p->in->given);
    if (!p->options || !p->longs || !p->names || !p->lists || !p->in->given)
        return mem_error(e, "option tables", count * sizeof *p->options);
    merge(p, &again);
    p->all.options = p->options;
    p->all.count = count;

    struct option *at = p->longs;
    char *name = p->names;
    str_add(&p->shorts, p->command->options_first ? "+:h" : ":h");
    add_long(&at, "help", no_argument, HELP);
    for (size_t i = 0; i < count; i++) {
        const struct opt *o = &p->options[i];
        bool flag = o->type == OPT_FLAG;
        add_long(&at, o->name, flag ? optional_argument : required_argument, VALUE_OF + (int)i);
        if (o->letter)
            str_addf(&p->shorts, "%c%s", o->letter, flag ? "" : ":");
        if (!flag)
            continue;
        int length = sprintf(name, "no-%s", o->name);
        add_long(&at, name, no_argument, NO_OF + (int)i);
        name += length + 1;
    }
    return p->shorts.failed ? mem_error(e, "option letters", count) : 0;
}

static void parser_fini(struct parser *p)
{
    mem_free(p->options);
    mem_free(p->longs);
    mem_free(p->names);
    mem_free(p->lists);
    str_fini(&p->shorts);
}

/* The table that merged option `i` comes from, and the object of that table. */
static const struct opt_table *owner(struct parser *p, size_t i, void **object)
{
    const struct opt_table *tables[3];
    int n = cli_tables(p->command, tables);
    int t = 0;
    for (; t < n - 1 && i >= tables[t]->count; t++)
        i -= tables[t]->count;
    if (tables[t] == &cli_global_options)
        *object = &p->in->global;
    else if (tables[t] == p->command->own)
        *object = p->in->own;
    else
        *object = &p->base;
    return tables[t];
}

static void forget_list(struct parser *p, const struct opt *option)
{
    for (size_t i = 0; i < p->n_lists; i++) {
        if (p->lists[i].option != option)
            continue;
        p->n_lists--;
        memmove(&p->lists[i], &p->lists[i + 1], (p->n_lists - i) * sizeof *p->lists);
        return;
    }
}

static void remember(struct invocation *in, const struct opt *option)
{
    for (size_t i = 0; i < in->n_given; i++)
        if (in->given[i] == option)
            return;
    in->given[in->n_given++] = option;
}

static int take(struct parser *p, size_t i, const char *value, struct err *e)
{
    void *object;
    const struct opt_table *table = owner(p, i, &object);
    const struct opt *o = opt_find(table, p->options[i].name);
    bool of_config = object == &p->base;
    if (of_config) {
        forget_list(p, o); /* given again: the last one counts */
        remember(p->in, opt_find(&config_options, o->name));
    }
    if (!of_config || !p->command->sweeps || !config_is_list(o, value))
        return opt_set(table, object, o->name, value, e);
    p->lists[p->n_lists++] = (struct config_list){o, value};
    return 0;
}

/* The option's name from "--name=value". */
static void name_of_word(const char *argument, char *to, size_t room)
{
    str_copy(to, room, argument + 2);
    to[strcspn(to, "=")] = '\0';
}

static int unknown_option(struct parser *p, char **argv, struct err *e)
{
    if (optopt == HELP)
        return err_set(e, ERR_USAGE, "option 'help' takes no value");
    if (optopt >= NO_OF)
        return err_set(e, ERR_USAGE, "option 'no-%s' takes no value",
                       p->options[optopt - NO_OF].name);
    if (optopt) {
        char letter[2] = {(char)optopt, '\0'}, shown[8];
        str_visible(shown, sizeof shown, letter);
        return err_set(e, ERR_USAGE, "unknown option '-%s'; --help lists them", shown);
    }
    char name[128], shown[160];
    name_of_word(argv[optind - 1], name, sizeof name);
    str_visible(shown, sizeof shown, name);
    const char *first = NULL;
    for (const struct option *o = p->longs; o->name; o++) {
        if (strncmp(o->name, name, strlen(name)))
            continue;
        if (first)
            return err_set(e, ERR_USAGE, "option '%s' may mean '%s' or '%s'", shown, first,
                           o->name);
        first = o->name;
    }
    const struct opt *same = opt_find(&p->all, name); /* underscores for dashes */
    if (same)
        return err_set(e, ERR_USAGE, "unknown option '%s'; did you mean '%s'?", shown, same->name);
    return opt_set(&p->all, NULL, name, "", e); /* not found, so nothing is set */
}

/* The long option that getopt has just taken, as it was typed. */
static bool typed_name(char *const *argv, char *to, size_t room)
{
    const char *word = argv[optind - 1];
    if (optarg == word)
        word = argv[optind - 2]; /* the value is a word of its own */
    if (strncmp(word, "--", 2))
        return false;
    name_of_word(word, to, room);
    return true;
}

/* An option of another command that begins so and that this command lacks; its command in *of. */
static const struct opt *sibling_option(const struct parser *p, const char *typed,
                                        const struct command **of)
{
    const struct opt_table *tables[3];
    for (size_t c = 0; c < cli_n_commands; c++) {
        *of = cli_commands[c];
        int n = cli_tables(*of, tables);
        for (int t = 0; t < n; t++)
            for (size_t i = 0; i < tables[t]->count; i++)
                if (!strncmp(tables[t]->options[i].name, typed, strlen(typed)) &&
                    !opt_find(&p->all, tables[t]->options[i].name))
                    return &tables[t]->options[i];
    }
    return NULL;
}

/* Habits of one command go to the next: what is short for its option there must not be another
 * option here. */
static int check_short(const struct parser *p, const char *whole, char *const *argv, struct err *e)
{
    char typed[128];
    const struct command *of;
    if (!typed_name(argv, typed, sizeof typed) || !strcmp(typed, whole))
        return 0;
    const struct opt *other = sibling_option(p, typed, &of);
    if (!other)
        return 0;
    return err_set(e, ERR_USAGE,
                   "option '%s' may mean '%s', or '%s' of combolab %s; write it whole", typed,
                   whole, other->name, of->name);
}

static int missing_value(const struct parser *p, struct err *e)
{
    const struct opt *o = NULL;
    if (optopt >= VALUE_OF)
        o = &p->options[optopt - VALUE_OF];
    for (size_t i = 0; !o && i < p->all.count; i++)
        if (p->options[i].letter == optopt)
            o = &p->options[i];
    char range[256];
    opt_range(o, range, sizeof range);
    return err_set(e, ERR_USAGE, "option '%s' needs a value: %s", o->name, range);
}

static int parse_options(struct parser *p, int argc, char **argv, struct err *e)
{
    optind = 0; /* starts over, whatever was parsed before */
    opterr = 0;
    for (;;) {
        int place = -1;
        int got = getopt_long(argc, argv, p->shorts.text, p->longs, &place);
        if (got == -1)
            return 0;
        if (got == HELP)
            return 1;
        if (got == '?')
            return unknown_option(p, argv, e);
        if (got == ':')
            return missing_value(p, e);
        int error = place < 0 ? 0 : check_short(p, p->longs[place].name, argv, e);
        if (error)
            return -1;
        if (got >= NO_OF) {
            error = take(p, (size_t)(got - NO_OF), "no", e);
        } else if (got >= VALUE_OF) {
            error = take(p, (size_t)(got - VALUE_OF), optarg ? optarg : "yes", e);
        } else {
            size_t i = 0;
            while (p->options[i].letter != got)
                i++;
            error = take(p, i, optarg ? optarg : "yes", e);
        }
        if (error)
            return -1;
    }
}

static int check_arguments(const struct invocation *in, struct err *e)
{
    const struct command *c = in->command;
    if (in->n_arguments < c->least_arguments)
        return err_set(e, ERR_USAGE, "%s: missing argument: %s", c->name, c->arguments);
    if (c->most_arguments >= 0 && in->n_arguments > c->most_arguments) {
        char shown[160];
        str_visible(shown, sizeof shown, in->arguments[c->most_arguments]);
        return err_set(e, ERR_USAGE, "%s: unexpected argument '%s'", c->name, shown);
    }
    return 0;
}

int cli_parse(struct invocation *in, const struct command *c, int argc, char **argv, struct err *e)
{
    memset(in, 0, sizeof *in);
    in->command = c;
    struct parser p = {.command = c, .in = in};
    str_init(&p.shorts);
    int result = -1;
    if (opt_defaults(&cli_global_options, &in->global, e))
        goto out;
    if (c->own) {
        in->own = mem_alloc(1, c->own_bytes);
        if (!in->own) {
            mem_error(e, "options", c->own_bytes);
            goto out;
        }
        if (opt_defaults(c->own, in->own, e))
            goto out;
    }
    config_defaults(&p.base);
    if (parser_init(&p, e))
        goto out;
    result = parse_options(&p, argc, argv, e);
    if (result)
        goto out;
    in->arguments = argv + optind;
    in->n_arguments = argc - optind;
    if (c->takes_config)
        config_apply_preset(&p.base, in->given, in->n_given);
    result = check_arguments(in, e);
    if (!result && c->takes_config)
        result = config_sweep(&in->configs, &in->n_configs, &p.base, p.lists, p.n_lists, in->given,
                              in->n_given, e);
out:
    parser_fini(&p);
    return result;
}

void cli_fini(struct invocation *in)
{
    mem_free(in->own);
    mem_free(in->configs);
    mem_free(in->given);
    in->own = NULL;
    in->configs = NULL;
    in->given = NULL;
}
