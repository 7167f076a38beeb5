/* test_ui_predictions.c - the view of predictions: whole screens against
 * tests/golden/ui_predictions_*.txt, what it asks for, and what terminals of all colours are sent.
 */
#include "base/mem.h"
#include "tests/kit/ui_golden.h"
#include "tests/kit/ui_pty.h"

#include <curses.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

#define IMAGES 240

/* Predictions of the newest run, and drawn pictures. */
struct made {
    struct fixture *f;
    struct prediction_row rows[IMAGES];
    struct ui_picture pictures[UI_MOST_PICTURES];
    const struct ui_picture *shown[UI_MOST_PICTURES];
    uint8_t *pixels[UI_MOST_PICTURES];
};

static void add_row(struct made *m, int i)
{
    struct prediction_row *r = &m->rows[i];
    double truth = 1 + 4.0 * (i * 37 % IMAGES) / IMAGES;
    r->place = 3 * i + 1;
    snprintf(r->image, sizeof r->image, "images/portrait-%05d.jpg", i + 1);
    r->truth = truth;
    r->predicted = 0.6 + 0.8 * truth + 0.35 * sin(i * 12.9898) * cos(i * 4.1414);
    r->expectation = r->predicted + 0.1 * sin(i);
    r->predicted_class = (int)(r->predicted + 0.5);
    r->true_class = (int)(truth + 0.5);
}

static struct made *made_new(int runs)
{
    struct made *m = mem_alloc(1, sizeof *m);
    m->f = fixture_new(runs);
    m->f->model.pictures_problem = "";
    for (int i = 0; i < IMAGES; i++)
        add_row(m, i);
    return m;
}

static void forget_pictures(struct made *m)
{
    for (int i = 0; i < UI_MOST_PICTURES; i++) {
        mem_free(m->pixels[i]);
        m->pixels[i] = NULL;
    }
    m->f->model.n_pictures = 0;
}

static void made_free(struct made *m)
{
    forget_pictures(m);
    fixture_free(m->f);
    mem_free(m);
}

static bool wanted(const struct ui *ui, enum ui_want_kind kind, struct ui_want *to)
{
    struct ui_want wants[UI_MOST_WANTS];
    for (size_t n = ui_wants(ui, wants); n-- > 0;)
        if (wants[n].kind == kind) {
            *to = wants[n];
            return true;
        }
    return false;
}

/* A round face before a gradient. */
static void draw_face(uint8_t *rgb, int height, int width, int64_t place)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double v = (y + 0.5) / height - 0.5, u = (x + 0.5) / width - 0.5;
            bool face = u * u + v * v < 0.12, eye = hypot(fabs(u) - 0.12, v + 0.08) < 0.05;
            bool mouth = fabs(u) < 0.14 && fabs(v - 0.16) < 0.03;
            uint8_t *p = rgb + 3 * (y * width + x);
            p[0] = (uint8_t)(eye ? 20 : face ? 230 : 60 + 100 * (v + 0.5));
            p[1] = (uint8_t)(eye || mouth ? 30 : face ? 180 - place % 60 : 90);
            p[2] = (uint8_t)(eye || mouth ? 40 : face ? 140 : 160 - 100 * (u + 0.5));
        }
}

/* As the model does when those that are wanted have come. */
static void show_pictures(struct made *m, const struct ui *ui)
{
    struct ui_want want;
    forget_pictures(m);
    if (!wanted(ui, UI_WANT_PICTURES, &want))
        return;
    int side = want.pictures.height < want.pictures.width ? want.pictures.height
                                                          : want.pictures.width / 2 * 2;
    for (size_t i = 0; i < want.pictures.n; i++) {
        m->pixels[i] = mem_alloc((size_t)(side * side), 3);
        draw_face(m->pixels[i], side, side, want.pictures.places[i]);
        m->pictures[i] = (struct ui_picture){.run = want.run,
                                             .place = want.pictures.places[i],
                                             .box_height = want.pictures.height,
                                             .box_width = want.pictures.width,
                                             .height = side,
                                             .width = side,
                                             .rgb = m->pixels[i]};
        m->shown[i] = &m->pictures[i];
    }
    m->f->model.pictures = m->shown;
    m->f->model.n_pictures = want.pictures.n;
    m->f->model.pictures_of = want.run;
}

