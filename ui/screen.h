/* screen.h - the terminal: taking it, its size, its keys, giving it back. */
#ifndef COMBOLAB_UI_SCREEN_H
#define COMBOLAB_UI_SCREEN_H

#include "ui/paint.h"
#include "ui/pointer.h"
#include "ui/report.h"
#include "ui/request.h"
#include "ui/ui.h"

#include <termios.h>

#define SCREEN_MOST_PENDING 256
#define SCREEN_LEAVE_BYTES 160

/* The key code of what the mouse did. */
#define SCREEN_POINTER (REPORT_LAST_CODE + 1)

struct screen {
    void *terminal; /* a curses SCREEN */
    void *keys;     /* a pad to read from: reading from a window would refresh it */
    int in, out;    /* descriptors */
    bool fixed;     /* the size is the caller's */
    int rows, columns;
    int pending[SCREEN_MOST_PENDING]; /* keys given by tests */
    int n_pending;
    bool has_mouse;
    bool asked, answered;      /* what it can; */
    struct paint_terminal can; /* as far as that is known */
    struct report report;      /* that has begun */
    struct mouse mouse;
    struct pointer pointer;         /* what a key SCREEN_POINTER was */
    struct termios before;          /* the terminal's settings as they were */
    char leave[SCREEN_LEAVE_BYTES]; /* what leaves the screen, in the terminal's language */
};

/* Knows terminfo the type `term` (may be NULL), and can it place the cursor? */
int terminal_check(const char *term, int out, struct err *e);

/* What leaves the screen of the terminal in use: colours, keys, cursor and text as they were. */
void terminal_leave(char to[SCREEN_LEAVE_BYTES]);

/* Has the terminal in use a mouse, as far as terminfo knows? */
bool terminal_has_mouse(void);

/* Does it understand control sequences as ECMA-48 has them? */
bool terminal_is_ansi(void);

int screen_open(struct screen *s, const struct ui_options *options, struct err *e);
void screen_close(struct screen *s);

/* The same without curses, for a process that is ending now: a signal handler may call it. */
void screen_abandon(const struct screen *s);

/* The mouse is the terminal's own, and no pictures are left behind, while the program is stopped
 * (^Z); afterwards the mouse reports again. A signal handler may call it. */
void screen_mouse(const struct screen *s, bool reports);

/* Asks the terminal once which pictures it can show. The answers come among the keys, whenever they
 * do: nobody waits for them. */
void screen_ask(struct screen *s);

/* Makes it the terminal that curses functions work on. */
void screen_use(const struct screen *s);

/* Follows the terminal's size; true when it has changed. */
bool screen_resize(struct screen *s);

/* 1 with a key, 0 when none is pending, -1 at end of input. A changed size reads as KEY_RESIZE,
 * what the mouse did as SCREEN_POINTER. */
int screen_key(struct screen *s, struct key *key);

/* What the terminal shows, as UTF-8: a line a row, without trailing blanks. */
void screen_dump(const struct screen *s, struct str *out);

/* True when the locale's encoding is UTF-8. */
bool screen_is_utf8(void);

#endif
