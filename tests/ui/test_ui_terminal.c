/* test_ui_terminal.c - the screen on a pseudo terminal: refusals, real key bytes, another size, the
 * terminal as it was afterwards; without colours and without UTF-8. */
#include "base/err.h"
#include "base/str.h"
#include "tests/kit/tap.h"
#include "tests/kit/ui_kit.h"
#include "tests/kit/ui_pty.h"

#include <locale.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static bool shows(struct ui *ui, const char *text)
{
    struct str screen;
    str_init(&screen);
    ui_dump(ui, &screen);
    bool found = strstr(screen.text, text) != NULL;
    str_fini(&screen);
    return found;
}

/* Waits for the bytes of a key to arrive, as the program's poll does. */
static int key(struct ui *ui, struct pty *p, const struct ui_model *m, const char *bytes,
               struct ui_action *action)
{
    struct pollfd ready = {.fd = p->slave, .events = POLLIN};
    if (write(p->master, bytes, strlen(bytes)) < 0 || poll(&ready, 1, 1000) <= 0)
        return -2;
    int got = ui_key(ui, m, action);
    ui_draw(ui, m);
    pty_read(p, NULL);
    return got;
}

static void test_refusals(void)
{
    struct pty p;
    struct ui *ui = NULL;
    struct err e;
    err_clear(&e);
    if (!ok(pty_open(&p, 24, 80), "a pseudo terminal"))
        return;
    struct ui_options options = {.in = p.in, .out = p.out, .term = "no-such-terminal"};
    ok(ui_open(&ui, &options, &e) == -1 && !ui, "an unknown terminal is refused");
    has_text(e.text, "TERM='no-such-terminal'", "and named");
    has_text(e.text, "TERM=xterm-256color", "with what to try");
    options.term = "dumb";
    ok(ui_open(&ui, &options, &e) == -1, "a terminal without cursor is refused");
    has_text(e.text, "cannot place the cursor", "and why");
    options.term = NULL;
    unsetenv("TERM");
    ok(ui_open(&ui, &options, &e) == -1, "no TERM at all is refused");
    has_text(e.text, "TERM is not set", "and said");
    options.term = "xterm-256color";
    options.out = fopen("/dev/null", "w");
    ok(options.out && ui_open(&ui, &options, &e) == -1, "output that is no terminal is refused");
    has_text(e.text, "standard output is not a terminal", "and named");
    if (options.out)
        fclose(options.out);
    pty_close(&p);
}

static void test_life(void)
{
    struct pty p;
    struct ui *ui = NULL;
    struct ui_action action;
    struct termios before, after;
    struct str sent;
    struct fixture *f = fixture_new(20);
    struct err e;
    err_clear(&e);
    if (!pty_open(&p, 24, 80))
        return;
    str_init(&sent);
    tcgetattr(p.slave, &before);
    struct ui_options options = {.in = p.in, .out = p.out, .term = "xterm-256color"};
    if (!ok(!ui_open(&ui, &options, &e), "the screen opens"))
        diag("%s", e.text);
    ui_draw(ui, &f->model);
    pty_read(&p, &sent);
    has_text(sent.text, "combolab", "something is drawn");
    has_text(sent.text, "\033[38;5;", "in colours");
    is_int(ui_key(ui, &f->model, &action), 0, "no key is pending");
    is_int(key(ui, &p, &f->model, "\033OB", &action), 1, "an arrow key's bytes are one key");
    is_int(key(ui, &p, &f->model, "\r", &action), 1, "Enter");
    is_int(fixture_wanted(ui), 19, "opens the second run");
    is_int(key(ui, &p, &f->model, "\033", &action), 1, "Escape alone is a key");
    is_int(fixture_wanted(ui), 0, "and goes back");

    struct winsize size = {.ws_row = 10, .ws_col = 40};
    ioctl(p.slave, TIOCSWINSZ, &size);
    ui_draw(ui, &f->model);
    ok(shows(ui, "40x10: combolab needs at least 60x15"), "a smaller terminal is followed");
    size = (struct winsize){.ws_row = 30, .ws_col = 100};
    ioctl(p.slave, TIOCSWINSZ, &size);
    ui_draw(ui, &f->model);
    ok(shows(ui, "[1 Runs]") && shows(ui, "run 19"), "and a larger one");
    pty_read(&p, NULL);
    str_clear(&sent);
    ui_draw(ui, &f->model);
    pty_read(&p, &sent);
    ok(sent.length < 64, "a frame without changes sends next to nothing (%zu bytes)", sent.length);

    ui_close(ui);
    tcgetattr(p.slave, &after);
    ok(before.c_lflag == after.c_lflag && before.c_iflag == after.c_iflag &&
           before.c_oflag == after.c_oflag,
       "the terminal is given back as it was");
    str_clear(&sent);
    pty_read(&p, &sent);
    has_text(sent.text, "\033[?1049l", "and its screen comes back");
    str_fini(&sent);
    fixture_free(f);
    pty_close(&p);
}

