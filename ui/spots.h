/* spots.h - words on the screen that a click presses: a view's name, a key of the footer, an
 * answer, a button. As last drawn. Screen thread only. */
#ifndef COMBOLAB_UI_SPOTS_H
#define COMBOLAB_UI_SPOTS_H

#include "ui/layout.h"
#include "ui/request.h"

#define SPOTS_MOST 64

/* Stands for a key or, where characters are typed, for what no key says: a request. */
struct spot {
    struct rect at;
    struct key key;
    enum request request; /* REQ_NONE: it is the key */
};

struct spots {
    struct spot spot[SPOTS_MOST];
    int n;
};

static inline void spots_add(struct spots *s, const struct spot *spot)
{
    if (s->n < SPOTS_MOST && spot->at.columns > 0)
        s->spot[s->n++] = *spot;
}

static inline const struct spot *spots_find(const struct spots *s, int y, int x)
{
    for (int i = s->n; i-- > 0;) /* what was drawn last lies above */
        if (rect_has(s->spot[i].at, y, x))
            return &s->spot[i];
    return NULL;
}

#endif