static void show_rows(struct made *m, const struct ui *ui, size_t n)
{
    struct ui_want want;
    if (!wanted(ui, UI_WANT_PREDICTIONS, &want))
        return;
    m->f->model.predictions =
        (struct ui_predictions){.run = want.run, .best = want.best, .rows = m->rows, .n = n};
    m->f->model.predictions_version++;
}

/* Key 5, and then all that is asked for. */
static struct ui *open_view(struct made *m, int rows, int columns, enum ui_chart_style charts)
{
    struct ui *ui = open_ui(rows, columns, charts);
    PRESS(ui, m->f, KEY_DOWN, KEY_DOWN, KEY_DOWN, '5');
    show_rows(m, ui, IMAGES);
    ui_draw(ui, &m->f->model);
    show_pictures(m, ui);
    ui_draw(ui, &m->f->model);
    return ui;
}

static void close_view(struct made *m, struct ui *ui)
{
    ui_close(ui);
    made_free(m);
}

/* The key, and then the pictures that it asks for. */
static void look_after(struct made *m, struct ui *ui, int key, const char *name)
{
    PRESS(ui, m->f, key);
    show_pictures(m, ui);
    ui_draw(ui, &m->f->model);
    is_screen(ui, name);
}

static void screen_of(int rows, int columns, const char *size)
{
    char name[64];
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, rows, columns, UI_CHART_AUTO);
    snprintf(name, sizeof name, "predictions_%s", size);
    is_screen(ui, name);
    close_view(m, ui);
}

static void extremes_of(int rows, int columns, const char *name)
{
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, rows, columns, UI_CHART_AUTO);
    PRESS(ui, m->f, 'W', KEY_RIGHT, KEY_DOWN);
    look_after(m, ui, KEY_RIGHT, name);
    close_view(m, ui);
}

static void test_sizes(void)
{
    screen_of(60, 200, "200x60");
    screen_of(24, 80, "80x24");
    screen_of(15, 60, "60x15");
    extremes_of(60, 200, "predictions_extremes_200x60");
    extremes_of(24, 80, "predictions_extremes_80x24");
    extremes_of(15, 60, "predictions_extremes_60x15");
}

static void test_pages(void)
{
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    look_after(m, ui, 'v', "predictions_errors");
    look_after(m, ui, '\n', "predictions_wide");
    PRESS(ui, m->f, 27, 's');
    is_screen(ui, "predictions_sorting");
    PRESS(ui, m->f, 'n');
    look_after(m, ui, KEY_DOWN, "predictions_by_name");
    ui_close(ui);
    ui = open_view(m, 24, 80, UI_CHART_BLOCK);
    is_screen(ui, "predictions_block");
    ui_close(ui);
    ui = open_view(m, 15, 60, UI_CHART_AUTO);
    look_after(m, ui, 'v', "predictions_60x15_plot");
    close_view(m, ui);
}

static int64_t first_wanted(const struct ui *ui)
{
    struct ui_want want;
    return wanted(ui, UI_WANT_PICTURES, &want) ? want.pictures.places[0] : -1;
}

static bool is_wanted(const struct ui *ui, int64_t place)
{
    struct ui_want want;
    bool any = false;
    for (size_t i = 0; wanted(ui, UI_WANT_PICTURES, &want) && i < want.pictures.n; i++)
        any |= want.pictures.places[i] == place;
    return any;
}