/* Ctrl-S is a key like others; and what a deadly signal's handler does gives the terminal back. */
static void test_signals(void)
{
    struct pty p;
    struct ui *ui = NULL;
    struct termios before, now;
    struct str sent;
    struct fixture *f = fixture_new(2);
    if (!pty_open(&p, 24, 80))
        return;
    str_init(&sent);
    tcgetattr(p.slave, &before);
    struct ui_options options = {.in = p.in, .out = p.out, .term = "xterm-256color"};
    if (ok(!ui_open(&ui, &options, NULL), "a screen")) {
        ui_draw(ui, &f->model);
        tcgetattr(p.slave, &now);
        ok((before.c_iflag & IXON) && !(now.c_iflag & IXON), "cannot be stopped by Ctrl-S");
        pty_read(&p, NULL);
        ui_abandon(ui);
        tcgetattr(p.slave, &now);
        ok(before.c_lflag == now.c_lflag && before.c_iflag == now.c_iflag &&
               before.c_oflag == now.c_oflag,
           "a handler gives the terminal back as it was");
        pty_read(&p, &sent);
        has_text(sent.text, "\033[?1049l", "with its screen");
        has_text(sent.text, "\033[?25h", "and its cursor");
    }
    ui_close(ui);
    str_fini(&sent);
    fixture_free(f);
    pty_close(&p);
}

/* The mouse as a terminal reports it, in pieces too; and it is the terminal's own before and after.
 */
static void test_mouse(void)
{
    struct pty p;
    struct ui *ui = NULL;
    struct ui_action action;
    struct str sent;
    struct fixture *f = fixture_new(20);
    if (!pty_open(&p, 24, 80))
        return;
    str_init(&sent);
    struct ui_options options = {.in = p.in, .out = p.out, .term = "xterm-256color"};
    if (!ui_open(&ui, &options, NULL)) {
        ui_draw(ui, &f->model);
        pty_read(&p, &sent);
        has_text(sent.text, "\033[?1002h\033[?1006h", "the terminal is asked for the mouse");
        is_int(key(ui, &p, &f->model, "\033[<0;20;6M", &action), 1, "a click");
        is_int(key(ui, &p, &f->model, "\033[<0;20;6m", &action), 0, "that ends");
        is_int(key(ui, &p, &f->model, "\033[<0;2", &action), 0, "half of the next one");
        is_int(key(ui, &p, &f->model, "0;6M", &action), 1, "and the other half");
        is_int(fixture_wanted(ui), 18, "is a double click, and opens the run");
        is_int(key(ui, &p, &f->model, "\033[<1;\033", &action), 1, "a key among reports is a key");
        is_int(fixture_wanted(ui), 0, "and goes back");
        is_int(key(ui, &p, &f->model, "\033[M 4%", &action), 1, "an old terminal's click");
        is_int(key(ui, &p, &f->model, "\r", &action), 1, "is on the second run");
        is_int(fixture_wanted(ui), 19, "as Enter shows");
        ui_stopping(ui, true);
        str_clear(&sent);
        pty_read(&p, &sent);
        has_text(sent.text, "\033[?1002l", "it is given back when the program stops");
        ui_stopping(ui, false);
        pty_read(&p, NULL);
    }
    ui_close(ui);
    str_clear(&sent);
    pty_read(&p, &sent);
    has_text(sent.text, "\033[?1006l\033[?1002l", "and at the end");
    options.no_mouse = true;
    if (!ui_open(&ui, &options, NULL))
        ui_draw(ui, &f->model);
    ui_close(ui);
    str_clear(&sent);
    pty_read(&p, &sent);
    ok(!strstr(sent.text, "\033[?1002"), "without the mouse nothing is asked");
    str_fini(&sent);
    fixture_free(f);
    pty_close(&p);
}

