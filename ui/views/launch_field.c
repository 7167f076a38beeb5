/* launch_field.c - one field of the launch form: its value is gone through, typed or chosen from a
 * list, and taken into the settings if it is one. Screen thread only.
 */
#include "ui/views/launch_priv.h"

#include "base/err.h"
#include "base/str.h"

#include <curses.h>
#include <string.h>

bool launch_cycles(const struct opt *o)
{
    return o->type == OPT_CHOICE || o->type == OPT_FLAG;
}

/* Others may have come above it, or gone. */
static void stay_on(struct launch_view *v, const struct opt *o)
{
    struct form f = launch_form(v);
    for (int i = 0; i < f.n; i++)
        if (f.line[i].option == o)
            v->at = i;
}

bool launch_set(struct launch_view *v, const struct opt *o, const char *value)
{
    bool here = launch_option_here(v) == o;
    struct err e;
    err_clear(&e);
    if (settings_set(&v->settings, o, value, &e)) {
        str_copy(v->error, sizeof v->error, e.text);
        return false;
    }
    v->error[0] = '\0';
    v->like = 0;
    v->unchecked |= !strcmp(o->group, "Data") || !strcmp(o->name, "preset");
    if (here)
        stay_on(v, o);
    return true;
}

/* The choice that stands `by` places on from the present one, or from the first of a list. */
static void cycle(struct launch_view *v, const struct opt *o, int by)
{
    static const char *const flag[] = {"no", "yes", NULL};
    const char *const *choices = o->type == OPT_FLAG ? flag : o->choices;
    char value[OPT_TEXT_BYTES];
    size_t n_runs;
    int n = 0, at = 0;
    opt_format(o, settings_runs(&v->settings, &n_runs), value, sizeof value);
    for (; choices[n]; n++)
        if (!strcmp(choices[n], value))
            at = n;
    launch_set(v, o, choices[(at + by + n) % n]);
}

void launch_leave_field(struct launch_view *v)
{
    v->mode = LAUNCH_LOOKS;
    v->error[0] = '\0';
    v->completes = false;
}

static void start_typing(struct launch_view *v, const struct opt *o, const char *text)
{
    char value[OPT_TEXT_BYTES];
    if (text)
        str_copy(value, sizeof value, text);
    else
        settings_value(&v->settings, o, value, sizeof value);
    launch_leave_field(v);
    edit_start(&v->edit, value);
    v->mode = LAUNCH_TYPES;
}

static void start_choosing(struct launch_view *v, const struct opt *o)
{
    char value[OPT_TEXT_BYTES];
    settings_value(&v->settings, o, value, sizeof value);
    launch_leave_field(v);
    choices_open(&v->choices, o, value);
    v->mode = LAUNCH_CHOOSES;
}

bool launch_types_path(const struct launch_view *v)
{
    const struct opt *o = v->mode == LAUNCH_TYPES ? launch_option_here(v) : NULL;
    return o && o->type == OPT_PATH;
}

/* --- keys and the pointer --- */

bool launch_request_field(struct launch_view *v, const struct opt *o, enum request request)
{
    switch (request) {
    case REQ_LEFT:
    case REQ_RIGHT:
    case REQ_CHANGE:
        if (launch_cycles(o))
            cycle(v, o, request == REQ_LEFT ? -1 : 1);
        else
            start_typing(v, o, NULL);
        return true;
    case REQ_ENTER:
        if (o->type == OPT_CHOICE)
            start_choosing(v, o);
        else if (o->type == OPT_FLAG)
            cycle(v, o, 1);
        else
            start_typing(v, o, NULL);
        return true;
    case REQ_RESET:
        launch_set(v, o, o->fallback);
        return true;
    default:
        return false;
    }
}

static bool erases(struct key key)
{
    return key.code == KEY_BACKSPACE || key.character == 127 || key.character == L'\b';
}

/* A key on a field that is not being edited: a character begins a new value, Backspace edits the
 * one that is there. False for keys that are commands. */
static bool begin(struct launch_view *v, const struct opt *o, struct key key,
                  struct view_reply *reply)
{
    bool space = key.character == L' ' && (!o || launch_cycles(o));
    if (!erases(key) && (key.code || key.character < L' ' || space))
        return false;
    if (o && !(erases(key) && launch_cycles(o))) {
        start_typing(v, o, erases(key) ? NULL : "");
        edit_key(&v->edit, key);
    } else if (!o) {
        str_copy(reply->note, sizeof reply->note,
                 "letters are typed into fields; here Enter, Esc, F1 and F2 do something");
    }
    return true;
}

/* Tab goes on with what is typed; false where there is nothing to complete. */
static bool complete(struct launch_view *v, const struct ui_model *m, const struct opt *o)
{
    char text[EDIT_BYTES];
    if (o->type == OPT_PATH) {
        launch_complete_path(v, m);
        return true;
    }
    str_copy(text, sizeof text, v->edit.text);
    if (o->type != OPT_CHOICE || !choices_complete(o, text, sizeof text) ||
        !strcmp(text, v->edit.text))
        return false;
    edit_start(&v->edit, text);
    return true;
}

/* Gives the key to what is open in the field, and fills `value` with what it says by now. */
static enum edit_result give(struct launch_view *v, struct key key, char *value, size_t room)
{
    if (v->mode == LAUNCH_TYPES) {
        enum edit_result result = edit_key(&v->edit, key);
        str_copy(value, room, v->edit.text);
        return result;
    }
    enum edit_result result = choices_key(&v->choices, key);
    choices_value(&v->choices, value, room);
    return result;
}

/* Keys while a field is being edited. False when the value was taken and the key is a command. */
static bool edit_field(struct launch_view *v, const struct ui_model *m, const struct opt *o,
                       struct key key)
{
    char value[OPT_TEXT_BYTES];
    if (v->mode == LAUNCH_TYPES && key.character == L'\t' && complete(v, m, o))
        return true;
    switch (give(v, key, value, sizeof value)) {
    case EDIT_CANCEL:
        launch_leave_field(v);
        return true;
    case EDIT_MORE:
        v->error[0] = '\0';
        v->completes = false;
        return true;
    case EDIT_DONE:
        if (launch_set(v, o, value))
            launch_leave_field(v);
        return true;
    case EDIT_IGNORED:
        break;
    }
    /* A key that is no command leaves the field as it is; leaving takes the value, if it is one. */
    if (request_of_key(key) == REQ_NONE || !launch_set(v, o, value))
        return true;
    launch_leave_field(v);
    return false;
}

bool launch_type_field(struct launch_view *v, const struct ui_model *m, const struct opt *o,
                       struct key key, struct view_reply *reply)
{
    return v->mode == LAUNCH_LOOKS || !o ? begin(v, o, key, reply) : edit_field(v, m, o, key);
}

/* A text is taken, as any key that leads out of it does. */
bool launch_point_field(struct launch_view *v, const struct opt *o, const struct pointer *p)
{
    char value[OPT_TEXT_BYTES];
    enum edit_result result = p->kind == POINTER_RIGHT ? EDIT_CANCEL : EDIT_DONE;
    str_copy(value, sizeof value, v->edit.text);
    if (v->mode == LAUNCH_CHOOSES) {
        result = choices_point(&v->choices, p);
        choices_value(&v->choices, value, sizeof value);
    } else if (pointer_scroll(p)) {
        return false;
    }
    if (result == EDIT_CANCEL || (result == EDIT_DONE && launch_set(v, o, value)))
        launch_leave_field(v);
    return v->mode == LAUNCH_LOOKS;
}
