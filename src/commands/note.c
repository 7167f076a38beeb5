/* note.c - combolab note. */
#include "src/edit.h"

static int run(const struct invocation *in)
{
    const struct db_edit edit = {.kind = DB_EDIT_NOTE, .text = in->arguments[1]};
    return edit_runs(in, in->arguments, 1, &edit, 1, edit.text[0] ? "noted" : "without a note");
}

const struct command command_note = {
    .name = "note",
    .arguments = "RUN TEXT",
    .summary = "write a note on a run",
    .details =
        "TEXT takes the place of the note before; an empty one takes it away. `combolab show` "
        "has it, filters find it (note:TEXT).",
    .least_arguments = 2,
    .most_arguments = 2,
    .run = run,
};
