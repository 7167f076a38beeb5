/* frame.c - what surrounds every view. Screen thread only. */
#include "ui/frame.h"

#include "base/str.h"
#include "ui/spots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The engine of this process in a few words, for every view; fewer where there is little room. */
static void engine_words(const struct pen *pen, const struct ui_model *m, int cells, char *to,
                         size_t room)
{
    const struct snapshot *s = &m->live;
    if (!s->run) {
        str_copy(to, room, m->can_train ? "engine idle" : "watching");
        return;
    }
    const char *sign = pen->glyphs->state[s->paused ? RUN_PAUSED : RUN_RUNNING];
    const struct ui_run *run =
        ui_run_find(m, s->run); /* epochs that are done, as every view counts */
    int done = run ? run->epochs_done : s->epoch > 0 ? s->epoch - 1 : 0;
    int n = snprintf(to, room, "%s run %lld  %d/%d", sign, (long long)s->run, done, s->epochs);
    char eta[32] = "";
    if (isfinite(s->eta_s) && cells >= 28) {
        str_duration(eta, sizeof eta, s->eta_s);
        snprintf(to + n, room - (size_t)n, "  ETA %s", eta);
    } else if (cells < n) {
        snprintf(to, room, "%s %d/%d", sign, done, s->epochs);
    }
}

/* How much of the header there is room for: everything; without the views that lead back to where
 * they came from; without the program's name too; and of views but the present one the key alone.
 */
enum header { HEADER_ALL, HEADER_VIEWS, HEADER_NO_NAME, HEADER_KEYS };

#define ENGINE_CELLS 11  /* that a short word of the engine takes */
#define RUNNING_CELLS 19 /* and which run it trains */

static bool is_in_header(const struct frame_words *w, int i, enum header how)
{
    char key[16];
    request_keys(w->views[i]->shown_by, true, key, sizeof key);
    return how == HEADER_ALL || w->here == i || (key[0] >= '0' && key[0] <= '9');
}

static const char *name_in_header(const struct frame_words *w, int i, enum header how)
{
    return how < HEADER_KEYS || w->here == i ? w->views[i]->name : "";
}

/* Up to the end of the last view. */
static int header_cells(const struct frame_words *w, enum header how)
{
    int cells = 1 + (how < HEADER_NO_NAME ? (int)strlen("combolab") + 1 : 0);
    char key[16];
    for (int i = 0; i < w->n_views; i++) {
        const char *name = name_in_header(w, i, how);
        request_keys(w->views[i]->shown_by, true, key, sizeof key);
        if (is_in_header(w, i, how))
            cells += (int)(strlen(key) + strlen(name)) + (name[0] ? 3 : 2);
    }
    return cells;
}

static int draw_views(struct pen *pen, int x, int y, const struct frame_words *w, enum header how)
{
    char key[16];
    for (int i = 0; i < w->n_views; i++) {
        bool here = w->here == i;
        const char *name = name_in_header(w, i, how);
        if (!is_in_header(w, i, how))
            continue;
        int start = x;
        request_keys(w->views[i]->shown_by, true, key, sizeof key);
        x += pen_text(pen, y, x, 1, ROLE_FOCUS, here ? "[" : " ");
        x += pen_text(pen, y, x, 4, ROLE_KEY, key) + (name[0] ? 1 : 0);
        x += pen_text(pen, y, x, 12, here ? ROLE_TITLE : ROLE_DIM, name);
        x += pen_text(pen, y, x, 1, ROLE_FOCUS, here ? "]" : " ");
        spots_add(pen->spots,
                  &(struct spot){.at = {y, start, 1, x - start}, .request = w->views[i]->shown_by});
    }
    return x;
}

