/* archive.c - combolab archive. */
#include "src/edit.h"

static int run(const struct invocation *in)
{
    return edit_arguments(in, DB_EDIT_ARCHIVE,
                          "archived; `combolab runs --archived` lists what is");
}

const struct command command_archive = {
    .name = "archive",
    .arguments = "RUN...",
    .summary = "take runs out of the lists, and keep them",
    .details =
        "Each RUN is a number, a range such as 3-9, or `last` for the newest. An archived run "
        "keeps everything, and commands that are given its number work as before; only lists leave "
        "it out. `combolab unarchive` brings it back. Runs that are trained or queued are refused.",
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
