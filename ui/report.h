/* report.h - what a terminal sends that nobody has typed: what the mouse does, and answers to what
 * the terminal was asked. It comes among the keys, perhaps in pieces. Pure.
 *
 * curses is told the beginnings (report_beginning) as if they were keys; after such a key what
 * follows goes to report_add until the report is whole or turns out to be none.
 */
#ifndef COMBOLAB_UI_REPORT_H
#define COMBOLAB_UI_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#define REPORT_BYTES 64

enum report_kind {
    REPORT_NONE,
    REPORT_MOUSE,    /* "0;12;3M": button, column, line; m when it is let go (mode 1006) */
    REPORT_OLD,      /* the same as three characters, by terminals that do not know that mode */
    REPORT_DEVICE,   /* "62;4;22c": what the terminal is and can (DA1) */
    REPORT_GRAPHICS, /* "i=31;OK": to a question in Kitty's graphics protocol */
    REPORT_KINDS
};

/* Key codes for curses, which has none of its own there: beyond KEY_MAX and those of a terminal's
 * own keys, within 16 bits. */
#define REPORT_CODE 0xf000
#define REPORT_LAST_CODE (REPORT_CODE + REPORT_KINDS - 1)

struct report {
    enum report_kind kind; /* NONE: none has begun */
    char text[REPORT_BYTES];
    size_t length;
};

const char *report_beginning(enum report_kind kind);

void report_begin(struct report *r, enum report_kind kind);

enum report_state {
    REPORT_MORE,  /* the character was taken, others are to come */
    REPORT_WHOLE, /* so, and it was the last one: text is what there is to read */
    REPORT_BROKEN /* it belongs to no report: it is a key */
};

enum report_state report_add(struct report *r, wchar_t c);

/* Numbers with semicolons between, up to `most`; returns how many there are. */
int report_numbers(const struct report *r, int *to, int most);

/* What a mouse reports in either way: button, column and line from 1. False when it is nothing. */
struct report_mouse {
    int button, column, line;
    bool released;
};
bool report_mouse(const struct report *r, struct report_mouse *to);

#endif
