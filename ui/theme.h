/* theme.h - colours are roles; a theme says what a role looks like with 256, 8 or no colours, on a
 * dark, a light or an unknown background. */
#ifndef COMBOLAB_UI_THEME_H
#define COMBOLAB_UI_THEME_H

#include "ui/ui.h"

#include <stdbool.h>
#include <wchar.h>

#define THEME_LINES 8

enum role {
    ROLE_TEXT,
    ROLE_DIM,    /* units, hints */
    ROLE_TITLE,  /* headings, names */
    ROLE_BORDER, /* boxes, rules, axes */
    ROLE_FOCUS,  /* border of what has the focus */
    ROLE_KEY,    /* keys in the footer */
    ROLE_HEAD,   /* head of a table */
    ROLE_GOOD,
    ROLE_BEST, /* best figure of a column */
    ROLE_WARN,
    ROLE_BAD,
    ROLE_BUSY,                            /* running */
    ROLE_BAR,                             /* done part of a progress bar */
    ROLE_TRAIN,                           /* first series of a chart */
    ROLE_TEST,                            /* second series */
    ROLE_VAL,                             /* third series */
    ROLE_CURSOR,                          /* crosshair */
    ROLE_EDIT,                            /* text being typed */
    ROLE_LINE,                            /* of runs side by side: THEME_LINES of them */
    ROLE_FAINT = ROLE_LINE + THEME_LINES, /* the same, under what matters more */
    ROLES = ROLE_FAINT + THEME_LINES
};

/* Attributes for curses, of each role on the usual background and on the selection's. */
struct theme {
    unsigned plain[ROLES], selected[ROLES];
    unsigned ground; /* of the whole screen; 0 = the terminal's own */
    int pairs;       /* curses has given to roles; 0 = there are no colours */
    bool light;      /* the background is known to be */
    bool mono;       /* lines are told apart by how they are drawn alone */
};

#define THEME_BARS 7

/* Characters that have a Unicode and an ASCII form. */
struct glyphs {
    wchar_t corner[4]; /* top left, top right, bottom left, bottom right */
    wchar_t across, down, tick, dot;
    wchar_t full, empty; /* of a bar */
    wchar_t part[8];     /* eighths of a bar's cell, [0] unused; 0 without */
    wchar_t up_arrow, down_arrow, here, mark;
    wchar_t line[THEME_LINES]; /* signs of runs side by side */
    const char *none;          /* a figure that does not exist */
    const char *separator, *open, *close;
    const char *solid, *dashed, *dotted; /* how a series is drawn, for the legend */
    const char *folded, *unfolded;       /* a heading whose lines are hidden or shown */
    const char *rising[THEME_BARS];      /* bars of a small curve, the lowest first */
    const char *state[9];                /* in the order of enum run_state, then unknown */
};

extern const struct glyphs glyphs_unicode, glyphs_ascii;

/* After newterm: makes the colour pairs. Without colours, and in UI_THEME_MONO, the roles differ by
 * bold, dim, underline and reverse alone. `which` is not AUTO. */
void theme_init(struct theme *theme, enum ui_theme which);

/* What UI_THEME_AUTO stands for on a terminal of type `term`, by NO_COLOR and COLORFGBG. */
enum ui_theme theme_found(const char *term);

#endif
