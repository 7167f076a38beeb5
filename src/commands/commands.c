/* commands.c - the list of commands. A new one is a file beside this one and a line of COMMANDS. */
#include "src/cli.h"

#include <string.h>

#define COMMAND_HERE(name) &command_##name,
const struct command *const cli_commands[] = {COMMANDS(COMMAND_HERE)};
const size_t cli_n_commands = sizeof cli_commands / sizeof *cli_commands;

const struct command *cli_command(const char *name)
{
    for (size_t i = 0; i < cli_n_commands; i++)
        if (!strcmp(cli_commands[i]->name, name))
            return cli_commands[i];
    return NULL;
}
