/* test_ui.c - whole screens against tests/golden/ui_*.txt, and what a frame costs. */
#include "base/mem.h"
#include "tests/kit/ui_golden.h"

#include <curses.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

static void screen_of_list(int rows, int columns, int runs, const char *name)
{
    struct fixture *f = fixture_new(runs);
    struct ui *ui = open_ui(rows, columns, UI_CHART_AUTO);
    ui_draw(ui, &f->model);
    is_screen(ui, name);
    ui_close(ui);
    fixture_free(f);
}

static void test_list(void)
{
    screen_of_list(24, 80, 30, "runs_80x24");
    screen_of_list(40, 120, 30, "runs_120x40");
    screen_of_list(15, 60, 30, "runs_60x15");
    screen_of_list(20, 200, 5, "runs_200x20");
    screen_of_list(10, 40, 30, "runs_40x10");
    screen_of_list(24, 80, 0, "runs_empty");
}

/* The selected run's curves stand below, on screens of 40 lines and more. */
static void test_list_curves(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(60, 200, UI_CHART_AUTO);
    PRESS(ui, f, 'j');
    is_int((int)fixture_wanted(ui), 29, "the selected run's epochs are asked for");
    fixture_open(f, 29, 40, 200, false);
    ui_draw(ui, &f->model);
    is_screen(ui, "runs_curves_200x60");
    ui_close(ui);
    ui = open_ui(39, 120, UI_CHART_AUTO);
    PRESS(ui, f, 'j');
    is_int((int)fixture_wanted(ui), 0, "but not where they are not shown");
    ui_close(ui);
    fixture_free(f);
}

static void test_filter(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '/');
    type_text(ui, &f->model, "COMBO");
    is_screen(ui, "runs_filter_typing");
    PRESS(ui, f, '\n', KEY_DOWN, 's', 's', 'S');
    is_screen(ui, "runs_filter_sorted");
    PRESS(ui, f, 27);
    PRESS(ui, f, '/');
    type_text(ui, &f->model, "nothing has this");
    is_screen(ui, "runs_filter_none");
    PRESS(ui, f, 27, 27, '/');
    type_text(ui, &f->model, "loss:combo pc>");
    is_screen(ui, "runs_filter_broken");
    type_text(ui, &f->model, "0.91 !~s[45]$");
    PRESS(ui, f, '\n', 's');
    is_screen(ui, "runs_sorting");
    ui_close(ui);
    fixture_free(f);
}

/* Names that try to move the cursor, colour the screen, or reverse it. */
static void test_hostile(void)
{
    struct fixture *f = fixture_new(4);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    str_copy(f->rows[0].name, ROW_TEXT_BYTES, "\033[2J\033]0;title\007x\r\nnew line\t");
    str_copy(f->rows[1].name, ROW_TEXT_BYTES,
             "\xe2\x80\xaegnp.exe \xc2\x9b"
             "31m \xff\xfe");
    str_copy(f->rows[2].name, ROW_TEXT_BYTES,
             "\xe6\xbc\xa2\xe5\xad\x97\xe3\x81\xae\xe5\x90\x8d\xe5\x89\x8d\xe3\x81\x8c\xe3\x81\xa8"
             "\xe3\x81\xa6\xe3\x82\x82\xe9\x95\xb7\xe3\x81\x84");
    str_copy(f->rows[3].name, ROW_TEXT_BYTES, "e\xcc\x81t\xc3\xa9 \xf0\x9f\x98\x80");
    str_copy(f->rows[3].state, sizeof f->rows[3].state, "\033[1mwhat");
    str_copy(f->rows[0].state_text, sizeof f->rows[0].state_text, "\033[31mred\033[0m");
    f->model.message = "message with \033[5mblinking\033[0m";
    ui_draw(ui, &f->model);
    is_screen(ui, "hostile");
    ui_close(ui);
    fixture_free(f);
}

