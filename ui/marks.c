/* marks.c - marked runs. Screen thread only. */
#include "ui/marks.h"

#include "base/mem.h"
#include "base/str.h"
#include "results/palette.h"
#include "ui/verbs.h"

#include <stdio.h>
#include <string.h>

void marks_fini(struct marks *m)
{
    mem_free(m->at);
    mem_free(m->actions);
    memset(m, 0, sizeof *m);
}

/* Where the run stands, or would. */
static size_t place_of(const struct marks *m, int64_t run)
{
    size_t from = 0, to = m->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (m->at[middle].run < run)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

bool marks_has(const struct marks *m, int64_t run)
{
    size_t i = place_of(m, run);
    return i < m->n && m->at[i].run == run;
}

static struct mark new_look(const struct marks *m, int64_t run)
{
    struct palette_look look = palette_look_of(m->turns, run);
    return (struct mark){run, look.colour, look.turn};
}

static int reserve(struct marks *m)
{
    if (m->n < m->room)
        return 0;
    size_t room = m->room ? 2 * m->room : 16;
    struct mark *at = mem_resize(m->at, room, sizeof *at);
    if (!at)
        return -1;
    m->at = at;
    m->room = room;
    return 0;
}

int marks_turn(struct marks *m, int64_t run)
{
    size_t i = place_of(m, run);
    m->version++;
    if (i < m->n && m->at[i].run == run) {
        m->turns[m->at[i].colour] &= ~(UINT32_C(1) << m->at[i].turn);
        memmove(&m->at[i], &m->at[i + 1], (m->n - i - 1) * sizeof *m->at);
        m->n--;
        return 0;
    }
    if (reserve(m))
        return -1;
    struct mark look = new_look(m, run);
    memmove(&m->at[i + 1], &m->at[i], (m->n - i) * sizeof *m->at);
    m->at[i] = look;
    palette_take(m->turns, (struct palette_look){look.colour, look.turn});
    m->n++;
    return 0;
}

void marks_clear(struct marks *m)
{
    m->n = 0;
    m->version++;
    memset(m->turns, 0, sizeof m->turns);
}

void marks_keep(struct marks *m, const struct ui_model *model)
{
    for (size_t i = m->n; !model->reading_runs && i-- > 0;)
        if (!ui_run_find(model, m->at[i].run))
            marks_turn(m, m->at[i].run);
}

struct mark marks_look(const struct marks *m, int64_t run)
{
    static const struct marks none;
    size_t i = place_of(m, run);
    return i < m->n && m->at[i].run == run ? m->at[i] : new_look(&none, run);
}

enum role marks_role(const struct mark *look)
{
    return (enum role)(ROLE_LINE + look->colour);
}

wchar_t marks_sign(const struct mark *look, const struct glyphs *glyphs)
{
    return glyphs->line[(look->colour + look->turn) % THEME_LINES];
}

bool marks_request(struct marks *m, const struct ui_model *model, enum request request,
                   struct view_reply *reply)
{
    struct view_reply one = {.note = ""};
    size_t n = 0;
    if (!m->n || !verbs_request(model, NULL, request, &one))
        return false;
    mem_free(m->actions);
    m->actions = mem_alloc(m->n, sizeof *m->actions);
    for (size_t i = 0; m->actions && i < m->n; i++) {
        one.action.kind = UI_NONE;
        verbs_request(model, ui_run_find(model, m->at[i].run), request, &one);
        if (one.action.kind != UI_NONE)
            m->actions[n++] = one.action;
    }
    reply->note_is_error = !n;
    if (n)
        reply->action = (struct ui_action){
            .kind = UI_EACH, .each = m->actions, .n_each = n, .n_refused = m->n - n};
    else if (!m->actions)
        str_copy(reply->note, sizeof reply->note, "out of memory for what to do with these runs");
    else if (m->n == 1)
        str_copy(reply->note, sizeof reply->note, one.note);
    else
        snprintf(reply->note, sizeof reply->note, "none of the %zu marked runs: %.300s", m->n,
                 one.note);
    return true;
}

void marks_spread(struct marks *m, struct view_reply *reply)
{
    struct ui_action one = reply->action;
    if (!m->n || one.kind == UI_NONE)
        return;
    mem_free(m->actions);
    m->actions = mem_alloc(m->n, sizeof *m->actions);
    reply->action = (struct ui_action){.kind = UI_NONE};
    reply->note_is_error = !m->actions;
    if (!m->actions) {
        str_copy(reply->note, sizeof reply->note, "out of memory for what to do with these runs");
        return;
    }
    for (size_t i = 0; i < m->n; i++) {
        m->actions[i] = one;
        m->actions[i].run = m->at[i].run;
    }
    reply->action = (struct ui_action){.kind = UI_EACH, .each = m->actions, .n_each = m->n};
}
