/* paint_priv.h - between paint.c, which draws pictures with characters, and paint_over.c, which
 * writes them over the cells of curses. Screen thread only. */
#ifndef COMBOLAB_UI_PAINT_PRIV_H
#define COMBOLAB_UI_PAINT_PRIV_H

#include "base/str.h"
#include "ui/paint.h"

enum colours { EVERY, OF_256, OF_16, SHADES };

struct over_kind;

/* A picture that is written over cells. */
struct placed {
    const struct over_kind *kind;
    struct rect at;
    const uint8_t *rgb; /* of this frame */
    int height, width;
    bool high; /* it is as high as there is room, else as wide */
    uint64_t hash;
    bool covered; /* something is drawn above it */
};

struct placed_all {
    struct placed at[UI_MOST_PICTURES];
    int n;
};

struct paint {
    enum colours colours;
    enum ui_pictures_as as; /* what is asked for */
    bool mono, light;       /* the background is: shades go the other way round */
    const wchar_t *shades;
    int n_shades;
    float low, high;  /* greys of the picture at hand */
    int first_pair;   /* of curses, that no role has */
    bool *made;       /* pairs */
    uint8_t *palette; /* of each pixel its colour; grows */
    float *errors;    /* of two rows, with a pixel on either side; grows */
    size_t palette_room, errors_room;
    bool asks; /* it matters what the terminal can */
    struct paint_terminal can;
    const struct over_kind *over;  /* NULL: pictures are made of characters */
    struct placed_all now, before; /* in this frame, and as the terminal has them */
    struct str text;               /* what is written of a frame */
};

/* How pictures are written over cells, if they are. */
const struct over_kind *over_kind_of(const struct paint *p);

/* Pixels of the box that a picture may fill at `at`. */
void over_box(const struct paint *p, struct rect at, int *height, int *width);

void over_place(struct pen *pen, struct rect at, const uint8_t *rgb, int height, int width);

#endif
