/* request.h - what keys mean. One table is enum, name, keys and help; the footer, the help screen
 * and the manual page are made from it.
 *
 * A key becomes a request; the view on screen may take it, the rest is ui.c's. Keys are curses
 * codes, so only files that include <curses.h> may expand them.
 */
#ifndef COMBOLAB_UI_REQUEST_H
#define COMBOLAB_UI_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

/* name, group, word of the footer, help, keys ... */
#define REQUESTS(R)                                                                                \
    R(UP, MOVE, "up", "one line up", KEY_UP, 'k')                                                  \
    R(DOWN, MOVE, "down", "one line down", KEY_DOWN, 'j')                                          \
    R(LEFT, MOVE, "left", "left; earlier epoch of the crosshair; previous choice", KEY_LEFT, 'h')  \
    R(RIGHT, MOVE, "right", "right; later epoch of the crosshair; next choice", KEY_RIGHT, 'l')    \
    R(FIRST, MOVE, "first", "first line", KEY_HOME, 'g')                                           \
    R(LAST, MOVE, "last", "last line", KEY_END, 'G')                                               \
    R(PAGE_UP, MOVE, "page up", "one page up", KEY_PPAGE, KEY_CTRL('B'))                           \
    R(PAGE_DOWN, MOVE, "page down", "one page down", KEY_NPAGE, KEY_CTRL('F'))                     \
    R(NEXT, MOVE, "next", "next chart or field", '\t')                                             \
    R(PREVIOUS, MOVE, "previous", "previous chart or field", KEY_BTAB)                             \
    R(ENTER, MOVE, "open", "open the run; zoom the chart; edit the field", '\n', '\r', KEY_ENTER)  \
    R(BACK, MOVE, "back", "back one level", KEY_ESCAPE, KEY_BACKSPACE, 127, '\b')                  \
    R(RUNS, SCREEN, "runs", "the list of runs", '1')                                               \
    R(LIVE, SCREEN, "live", "the opened run, or the newest; again: the one that trains", '2')      \
    R(COMPARE, SCREEN, "compare", "the marked runs side by side", '3')                             \
    R(ABLATION, SCREEN, "ablation", "the losses of an experiment as a table of means", '4')        \
    R(PREDICTIONS, SCREEN, "predictions", "test images of a run: true and predicted scores", '5')  \
    R(SQL, SCREEN, "SQL", "statements that read the database", '6')                                \
    R(LAUNCH, SCREEN, "launch", "the form that launches a run", 'n')                               \
    R(HELP, SCREEN, "help", "this help", '?', KEY_F(1))                                            \
    R(PAUSE, RUN, "pause", "pause the run", 'p')                                                   \
    R(RESUME, RUN, "resume", "train a queued run, or go on with one", 'r')                         \
    R(STOP, RUN, "stop", "stop the run (asks)", 'x')                                               \
    R(CHECKPOINT, RUN, "checkpoint", "save a checkpoint now", 'c')                                 \
    R(DELETE, RUN, "delete", "put the run into the trash", 'd', KEY_DC)                            \
    R(ARCHIVE, RUN, "archive", "take the run out of the list, and keep it", 'A')                   \
    R(UNDO, RUN, "undo", "take back the last deletion or archiving", 'u')                          \
    R(TAG, RUN, "tag", "tag the run: words, with - before those that go", 't')                     \
    R(NOTE, RUN, "note", "write a note on the run", 'N')                                           \
    R(RENAME, RUN, "rename", "give the run another name", 'R')                                     \
    R(LIKE, RUN, "another", "launch another like this one: its settings in the form", 'a')         \
    R(CHANGE, LIST, "mark", "mark the run; in the form: next choice, or mark in a list", ' ')      \
    R(MARK_ALL, LIST, "mark all", "mark all runs that are shown, or none of them", '*')            \
    R(GROUP, LIST, "group", "group by experiment, all but the seed, all but the fold", 'z')        \
    R(FILTER, LIST, "filter", "filter the runs: loss:l1 pc>0.5 !text ~regex", '/')                 \
    R(SORT, LIST, "sort", "sort: the key of a column comes next", 's')                             \
    R(REVERSE, LIST, "reverse", "reverse the order", 'S')                                          \
    R(LOG_Y, CHART, "log y", "logarithmic or linear y axis", 'y')                                  \
    R(STEPS, CHART, "steps", "losses by step of the epoch in progress, or by epoch", 'b')          \
    R(AXIS, CHART, "axis", "x axis: planned epochs, or those so far; time in Compare", 'w')        \
    R(ZOOM_IN, CHART, "nearer", "a shorter piece of the x axis", '+')                              \
    R(ZOOM_OUT, CHART, "farther", "a longer piece of it", '-')                                     \
    R(ZOOM_ALL, CHART, "all", "all of it", '0')                                                    \
    R(PAN_LEFT, CHART, "earlier", "the piece before", KEY_SLEFT, '<')                              \
    R(PAN_RIGHT, CHART, "later", "the piece after", KEY_SRIGHT, '>')                               \
    R(SMOOTH, CHART, "smooth", "smooth the curves of Compare; raw ones stay under them", 'E')      \
    R(PHASE, CHART, "images", "Compare test, train or val images", 'f')                            \
    R(BASELINE, CHART, "baseline", "what others are compared with: the selected line", 'B')        \
    R(SETTINGS, CHART, "settings", "Compare figures, or what differs in the settings", 'i')        \
    R(MARKS, CHART, "marks", "draw charts in Braille, blocks or ASCII", 'm')                       \
    R(SAVE, CHART, "to PDF", "draw what is shown into a PDF file in the present folder", 'F')      \
    R(BEHIND, TABLE, "behind", "the runs and the SQL behind the figure", '=')                      \
    R(FIGURE, TABLE, "figure", "PC, MAE or RMSE first; of images, scores or errors", 'v')          \
    R(EPOCH, TABLE, "epoch", "figures of the last epoch, the best, the best by halves", 'e')       \
    R(NEEDED, TABLE, "seeds", "queue the runs that a decision still wants (asks)", 'M')            \
    R(IMAGES, TABLE, "images", "intervals over the test images too, by a bootstrap", 'I')          \
    R(WEIGHTS, IMAGES, "best/last", "predictions of the best weights or of the last ones", 'o')    \
    R(EXTREMES, IMAGES, "best six", "the six best and the six worst predictions, and back", 'W')   \
    R(RESET, FORM, "default", "the field's default", KEY_CTRL('U'))                                \
    R(SUBMIT, FORM, "launch", "launch the run, or all of them; in SQL, run the statement",         \
      KEY_F(2), KEY_CTRL('X'))                                                                     \
    R(DRAW, FORM, "portraits", "draw portraits beside the database to try things on",              \
      KEY_CTRL('P'))                                                                               \
    R(RESULT, SQL, "rows", "from the statement to its rows, and back", KEY_F(3))                   \
    R(EXPORT, SQL, "export", "write all rows into a CSV file", KEY_F(4), KEY_CTRL('S'))            \
    R(EARLIER, SQL, "earlier", "the statement before; so does Up in the first line", KEY_F(5))     \
    R(LATER, SQL, "later", "the one after; so does Down in the last line", KEY_F(6))               \
    R(CANCEL, SQL, "cancel", "end the statement that runs; so does Esc", KEY_CTRL('C'))            \
    R(REDRAW, PROGRAM, "redraw", "draw the screen anew", KEY_CTRL('L'))                            \
    R(COLON, PROGRAM, "command", "a command by its name, which Tab completes", ':', KEY_F(9))      \
    R(QUIT, PROGRAM, "quit", "quit (asks when a run trains here)", 'q')

