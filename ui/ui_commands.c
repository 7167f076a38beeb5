/* ui_commands.c - what the lines of the command line do. Screen thread only. */
#include "ui/ui_priv.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

static struct colon_place place_of(struct ui *ui, const struct ui_model *m)
{
    return (struct colon_place){ui_views, ui->states, UI_VIEW_COUNT, ui->view, m};
}

void ui_open_colon(struct ui *ui, const struct ui_model *m)
{
    struct colon_place place = place_of(ui, m);
    colon_open(&ui->colon, &place);
}

/* To the view on screen, else to the first one that takes it, which is shown then. */
static void say(struct ui *ui, const struct ui_model *m, const struct colon_order *o,
                struct ui_action *out)
{
    struct view_reply reply = {.note = "no view takes that"};
    int took = 0, i = ui->view;
    for (int k = -1; !took && k < UI_VIEW_COUNT; k++) {
        i = k < 0 ? ui->view : k;
        if (ui_views[i]->say)
            took = ui_views[i]->say(ui->states[i], m, o->request, o->text, &reply);
    }
    if (took > 0)
        reply.note[0] = '\0';
    if (took > 0 && i != ui->view)
        ui_go(ui, m, i, 0);
    reply.note_is_error = took <= 0;
    ui_take_reply(ui, m, &reply, out);
}

static void edit_run(struct ui *ui, const struct ui_model *m, const struct colon_order *o,
                     struct ui_action *out)
{
    static const enum ui_action_kind kinds[REQUEST_COUNT] = {
        [REQ_TAG] = UI_TAG, [REQ_NOTE] = UI_NOTE, [REQ_RENAME] = UI_RENAME};
    struct view_reply reply = {.note = ""};
    const struct ui_run *run = ui_current_run(ui, m);
    if (run)
        reply.action =
            (struct ui_action){.kind = kinds[o->request], .run = run->id, .text = o->text};
    else
        str_copy(reply.note, sizeof reply.note, "no run is selected");
    reply.note_is_error = !run;
    if (run && o->request == REQ_TAG)
        marks_spread(&ui->marks, &reply);
    ui_take_reply(ui, m, &reply, out);
}

/* In the place of the marks before, where it is for Compare. */
static void mark_runs(struct ui *ui, const struct ui_model *m, const struct colon_order *o)
{
    bool failed = false;
    if (o->request == REQ_COMPARE)
        marks_clear(&ui->marks);
    for (size_t i = 0; i < m->n_runs; i++)
        if (colon_names_run(o->text, m->runs[i].id) && !marks_has(&ui->marks, m->runs[i].id))
            failed |= marks_turn(&ui->marks, m->runs[i].id) != 0;
    ui->note_is_error = failed;
    if (failed)
        str_copy(ui->note, sizeof ui->note, "out of memory: not all of them are marked");
    else if (o->request == REQ_COMPARE)
        ui_go(ui, m, ui_view_of(REQ_COMPARE), o->run);
}

static void try_theme(struct ui *ui, const char *name)
{
    int which = 0;
    while (ui_theme_names[which] && strcmp(ui_theme_names[which], name))
        which++;
    ui->note_is_error = !ui_theme_names[which];
    if (ui->note_is_error)
        str_copy(ui->note, sizeof ui->note, "there is no such theme: Tab lists what there are");
    else
        ui_use_theme(ui, (enum ui_theme)which);
}

/* "theme light" */
static void ask_to_set(struct ui *ui, const char *text, struct ui_action *out)
{
    size_t n = strcspn(text, " ");
    if (n >= sizeof ui->set || !text[n]) {
        str_copy(ui->note, sizeof ui->note,
                 "set a preference by its name and its value; Tab lists them");
        ui->note_is_error = true;
        return;
    }
    snprintf(ui->set, sizeof ui->set, "%.*s", (int)n, text);
    *out = (struct ui_action){
        .kind = UI_SET, .name = ui->set, .text = text + n + strspn(text + n, " ")};
}

static void obey(struct ui *ui, const struct ui_model *m, const struct colon_order *o,
                 struct ui_action *out)
{
    struct view_reply reply = {.note = ""};
    int view = ui_view_of(o->request == REQ_LIKE ? REQ_LAUNCH : o->request);
    switch (o->does) {
    case COLON_REQUEST:
        ui_do_request(ui, m, o->request, out);
        return;
    case COLON_SAY:
        say(ui, m, o, out);
        return;
    case COLON_SHOW:
    case COLON_EXPERIMENT:
        ui_go(ui, m, view, o->run);
        return;
    case COLON_VIEW:
        ui_do_request(ui, m, o->request, out);
        return;
    case COLON_RUN:
        ui_go(ui, m, ui_views[ui->view]->open ? ui->view : ui_view_of(REQ_RUNS), o->run);
        return;
    case COLON_VERB:
        verbs_request(m, ui_run_find(m, o->run), o->request, &reply);
        ui_take_reply(ui, m, &reply, out);
        return;
    case COLON_EDIT:
        edit_run(ui, m, o, out);
        return;
    case COLON_MARK:
        mark_runs(ui, m, o);
        return;
    case COLON_UNMARK:
        marks_clear(&ui->marks);
        return;
    case COLON_THEME:
        try_theme(ui, o->text);
        return;
    case COLON_SET:
        ask_to_set(ui, o->text, out);
        return;
    }
}

void ui_type_command(struct ui *ui, const struct ui_model *m, struct key key, struct ui_action *out)
{
    struct colon_place place = place_of(ui, m);
    struct colon_order order;
    struct view_reply reply = {.note = ""};
    if (key.code && request_of_key(key) == REQ_HELP) { /* the footer offers it */
        ui->colon.open = false;
        ui_do_request(ui, m, REQ_HELP, out);
        return;
    }
    if (!colon_key(&ui->colon, &place, key))
        return;
    if (colon_read(&place, ui->colon.line.text, &order, &reply))
        obey(ui, m, &order, out);
    else
        ui_take_reply(ui, m, &reply, out);
}
