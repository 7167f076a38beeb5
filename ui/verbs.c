/* verbs.c - what may be done to a run, and what is asked before. Pure; any thread. */
#include "ui/verbs.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

/* In which states a verb can be done. A request with two rows means one or the other. */
static const struct verb {
    enum request request;
    enum ui_action_kind kind;
    unsigned states;  /* bits 1 << enum run_state */
    const char *only; /* "only ... can be WORD" */
} verbs[] = {
    {REQ_PAUSE, UI_PAUSE, 1u << RUN_RUNNING, "only a running one can be paused"},
    {REQ_RESUME, UI_TAKE, 1u << RUN_QUEUED, ""},
    {REQ_RESUME, UI_REQUEUE, 1u << RUN_STOPPED | 1u << RUN_FAILED | 1u << RUN_LOST, ""},
    {REQ_RESUME, UI_RESUME, 1u << RUN_PAUSED,
     "only one that is queued, paused, stopped, failed or lost can go on"},
    {REQ_STOP, UI_STOP, 1u << RUN_QUEUED | 1u << RUN_RUNNING | 1u << RUN_PAUSED,
     "it has ended already"},
    {REQ_CHECKPOINT, UI_CHECKPOINT, 1u << RUN_RUNNING | 1u << RUN_PAUSED,
     "only a running one can be saved"},
    {REQ_DELETE, UI_DELETE, ~(1u << RUN_RUNNING | 1u << RUN_PAUSED), "stop it first (x)"},
    {REQ_ARCHIVE, UI_ARCHIVE, ~(1u << RUN_QUEUED | 1u << RUN_RUNNING | 1u << RUN_PAUSED),
     "stop it first (x)"},
};

static const char *state_of(const struct ui_model *m, const struct ui_run *run)
{
    bool here = m->live.run == run->id;
    if (here && m->live.paused && !strcmp(run->state, "running"))
        return "paused";
    return run->state;
}

/* The row for a request on a run in that state; when it is not allowed, the request's last row, or
 * NULL when it is no verb. */
static const struct verb *find_verb(enum request request, const char *state, bool *allowed)
{
    int index = run_state_of_name(state);
    const struct verb *v = NULL;
    *allowed = false;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs && !*allowed; i++) {
        if (verbs[i].request != request)
            continue;
        v = &verbs[i];
        *allowed =
            index < 0 || v->states & 1u << index; /* an unknown state: the database decides */
    }
    return v;
}

/* It makes a run train in this process. */
static bool needs_engine(const struct verb *v)
{
    return v->kind == UI_REQUEUE || v->kind == UI_TAKE;
}

bool verbs_allow(const struct ui_model *m, const struct ui_run *run, enum request request)
{
    bool allowed;
    const struct verb *v = find_verb(request, run ? state_of(m, run) : "", &allowed);
    if (!v)
        return true;
    return run && allowed && (!needs_engine(v) || m->can_train);
}

bool verbs_request(const struct ui_model *m, const struct ui_run *run, enum request request,
                   struct view_reply *reply)
{
    const char *state = run ? state_of(m, run) : "";
    bool can;
    const struct verb *v = find_verb(request, state, &can);
    if (!v)
        return false;
    reply->note_is_error = true;
    if (!run)
        str_copy(reply->note, sizeof reply->note, "no run is selected");
    else if (!can)
        snprintf(reply->note, sizeof reply->note, "run %lld is %s: %s", (long long)run->id, state,
                 v->only);
    else if (needs_engine(v) && !m->can_train)
        str_copy(reply->note, sizeof reply->note, "this screen only watches: it cannot train");
    else
        reply->action = (struct ui_action){.kind = v->kind, .run = run->id};
    return true;
}

static size_t count_queued(const struct ui_model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_runs; i++)
        n += run_state_of_name(m->runs[i].state) == RUN_QUEUED;
    return n;
}

static void add_answer(struct question *to, wchar_t key, enum ui_action_kind kind, int64_t run)
{
    int i = to->answers[0].key != 0;
    to->answers[i].key = key;
    to->answers[i].action = (struct ui_action){.kind = kind, .run = run};
}

static void ask_to_quit(const struct ui_model *m, struct question *to)
{
    char more[48] = "";
    if (m->following)
        snprintf(more, sizeof more, ", then %zu more", m->following);
    snprintf(to->text, sizeof to->text, "Run %lld trains here%s: stop it, detach it, or stay?",
             (long long)m->live.run, more);
    to->keys = "s/d/n";
    add_answer(to, L's', UI_QUIT, 0);
    add_answer(to, L'd', UI_DETACH, 0);
}

static void ask_to_take(const struct ui_model *m, int64_t run, struct question *to)
{
    size_t n = count_queued(m);
    add_answer(to, L'y', UI_TAKE, run);
    if (n < 2) {
        snprintf(to->text, sizeof to->text, "Train run %lld here?", (long long)run);
        return;
    }
    snprintf(to->text, sizeof to->text, "Train run %lld here, or all %zu that are queued?",
             (long long)run, n);
    to->keys = "y/a/n";
    add_answer(to, L'a', UI_TAKE, 0);
}

/* What several runs are asked about at once. */
static void ask_for_each(const struct ui_action *action, struct question *to)
{
    static const char *const words[] = {
        [UI_PAUSE] = "Pause",   [UI_RESUME] = "Go on with", [UI_REQUEUE] = "Go on with",
        [UI_TAKE] = "Train",    [UI_STOP] = "Stop",         [UI_CHECKPOINT] = "Save weights of",
        [UI_DELETE] = "Delete", [UI_ARCHIVE] = "Archive",   [UI_TAG] = "Tag",
        [UI_EACH] = NULL};
    char others[64] = "";
    if (action->n_refused)
        snprintf(others, sizeof others, " (%zu marked %s not allow it)", action->n_refused,
                 action->n_refused == 1 ? "one does" : "ones do");
    snprintf(to->text, sizeof to->text, "%s %zu marked run%s?%s", words[action->each->kind],
             action->n_each, action->n_each == 1 ? "" : "s", others);
    add_answer(to, L'y', UI_NONE, 0);
    to->answers[0].action = *action;
}

void verbs_question(const struct ui_model *m, const struct ui_action *action, struct question *to)
{
    const struct ui_run *r = ui_run_find(m, action->run);
    *to = (struct question){.keys = "y/n"};
    if (action->kind == UI_EACH)
        ask_for_each(action, to);
    if (action->kind == UI_QUIT && m->live.run)
        ask_to_quit(m, to);
    if (action->kind == UI_TAKE && r)
        ask_to_take(m, r->id, to);
    if (action->kind == UI_STOP && r)
        snprintf(to->text, sizeof to->text, "Stop run %lld after %d of %d epochs? (%s)",
                 (long long)r->id, r->epochs_done, r->epochs, r->name);
    if (action->kind == UI_STOP && r)
        add_answer(to, L'y', action->kind, r->id);
}
