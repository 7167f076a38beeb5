/* test_ui_pictures.c - test images as pictures of the terminal: what it is asked, what it is sent
 * when it has answered, and that nobody waits for that. */
#include "tests/kit/tap.h"
#include "tests/kit/ui_predictions.h"
#include "tests/kit/ui_pty.h"

#include <locale.h>
#include <pthread.h>
#include <stdatomic.h>

/* A terminal that takes what it is sent while the screen is drawn, more than a pseudo terminal
 * keeps. */
struct reader {
    struct pty pty;
    struct str sent;
    pthread_t thread;
    atomic_bool drawn;
};

static void *read_on(void *of)
{
    struct reader *r = of;
    while (!atomic_load(&r->drawn))
        pty_read(&r->pty, &r->sent);
    pty_read(&r->pty, &r->sent);
    return NULL;
}

static void reading(struct reader *r, bool begins)
{
    atomic_store(&r->drawn, !begins);
    if (begins)
        str_clear(&r->sent);
    if (begins ? pthread_create(&r->thread, NULL, read_on, r) : pthread_join(r->thread, NULL))
        diag("no thread reads the terminal");
}

static void draw_all(struct made *m, struct ui *ui, struct reader *r)
{
    reading(r, true);
    ui_draw(ui, &m->f->model);
    show_rows(m, ui, IMAGES);
    ui_draw(ui, &m->f->model);
    show_pictures(m, ui);
    ui_draw(ui, &m->f->model);
    reading(r, false);
}

/* The view of predictions on a pseudo terminal, which has not answered yet. */
static struct ui *open_on_terminal(struct made *m, struct reader *r, enum ui_pictures_as as)
{
    struct ui *ui = NULL;
    struct ui_action action;
    str_init(&r->sent);
    if (!ok(pty_open(&r->pty, 24, 80), "a pseudo terminal"))
        return NULL;
    struct ui_options options = {
        .in = r->pty.in, .out = r->pty.out, .term = "xterm-256color", .pictures = as};
    if (ui_open(&ui, &options, NULL))
        return NULL;
    ui_test_key(ui, '5');
    ui_key(ui, &m->f->model, &action);
    draw_all(m, ui, r);
    return ui;
}

static void close_terminal(struct made *m, struct reader *r, struct ui *ui)
{
    reading(r, true);
    ui_close(ui);
    reading(r, false);
    pty_close(&r->pty);
    made_free(m);
}

/* What the terminal says, which may be keys; returns how many there were. */
static int says(struct made *m, struct ui *ui, struct reader *r, const char *text)
{
    struct pollfd ready = {.fd = r->pty.slave, .events = POLLIN};
    struct ui_action action;
    int keys = 0;
    if (write(r->pty.master, text, strlen(text)) < 0 || poll(&ready, 1, 1000) <= 0)
        return -1;
    while (ui_key(ui, &m->f->model, &action) > 0)
        keys++;
    draw_all(m, ui, r);
    return keys;
}

static void test_sixel(void)
{
    struct made *m = made_new(8);
    struct reader r;
    struct ui *ui = open_on_terminal(m, &r, UI_PICTURES_AUTO);
    if (!ui)
        return;
    has_text(r.sent.text, "\033_Gi=31", "a terminal is asked for Kitty's pictures");
    has_text(r.sent.text, "\033[c", "and what it is");
    ok(strstr(r.sent.text, "▀") && !strstr(r.sent.text, "\033P"), "half blocks until it answers");
    is_int(says(m, ui, &r, "o"), 1, "keys do not wait for that");
    ok(!strstr(r.sent.text, "\033[c"), "and it is asked once");
    is_int(says(m, ui, &r, "\033[?62;4;22co"), 1, "an answer before a key is none of the keys");
    has_text(r.sent.text, "\033P0;1q\"1;1;", "then pictures are Sixel");
    is_int(says(m, ui, &r, "j"), 1, "the next image");
    has_text(r.sent.text, "X\033[", "takes the place of the one before");
    has_text(r.sent.text, "\033P0;1q\"1;1;", "and is sent");
    is_int(says(m, ui, &r, "1"), 1, "another view");
    ok(strstr(r.sent.text, "X\033[") && !strstr(r.sent.text, "\033P"), "has none");
    close_terminal(m, &r, ui);
    str_fini(&r.sent);
}

static void test_kitty(void)
{
    struct made *m = made_new(8);
    struct reader r;
    struct ui *ui = open_on_terminal(m, &r, UI_PICTURES_AUTO);
    if (!ui)
        return;
    is_int(says(m, ui, &r, "\033_Gi=31;OK\033\\\033[?62;22c"), 0, "answers are no keys");
    has_text(r.sent.text, "\033_Ga=T,f=24,", "pictures are Kitty's where it knows them");
    is_int(says(m, ui, &r, "q"), 1, "a key with a question");
    ok(!strstr(r.sent.text, "\033_G"), "leaves the picture as it is");
    close_terminal(m, &r, ui);
    has_text(r.sent.text, "\033_Ga=d,d=A", "none stays behind");
    str_fini(&r.sent);
}

static void test_asked_for(void)
{
    struct made *m = made_new(8);
    struct reader r;
    struct ui *ui = open_on_terminal(m, &r, UI_PICTURES_BLOCKS);
    ok(ui && strstr(r.sent.text, "▀") && !strstr(r.sent.text, "\033[c"),
       "blocks that are asked for need no question");
    close_terminal(m, &r, ui);
    str_fini(&r.sent);
    m = made_new(8);
    setenv("TMUX", "/tmp/x,1,0", 1);
    ui = open_on_terminal(m, &r, UI_PICTURES_AUTO);
    ok(ui && strstr(r.sent.text, "\033[c") && !strstr(r.sent.text, "\033_G"),
       "tmux is not asked for Kitty's pictures");
    unsetenv("TMUX");
    close_terminal(m, &r, ui);
    str_fini(&r.sent);
    m = made_new(8);
    ui = open_on_terminal(m, &r, UI_PICTURES_NONE);
    struct ui_want want;
    ok(ui && !strstr(r.sent.text, "▀") && !wanted(ui, UI_WANT_PICTURES, &want),
       "without pictures none are asked for");
    close_terminal(m, &r, ui);
    str_fini(&r.sent);
}

int main(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8")) {
        skip("there is no locale C.UTF-8");
        return tap_done();
    }
    unsetenv("TMUX");
    unsetenv("STY");
    unsetenv("NO_COLOR");
    unsetenv("COLORTERM");
    test_sixel();
    test_kitty();
    test_asked_for();
    return tap_done();
}
