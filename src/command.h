/* command.h - subcommands: one file, one const descriptor each; COMMANDS below lists them,
 * cli.c parses for all.
 *
 * Exit statuses, documented in combolab(1): see enum exit_status.
 */
#ifndef COMBOLAB_SRC_COMMAND_H
#define COMBOLAB_SRC_COMMAND_H

#include "base/opt.h"
#include "engine/config.h"

#include <stdbool.h>
#include <stddef.h>

enum exit_status {
    EXIT_GOOD = 0,
    EXIT_ERROR = 1,    /* it could not be done; the message says why */
    EXIT_USAGE = 2,    /* the command line cannot be understood */
    EXIT_DIVERGED = 3, /* training met a NaN or an infinity */
    EXIT_STOPPED = 4,  /* training was stopped before its end */
};

/* Options that every command takes. */
struct global_options {
    char database[OPT_TEXT_BYTES]; /* "" = the default path */
    int format;                    /* enum output_format */
    bool quiet;
};

struct command;

/* A parsed command line. Everything is owned by cli.c and lives until the command returns. */
struct invocation {
    const struct command *command;
    struct global_options global;
    void *own;                  /* object of command->own, defaults filled in */
    struct run_config *configs; /* command->takes_config: one, or several when values were lists */
    size_t n_configs;
    const struct opt **given; /* options of config_options that the command line names */
    size_t n_given;
    int n_arguments; /* what is not an option */
    char **arguments;
};

struct command {
    const char *name;
    const char *arguments;       /* for the usage line: "DIR", "[RUN]" */
    const char *summary;         /* one line of the command list */
    const char *details;         /* paragraphs of --help and the manual page */
    const struct opt_table *own; /* options of this command alone, or NULL */
    size_t own_bytes;            /* size of their object */
    /* Takes every option of an experiment; with `sweeps`, a comma list for a choice or a number
     * ("--loss l1,mse,combo") makes one config for each combination. */
    bool takes_config, sweeps;
    bool options_first; /* what comes after the first argument is none, whatever it begins with */
    const char *const *config_names;     /* takes_config: only these, to NULL; or NULL for all */
    int least_arguments, most_arguments; /* most -1 = any number */
    int (*run)(const struct invocation *in); /* returns an exit status */
};

/* Every command, in the order of the command list. */
#define COMMANDS(X)                                                                                \
    X(tui)                                                                                         \
    X(train)                                                                                       \
    X(resume)                                                                                      \
    X(work)                                                                                        \
    X(attach)                                                                                      \
    X(wait)                                                                                        \
    X(pause)                                                                                       \
    X(stop)                                                                                        \
    X(checkpoint)                                                                                  \
    X(retry)                                                                                       \
    X(queue)                                                                                       \
    X(runs)                                                                                        \
    X(show)                                                                                        \
    X(compare)                                                                                     \
    X(ledger)                                                                                      \
    X(ablation)                                                                                    \
    X(curves)                                                                                      \
    X(scatter)                                                                                     \
    X(samples)                                                                                     \
    X(export)                                                                                      \
    X(predict)                                                                                     \
    X(merge)                                                                                       \
    X(import)                                                                                      \
    X(sql)                                                                                         \
    X(tag)                                                                                         \
    X(note)                                                                                        \
    X(rename)                                                                                      \
    X(archive)                                                                                     \
    X(unarchive)                                                                                   \
    X(delete)                                                                                      \
    X(undelete)                                                                                    \
    X(clean)                                                                                       \
    X(synth)                                                                                       \
    X(dataset)                                                                                     \
    X(weights)                                                                                     \
    X(devices)                                                                                     \
    X(bench)                                                                                       \
    X(version)

#define COMMAND_EXTERN(name) extern const struct command command_##name;
COMMANDS(COMMAND_EXTERN)
#undef COMMAND_EXTERN

/* Prints "combolab: MESSAGE" (visible characters only) to standard error; returns EXIT_USAGE for
 * ERR_USAGE, else EXIT_ERROR. */
struct err;
int command_fail(const struct err *e);

#endif
