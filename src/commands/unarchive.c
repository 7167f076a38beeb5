/* unarchive.c - combolab unarchive. */
#include "src/edit.h"

static int run(const struct invocation *in)
{
    return edit_arguments(in, DB_EDIT_UNARCHIVE, "listed again");
}

const struct command command_unarchive = {
    .name = "unarchive",
    .arguments = "RUN...",
    .summary = "bring archived runs back into the lists",
    .details = "Each RUN is a number, a range such as 3-9, or `last` for the newest.",
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
