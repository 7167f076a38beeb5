/* view.h - what a screen is: a const descriptor of functions over its own state.
 *
 * A view draws the model and takes requests. It fetches nothing: what it shows it says as wants. It
 * keeps no pointer into the model from one call to the next, and changes nothing but its own state:
 * what should happen goes into a reply. Its state is private to its file; ui.c keeps it, zeroed
 * before init. A new view is its file, a line in UI_VIEWS and, if a key of its own opens it, one in
 * request.h.
 */
#ifndef COMBOLAB_UI_VIEW_H
#define COMBOLAB_UI_VIEW_H

#include "ui/kept.h"
#include "ui/pen.h"
#include "ui/pointer.h"
#include "ui/request.h"
#include "ui/ui.h"

struct view_reply {
    struct ui_action action;
    enum request show; /* of the view to go to, or REQ_NONE; its `open` gets `run` */
    int64_t run;
    const char *filter; /* for the list of runs, or NULL; the view's, until the next key */
    char note[512];     /* a line for the status bar, or "" */
    bool note_is_error;
};

/* A key that the footer offers; the word is the request's own when NULL. */
struct hint {
    enum request request;
    const char *word;
};

struct view {
    const char *name;
    enum request shown_by;     /* the request that shows it */
    bool follows;              /* what it opens for is the run selected where it is opened from */
    bool passing;              /* Escape leads back to where it was opened from */
    bool types;                /* characters are typed into it: they are no requests */
    const struct hint *footer; /* most important first; ends with REQ_NONE */
    /* The footer as it is now, and whether characters are typed, where that changes. Optional. */
    const struct hint *(*footer_now)(const void *state, bool *types);
    size_t state_bytes;
    void (*init)(void *state, const struct ui_options *options); /* optional */
    void (*fini)(void *state);                                   /* optional */
    /* It is gone to, for that run (0 = none in particular). Optional. */
    void (*open)(void *state, const struct ui_model *model, int64_t run);
    /* Another one is gone to. Optional. */
    void (*left)(void *state);
    void (*draw)(void *state, struct pen *pen, const struct ui_model *model, struct rect body);
    /* True when the view took the request. */
    bool (*request)(void *state, const struct ui_model *model, enum request request,
                    struct view_reply *reply);
    /* True when the view took the raw key, because a text is being typed. Optional. */
    bool (*type)(void *state, const struct ui_model *model, struct key key,
                 struct view_reply *reply);
    /* The mouse did something where it was last drawn. What this comes to is taken as if its key
     * had been pressed; REQ_NONE when all is done, or there is nothing to do. Optional. */
    enum request (*point)(void *state, const struct ui_model *model, const struct pointer *pointer);
    /* Its rows are to be those that meet the filter. Optional. */
    void (*filter)(void *state, const char *text);
    /* The request as a command, with a text: "sort" "-best_pc". 1 when the view took it, 0 when it
     * takes no text with that request, -1 and the reply's note says what is wrong. Optional. */
    int (*say)(void *state, const struct ui_model *model, enum request request, const char *text,
               struct view_reply *reply);
    /* The i-th word that such a text may be made of, and what it is (optional); NULL beyond the
     * last one. Optional. */
    const char *(*word)(const void *state, enum request request, size_t i, const char **about);
    /* What is as it was left at the next start. Optional: */
    const struct kept_field *kept;
    size_t n_kept;
    /* Lines "VIEW NAME VALUE" beside those of the fields. They come back by `say`, where the name
     * is a request's, else by `take`. */
    void (*keep)(const void *state, const char *view, struct str *out);
    void (*take)(void *state, const char *name, const char *value);
    /* What it wants done without a key goes into the reply's action. Optional. */
    void (*due)(void *state, const struct ui_model *model, struct view_reply *reply);
    /* The run that pause, stop, delete ... are about, or NULL. Optional. */
    const struct ui_run *(*run)(void *state, const struct ui_model *model);
    /* What it shows; returns how many wants. Optional: nothing of the database. */
    size_t (*wants)(const void *state, struct ui_want wants[UI_MOST_WANTS]);
};

#define UI_VIEW_DECLARED(name) extern const struct view view_##name;
UI_VIEWS(UI_VIEW_DECLARED)
#undef UI_VIEW_DECLARED

#endif