#define KEY_CTRL(letter) ((letter)&0x1f)
#define KEY_ESCAPE 27

enum request {
    REQ_NONE,
#define REQUEST_ENUM(name, ...) REQ_##name,
    REQUESTS(REQUEST_ENUM)
#undef REQUEST_ENUM
        REQUEST_COUNT
};

enum request_group {
    GROUP_MOVE,
    GROUP_SCREEN,
    GROUP_RUN,
    GROUP_LIST,
    GROUP_CHART,
    GROUP_TABLE,
    GROUP_IMAGES,
    GROUP_FORM,
    GROUP_SQL,
    GROUP_PROGRAM,
    REQUEST_GROUPS
};

/* One key press: a function key's curses code, or a character; the other is 0. */
struct key {
    int code;
    wchar_t character;
};

struct str;

enum request request_of_key(struct key key);

#define REQUEST_NAME_BYTES 16

/* What the command line calls it: "mark-all". */
void request_name(enum request request, char to[REQUEST_NAME_BYTES]);

enum request_group request_group(enum request request);
const char *request_group_title(enum request_group group);
const char *request_word(enum request request);
const char *request_help(enum request request);

/* Its first key or, where characters are typed, the first that is none; neither where there is
 * none.
 */
struct key request_key(enum request request, bool types);

/* The request's keys as people name them: "Up, k". With `first` only the first of them. */
void request_keys(enum request request, bool first, char *to, size_t room);

/* The first of them that is no character: for where characters are typed. "" when there is none. */
void request_command_key(enum request request, char *to, size_t room);

#endif
