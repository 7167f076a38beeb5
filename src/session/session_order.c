/* session_order.c - how what callers want reaches the session thread, and how they get its answer.
 *
 * A request stands in one line at a time: unsettled (its data set must be looked at first: the
 * helper thread does that, so that neither a screen nor the session waits for a disk), asked (for
 * the session thread), answers (for who posted it). Callers that wait settle their own and skip the
 * first. The helper is started by the first order that needs it.
 */
#include "src/session/session_priv.h"

#include "base/mem.h"
#include "base/thread.h"

#include <string.h>

static void append(struct session_line *line, struct session_request *r)
{
    r->next = NULL;
    if (line->last)
        line->last->next = r;
    else
        line->first = r;
    line->last = r;
}

static struct session_request *take_first(struct session_line *line)
{
    struct session_request *r = line->first;
    if (!r)
        return NULL;
    line->first = r->next;
    if (!line->first)
        line->last = NULL;
    return r;
}

static void hand_over(struct session *s, struct session_request *r)
{
    pthread_mutex_lock(&s->lock);
    append(&s->asked, r);
    pthread_mutex_unlock(&s->lock);
    session_poke(s->poke_fd);
}

static void answer(struct session *s, struct session_request *r)
{
    bool posted = r->posted; /* the other kind is gone once its caller goes on */
    pthread_mutex_lock(&s->lock);
    if (posted)
        append(&s->answers, r);
    r->answered = true;
    pthread_cond_broadcast(&s->answered);
    pthread_mutex_unlock(&s->lock);
    if (posted)
        session_poke(s->wake_fd);
}

void session_carry_out_all(struct session *s)
{
    for (;;) {
        pthread_mutex_lock(&s->lock);
        struct session_request *r = take_first(&s->asked);
        pthread_mutex_unlock(&s->lock);
        if (!r)
            return;
        r->answer.result = r->carry_out(s, r, &r->answer.err);
        answer(s, r);
    }
}

/* --- the helper thread --- */

/* A check is answered here; a run that can be launched goes on to the session thread. */
static void settle(struct session *s, struct session_request *r)
{
    struct session_answer *a = &r->answer;
    if (a->kind == SESSION_CHECK)
        a->result = session_check(&r->config, &a->err);
    else
        a->result = session_rows_init(&r->rows, &r->config, &a->err);
    if (a->result || a->kind == SESSION_CHECK)
        answer(s, r);
    else
        hand_over(s, r);
}

static struct session_request *next_unsettled(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    while (!s->unsettled.first && !s->helper_ends)
        pthread_cond_wait(&s->given, &s->lock);
    struct session_request *r = take_first(&s->unsettled);
    pthread_mutex_unlock(&s->lock);
    return r;
}

static void *helper_main(void *context)
{
    struct session *s = context;
    struct session_request *r;
    while ((r = next_unsettled(s)))
        settle(s, r);
    return NULL;
}

static void forget(struct session_request *r)
{
    session_rows_fini(&r->rows);
    mem_free(r);
}

/* Checks that wait: nobody wants to know what was typed before. */
static void drop_checks(struct session_line *line)
{
    struct session_line kept = {0};
    struct session_request *r;
    while ((r = take_first(line)))
        if (r->answer.kind == SESSION_CHECK)
            forget(r);
        else
            append(&kept, r);
    *line = kept;
}

void session_end_helper(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    drop_checks(&s->unsettled);
    s->helper_ends = true;
    pthread_cond_signal(&s->given);
    pthread_mutex_unlock(&s->lock);
    if (s->has_helper)
        pthread_join(s->helper, NULL);
    s->has_helper = false;
}

static int let_settle(struct session *s, struct session_request *r, struct err *e)
{
    int number = 0;
    pthread_mutex_lock(&s->lock);
    if (!s->has_helper)
        number = thread_start(&s->helper, helper_main, s);
    s->has_helper |= !number;
    if (!number && r->answer.kind == SESSION_CHECK)
        drop_checks(&s->unsettled);
    if (!number)
        append(&s->unsettled, r);
    pthread_cond_signal(&s->given);
    pthread_mutex_unlock(&s->lock);
    return number ? err_errno(e, number, "the thread that looks at data cannot be started") : 0;
}

/* --- posting --- */

int session_post(struct session *s, const struct session_order *order, struct err *e)
{
    struct session_request *r = mem_alloc(1, sizeof *r);
    if (!r)
        return mem_error(e, "what was asked", sizeof *r);
    r->posted = true;
    r->answer = (struct session_answer){order->kind, order->run, order->verb, 0, {0}};
    r->runs = &r->answer.run;
    r->n_runs = 1;
    switch (order->kind) {
    case SESSION_CHECK:
    case SESSION_ADD:
        r->carry_out = session_carry_out_add;
        r->config = order->config;
        if (!let_settle(s, r, e))
            return 0;
        mem_free(r);
        return -1;
    case SESSION_RESUME:
        r->carry_out = session_carry_out_resume;
        break;
    case SESSION_VERB:
        r->carry_out = session_carry_out_verb;
        break;
    case SESSION_DELETE:
        r->carry_out = session_carry_out_delete;
        break;
    }
    hand_over(s, r);
    return 0;
}

bool session_answers(struct session *s, struct session_answer *out)
{
    pthread_mutex_lock(&s->lock);
    struct session_request *r = take_first(&s->answers);
    pthread_mutex_unlock(&s->lock);
    if (!r)
        return false;
    *out = r->answer;
    forget(r);
    return true;
}

void session_forget_orders(struct session *s)
{
    struct session_answer ignored;
    while (session_answers(s, &ignored))
        continue;
}

/* --- waiting --- */

static int ask(struct session *s, struct session_request *r, struct err *e)
{
    hand_over(s, r);
    pthread_mutex_lock(&s->lock);
    while (!r->answered)
        pthread_cond_wait(&s->answered, &s->lock);
    pthread_mutex_unlock(&s->lock);
    if (r->answer.result && e)
        *e = r->answer.err;
    return r->answer.result;
}

int session_check(struct run_config *config, struct err *e)
{
    return session_settle(config, NULL, e);
}

int session_add(struct session *s, const struct run_config *config, int64_t *id, struct err *e)
{
    struct session_request r = {.carry_out = session_carry_out_add, .config = *config};
    int result = session_rows_init(&r.rows, &r.config, e);
    if (!result)
        result = ask(s, &r, e);
    session_rows_fini(&r.rows);
    *id = r.answer.run;
    return result;
}

int session_resume(struct session *s, const int64_t *runs, size_t n, unsigned how, struct err *e)
{
    struct session_request r = {
        .carry_out = session_carry_out_resume, .runs = runs, .n_runs = n, .how = how};
    return ask(s, &r, e);
}

int session_take(struct session *s, int64_t id, struct err *e)
{
    struct session_request r = {.carry_out = session_carry_out_take, .answer = {.run = id}};
    return ask(s, &r, e);
}

int session_verb(struct session *s, int64_t run, enum verb verb, struct err *e)
{
    struct session_request r = {.carry_out = session_carry_out_verb,
                                .answer = {.run = run, .verb = verb}};
    return ask(s, &r, e);
}

int session_delete(struct session *s, int64_t run, struct err *e)
{
    struct session_request r = {.carry_out = session_carry_out_delete, .answer = {.run = run}};
    return ask(s, &r, e);
}
