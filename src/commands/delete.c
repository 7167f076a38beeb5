/* delete.c - combolab delete. */
#include "src/edit.h"

static int run(const struct invocation *in)
{
    return edit_arguments(
        in, DB_EDIT_DELETE,
        "in the trash; `combolab undelete` takes out of it, `combolab clean --trash` empties it");
}

const struct command command_delete = {
    .name = "delete",
    .arguments = "RUN...",
    .summary = "put runs into the trash",
    .details = "Each RUN is a number, a range such as 3-9, or `last` for the newest. A run in the "
               "trash is in no list and is not trained, but keeps its rows and files until "
               "`combolab clean --trash`; `combolab runs --trash` lists those, and `combolab "
               "undelete` takes a run out again. Runs that are being trained are refused.",
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
