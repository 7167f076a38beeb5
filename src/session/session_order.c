/* session_order.c - how what callers want reaches the session thread, and how they get its answer.
 *
 * A request stands in one line at a time: unsettled (its data set must be looked at first: the
 * helper thread does that, so that neither a screen nor the session waits for a disk), asked (for
 * the session thread), answers (for who posted it). Callers that wait settle their own and skip the
 * first. The helper is started by the first order that needs it.
 */
#include "src/session/session_priv.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/thread.h"
#include "engine/synth/synth.h"

#include <string.h>
#include <unistd.h>

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

static int check_all(struct session *s, struct session_request *r, struct err *e)
{
    for (size_t i = 0; i < r->n_configs && !atomic_load(&s->helper_cancels); i++)
        if (session_settle(&r->configs[i], NULL, i ? NULL : &r->answer.data, e))
            return -1;
    return 0;
}

static int make_rows(struct session_request *r, struct err *e)
{
    r->rows = mem_alloc(r->n_configs, sizeof *r->rows);
    if (!r->rows)
        return mem_error(e, "the rows of runs", r->n_configs * sizeof *r->rows);
    for (size_t i = 0; i < r->n_configs; i++)
        if (session_rows_init(&r->rows[i], &r->configs[i], e))
            return -1;
    return 0;
}

/* The labels are written last: where they are, all is. */
static int draw(struct session *s, struct session_request *r, struct err *e)
{
    char folder[1024], labels[1024 + 16];
    struct session_answer *a = &r->answer;
    file_folder(session_path(s), folder, sizeof folder);
    if (str_path(a->path, sizeof a->path, folder, "portraits") ||
        str_path(labels, sizeof labels, a->path, "labels.csv"))
        return err_set(e, ERR_USAGE, "the path of '%.200s ...' is too long for portraits beside it",
                       folder);
    if (!access(labels, F_OK))
        return 0;
    struct synth_request request = {.dir = a->path,
                                    .count = SYNTH_COUNT,
                                    .size = SYNTH_SIZE,
                                    .seed = 1,
                                    .cancel = &s->helper_cancels};
    return synth_write(&request, e);
}

/* A check is answered here; runs that can be launched go on to the session thread. */
static void settle(struct session *s, struct session_request *r)
{
    struct session_answer *a = &r->answer;
    if (a->kind == SESSION_CHECK)
        a->result = check_all(s, r, &a->err);
    else if (a->kind == SESSION_DRAW)
        a->result = draw(s, r, &a->err);
    else
        a->result = make_rows(r, &a->err);
    if (a->result || (a->kind != SESSION_ADD && a->kind != SESSION_QUEUE))
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
    for (size_t i = 0; r->rows && i < r->n_configs; i++)
        session_rows_fini(&r->rows[i]);
    mem_free(r->rows);
    mem_free(r->configs);
    mem_free(r->text);
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
    atomic_store(&s->helper_cancels, true);
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

static int copy_configs(struct session_request *r, const struct session_order *order, struct err *e)
{
    size_t bytes = order->n_configs * sizeof *r->configs;
    if (!bytes)
        return 0;
    r->configs = mem_copy(order->configs, bytes);
    r->n_configs = order->n_configs;
    return r->configs ? 0 : mem_error(e, "what was asked", bytes);
}

static int copy_text(struct session_request *r, const struct session_order *order, struct err *e)
{
    r->answer.edit = order->edit;
    r->text = mem_string(order->text ? order->text : "");
    if (r->text)
        return 0;
    forget(r);
    return mem_error(e, "what was asked", 0);
}

int session_post(struct session *s, const struct session_order *order, struct err *e)
{
    struct session_request *r = mem_alloc(1, sizeof *r);
    if (!r)
        return mem_error(e, "what was asked", sizeof *r);
    r->posted = true;
    r->answer.kind = order->kind;
    r->answer.run = order->run;
    r->answer.verb = order->verb;
    r->looks = order->looks;
    r->runs = &r->answer.run;
    r->n_runs = 1;
    switch (order->kind) {
    case SESSION_CHECK:
    case SESSION_ADD:
    case SESSION_QUEUE:
    case SESSION_DRAW:
        r->carry_out = session_carry_out_add;
        if (!copy_configs(r, order, e) && !let_settle(s, r, e))
            return 0;
        forget(r);
        return -1;
    case SESSION_RESUME:
        r->carry_out = session_carry_out_resume;
        break;
    case SESSION_TAKE:
        r->carry_out = session_carry_out_take;
        break;
    case SESSION_VERB:
        r->carry_out = session_carry_out_verb;
        break;
    case SESSION_EDIT:
        r->carry_out = session_carry_out_edit;
        if (copy_text(r, order, e))
            return -1;
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

int session_check(struct run_config *config, struct data_facts *facts, struct err *e)
{
    return session_settle(config, NULL, facts, e);
}

int session_add(struct session *s, const struct run_config *config, int64_t *id, struct err *e)
{
    struct run_config settled = *config;
    struct session_rows rows;
    struct session_request r = {.carry_out = session_carry_out_add, .rows = &rows, .n_configs = 1};
    int result = session_rows_init(&rows, &settled, e);
    if (!result)
        result = ask(s, &r, e);
    session_rows_fini(&rows);
    *id = r.answer.run;
    return result;
}

int session_resume(struct session *s, const int64_t *runs, size_t n, unsigned how, struct err *e)
{
    struct session_request r = {
        .carry_out = session_carry_out_resume, .runs = runs, .n_runs = n, .how = how};
    return ask(s, &r, e);
}

int session_move_data(struct session *s, const int64_t *runs, size_t n, const char *data,
                      struct err *e)
{
    struct session_request r = {
        .carry_out = session_carry_out_move, .runs = runs, .n_runs = n, .data = data};
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
