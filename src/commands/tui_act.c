/* tui_act.c - what keys of the screen ask for, and what is said when it is done: the session, the
 * drawer of figures and the keeper of preferences each answer later. Screen thread only.
 */
#include "src/commands/tui_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "src/commands/tui_words_priv.h"
#include "src/drawer.h"
#include "src/keeper.h"
#include "src/preferences_file.h"

#include <stdio.h>
#include <string.h>

/* --- what is asked --- */

static void post(struct tui *t, const struct session_order *order)
{
    struct err e;
    if (session_post(t->session, order, &e))
        model_say(t->model, true, e.text);
}

static void post_configs(struct tui *t, enum session_order_kind kind,
                         const struct ui_action *action)
{
    post(t, &(struct session_order){
                .kind = kind, .configs = action->configs, .n_configs = action->n_configs});
}

static void post_run(struct tui *t, enum session_order_kind kind, int64_t run)
{
    post(t, &(struct session_order){.kind = kind, .run = run});
}

static void post_verb(struct tui *t, int64_t run, enum verb verb)
{
    post(t, &(struct session_order){.kind = SESSION_VERB, .run = run, .verb = verb});
}

static void draw_figure(struct tui *t, const struct ui_figure *figure)
{
    struct err e;
    int failed = drawer_draw(t->drawer, figure, &e);
    model_say(t->model, failed, failed ? e.text : "drawing a figure ...");
}

/* What u takes back, the last first. */
static void note_undo(struct tui *t, int64_t run, enum db_edit_kind back)
{
    if (t->n_undo == TUI_MOST_UNDO)
        memmove(t->undo, t->undo + 1, --t->n_undo * sizeof *t->undo);
    t->undo[t->n_undo++] = (struct tui_undo){run, back, t->n_keys};
}

static void post_edit(struct tui *t, int64_t run, enum db_edit_kind edit, const char *text)
{
    if (edit == DB_EDIT_DELETE)
        note_undo(t, run, DB_EDIT_UNDELETE);
    if (edit == DB_EDIT_ARCHIVE)
        note_undo(t, run, DB_EDIT_UNARCHIVE);
    post(t, &(struct session_order){.kind = SESSION_EDIT, .run = run, .edit = edit, .text = text});
}

/* "good -draft": each word is a tag, with - before one that goes. */
static void post_tags(struct tui *t, int64_t run, const char *text)
{
    char words[OPT_TEXT_BYTES], *rest = words;
    str_copy(words, sizeof words, text);
    for (char *word; (word = strsep(&rest, " "));) {
        bool sign = word[0] == '+' || word[0] == '-';
        if (word[sign])
            post_edit(t, run, word[0] == '-' ? DB_EDIT_UNTAG : DB_EDIT_TAG, word + sign);
    }
}

/* All that one key has done. */
static void undo(struct tui *t)
{
    if (!t->n_undo)
        model_say(t->model, false,
                  "nothing has been deleted or archived here that u could take back");
    for (uint64_t key = t->n_undo ? t->undo[t->n_undo - 1].key : 0;
         t->n_undo && t->undo[t->n_undo - 1].key == key; t->n_undo--)
        post_edit(t, t->undo[t->n_undo - 1].run, t->undo[t->n_undo - 1].back, "");
}

/* On the screen now, and into the file. */
static void set_preference(struct tui *t, const char *name, const char *text)
{
    struct err e;
    int failed = preferences_set(&t->preferences, name, text, &e);
    if (!failed) {
        ui_prefer(t->ui, model_view(t->model), &t->preferences, name);
        failed = keeper_write(t->keeper, name, text, &e);
    }
    if (failed)
        model_say(t->model, true, e.text);
}

