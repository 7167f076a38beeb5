/* undelete.c - combolab undelete. */
#include "src/edit.h"

static int run(const struct invocation *in)
{
    return edit_arguments(in, DB_EDIT_UNDELETE, "out of the trash");
}

const struct command command_undelete = {
    .name = "undelete",
    .arguments = "RUN...",
    .summary = "take runs out of the trash",
    .details = "Each RUN is a number, as `combolab runs --trash` says it, or a range such as 3-9. "
               "A run that was queued when it was deleted is queued again.",
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
