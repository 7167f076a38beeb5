/* commands.c - every command there is, in the order of the command list. A new one is a file of its
 * own beside this one, and a line here and in command.h. */
#include "src/cli.h"

#include <string.h>

const struct command *const cli_commands[] = {
    &command_tui,     &command_train, &command_resume,  &command_work,
    &command_runs,    &command_show,  &command_synth,   &command_dataset,
    &command_devices, &command_bench, &command_version,
};
const size_t cli_n_commands = sizeof cli_commands / sizeof *cli_commands;

const struct command *cli_command(const char *name)
{
    for (size_t i = 0; i < cli_n_commands; i++)
        if (!strcmp(cli_commands[i]->name, name))
            return cli_commands[i];
    return NULL;
}
