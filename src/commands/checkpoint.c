/* checkpoint.c - combolab checkpoint. */
#include "src/control.h"

static int run(const struct invocation *in)
{
    return control_runs(in, VERB_CHECKPOINT);
}

const struct command command_checkpoint = {
    .name = "checkpoint",
    .arguments = "RUN...",
    .summary = "save a checkpoint of runs now, wherever they are trained",
    .details =
        "Each RUN, a number, a range such as 3-9, or `last` for the newest, saves its weights and "
        "a "
        "checkpoint after the step in progress, and goes on. SIGUSR1 to its process does the same.",
    .own = &control_table,
    .own_bytes = sizeof(struct control_options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
