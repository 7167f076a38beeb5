/* pointer.h - what the mouse does, in a view's terms: a click, a second one, the wheel, a drag. */
#ifndef COMBOLAB_UI_POINTER_H
#define COMBOLAB_UI_POINTER_H

#include "ui/layout.h"

enum pointer_kind {
    POINTER_CLICK,  /* the left button went down */
    POINTER_TWICE,  /* and once more at the same place, soon after */
    POINTER_RIGHT,  /* the right one did */
    POINTER_UP,     /* the wheel was turned away, */
    POINTER_DOWN,   /* or near */
    POINTER_DRAGS,  /* the left button is held, and the pointer elsewhere than at its click */
    POINTER_DRAGGED /* so, and now let go */
};

#define POINTER_LINES 3 /* that a turn of the wheel scrolls */

struct pointer {
    enum pointer_kind kind;
    int y, x;
    int from_y, from_x; /* of a drag: where the button went down */
};

/* Between what a mouse reports. Zeroed at its start. */
struct mouse {
    bool held, moved; /* the button; since it went down */
    int y, x;         /* where it did, */
    double pressed_s; /* and when; 0 = a second click is none of that one */
};

/* What a report of the mouse comes to: its button's number, the cell, whether the button was let
 * go, and the time. False when it is nothing. */
bool pointer_of(struct mouse *m, int button, int y, int x, bool released, double now_s,
                struct pointer *to);

/* The first click or the second one. */
static inline bool pointer_clicks(const struct pointer *p)
{
    return p->kind == POINTER_CLICK || p->kind == POINTER_TWICE;
}

/* -POINTER_LINES, POINTER_LINES, or 0 when it is not the wheel. */
int pointer_scroll(const struct pointer *p);

/* For help and the manual page: a gesture, and what it does. NULL after the last one. */
const char *pointer_help(int i, const char **gesture);

#endif