static void test_wants(void)
{
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    struct ui_want want;
    ok(wanted(ui, UI_WANT_PREDICTIONS, &want) && want.run == 5 && !want.best,
       "it wants what the last weights of the selected run predict");
    int64_t worst = first_wanted(ui);
    PRESS(ui, m->f, KEY_DOWN);
    int64_t second = first_wanted(ui);
    ok(worst != second && is_wanted(ui, worst), "the selected image first, then its neighbours");
    PRESS(ui, m->f, KEY_DOWN, KEY_DOWN);
    int64_t fourth = first_wanted(ui);
    PRESS(ui, m->f, KEY_UP, KEY_UP);
    ok(is_wanted(ui, fourth) && first_wanted(ui) == second, "some of them on either side");
    PRESS(ui, m->f, 'o');
    ok(wanted(ui, UI_WANT_PREDICTIONS, &want) && want.best, "o asks for the best weights");
    show_rows(m, ui, IMAGES);
    ui_draw(ui, &m->f->model);
    is_int(first_wanted(ui), second, "and the same image stays selected");
    PRESS(ui, m->f, 'W', KEY_DOWN, '\n');
    is_int(first_wanted(ui), worst, "the first of the worst six is gone to");
    PRESS(ui, m->f, 's', 'e');
    ok(first_wanted(ui) != worst, "sorted by error again, the least comes first");
    PRESS(ui, m->f, 'S');
    is_int(first_wanted(ui), worst, "S turns the order round");
    struct ui_action action = PRESS(ui, m->f, 'F');
    ok(action.kind == UI_FIGURE && action.figure->predictions && action.figure->best &&
           action.figure->runs[0] == 5,
       "F draws the points into a file");
    PRESS(ui, m->f, '\t');
    ok(wanted(ui, UI_WANT_PREDICTIONS, &want) && want.run == 4, "Tab goes to the run before");
    close_view(m, ui);
}

static void test_none(void)
{
    struct made *m = made_new(0);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, m->f, '5', KEY_DOWN, '\n', 'W', 'v', 's', 'o', '\t');
    is_screen(ui, "predictions_no_runs");
    close_view(m, ui);
    m = made_new(8);
    ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, m->f, KEY_DOWN, KEY_DOWN, KEY_DOWN, '5');
    is_screen(ui, "predictions_reading");
    show_rows(m, ui, 0);
    PRESS(ui, m->f, KEY_DOWN, 'W', 'v', 's');
    is_screen(ui, "predictions_none");
    PRESS(ui, m->f, '1', KEY_HOME, '5');
    m->f->runs[0].state = "queued";
    show_rows(m, ui, 0);
    ui_draw(ui, &m->f->model);
    is_screen(ui, "predictions_queued");
    close_view(m, ui);
}

static void test_no_pictures(void)
{
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    m->pictures[0].rgb = NULL;
    m->pictures[0].problem = "\033[2Jportrait-00007.jpg: the file ends too early";
    ui_draw(ui, &m->f->model);
    is_screen(ui, "predictions_broken");
    m->f->model.pictures_problem = "The images of run 5 are not where they were: there is no "
                                   "folder /data/faces";
    m->f->model.n_pictures = 0;
    ui_draw(ui, &m->f->model);
    is_screen(ui, "predictions_gone");
    close_view(m, ui);
}

static void test_hostile(void)
{
    struct made *m = made_new(8);
    for (int i = 0; i < IMAGES; i++) {
        str_copy(m->rows[i].image, sizeof m->rows[i].image,
                 i % 2 ? "\033[31mred\033[0m\r\n\xe6\xbc\xa2\x9b.jpg" : "a/");
        if (i % 3 == 0)
            memset(m->rows[i].image, 'n', sizeof m->rows[i].image - 1);
        m->rows[i].predicted = i % 5 ? m->rows[i].predicted : 1e300;
    }
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    is_screen(ui, "predictions_hostile");
    PRESS(ui, m->f, 'W', '\n', '\n', KEY_END, 'v', 27, 'v', 's', 'n', KEY_NPAGE);
    close_view(m, ui);
    m = made_new(8);
    for (int i = 0; i < IMAGES; i++) {
        m->rows[i].predicted = i % 4 ? (double)NAN : (double)INFINITY;
        m->rows[i].truth = NAN;
        m->rows[i].image[0] = '\0';
        m->rows[i].predicted_class = m->rows[i].true_class = 0;
    }
    ui = open_view(m, 24, 80, UI_CHART_AUTO);
    is_screen(ui, "predictions_nan");
    PRESS(ui, m->f, 'W', '\n', '\n', KEY_END, 'v', 27, 'v', 's', 'n', KEY_NPAGE);
    close_view(m, ui);
}