/* Figures at the ends of what a double can be: nothing is compared, but every frame has an end. */
static void test_extreme_figures(void)
{
    static const double figures[][2] = {{1e-322, 0},       {5e-324, 5e-324},       {1e308, -1e308},
                                        {1e308, 1e-308},   {INFINITY, 1e-322},     {NAN, 5e-324},
                                        {-1e-322, 1e-322}, {1, 1.0000000000000002}};
    struct fixture *f = fixture_new(4);
    struct ui *ui = open_ui(60, 120, UI_CHART_AUTO);
    struct str screen;
    str_init(&screen);
    fixture_open(f, 4, 20, 200, true);
    PRESS(ui, f, '\n');
    for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
        for (int i = 0; i < 20; i++) {
            struct epoch_row *row = &f->epochs[i];
            row->learning_rate = row->train.total = row->test.total = figures[k][i % 2];
            row->train.mae = row->test.rmse = row->test.pc = figures[k][i / 10];
        }
        f->log[0].time = f->runs[0].created = f->runs[0].started = figures[k][0];
        f->runs[0].learning_rate = f->runs[0].earlier_s = figures[k][1];
        f->epochs[19].epoch = INT_MAX;
        PRESS(ui, f, 'y', KEY_LEFT, 'y', KEY_RIGHT, 27, '1', '2');
        str_clear(&screen);
        ui_dump(ui, &screen);
        ok(strstr(screen.text, "learning rate") && strstr(screen.text, "RMSE"),
           "figures such as %g and %g are drawn", figures[k][0], figures[k][1]);
    }
    str_fini(&screen);
    ui_close(ui);
    fixture_free(f);
}

static void screen_of_live(int rows, int columns, enum ui_chart_style charts, int done,
                           const char *name)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(rows, columns, charts);
    fixture_open(f, 30, done, 200, done < 200);
    if (done == 200) {
        str_copy(f->rows[0].state, sizeof f->rows[0].state, "finished");
        f->runs[0].ended = f->model.now;
    }
    PRESS(ui, f, '\n');
    is_screen(ui, name);
    ui_close(ui);
    fixture_free(f);
}

static void test_live(void)
{
    screen_of_live(24, 80, UI_CHART_BRAILLE, 12, "live_80x24");
    screen_of_live(24, 80, UI_CHART_ASCII, 12, "live_80x24_ascii");
    screen_of_live(24, 80, UI_CHART_BLOCK, 12, "live_80x24_block");
    screen_of_live(40, 120, UI_CHART_BRAILLE, 120, "live_120x40");
    screen_of_live(40, 120, UI_CHART_ASCII, 120, "live_120x40_ascii");
    screen_of_live(15, 60, UI_CHART_BRAILLE, 12, "live_60x15");
    screen_of_live(40, 120, UI_CHART_BRAILLE, 200, "live_200_epochs");
    screen_of_live(24, 80, UI_CHART_BRAILLE, 1, "live_first_epoch");
    screen_of_live(24, 80, UI_CHART_BRAILLE, 0, "live_no_epoch");
}

/* What the device tells of itself stands where there is room for it. */
static void test_device(void)
{
    struct fixture *f = fixture_new(30);
    struct str screen;
    fixture_open(f, 30, 12, 200, true);
    f->model.live.load = 0.874;
    f->model.live.power_w = 411.6;
    for (int columns = 80; columns <= 120; columns += 40) {
        struct ui *ui = open_ui(24, columns, UI_CHART_BRAILLE);
        PRESS(ui, f, '\n');
        str_init(&screen);
        ui_dump(ui, &screen);
        bool told = strstr(screen.text, "  load 87 %  412 W") != NULL;
        ok(told == (columns == 120) && strstr(screen.text, "loss 0.4321"),
           "load and power in %d columns: %s", columns, told ? "shown" : "left out");
        str_fini(&screen);
        ui_close(ui);
    }
    fixture_free(f);
}

/* Held-out images beside train and test; and evaluations that were made now and then. */
static void screen_of_evaluations(int rows, int columns, enum ui_chart_style charts, int every,
                                  bool zoom, const char *name)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(rows, columns, charts);
    fixture_open(f, 30, 60, 200, false);
    fixture_evaluate(f, every);
    if (zoom)
        PRESS(ui, f, '\n', '\n');
    else
        PRESS(ui, f, '\n');
    is_screen(ui, name);
    ui_close(ui);
    fixture_free(f);
}