static void test_hang_up(void)
{
    struct pty p;
    struct ui *ui = NULL;
    struct ui_action action;
    struct fixture *f = fixture_new(2);
    if (!pty_open(&p, 24, 80))
        return;
    struct ui_options options = {.in = p.in, .out = p.out, .term = "xterm-256color"};
    if (!ui_open(&ui, &options, NULL)) {
        ui_draw(ui, &f->model);
        close(p.master);
        p.master = -1;
        is_int(ui_key(ui, &f->model, &action), -1, "a terminal that went away is the end of input");
    }
    ui_close(ui);
    fixture_free(f);
    pty_close(&p);
}

/* NO_COLOR, and a locale that is not UTF-8: nothing but ASCII and no colour is sent. */
static void test_plain(void)
{
    struct pty p;
    struct ui *ui = NULL;
    struct str sent;
    struct fixture *f = fixture_new(20);
    fixture_open(f, 20, 60, 200, true);
    str_copy(f->rows[1].name, ROW_TEXT_BYTES, "\xc3\xa9t\xc3\xa9 \xe6\xbc\xa2");
    if (!pty_open(&p, 24, 80))
        return;
    str_init(&sent);
    setlocale(LC_ALL, "C");
    setenv("NO_COLOR", "1", 1);
    struct ui_options options = {
        .in = p.in, .out = p.out, .term = "xterm-256color", .charts = UI_CHART_BRAILLE};
    if (!ui_open(&ui, &options, NULL)) {
        struct ui_action action;
        ui_draw(ui, &f->model);
        ok(shows(ui, ">   20 > running") && shows(ui, "?t? ?"), "signs and names in ASCII");
        key(ui, &p, &f->model, "2", &action);
        ok(shows(ui, "* train") && shows(ui, "o test"), "series differ by their marks");
        pty_read(&p, &sent);
    }
    ui_close(ui);
    pty_read(&p, &sent);
    int high = 0;
    for (size_t i = 0; i < sent.length; i++)
        high += (unsigned char)sent.text[i] > 126;
    is_int(high, 0, "no byte above ASCII was sent");
    ok(!strstr(sent.text, "38;5;") && !strstr(sent.text, "48;5;"), "and no colour");
    unsetenv("NO_COLOR");
    setlocale(LC_ALL, "C.UTF-8");
    str_fini(&sent);
    fixture_free(f);
    pty_close(&p);
}

/* What is sent for the list on a terminal with 256 colours; the text is the caller's. */
static bool list_sent(enum ui_theme theme, struct str *sent)
{
    struct pty p;
    struct ui *ui = NULL;
    struct fixture *f = fixture_new(20);
    struct ui_options options = {.term = "xterm-256color", .theme = theme};
    if (!pty_open(&p, 24, 80))
        return false;
    options.in = p.in;
    options.out = p.out;
    bool opened = !ui_open(&ui, &options, NULL);
    if (opened)
        ui_draw(ui, &f->model);
    pty_read(&p, sent);
    ui_close(ui);
    fixture_free(f);
    pty_close(&p);
    return opened;
}

/* The selection can be read on every background: text and background are both given, or neither. */
static void test_themes(void)
{
    static const struct {
        enum ui_theme theme;
        const char *colours, *has, *lacks, *what;
    } cases[] = {
        {UI_THEME_AUTO, NULL, "\033[0;7m", "48;5;", "of an unknown background: reverse video"},
        {UI_THEME_AUTO, "0;15", "38;5;232m\033[48;5;252m", "38;5;214m", "of a light one"},
        {UI_THEME_AUTO, "15;default;0", "38;5;255m\033[48;5;238m", ";7m", "of a dark one"},
        {UI_THEME_LIGHT, "15;0", "48;5;252m", "48;5;238m", "what is asked for goes first"},
        {UI_THEME_SAFE, "15;0", "\033[0;7m", "48;5;", "safe on any"},
        {UI_THEME_MONO, "15;0", ";7m", "38;5;", "no colours at all"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str sent;
        str_init(&sent);
        if (cases[i].colours)
            setenv("COLORFGBG", cases[i].colours, 1);
        bool opened = list_sent(cases[i].theme, &sent);
        ok(opened && strstr(sent.text, cases[i].has) && !strstr(sent.text, cases[i].lacks),
           "the selection, %s", cases[i].what);
        unsetenv("COLORFGBG");
        str_fini(&sent);
    }
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    unsetenv("NO_COLOR");
    unsetenv("COLORFGBG");
    unsetenv("LINES");
    unsetenv("COLUMNS");
    test_refusals();
    test_life();
    test_signals();
    test_mouse();
    test_hang_up();
    test_plain();
    test_themes();
    return tap_done();
}
