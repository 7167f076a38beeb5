/* choices.h - the choices of an option as a list to choose from, one or several. Screen thread
 * only. */
#ifndef COMBOLAB_UI_VIEWS_CHOICES_H
#define COMBOLAB_UI_VIEWS_CHOICES_H

#include "base/opt.h"
#include "ui/edit.h"
#include "ui/pen.h"
#include "ui/pointer.h"

#include <stdint.h>

struct choices {
    const struct opt *option;
    int at, n, first;
    uint64_t marked; /* a bit a choice */
    struct rect box; /* as last drawn */
};

/* `value` is a choice, which is gone to, or a list of them, which are marked. */
void choices_open(struct choices *c, const struct opt *option, const char *value);

/* Up, Down, Home, End and letters go, Space marks, Enter takes, Escape leaves: as edit_key. */
enum edit_result choices_key(struct choices *c, struct key key);

/* A click takes a choice, or marks it in the brackets before it; the wheel goes; a click outside
 * leaves the list. */
enum edit_result choices_point(struct choices *c, const struct pointer *p);

/* "l1,mse": what is marked, or the one that the cursor is on. */
void choices_value(const struct choices *c, char *to, size_t room);

/* A box under line y of `within`, or above it where there is more room. */
void choices_draw(struct choices *c, struct pen *pen, struct rect within, int y, int x);

/* Completes the last word of `text`; false when no choice, or more than one, goes on so. */
bool choices_complete(const struct opt *option, char *text, size_t room);

#endif
