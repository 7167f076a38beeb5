/* rename.c - combolab rename: a run's name, or the experiment of runs. */
#include "src/edit.h"

#include "base/err.h"

struct options {
    char experiment[OPT_TEXT_BYTES];
};

static const struct opt options[] = {
    {"experiment", 'x', OPT_TEXT, offsetof(struct options, experiment), 0, CONFIG_NAME_BYTES - 1,
     "", NULL, "", "Rename", "instead of a name: the experiment that each RUN is to belong to"},
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

static int run(const struct invocation *in)
{
    const struct options *o = in->own;
    struct db_edit edit = {.kind = DB_EDIT_EXPERIMENT, .text = o->experiment};
    struct err e;
    if (edit.text[0])
        return edit_runs(in, in->arguments, (size_t)in->n_arguments, &edit, 1, "moved");
    if (in->n_arguments != 2) {
        err_set(&e, ERR_USAGE,
                "rename takes a run and its new name, or --experiment NAME and any number of runs");
        return command_fail(&e);
    }
    edit = (struct db_edit){.kind = DB_EDIT_NAME, .text = in->arguments[1]};
    return edit_runs(in, in->arguments, 1, &edit, 1, "renamed");
}

const struct command command_rename = {
    .name = "rename",
    .arguments = "RUN NAME | --experiment NAME RUN...",
    .summary = "give a run another name, or runs another experiment",
    .details = "With --experiment, each RUN is a number, a range such as 3-9, or `last` for the "
               "newest, and moves to that experiment, which is made if there is none of the name.",
    .own = &own,
    .own_bytes = sizeof(struct options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
