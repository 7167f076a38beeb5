/* pause.c - combolab pause. */
#include "src/control.h"

static int run(const struct invocation *in)
{
    return control_runs(in, VERB_PAUSE);
}

const struct command command_pause = {
    .name = "pause",
    .arguments = "RUN...",
    .summary = "pause runs, wherever they are trained",
    .details =
        "Each RUN, a number, a range such as 3-9, or `last` for the newest, pauses after the step "
        "in progress: its process and the memory of its device stay as they are, until `combolab "
        "resume` or the screen lets "
        "it go on. Ctrl-C ends the waiting, not what was asked for.",
    .own = &control_table,
    .own_bytes = sizeof(struct control_options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