/* The row of the n-th largest error, from 0. */
static int nth_error(const struct made *m, int n)
{
    bool taken[IMAGES] = {false};
    int worst = 0;
    for (int k = 0; k <= n; k++) {
        double most = -1;
        for (int i = 0; i < IMAGES; i++) {
            double error = fabs(m->rows[i].predicted - m->rows[i].truth);
            if (taken[i] || error <= most)
                continue;
            most = error;
            worst = i;
        }
        taken[worst] = true;
    }
    return worst;
}

/* A point, a line and one of the best six are selected by clicks. */
static void test_mouse(void)
{
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    const struct ui_model *model = &m->f->model;
    mouse(ui, model, 0, 15, 10);
    is_int(first_wanted(ui), m->rows[nth_error(m, 2)].place, "a click on a line selects its image");
    mouse(ui, model, 0, 10, 8);
    int64_t lowest = first_wanted(ui);
    mouse(ui, model, 0, 4, 38);
    int64_t highest = first_wanted(ui);
    ok(lowest != highest && m->rows[(lowest - 1) / 3].truth < 1.5 &&
           m->rows[(highest - 1) / 3].truth > 4.5,
       "one among the points, that of the nearest");
    mouse(ui, model, 65, 15, 10);
    ok(first_wanted(ui) != highest, "the wheel scrolls the list");
    PRESS(ui, m->f, 'W');
    mouse(ui, model, 0, 15, 20);
    mouse(ui, model, 0, 15, 20);
    is_int(first_wanted(ui), m->rows[nth_error(m, 1)].place,
           "a double click on one of the six leads to it");
    mouse(ui, model, 2, 15, 20);
    close_view(m, ui);
}

/* --- colours --- */

/* What a terminal with those settings is sent for a frame. */
static void sent(struct made *m, struct str *to)
{
    char buffer[4096];
    FILE *before = out;
    size_t n;
    out = tmpfile();
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    fseek(out, 0, SEEK_END);
    long all = ftell(out);
    ui_draw(ui, &m->f->model);
    fseek(out, 0, SEEK_END);
    ok(ftell(out) - all < 64, "the same frame sends no pictures again");
    rewind(out);
    while ((n = fread(buffer, 1, sizeof buffer, out)) > 0)
        str_add_bytes(to, buffer, n);
    ui_close(ui);
    fclose(out);
    out = before;
}

static void test_colours(void)
{
    struct made *m = made_new(8);
    struct str all;
    str_init(&all);
    sent(m, &all);
    ok(!strstr(all.text, "[38;2;") && strstr(all.text, "38;5;"), "256 colours are of the table");
    str_clear(&all);
    setenv("COLORTERM", "truecolor", 1);
    sent(m, &all);
    ok(strstr(all.text, "\0337\033[") && strstr(all.text, "\033[38;2;230;") &&
           strstr(all.text, "\033[0m\0338"),
       "every colour is sent as it is, and the cursor put back");
    unsetenv("COLORTERM");
    str_fini(&all);
    made_free(m);
    setenv("NO_COLOR", "1", 1);
    screen_of(24, 80, "mono_80x24");
    unsetenv("NO_COLOR");
}

/* --- pictures of the terminal --- */

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

/* The locale that knows no character above 127. */
static void test_c(void)
{
    if (!setlocale(LC_ALL, "C"))
        return;
    setenv("NO_COLOR", "1", 1);
    screen_of(60, 200, "c_200x60");
    screen_of(24, 80, "c_80x24");
    screen_of(15, 60, "c_60x15");
    extremes_of(24, 80, "predictions_c_extremes_80x24");
    unsetenv("NO_COLOR");
    setlocale(LC_ALL, "C.UTF-8");
}

int main(void)
{
    if (golden_begin()) {
        test_sizes();
        test_pages();
        test_wants();
        test_none();
        test_no_pictures();
        test_hostile();
        test_mouse();
        test_colours();
        unsetenv("TMUX");
        unsetenv("STY");
        test_sixel();
        test_kitty();
        test_asked_for();
        test_c();
        golden_end();
    }
    return tap_done();
}
