/* main.c - finds the command, has its options parsed, runs it. */
#include "platform.h"

#include "src/cli.h"
#include "src/complete.h"
#include "src/docs.h"

#include "base/err.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/* For the second line of a usage error. */
static const struct command *running;

int command_fail(const struct err *e)
{
    char shown[2 * ERR_TEXT_BYTES];
    str_visible(shown, sizeof shown, e->text);
    fprintf(stderr, "combolab: %s\n", shown);
    if (e->code != ERR_USAGE)
        return EXIT_ERROR;
    fprintf(stderr, "See: combolab %s%s--help\n", running ? running->name : "", running ? " " : "");
    return EXIT_USAGE;
}

static int print_str(struct str *s)
{
    struct err e;
    if (s->failed) {
        err_set(&e, ERR_MEMORY, "out of memory for help");
        str_fini(s);
        return command_fail(&e);
    }
    fputs(s->text, stdout);
    str_fini(s);
    return EXIT_GOOD;
}

static int help(const struct command *c)
{
    struct str s;
    str_init(&s);
    if (c)
        cli_help(c, cli_width(), &s);
    else
        cli_help_all(cli_width(), &s);
    return print_str(&s);
}

static int unknown_command(const char *name)
{
    struct err e;
    struct str names;
    str_init(&names);
    for (size_t i = 0; i < cli_n_commands; i++)
        str_addf(&names, "%s%s", i ? ", " : "", cli_commands[i]->name);
    err_set(&e, ERR_USAGE, "unknown command '%.60s'; commands: %s", name, names.text);
    str_fini(&names);
    return command_fail(&e);
}

/* The global option of that long name (up to its end or "="), or NULL. */
static const struct opt *global_long(const char *name, size_t length)
{
    for (size_t k = 0; k < cli_global_options.count; k++) {
        const struct opt *o = &cli_global_options.options[k];
        if (strlen(o->name) == length && !strncmp(name, o->name, length))
            return o;
    }
    return NULL;
}

static const struct opt *global_letter(char letter)
{
    for (size_t k = 0; k < cli_global_options.count; k++)
        if (cli_global_options.options[k].letter == letter)
            return &cli_global_options.options[k];
    return NULL;
}

/* Words that a global option takes, its value included: 1 or 2; 0 when it is none. */
static int global_words(const char *word)
{
    if (!strncmp(word, "--", 2)) {
        size_t length = strcspn(word + 2, "=");
        const struct opt *o = global_long(word + 2, length);
        return !o ? 0 : o->type == OPT_FLAG || word[2 + length] ? 1 : 2;
    }
    for (int i = 1; word[i]; i++) { /* letters together: -qD FILE */
        const struct opt *o = global_letter(word[i]);
        if (!o)
            return 0;
        if (o->type != OPT_FLAG)
            return word[i + 1] ? 1 : 2;
    }
    return word[1] ? 1 : 0;
}

/* Place of the command's name in argv: after global options; 0 when there is none. */
static int command_place(int argc, char **argv)
{
    int i = 1;
    while (i < argc && argv[i][0] == '-') {
        int words = global_words(argv[i]);
        if (!words)
            return 0;
        i += words;
    }
    return i < argc ? i : 0;
}

static int run(const struct command *c, int argc, char **argv)
{
    struct invocation in;
    struct err e;
    int status;
    running = c;
    int parsed = cli_parse(&in, c, argc, argv, &e);
    if (parsed < 0)
        status = command_fail(&e);
    else if (parsed)
        status = help(c);
    else
        status = c->run(&in);
    cli_fini(&in);
    return status;
}

static int help_command(int argc, char **argv)
{
    if (argc < 3)
        return help(NULL);
    const struct command *c = cli_command(argv[2]);
    return c ? help(c) : unknown_command(argv[2]);
}

/* What documentation and shells ask, in no help text. Returns -1 when it is not that. */
static int hidden(int argc, char **argv)
{
    struct str s;
    str_init(&s);
    if (argc == 3 && !strcmp(argv[1], "--mdoc") && !docs_mdoc(argv[2], &s))
        return print_str(&s);
    if (argc >= 2 && !strcmp(argv[1], "--complete")) {
        complete(argc - 2, argv + 2, &s);
        return print_str(&s);
    }
    str_fini(&s);
    return -1;
}

static int dispatch(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";
    if (!strcmp(first, "--help") || !strcmp(first, "-h"))
        return help(NULL);
    if (!strcmp(first, "--version")) {
        puts("combolab " PACKAGE_VERSION);
        return EXIT_GOOD;
    }
    if (!strcmp(first, "help"))
        return help_command(argc, argv);
    int status = hidden(argc, argv);
    if (status >= 0)
        return status;
    int place = command_place(argc, argv);
    if (!place)
        return run(&command_tui, argc, argv);
    const struct command *c = cli_command(argv[place]);
    if (!c)
        return unknown_command(argv[place]);
    for (int i = place; i > 0; i--) /* the command's name leaves argv */
        argv[i] = argv[i - 1];
    return run(c, argc - 1, argv + 1);
}

/* Where one of the first three is closed (`combolab ... 2>&-`), the next file that is opened,
 * perhaps of weights, would get its number and what is printed there. Reads and writes fail as
 * before. */
static void hold_standard_files(void)
{
    static const int wrong_way[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", wrong_way[fd]) != fd)
            return;
}

int main(int argc, char **argv)
{
    hold_standard_files();
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* numbers are read and written with a point everywhere */
    int status = dispatch(argc, argv);
    if ((fflush(stdout) || ferror(stdout)) && status == EXIT_GOOD) {
        struct err e;
        err_errno(&e, errno, "standard output cannot be written");
        status = command_fail(&e);
    }
    return status;
}
