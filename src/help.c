/* help.c - help of a command and of the program, from descriptors and option tables. */
#include "src/cli.h"

#include "base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int cli_width(void)
{
    struct winsize size;
    const char *set = getenv("COLUMNS");
    int64_t width = 80;
    if (!set || str_to_int(set, &width))
        width = isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col
                    ? size.ws_col
                    : 80;
    return width < 40 ? 40 : width > 120 ? 120 : (int)width;
}

static size_t wrapped_word(const char *word, int width, int *column, struct str *out)
{
    size_t length = strcspn(word, " \n");
    if (*column && *column + 1 + (int)length > width) {
        str_add(out, "\n");
        *column = 0;
    } else if (*column) {
        str_add(out, " ");
        ++*column;
    }
    str_add_bytes(out, word, length);
    *column += (int)length;
    return length;
}

/* Wraps text. A line break in it begins a new paragraph; a line that begins with a space is an
 * example and stays as it is. */
static void paragraphs(const char *text, int width, struct str *out)
{
    bool example = false;
    while (*text) {
        size_t length = strcspn(text, "\n");
        const char *end = text + length;
        int column = 0;
        bool was_example = example;
        example = *text == ' ';
        if (!length) {
            text++;
            continue;
        }
        if (out->length && out->text[out->length - 1] == '\n' && was_example != example)
            str_add(out, "\n");
        if (example)
            str_add_bytes(out, text, length);
        while (!example && text < end) {
            text += wrapped_word(text, width, &column, out);
            text += strspn(text, " ");
        }
        str_add(out, "\n");
        text = *end ? end + 1 : end;
        if (*text && *text != ' ' && !example)
            str_add(out, "\n");
    }
}

void cli_help(const struct command *c, int width, struct str *out)
{
    const char *arguments = c->arguments ? c->arguments : "";
    str_addf(out, "usage: combolab %s [OPTION]...%s%s\n\n%c%s.\n", c->name, arguments[0] ? " " : "",
             arguments, toupper((unsigned char)c->summary[0]), c->summary + 1);
    if (c->details && c->details[0]) {
        str_add(out, "\n");
        paragraphs(c->details, width, out);
    }
    const struct opt_table *tables[3];
    int n = cli_tables(c, tables);
    for (int t = 0; t < n; t++) {
        str_add(out, "\n");
        opt_help(tables[t], width, out);
    }
    str_add(out, "\n");
    paragraphs("A flag may be given as --flag, --flag=no or --no-flag.", width, out);
    if (c->sweeps)
        paragraphs("A number or a choice may be a list, as in --loss l1,mse --seed 1,2,3: every "
                   "combination is a run.",
                   width, out);
}

void cli_help_all(int width, struct str *out)
{
    str_add(out, "usage: combolab [COMMAND] [OPTION]... [ARGUMENT]...\n\n");
    paragraphs("A terminal workbench for loss-function experiments on image regression. Without a "
               "command it opens the screen.",
               width, out);
    str_add(out, "\nCommands:\n");
    for (size_t i = 0; i < cli_n_commands; i++)
        str_addf(out, "  %-10s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    str_add(out, "\n");
    opt_help(&cli_global_options, width, out);
    str_add(out, "\nOthers:\n"
                 "  -h, --help                  this text; of a command: combolab COMMAND --help\n"
                 "      --version               the version\n\n");
    paragraphs("What the screen begins with is in ~/.config/combolab/config ($XDG_CONFIG_HOME), a "
               "line each, such as theme = light or filter = state:finished; on the screen, :set "
               "keeps it there. combolab-tui(7) has all of them.",
               width, out);
}
