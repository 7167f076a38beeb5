/* screen.c - the terminal. Screen thread only.
 *
 * curses ends the process when it does not know a terminal, so that is found out with terminfo
 * first.
 */
#include "ui/screen.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "ui/kitty.h"

#include <curses.h>
#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ESCAPE_WAIT_MS                                                                             \
    25 /* long enough for the rest of a function key, short enough to feel instant */

/* Clicks, the wheel and what moves while a button is held, in decimal numbers: cells of wide
 * screens, and the bytes are none that a locale may change. */
#define MOUSE_ON "\033[?1000h\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l\033[?1000l"

#define DEVICE_QUESTION "\033[c"
#define ANSWER_WAIT_MS 100 /* when the program ends; never before */
#define SIXEL_FEATURE 4    /* of a device */

bool screen_is_utf8(void)
{
    return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/* Ctrl-S would stop the terminal, and the program with it at its next frame, until Ctrl-Q; and a
 * signal that ends the program would wait for that too. curses keeps what is set here. */
static void leave_flow_alone(const struct screen *s)
{
    struct termios now;
    if (tcgetattr(s->in, &now))
        return;
    now.c_iflag &= ~(tcflag_t)IXON;
    tcsetattr(s->in, TCSANOW, &now);
    def_prog_mode();
}

static void tell(const struct screen *s, const char *text)
{
    ssize_t n = write(s->out, text, strlen(text));
    (void)n; /* a terminal that has gone is noticed at the next key */
}

void screen_mouse(const struct screen *s, bool reports)
{
    if (s->has_mouse)
        tell(s, reports ? MOUSE_ON : MOUSE_OFF);
    if (s->can.kitty && !reports)
        tell(s, KITTY_REMOVE_ALL);
}

/* What is asked within a multiplexer is not what the terminal around it would say: tmux and screen
 * take the first question for a title. */
static bool is_multiplexed(void)
{
    const char *term = termname();
    return getenv("TMUX") || getenv("STY") || !strncmp(term, "tmux", 4) ||
           !strncmp(term, "screen", 6);
}

/* Every terminal answers what it is; one that knows Kitty's pictures has said that before. */
void screen_ask(struct screen *s)
{
    if (s->asked || s->fixed || !terminal_is_ansi())
        return;
    s->asked = true;
    tell(s, is_multiplexed() ? DEVICE_QUESTION : KITTY_QUESTION DEVICE_QUESTION);
}

/* Answers that come when the program has ended would be typed into the shell. */
static void await_answers(struct screen *s)
{
    struct key key;
    double end_s = clock_s() + ANSWER_WAIT_MS / 1e3;
    while (s->asked && !s->answered && clock_s() < end_s) {
        struct pollfd ready = {.fd = s->in, .events = POLLIN};
        if (poll(&ready, 1, (int)(1e3 * (end_s - clock_s())) + 1) > 0 && screen_key(s, &key) < 0)
            return;
    }
}

/* Reports begin as keys do. */
static void take_reports(const struct screen *s)
{
    for (int kind = REPORT_NONE + 1; kind < REPORT_KINDS; kind++)
        if (kind != REPORT_OLD || s->has_mouse) /* elsewhere it may be a key's beginning */
            define_key(report_beginning((enum report_kind)kind), REPORT_CODE + kind);
    screen_mouse(s, true);
}

int screen_open(struct screen *s, const struct ui_options *o, struct err *e)
{
    FILE *in = o->in ? o->in : stdin, *out = o->out ? o->out : stdout;
    const char *term = o->term ? o->term : getenv("TERM");
    memset(s, 0, sizeof *s);
    s->in = fileno(in);
    s->out = fileno(out);
    s->fixed = o->rows > 0 && o->columns > 0;
    if (!s->fixed && (!isatty(s->in) || !isatty(s->out)))
        return err_set(e, ERR_USAGE,
                       "standard %s is not a terminal; without one, use the commands: "
                       "combolab --help lists them",
                       isatty(s->in) ? "output" : "input");
    if (terminal_check(term, s->out, e))
        return -1;
    tcgetattr(s->in, &s->before);
    SCREEN *terminal = newterm(term, out, in);
    if (!terminal)
        return err_set(e, ERR_IO, "the screen cannot be started on terminal type TERM='%s'", term);
    s->terminal = terminal;
    s->keys = newpad(1, 1);
    if (!s->keys) {
        screen_close(s);
        return err_set(e, ERR_MEMORY, "out of memory for the screen");
    }
    if (s->fixed)
        resize_term(o->rows, o->columns);
    s->rows = LINES;
    s->columns = COLS;
    cbreak();
    noecho();
    nonl();
    leave_flow_alone(s);
    s->can.kitty = o->pictures == UI_PICTURES_KITTY;
    s->has_mouse = !o->no_mouse && !s->fixed && terminal_has_mouse();
    terminal_leave(s->leave);
    curs_set(0);
    set_escdelay(ESCAPE_WAIT_MS);
    keypad(s->keys, TRUE);
    nodelay(s->keys, TRUE);
    take_reports(s);
    return 0;
}

void screen_use(const struct screen *s)
{
    set_term(s->terminal);
}

void screen_close(struct screen *s)
{
    if (!s->terminal)
        return;
    screen_use(s);
    await_answers(s);
    screen_mouse(s, false);
    curs_set(1);
    endwin();
    if (s->keys)
        delwin(s->keys);
    delscreen(s->terminal);
    s->terminal = NULL;
}

void screen_abandon(const struct screen *s)
{
    screen_mouse(s, false);
    tell(s, s->leave);
    tcsetattr(s->in, TCSANOW, &s->before);
}

bool screen_resize(struct screen *s)
{
    struct winsize size;
    if (!s->fixed && !ioctl(s->out, TIOCGWINSZ, &size) && size.ws_row && size.ws_col) {
        s->can.cell_height = size.ws_ypixel / size.ws_row;
        s->can.cell_width = size.ws_xpixel / size.ws_col;
        if (size.ws_row != LINES || size.ws_col != COLS)
            resize_term(size.ws_row, size.ws_col);
    }
    bool changed = s->rows != LINES || s->columns != COLS;
    s->rows = LINES;
    s->columns = COLS;
    return changed;
}

/* Nothing was read: is there nothing yet, or never again? */
static int why_no_key(const struct screen *s)
{
    struct pollfd p = {.fd = s->in, .events = POLLIN};
    int bytes = 0;
    if (poll(&p, 1, 0) <= 0)
        return 0;
    if (p.revents & (POLLERR | POLLHUP | POLLNVAL))
        return -1;
    return ioctl(s->in, FIONREAD, &bytes) || !bytes ? -1 : 0;
}

static int pending_key(struct screen *s, struct key *key)
{
    int code = s->pending[0];
    s->n_pending--;
    memmove(s->pending, s->pending + 1, (size_t)s->n_pending * sizeof *s->pending);
    bool report = code > REPORT_CODE && code <= REPORT_LAST_CODE;
    if ((code > KEY_CODE_YES && code <= KEY_MAX) || report)
        key->code = code;
    else
        key->character = (wchar_t)code;
    return 1;
}

/* 1 with a key or the beginning of a report, else as screen_key. */
static int read_key(struct screen *s, struct key *key)
{
    wint_t c;
    *key = (struct key){0, 0};
    if (s->n_pending)
        return pending_key(s, key);
    switch (wget_wch(s->keys, &c)) {
    case KEY_CODE_YES:
        key->code = (int)c;
        return 1;
    case OK:
        key->character = (wchar_t)c;
        return 1;
    default:
        return why_no_key(s);
    }
}

/* What the mouse did becomes a key; false when it was nothing. */
static bool take_mouse(struct screen *s, struct key *key)
{
    struct report_mouse m;
    *key = (struct key){.code = SCREEN_POINTER};
    return report_mouse(&s->report, &m) && pointer_of(&s->mouse, m.button, m.line - 1, m.column - 1,
                                                      m.released, clock_s(), &s->pointer);
}

static void take_answer(struct screen *s)
{
    int n[REPORT_BYTES / 2];
    if (s->report.kind == REPORT_GRAPHICS) {
        s->can.kitty |= strstr(s->report.text, ";OK") != NULL;
        return;
    }
    s->answered = true;
    int count = report_numbers(&s->report, n, REPORT_BYTES / 2);
    for (int i = 1; i < count; i++) /* the first is its kind */
        s->can.sixel |= n[i] == SIXEL_FEATURE;
}

/* False when it is a key, or has become one. */
static bool is_report(struct screen *s, struct key *key)
{
    if (key->code > REPORT_CODE && key->code <= REPORT_LAST_CODE) {
        report_begin(&s->report, (enum report_kind)(key->code - REPORT_CODE));
        return true;
    }
    if (!s->report.kind || key->code)
        return false;
    if (s->report.kind == REPORT_GRAPHICS && key->character == KEY_ESCAPE)
        return true; /* its end is two characters */
    bool is_mouse = s->report.kind == REPORT_MOUSE || s->report.kind == REPORT_OLD;
    switch (report_add(&s->report, key->character)) {
    case REPORT_MORE:
        return true;
    case REPORT_BROKEN:
        return false;
    case REPORT_WHOLE:
        break;
    }
    bool is_key = is_mouse && take_mouse(s, key);
    if (!is_mouse)
        take_answer(s);
    s->report.kind = REPORT_NONE;
    return !is_key;
}

int screen_key(struct screen *s, struct key *key)
{
    int got;
    do
        got = read_key(s, key);
    while (got == 1 && is_report(s, key));
    return got;
}