void tui_act(struct tui *t, const struct ui_action *action)
{
    switch (action->kind) {
    case UI_NONE:
        break;
    case UI_LAUNCH:
        model_say(t->model, false, "looking at the data ...");
        post_configs(t, SESSION_ADD, action);
        break;
    case UI_QUEUE:
        model_say(t->model, false, "looking at the data ...");
        post(t, &(struct session_order){.kind = SESSION_QUEUE,
                                        .configs = action->configs,
                                        .n_configs = action->n_configs,
                                        .looks = *action->looks});
        break;
    case UI_CHECK:
        post_configs(t, SESSION_CHECK, action);
        break;
    case UI_DRAW:
        model_say(t->model, false, "drawing portraits ...");
        post(t, &(struct session_order){.kind = SESSION_DRAW});
        break;
    case UI_REQUEUE:
        post_run(t, SESSION_RESUME, action->run);
        break;
    case UI_TAKE:
        post_run(t, SESSION_TAKE, action->run);
        break;
    case UI_PAUSE:
        post_verb(t, action->run, VERB_PAUSE);
        break;
    case UI_RESUME:
        post_verb(t, action->run, VERB_RESUME);
        break;
    case UI_STOP:
        post_verb(t, action->run, VERB_STOP);
        break;
    case UI_CHECKPOINT:
        post_verb(t, action->run, VERB_CHECKPOINT);
        break;
    case UI_DELETE:
        post_edit(t, action->run, DB_EDIT_DELETE, "");
        break;
    case UI_ARCHIVE:
        post_edit(t, action->run, DB_EDIT_ARCHIVE, "");
        break;
    case UI_RENAME:
        post_edit(t, action->run, DB_EDIT_NAME, action->text);
        break;
    case UI_NOTE:
        post_edit(t, action->run, DB_EDIT_NOTE, action->text);
        break;
    case UI_TAG:
        post_tags(t, action->run, action->text);
        break;
    case UI_UNDO:
        undo(t);
        break;
    case UI_FIGURE:
        draw_figure(t, action->figure);
        break;
    case UI_SET:
        set_preference(t, action->name, action->text);
        break;
    case UI_QUIT:
        t->quits = true;
        break;
    case UI_DETACH:
        t->quits = t->detaches = true;
        break;
    case UI_EACH:
        for (size_t i = 0; i < action->n_each; i++)
            tui_act(t, &action->each[i]);
        break;
    }
}

/* --- what is answered --- */

static void take_portraits(struct tui *t, const char *path)
{
    char text[1200];
    snprintf(text, sizeof text, "portraits are in %s", path);
    model_say(t->model, false, text);
    model_drawn(t->model, path);
}

static void take_answers(struct tui *t)
{
    struct session_answer a;
    char words[TUI_WORDS_BYTES];
    while (session_answers(t->session, &a)) {
        t->draws = true;
        if (a.kind == SESSION_CHECK)
            model_checked(t->model, a.result ? a.err.text : "", &a.data);
        else if (a.result)
            model_say(t->model, true, a.err.text);
        else if (a.kind == SESSION_DRAW)
            take_portraits(t, a.path);
        else {
            tui_words(&a, words, sizeof words);
            model_say(t->model, false, words);
        }
        if (a.kind == SESSION_ADD && !a.result)
            ui_launched(t->ui, model_view(t->model), a.run);
    }
}

static void take_figures(struct tui *t)
{
    struct drawer_answer a;
    char text[1100];
    while (drawer_take(t->drawer, &a)) {
        t->draws = true;
        snprintf(text, sizeof text, "the figure is in %s", a.path);
        model_say(t->model, a.err.code != ERR_NONE, a.err.code ? a.err.text : text);
    }
}

static void take_kept(struct tui *t)
{
    struct keeper_answer a;
    char text[FILE_PATH_BYTES + 40];
    while (keeper_take(t->keeper, &a)) {
        t->draws = true;
        snprintf(text, sizeof text, "kept in %s", a.path);
        model_say(t->model, a.err.code != ERR_NONE, a.err.code ? a.err.text : text);
    }
}

void tui_take_answers(struct tui *t)
{
    take_answers(t);
    take_figures(t);
    take_kept(t);
}