static void test_evaluations(void)
{
    screen_of_evaluations(40, 120, UI_CHART_BRAILLE, 1, false, "live_val_120x40");
    screen_of_evaluations(24, 80, UI_CHART_BRAILLE, 5, true, "live_sparse");
    screen_of_evaluations(24, 80, UI_CHART_BLOCK, 5, true, "live_sparse_block");
    screen_of_evaluations(24, 80, UI_CHART_ASCII, 5, true, "live_sparse_ascii");
    screen_of_evaluations(24, 80, UI_CHART_BRAILLE, 5, false, "live_sparse_80x24");
}

/* What keeps a run from its first epoch stands where its curves would. */
static void test_live_failed(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_BRAILLE);
    fixture_open(f, 30, 0, 200, false);
    str_copy(f->rows[0].state, sizeof f->rows[0].state, "failed");
    str_copy(f->rows[0].state_text, sizeof f->rows[0].state_text,
             "/data/SCUT-FBP5500/Images/a-long-name-that-goes-on.jpg: not an image (JPEG or PNG); "
             "remove it from the list, or train with --skip-bad-images");
    ui_draw(ui, &f->model);
    is_screen(ui, "runs_failed");
    PRESS(ui, f, '\n');
    is_screen(ui, "live_failed");
    ui_close(ui);
    fixture_free(f);
}

static void test_live_keys(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_BRAILLE);
    fixture_open(f, 30, 60, 200, true);
    for (int i = 20; i < 30; i++) /* ten epochs without figures, then one alone */
        f->epochs[i].test.total = f->epochs[i].train.total = i == 25 ? 6 : NAN;
    PRESS(ui, f, '\n', '\n', KEY_LEFT, KEY_LEFT);
    is_screen(ui, "live_zoom_gaps");
    PRESS(ui, f, 'y', 'w', 27);
    is_screen(ui, "live_log_planned");
    PRESS(ui, f, 27, KEY_BTAB, KEY_UP, KEY_UP);
    is_screen(ui, "live_second_page");
    f->model.runs++; /* it is deleted */
    f->model.n_runs--;
    fixture_changed(f);
    ui_draw(ui, &f->model);
    is_screen(ui, "live_gone");
    ui_close(ui);
    fixture_free(f);
}

/* Three losses of known data; and the list of the choices. */
static void screen_of_sweep(struct fixture *f, struct ui *ui, const char *name)
{
    static const struct data_facts facts = {.name = "SCUT-FBP5500 60-40",
                                            .train = 3300,
                                            .test = 2200,
                                            .classes = 5,
                                            .value = {1, 2, 3, 4, 5},
                                            .weight = {34.59, 1.37, 1, 2.53, 103.75},
                                            .count = {48, 1210, 1660, 656, 16},
                                            .weighted = true};
    char choosing[64];
    type_text(ui, &f->model, "/data/SCUT-FBP5500\n");
    PRESS(ui, f, KEY_DOWN, KEY_DOWN, KEY_DOWN, KEY_DOWN);
    type_text(ui, &f->model, "l1,mse,combo\n");
    f->model.data = &facts;
    f->model.launch_problem = "";
    f->model.host = "lab";
    f->rows[1].ended = f->runs[1].ended = f->model.now;
    f->runs[1].epochs_done = f->runs[1].epochs;
    f->runs[1].started = f->model.now - 4000;
    f->runs[1].backbone = "resnet18";
    ui_draw(ui, &f->model);
    is_screen(ui, name);
    PRESS(ui, f, '\n');
    snprintf(choosing, sizeof choosing, "%s_choices", name);
    is_screen(ui, choosing);
}

