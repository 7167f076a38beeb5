/* tag.c - combolab tag: "3 4 +good -draft". */
#include "src/edit.h"

#include "base/err.h"

#define MOST_TAGS 32

static bool is_tag(const char *word)
{
    return word[0] == '+' || word[0] == '-';
}

static int run(const struct invocation *in)
{
    struct db_edit edits[MOST_TAGS];
    struct err e;
    size_t n = 0, runs = 0, words = (size_t)in->n_arguments;
    while (runs < words && !is_tag(in->arguments[runs]))
        runs++;
    for (size_t i = runs; i < words && is_tag(in->arguments[i]) && n < MOST_TAGS; i++)
        edits[n++] = (struct db_edit){
            .kind = in->arguments[i][0] == '+' ? DB_EDIT_TAG : DB_EDIT_UNTAG,
            .text = in->arguments[i] + 1,
        };
    if (runs && n && runs + n == words)
        return edit_runs(in, in->arguments, runs, edits, n, "tagged");
    err_set(&e, ERR_USAGE,
            "tag takes runs and then at most %d tags, each with + to give it or - to take it away: "
            "combolab tag 3 4 +good -draft",
            MOST_TAGS);
    return command_fail(&e);
}

const struct command command_tag = {
    .name = "tag",
    .arguments = "RUN... +TAG|-TAG...",
    .summary = "give runs tags, and take tags away",
    .details =
        "Each RUN is a number, a range such as 3-9, or `last` for the newest. A tag is a word: "
        "+TAG gives it to each of them, -TAG takes it away. Filters find it (tag:TAG). "
        "Options stand before the first RUN.",
    .options_first = true,
    .least_arguments = 2,
    .most_arguments = -1,
    .run = run,
};
