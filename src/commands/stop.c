/* stop.c - combolab stop. */
#include "src/control.h"

static int run(const struct invocation *in)
{
    return control_runs(in, VERB_STOP);
}

const struct command command_stop = {
    .name = "stop",
    .arguments = "RUN...",
    .summary = "stop runs, wherever they are trained",
    .details = "Each RUN, a number, a range such as 3-9, or `last` for the newest, stops after the "
               "step in "
               "progress and keeps a checkpoint, from which `combolab resume` goes on; one in the "
               "queue leaves it. Ctrl-C ends "
               "the waiting, not what was asked for.",
    .own = &control_table,
    .own_bytes = sizeof(struct control_options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
