/* launch_priv.h - the state of the launch form, between its keys (launch.c), those of one field
 * (launch_field.c) and how it looks (launch_draw.c). */
#ifndef COMBOLAB_UI_VIEWS_LAUNCH_PRIV_H
#define COMBOLAB_UI_VIEWS_LAUNCH_PRIV_H

#include "ui/edit.h"
#include "ui/view.h"
#include "ui/views/choices.h"
#include "ui/views/form.h"

enum launch_mode { LAUNCH_LOOKS, LAUNCH_TYPES, LAUNCH_CHOOSES };

struct launch_view {
    struct settings settings;
    unsigned unfolded; /* groups, by bit */
    int at;            /* line; one past the last is the button */
    int first;
    int page;
    struct rect fields; /* as last drawn */
    enum launch_mode mode;
    struct edit edit;       /* TYPES */
    struct choices choices; /* CHOOSES */
    char error[512];        /* why the last value was refused, or "" */
    int64_t like;           /* the run whose settings are to come; 0 = none */
    bool draws;             /* portraits are to come */
    bool completes;         /* Tab was pressed, and the names of the folder are to come */
    bool unchecked;         /* the data is another since the last check */
};

struct form launch_form(const struct launch_view *v);

/* NULL on the button, and for the option also on a heading. */
const struct form_line *launch_line_here(const struct launch_view *v, const struct form *f);
const struct opt *launch_option_here(const struct launch_view *v);

/* Line i of the form on the screen: headings and what is under them stand below an empty line. */
int launch_row_of(const struct form *f, int i);

/* A choice or a flag: Left and Right change it. */
bool launch_cycles(const struct opt *o);

/* Takes a value into the settings; false, and v->error says why, where it is none. */
bool launch_set(struct launch_view *v, const struct opt *o, const char *value);

/* Whatever is open in a field is closed, and not taken. */
void launch_leave_field(struct launch_view *v);

/* What a command, a key that may be a character (`o` NULL = on no field), and the pointer do to a
 * field. The first two are false for what is none of its own, the third while it stays open. */
bool launch_request_field(struct launch_view *v, const struct opt *o, enum request request);
bool launch_type_field(struct launch_view *v, const struct ui_model *m, const struct opt *o,
                       struct key key, struct view_reply *reply);
bool launch_point_field(struct launch_view *v, const struct opt *o, const struct pointer *p);

/* Nothing can be launched before the portraits are there. */
static inline bool launch_waits(const struct launch_view *v)
{
    return v->draws && !v->settings.base.data[0];
}

#define LAUNCH_WAITS "portraits are being drawn; launch when they are there"

/* A path is being typed; the names that it may go on with are in the model; and it goes on with
 * what they have in common, or waits for them. */
bool launch_types_path(const struct launch_view *v);
void launch_complete_path(struct launch_view *v, const struct ui_model *m);
bool launch_has_paths(const struct launch_view *v, const struct ui_model *m);

void launch_draw(struct launch_view *v, struct pen *pen, const struct ui_model *m,
                 struct rect body);

#endif
