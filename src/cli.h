/* cli.h - from argv to a `struct invocation`, for every command alike; and help.
 *
 * A command line is  combolab [GLOBAL OPTIONS] [COMMAND] [OPTIONS] [ARGUMENTS].  The options of a
 * command are those of its own table, of an experiment (takes_config), and the global ones; nothing
 * about an option is written down here. Main thread only.
 */
#ifndef COMBOLAB_SRC_CLI_H
#define COMBOLAB_SRC_CLI_H

#include "src/command.h"

#include <stddef.h>

struct err;
struct str;

/* Every command, in the order of the command list. */
extern const struct command *const cli_commands[];
extern const size_t cli_n_commands;

/* The command of that name, or NULL. */
const struct command *cli_command(const char *name);

/* Options that every command takes: fields of struct global_options. */
extern const struct opt_table cli_global_options;

/* The tables that a command's options come from, most particular first. Returns how many (1..3). */
int cli_tables(const struct command *c, const struct opt_table *tables[3]);

/* Parses argv[0..argc) (argv[0] is not looked at). Returns 0; 1 when help was asked for; -1. In
 * every case cli_fini frees what `in` owns. */
int cli_parse(struct invocation *in, const struct command *c, int argc, char **argv, struct err *e);
void cli_fini(struct invocation *in);

/* Help of one command, and of the program. */
void cli_help(const struct command *c, int width, struct str *out);
void cli_help_all(int width, struct str *out);

/* Columns to write help in: $COLUMNS, else the terminal's, else 80; kept within 40..120. */
int cli_width(void);

#endif
