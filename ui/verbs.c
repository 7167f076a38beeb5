/* verbs.c - what may be done to a run, and what is asked before. Pure; any thread. */
#include "ui/verbs.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

/* One row a verb: in which states it can be done. */
static const struct verb {
    enum request request;
    enum ui_action_kind kind;
    unsigned states;  /* bits 1 << enum run_state */
    const char *only; /* "only ... can be WORD" */
} verbs[] = {
    {REQ_PAUSE, UI_PAUSE, 1u << RUN_RUNNING, "only a running one can be paused"},
    {REQ_RESUME, UI_RESUME, 1u << RUN_PAUSED, "only a paused one can be resumed"},
    {REQ_STOP, UI_STOP, 1u << RUN_QUEUED | 1u << RUN_RUNNING | 1u << RUN_PAUSED,
     "it has ended already"},
    {REQ_CHECKPOINT, UI_CHECKPOINT, 1u << RUN_RUNNING | 1u << RUN_PAUSED,
     "only a running one can be saved"},
    {REQ_DELETE, UI_DELETE, ~(1u << RUN_RUNNING | 1u << RUN_PAUSED), "stop it first (x)"},
};

static const char *state_of(const struct ui_model *m, const struct run_row *run)
{
    bool here = m->live.run == run->id;
    if (here && m->live.paused && !strcmp(run->state, "running"))
        return "paused";
    return run->state;
}

bool verbs_request(const struct ui_model *m, const struct run_row *run, enum request request,
                   struct view_reply *reply)
{
    const struct verb *v = NULL;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (verbs[i].request == request)
            v = &verbs[i];
    if (!v)
        return false;
    if (!run) {
        str_copy(reply->note, sizeof reply->note, "no run is selected");
        reply->note_is_error = true;
        return true;
    }
    const char *state = state_of(m, run);
    int index = run_state_of_name(state);
    if (index >= 0 && !(v->states & 1u << index)) {
        snprintf(reply->note, sizeof reply->note, "run %lld is %s: %s", (long long)run->id, state,
                 v->only);
        reply->note_is_error = true;
        return true;
    }
    reply->action = (struct ui_action){.kind = v->kind, .run = run->id};
    return true;
}

static const struct run_row *find(const struct ui_model *m, int64_t id)
{
    if (m->run && m->run->id == id)
        return m->run;
    for (size_t i = 0; i < m->n_runs; i++)
        if (m->runs[i].id == id)
            return &m->runs[i];
    return NULL;
}

void verbs_question(const struct ui_model *m, const struct ui_action *action, char *to, size_t room)
{
    const struct run_row *r = find(m, action->run);
    to[0] = '\0';
    if (action->kind == UI_QUIT && m->live.run)
        snprintf(to, room, "Run %lld is training here and would stop. Quit?",
                 (long long)m->live.run);
    if (action->kind == UI_STOP && r)
        snprintf(to, room, "Stop run %lld after %d of %d epochs? (%s)", (long long)r->id,
                 r->epochs_done, r->epochs, r->name);
    if (action->kind == UI_DELETE && r)
        snprintf(to, room, "Delete run %lld with its %d epochs? (%s)", (long long)r->id,
                 r->epochs_done, r->name);
}
