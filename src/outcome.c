/* outcome.c - see outcome.h. */
#include "src/outcome.h"

#include "base/str.h"
#include "engine/event.h"

#include <stdio.h>
#include <string.h>

int outcome_of(const struct run_row *run)
{
    switch (run_state_of_name(run->state)) {
    case RUN_FINISHED:
        return EXIT_GOOD;
    case RUN_DIVERGED:
        return EXIT_DIVERGED;
    case RUN_STOPPED:
        return EXIT_STOPPED;
    default:
        return EXIT_ERROR;
    }
}

int outcome_worse(int a, int b)
{
    static const int order[] = {EXIT_ERROR, EXIT_DIVERGED, EXIT_STOPPED};
    for (int i = 0; i < 3; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return EXIT_GOOD;
}

/* The text often begins with the state. */
void outcome_line(const struct run_row *run, char *to, size_t room)
{
    char text[4 * sizeof run->state_text];
    str_visible(text, sizeof text, run->state_text);
    const char *state = strncmp(text, run->state, strlen(run->state)) ? run->state : "";
    snprintf(to, room, "run %lld: %s%s%s", (long long)run->id, state,
             state[0] && text[0] ? ": " : "", text);
}