static void draw_header(struct pen *pen, const struct ui_model *m, struct rect at,
                        const struct frame_words *w)
{
    char engine[128];
    int x = at.x + 1;
    int wanted = m->live.run ? RUNNING_CELLS : ENGINE_CELLS;
    enum header how = HEADER_ALL;
    while (how < HEADER_NO_NAME && header_cells(w, how) + 3 + wanted > at.columns)
        how++;
    if (header_cells(w, how) + 3 + ENGINE_CELLS > at.columns)
        how = HEADER_KEYS;
    if (how < HEADER_NO_NAME)
        x += pen_text(pen, at.y, x, 10, ROLE_TITLE, "combolab") + 1;
    x = draw_views(pen, x, at.y, w, how) + 2;
    engine_words(pen, m, at.columns - x - 1, engine, sizeof engine);
    pen_right(pen, at.y, x, at.columns - x - 1, m->live.run ? ROLE_BUSY : ROLE_DIM, engine);
}

/* Of "y/n" each letter; nothing else is pressed while a question waits for its answer. */
static void add_answers(struct pen *pen, int y, int x, const char *keys)
{
    pen->spots->n = 0;
    for (int i = 0; keys[i]; i++)
        if (keys[i] != '/')
            spots_add(pen->spots,
                      &(struct spot){.at = {y, x + i, 1, 1}, .key.character = (wchar_t)keys[i]});
}

static void draw_status(struct pen *pen, const struct ui_model *m, struct rect at,
                        const struct frame_words *w)
{
    int x = at.x + 1, cells = at.columns - 2;
    const char *message = m->message ? m->message : "";
    if (w->question->text[0]) {
        int keys = (int)strlen(w->question->keys) + 2;
        int used = pen_text(pen, at.y, x, cells - keys - 1, ROLE_WARN, w->question->text);
        pen_format(pen, at.y, x + used + 1, keys, ROLE_KEY, "(%s)", w->question->keys);
        add_answers(pen, at.y, x + used + 2, w->question->keys);
    } else if (w->note[0]) {
        pen_text(pen, at.y, x, cells, w->note_is_error ? ROLE_BAD : ROLE_TEXT, w->note);
    } else if (message[0]) {
        pen_text(pen, at.y, x, cells, m->message_is_error ? ROLE_BAD : ROLE_TEXT, message);
    } else {
        pen_text(pen, at.y, x, cells, ROLE_DIM, m->db_path ? m->db_path : "");
    }
}

static int draw_hint(struct pen *pen, int y, int x, int end, struct hint hint, bool types)
{
    char key[16];
    const char *word = hint.word ? hint.word : request_word(hint.request);
    if (types)
        request_command_key(hint.request, key, sizeof key);
    else
        request_keys(hint.request, true, key, sizeof key);
    if (!key[0])
        return 0;
    int cells = (int)(strlen(key) + strlen(word)) + 1;
    if (x + cells > end)
        return 0;
    pen_text(pen, y, x, cells, ROLE_KEY, key);
    pen_text(pen, y, x + (int)strlen(key) + 1, cells, ROLE_DIM, word);
    spots_add(pen->spots,
              &(struct spot){.at = {y, x, 1, cells}, .key = request_key(hint.request, types)});
    return cells + 2;
}

static void draw_footer(struct pen *pen, const struct ui_model *m, struct rect at,
                        const struct frame_words *w)
{
    /* Help and quit stand at the right, always. */
    bool types = w->types;
    int end = at.x + at.columns - (types ? 9 : 16), x = at.x + 1;
    for (const struct hint *h = w->footer; h->request != REQ_NONE; h++) {
        if (!verbs_allow(m, w->run, h->request))
            continue;
        int used = draw_hint(pen, at.y, x, end, *h, types);
        if (!used)
            break;
        x += used;
    }
    x = end + 1;
    x += draw_hint(pen, at.y, x, at.x + at.columns, (struct hint){REQ_HELP, NULL}, types);
    draw_hint(pen, at.y, x, at.x + at.columns, (struct hint){REQ_QUIT, NULL}, types);
}

void frame_draw(struct pen *pen, const struct ui_model *m, const struct frame *at,
                const struct frame_words *words)
{
    draw_header(pen, m, at->header, words);
    draw_footer(pen, m, at->footer, words);
    draw_status(pen, m, at->status, words);
}
