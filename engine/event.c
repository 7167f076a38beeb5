/* event.c - what events own, and the states of a run. */
#include "engine/event.h"

#include "base/mem.h"

#include <string.h>

static const char *const states[RUN_STATES] = {"queued",   "running",  "paused", "stopped",
                                               "finished", "diverged", "failed", "lost"};

const char *run_state_name(enum run_state state)
{
    return states[state];
}

int run_state_of_name(const char *name)
{
    for (int i = 0; i < RUN_STATES; i++)
        if (!strcmp(states[i], name))
            return i;
    return -1;
}

#define TO(s) (1u << (s))

static const unsigned allowed[RUN_STATES] = {
    [RUN_QUEUED] = TO(RUN_RUNNING) | TO(RUN_STOPPED),
    [RUN_RUNNING] = TO(RUN_PAUSED) | TO(RUN_STOPPED) | TO(RUN_FINISHED) | TO(RUN_DIVERGED) |
                    TO(RUN_FAILED) | TO(RUN_LOST),
    [RUN_PAUSED] = TO(RUN_RUNNING) | TO(RUN_STOPPED) | TO(RUN_FAILED) | TO(RUN_LOST),
    [RUN_STOPPED] = TO(RUN_QUEUED),
    [RUN_FAILED] = TO(RUN_QUEUED),
    [RUN_LOST] = TO(RUN_QUEUED),
};

bool run_state_allows(enum run_state from, enum run_state to)
{
    return allowed[from] & TO(to);
}

bool run_state_ended(enum run_state state)
{
    return state >= RUN_STOPPED;
}

static void started_fini(struct event_started *started)
{
    for (size_t i = 0; i < started->n_images; i++)
        mem_free(started->images[i].name);
    mem_free(started->images);
    mem_free(started->algorithms);
    started->algorithms = NULL;
    started->images = NULL;
    started->n_images = 0;
}

void event_fini(struct event *event)
{
    if (event->kind == EVENT_STARTED) {
        started_fini(&event->started);
    } else if (event->kind == EVENT_EPOCH) {
        mem_free(event->epoch.test_scores);
        event->epoch.test_scores = NULL;
    } else if (event->kind == EVENT_CHECKPOINT) {
        mem_free(event->checkpoint.predictions);
        event->checkpoint.predictions = NULL;
        event->checkpoint.n = 0;
    }
}

const char *snapshot_phase_name(enum snapshot_phase phase)
{
    static const char *const names[] = {"idle", "decoding", "planning", "train", "test", "saving"};
    return names[phase];
}
