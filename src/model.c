/* model.c - what the screen shows: rows that the reader fetched, taken over between two frames. */
#include "src/model.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "src/reader.h"

#include <poll.h>
#include <unistd.h>

#define SETTLE_MS 10 /* a want may bring no rows */

struct model {
    struct reader *reader;
    struct ui_model view;
    struct ui_want wants[UI_MOST_WANTS];
    size_t n_wants;
    void *kept[UI_WANT_KINDS]; /* what has been fetched of each kind */
    char path[1024];
    char message[ERR_TEXT_BYTES];
    char launch_problem[ERR_TEXT_BYTES];
    char portraits[1024];
    char host[sizeof((struct run_row *)NULL)->host];
    struct data_facts data;
};

void model_say(struct model *m, bool error, const char *text)
{
    str_copy(m->message, sizeof m->message, text);
    m->view.message_is_error = error;
}

void model_checked(struct model *m, const char *problem, const struct data_facts *data)
{
    str_copy(m->launch_problem, sizeof m->launch_problem, problem);
    m->data = *data;
    m->view.data = problem[0] ? NULL : &m->data;
}

void model_drawn(struct model *m, const char *path)
{
    str_copy(m->portraits, sizeof m->portraits, path);
}

void model_live(struct model *m, const struct snapshot *now)
{
    m->view.live = *now;
}

void model_changed(struct model *m, const struct session_changes *changes)
{
    m->view.following = changes->following;
    reader_changed(m->reader, changes);
}

/* --- wants --- */

static bool wanted(const struct ui_want *wants, size_t n, const struct ui_want *want)
{
    return want_place(wants, n, want) < n;
}

static void forget(struct model *m, enum ui_want_kind kind)
{
    reader_kind(kind)->free_kept(m->kept[kind], &m->view);
    m->kept[kind] = NULL;
}

bool model_want(struct model *m, const struct ui_want *wants, size_t n)
{
    bool more = n != m->n_wants;
    for (size_t i = 0; i < n; i++)
        more |= !wanted(m->wants, m->n_wants, &wants[i]);
    if (!more)
        return false;
    for (size_t i = 0; i < m->n_wants; i++)
        if (!wanted(wants, n, &m->wants[i]) && !reader_kind(m->wants[i].kind)->lasting)
            forget(m, m->wants[i].kind);
    for (size_t i = 0; i < n; i++)
        m->wants[i] = wants[i];
    m->n_wants = n;
    reader_want(m->reader, wants, n);
    return true;
}

bool model_moves(const struct model *m)
{
    bool wanted = false;
    for (size_t i = 0; i < m->n_wants; i++)
        wanted |= reader_kind(m->wants[i].kind)->by_time;
    return wanted && m->view.moves;
}

void model_tick(struct model *m)
{
    reader_tick(m->reader);
}

int model_fd(const struct model *m)
{
    return reader_fd(m->reader);
}

static void take(struct model *m, struct reader_answer *a)
{
    const struct want_kind *kind = reader_kind(a->want.kind);
    if (a->err.code)
        model_say(m, true, a->err.text);
    else if (!kind->lasting && !wanted(m->wants, m->n_wants, &a->want))
        kind->free_rows(a->rows);
    else if (kind->adopt(&m->kept[a->want.kind], a->rows, &m->view, &a->err))
        model_say(m, true, a->err.text);
}

bool model_take(struct model *m)
{
    struct reader_answer a;
    bool any = false;
    while (reader_take(m->reader, &a)) {
        take(m, &a);
        any = true;
    }
    return any;
}

void model_settle(struct model *m)
{
    struct pollfd rows = {.fd = model_fd(m), .events = POLLIN};
    for (bool idle = false; !idle;) {
        idle = reader_idle(m->reader); /* before what it has sent is taken */
        if (!model_take(m) && !idle)
            poll(&rows, 1, SETTLE_MS);
    }
}

const struct ui_model *model_view(struct model *m)
{
    m->view.now = clock_date_s();
    return &m->view;
}

/* --- opening --- */

int model_open(struct model **out, const char *db_path, bool can_train, struct err *e)
{
    *out = NULL;
    struct model *m = mem_alloc(1, sizeof *m);
    if (!m)
        return mem_error(e, "the screen's rows", sizeof *m);
    if (reader_open(&m->reader, db_path, e)) {
        mem_free(m);
        return -1;
    }
    str_copy(m->path, sizeof m->path, db_path);
    m->view.db_path = m->path;
    m->view.can_train = can_train;
    m->view.reading_runs = true;
    m->view.message = m->message;
    m->view.launch_problem = m->launch_problem;
    m->view.portraits = m->portraits;
    for (int kind = 0; kind < UI_WANT_KINDS; kind++)
        forget(m, (enum ui_want_kind)kind); /* none of it is here */
    if (!gethostname(m->host, sizeof m->host - 1))
        m->view.host = m->host;
    *out = m;
    return 0;
}

void model_close(struct model *m)
{
    if (!m)
        return;
    for (int kind = 0; kind < UI_WANT_KINDS; kind++)
        forget(m, (enum ui_want_kind)kind);
    reader_close(m->reader);
    mem_free(m);
}
