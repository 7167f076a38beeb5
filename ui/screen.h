/* screen.h - the terminal: taking it, its size, its keys, giving it back. */
#ifndef COMBOLAB_UI_SCREEN_H
#define COMBOLAB_UI_SCREEN_H

#include "ui/request.h"
#include "ui/ui.h"

#define SCREEN_MOST_PENDING 256

struct screen {
    void *terminal; /* a curses SCREEN */
    void *keys;     /* a pad to read from: reading from a window would refresh it */
    int in, out;    /* descriptors */
    bool fixed;     /* the size is the caller's */
    int rows, columns;
    int pending[SCREEN_MOST_PENDING]; /* keys given by tests */
    int n_pending;
};

/* Knows terminfo the type `term` (may be NULL), and can it place the cursor? */
int terminal_check(const char *term, int out, struct err *e);

int screen_open(struct screen *s, const struct ui_options *options, struct err *e);
void screen_close(struct screen *s);

/* Makes it the terminal that curses functions work on. */
void screen_use(const struct screen *s);

/* Follows the terminal's size; true when it has changed. */
bool screen_resize(struct screen *s);

/* 1 with a key, 0 when none is pending, -1 at end of input. A changed size reads as KEY_RESIZE. */
int screen_key(struct screen *s, struct key *key);

/* What the terminal shows, as UTF-8: a line a row, without trailing blanks. */
void screen_dump(const struct screen *s, struct str *out);

/* True when the locale's encoding is UTF-8. */
bool screen_is_utf8(void);

#endif
