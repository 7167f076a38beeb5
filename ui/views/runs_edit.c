/* runs_edit.c - see runs_edit.h. */
#include "ui/views/runs_edit.h"

#include <string.h>

static const struct kind {
    enum request request;
    enum ui_action_kind action;
    const char *word, *hint;
} kinds[] = {
    {REQ_NONE, UI_NONE, "", ""},
    {REQ_TAG, UI_TAG, "tags", "words such as: good, or -draft for one that goes"},
    {REQ_NOTE, UI_NOTE, "note", "what is to be remembered of it"},
    {REQ_RENAME, UI_RENAME, "name", ""},
};
#define KINDS (int)(sizeof kinds / sizeof *kinds)

/* Tags are added to those that are there. */
static const char *text_of(const struct ui_run *run, enum request request)
{
    return request == REQ_NOTE ? run->note : request == REQ_RENAME ? run->name : "";
}

bool runs_edit_request(struct runs_edit *e, const struct ui_run *run, enum request request)
{
    int kind = 1;
    while (kind < KINDS && kinds[kind].request != request)
        kind++;
    if (kind == KINDS)
        return false;
    if (!run)
        return true;
    e->kind = kind;
    e->run = run->id;
    edit_start(&e->line, text_of(run, request));
    return true;
}

bool runs_edit_type(struct runs_edit *e, struct key key, struct view_reply *reply)
{
    if (!e->kind)
        return false;
    enum edit_result result = edit_key(&e->line, key);
    if (result == EDIT_DONE)
        reply->action =
            (struct ui_action){.kind = kinds[e->kind].action, .run = e->run, .text = e->line.text};
    if (result == EDIT_DONE || result == EDIT_CANCEL)
        e->kind = 0;
    return true;
}

void runs_edit_draw(const struct runs_edit *e, struct pen *pen, struct rect at)
{
    const struct kind *k = &kinds[e->kind];
    int used = pen_format(pen, at.y, at.x, at.columns, ROLE_KEY, "%s of run %lld ", k->word,
                          (long long)e->run);
    edit_draw(&e->line, pen, at.y, at.x + used, at.columns - used);
    if (!e->line.text[0])
        pen_text(pen, at.y, at.x + used + 2, at.columns - used - 2, ROLE_DIM, k->hint);
}
