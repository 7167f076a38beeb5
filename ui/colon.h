/* colon.h - the command line that `:` opens: commands by their names, completed, with a history.
 * Screen thread only.
 *
 * Every request is a command, by its name in request.h, and does what its key does; some take a
 * text. What a line means colon_read says, and ui.c does it.
 */
#ifndef COMBOLAB_UI_COLON_H
#define COMBOLAB_UI_COLON_H

#include "ui/edit.h"
#include "ui/view.h"

#define COLON_HISTORY 50
#define COLON_MOST_CHOICES 300

/* What a line may be made of. */
struct colon_place {
    const struct view *const *views;
    void *const *states;
    int n_views, here; /* the one on screen */
    const struct ui_model *model;
};

enum colon_does {
    COLON_REQUEST,    /* as its key does */
    COLON_SAY,        /* the request with a text, to a view */
    COLON_SHOW,       /* the request's view, for a run */
    COLON_VERB,       /* the request, on a run */
    COLON_EDIT,       /* a run's tags, note or name */
    COLON_EXPERIMENT, /* the request's view, for an experiment: the run is of it */
    COLON_RUN,        /* to that run */
    COLON_VIEW,       /* `request` shows it */
    COLON_MARK,       /* `text` is numbers of runs */
    COLON_UNMARK,
    COLON_THEME,
    COLON_SET, /* `text` is the name of a preference and its value */
};

struct colon_order {
    enum colon_does does;
    enum request request;
    int64_t run;
    const char *text; /* within the line */
};

/* A word that may be next. */
struct colon_choice {
    char text[64];
    char about[96], key[16];
    bool more; /* something comes after it */
};

struct colon_choices {
    struct colon_choice at[COLON_MOST_CHOICES];
    size_t n, begun; /* bytes of the text that the choice stands for */
};

/* Zeroed at its start. */
struct colon {
    bool open;
    struct edit line;
    char typed[EDIT_BYTES];       /* up to the caret, before Tab put a choice there */
    int choice, first;            /* chosen by Tab, -1 = none; the first in sight */
    struct colon_choices choices; /* for what was typed */
    char *history[COLON_HISTORY]; /* the oldest first */
    size_t n_history, back;       /* lines back, 0 = what is typed: */
    char draft[EDIT_BYTES];
};

void colon_fini(struct colon *c);

void colon_open(struct colon *c, const struct colon_place *place);

/* A key while it is open; true when the line is to be done: it is closed then, and lasts until the
 * next key. */
bool colon_key(struct colon *c, const struct colon_place *place, struct key key);

/* On the status line, and what may be next above it. */
void colon_draw(struct colon *c, struct pen *pen, const struct frame *at);

extern const struct hint colon_hints[];

/* A line joins the history, unless it is its last one. */
void colon_remember(struct colon *c, const char *line);

/* --- colon_words.c --- */

/* How the text may go on. */
void colon_complete(const struct colon_place *place, const char *text, struct colon_choices *to);

/* The request of that name, or REQ_NONE. */
enum request colon_request(const char *name);

/* --- colon_read.c --- */

/* What a line means; false and the reply's note says why it means nothing. */
bool colon_read(const struct colon_place *place, const char *line, struct colon_order *to,
                struct view_reply *reply);

/* The text of a COLON_MARK has that run. */
bool colon_names_run(const char *text, int64_t run);

#endif