static void test_form(void)
{
    struct fixture *f = fixture_new(3);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, 'n');
    is_screen(ui, "launch_80x24");
    PRESS(ui, f, '\n');
    type_text(ui, &f->model, "/data/SCUT-FBP5500");
    PRESS(ui, f, '\n', KEY_DOWN, KEY_DOWN, KEY_DOWN, KEY_DOWN, KEY_LEFT);
    is_screen(ui, "launch_other_loss");
    PRESS(ui, f, KEY_DOWN, KEY_DOWN, KEY_DOWN, '9', '9', '9', '9', '9', '9', '\n');
    is_screen(ui, "launch_refused");
    PRESS(ui, f, 27, KEY_END);
    is_screen(ui, "launch_button");
    PRESS(ui, f, KEY_UP, '\n', KEY_DOWN, KEY_DOWN, '\n');
    type_text(ui, &f->model, "/tmp/trace");
    PRESS(ui, f, '\n', KEY_UP, KEY_UP);
    is_screen(ui, "launch_unfolded");
    f->model.launch_problem =
        "data '/data/SCUT-FBP5500' cannot be opened: No such file or directory";
    PRESS(ui, f, ' ');
    is_screen(ui, "launch_folded");
    ui_close(ui);
    ui = open_ui(40, 120, UI_CHART_AUTO);
    PRESS(ui, f, 'n');
    is_screen(ui, "launch_120x40");
    screen_of_sweep(f, ui, "launch_sweep_120x40");
    ui_close(ui);
    ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, 'n');
    screen_of_sweep(f, ui, "launch_sweep_80x24");
    ui_close(ui);
    fixture_free(f);
}

static void test_help_and_questions(void)
{
    struct fixture *f = fixture_new(3);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '?');
    is_screen(ui, "help_80x24");
    PRESS(ui, f, KEY_END);
    is_screen(ui, "help_end");
    PRESS(ui, f, 27);
    fixture_open(f, 3, 12, 200, true);
    PRESS(ui, f, 'q');
    is_screen(ui, "quit_question");
    PRESS(ui, f, 'n', 'd');
    is_screen(ui, "delete_refused");
    f->model.message = "the database is busy: another process holds it";
    f->model.message_is_error = true;
    PRESS(ui, f, KEY_DOWN);
    is_screen(ui, "message");
    ui_close(ui);
    ui = open_ui(40, 120, UI_CHART_AUTO);
    PRESS(ui, f, '?');
    is_screen(ui, "help_120x40");
    ui_close(ui);
    fixture_free(f);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The bound is far above what is measured, for slow and instrumented machines. */
static void test_speed(void)
{
    struct fixture *f = fixture_new(10000);
    struct ui *ui = open_ui(60, 200, UI_CHART_BRAILLE);
    ui_draw(ui, &f->model);
    double start = seconds();
    for (int i = 0; i < 50; i++)
        PRESS(ui, f, KEY_DOWN);
    double list = (seconds() - start) / 100;
    start = seconds();
    PRESS(ui, f, '/', 'c', 'o', 'm', 'b', 'o');
    double filter = (seconds() - start) / 7;
    fixture_open(f, 10000, 400, 400, true);
    PRESS(ui, f, 27, '\n');
    start = seconds();
    for (int i = 0; i < 50; i++)
        ui_draw(ui, &f->model);
    double live = (seconds() - start) / 50;
    diag("200x60, 10000 runs: list %.2f ms, filter key %.2f ms, live with 400 epochs %.2f ms a "
         "frame",
         list * 1e3, filter * 1e3, live * 1e3);
    ok(list < 0.25 && filter < 0.5 && live < 0.25, "a frame takes milliseconds, not seconds");
    ui_close(ui);
    fixture_free(f);
}

static void test_memory(void)
{
    struct fixture *f = fixture_new(30);
    long n = 1;
    for (;; n++) {
        struct ui *ui = NULL;
        struct err e;
        struct ui_options options = {
            .in = in, .out = out, .term = "xterm-256color", .rows = 24, .columns = 80};
        err_clear(&e);
        mem_test_fail_at(n);
        int failed = ui_open(&ui, &options, &e);
        if (!failed)
            ui_draw(ui, &f->model);
        bool happened = mem_test_count() >= n;
        mem_test_fail_at(0);
        if (failed && (e.code != ERR_MEMORY || ui))
            break;
        if (!failed)
            PRESS(ui, f, KEY_DOWN, '\n');
        ui_close(ui);
        if (!happened)
            break;
    }
    ok(n > 4, "every failing allocation of opening and drawing is survived (%ld)", n - 1);
    fixture_free(f);
}

int main(void)
{
    if (!golden_begin())
        return tap_done();
    test_list();
    test_list_curves();
    test_filter();
    test_hostile();
    test_extreme_figures();
    test_live();
    test_device();
    test_evaluations();
    test_live_failed();
    test_live_keys();
    test_form();
    test_help_and_questions();
    test_speed();
    test_memory();
    golden_end();
    return tap_done();
}
