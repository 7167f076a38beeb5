/* test_ui_compare.c - runs side by side on whole screens. */
#include "tests/kit/ui_golden.h"

#include <curses.h>
#include <math.h>

/* The first `marked` of the list, which have come. */
static struct ui *compared(struct fixture *f, int rows, int columns, int marked, int epochs)
{
    struct ui *ui = open_ui(rows, columns, UI_CHART_AUTO);
    for (int i = 0; i < marked; i++)
        PRESS(ui, f, ' ');
    PRESS(ui, f, '3');
    fixture_compare(f, ui, epochs);
    ui_draw(ui, &f->model);
    return ui;
}

static void screen_of(int rows, int columns, int marked, int epochs, const char *name)
{
    struct fixture *f = fixture_new(40);
    struct ui *ui = compared(f, rows, columns, marked, epochs);
    is_screen(ui, name);
    ui_close(ui);
    fixture_free(f);
}

static void test_sizes(void)
{
    screen_of(60, 200, 8, 40, "compare_200x60");
    screen_of(24, 80, 2, 40, "compare_80x24");
    screen_of(15, 60, 8, 40, "compare_60x15");
    screen_of(24, 80, 0, 40, "compare_one");
    screen_of(60, 200, 30, 40, "compare_thirty");
    screen_of(24, 80, 2, 1, "compare_first_epoch");
    screen_of(24, 80, 8, 20000, "compare_long");
    struct fixture *f = fixture_new(0);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '3');
    is_screen(ui, "compare_none");
    ui_close(ui);
    fixture_free(f);
}

static void test_keys(void)
{
    struct fixture *f = fixture_new(40);
    struct ui *ui = compared(f, 40, 120, 5, 40);
    PRESS(ui, f, KEY_LEFT, KEY_LEFT, KEY_LEFT, KEY_DOWN, 'B', KEY_UP);
    is_screen(ui, "compare_crosshair");
    PRESS(ui, f, 27, 'w', 'E', 'E', 'f', KEY_LEFT);
    is_screen(ui, "compare_time");
    PRESS(ui, f, 27, 'w', 'E', 'E', '\t', 'y', '\n', '+', '+', '<', KEY_SRIGHT, 'i', KEY_DOWN);
    is_screen(ui, "compare_zoom");
    PRESS(ui, f, '0', '\n', 'i', 'f', 'f', ' ');
    is_screen(ui, "compare_unmarked");
    struct ui_action a = PRESS(ui, f, 'd');
    ok(a.kind == UI_DELETE && a.run == 37, "verbs are about the selected run: %lld",
       (long long)a.run);
    PRESS(ui, f, '2');
    is_int((int)fixture_wanted(ui), 37, "and Live opens it");
    ui_close(ui);
    fixture_free(f);
}

/* On a screen of 80x24: the second chart, which the pointer reads and zooms, and the table. */
static void test_mouse(void)
{
    struct fixture *f = fixture_new(40);
    struct ui *ui = compared(f, 24, 80, 2, 40);
    const struct ui_model *m = &f->model;
    mouse(ui, m, 0, 8, 60);
    ok(on_screen(ui, "[MAE]") && on_screen(ui, "MAE at 16"), "a click reads a chart there");
    mouse(ui, m, 32, 8, 67);
    ok(on_screen(ui, "MAE at 26"), "dragged the crosshair comes along");
    ui_test_mouse(ui, 0, 8, 67, true);
    PRESS(ui, f, KEY_RESIZE);
    ui_key(ui, m, &(struct ui_action){.kind = UI_NONE});
    PRESS(ui, f, KEY_RESIZE);
    ok(on_screen(ui, "25 % of it") && on_screen(ui, "MAE at end"), "let go it is zoomed to");
    mouse(ui, m, 65, 8, 60);
    ok(on_screen(ui, "36 % of it"), "the wheel shows more");
    mouse(ui, m, 2, 8, 60);
    ok(!on_screen(ui, "of it"), "the right button all");
    mouse(ui, m, 0, 18, 10);
    mouse(ui, m, 0, 18, 10);
    is_int((int)fixture_wanted(ui), 40, "a double click on a run opens it");
    ui_close(ui);
    fixture_free(f);
}

static void test_one_setting(void)
{
    struct fixture *f = fixture_new(40);
    struct ui *ui = compared(f, 24, 80, 2, 10);
    f->compared_options[1][1].value = f->compared_options[0][1].value;
    f->compared_options[1][2].value = f->compared_options[0][2].value;
    f->model.compared_version++;
    ui_draw(ui, &f->model);
    is_screen(ui, "compare_one_setting");
    ui_close(ui);
    fixture_free(f);
}

/* F asks for a figure of the runs' charts, in the mean where they stand so. */
static void test_figure(void)
{
    struct fixture *f = fixture_new(40);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    fixture_alike(f);
    PRESS(ui, f, ' ', ' ', ' ', '3');
    is_int(PRESS(ui, f, 'F').kind, UI_NONE, "before curves are there nothing is drawn");
    fixture_compare(f, ui, 10);
    struct ui_action a = PRESS(ui, f, 'F');
    ok(a.kind == UI_FIGURE && a.figure->n_runs == 3 && a.figure->runs[0] == 38,
       "F draws the marked runs");
    ok(a.figure->looks[0].colour == 37 % 8 && a.figure->looks[1].colour == 38 % 8 &&
           !a.figure->looks[2].turn,
       "in the colours that they have on the screen");
    is_text(a.figure->metrics, "pc,mae,rmse,total,regression,expectation,classification",
            "with all that is charted");
    ok(!strcmp(a.figure->phases, "test") && !a.figure->log_y && !a.figure->over_seed,
       "each for itself, as the charts are");
    a = PRESS(ui, f, '\t', 'y', '\n', 'z', 'f', 'F');
    is_text(a.figure->metrics, "mae", "the zoomed chart alone");
    ok(!strcmp(a.figure->phases, "train") && a.figure->log_y && a.figure->over_seed,
       "in the mean, of the images and on the axis that it has");
    PRESS(ui, f, '\t', '\t', '\t');
    is_int(PRESS(ui, f, 'F').kind, UI_NONE, "the learning rate is not drawn into a file");
    ui_close(ui);
    fixture_free(f);
}

/* The mean of runs that differ in the seed alone, between the least and the most of them. */
static void test_groups(void)
{
    struct fixture *f = fixture_new(40);
    struct ui *ui = open_ui(60, 200, UI_CHART_AUTO);
    fixture_alike(f);
    PRESS(ui, f, '*', '3', 'z');
    fixture_compare(f, ui, 40);
    PRESS(ui, f, 'E', 'E', KEY_LEFT, KEY_DOWN);
    is_screen(ui, "compare_groups");
    PRESS(ui, f, 'z', 'w');
    PRESS(ui, f, 'z', 'w');
    PRESS(ui, f, 'z', ' ');
    fixture_compare(f, ui, 40);
    ui_draw(ui, &f->model);
    is_screen(ui, "compare_groups_less");
    ui_close(ui);
    fixture_free(f);
}

/* Names of other tongues, escape sequences, and as long as they can be. */
static void test_hostile(void)
{
    struct fixture *f = fixture_new(40);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    memset(f->rows[0].experiment, 'x', ROW_TEXT_BYTES - 1);
    str_copy(f->rows[1].experiment, ROW_TEXT_BYTES, "\033[31mred\033[2J");
    str_copy(f->rows[2].experiment, ROW_TEXT_BYTES,
             "\xe6\xbc\xa2\xe5\xad\x97\xe3\x81\xae\xe5\x90\x8d\xe5\x89\x8d e\xcc\x81t\xc3\xa9");
    str_copy(f->rows[3].data_hash, sizeof f->rows[3].data_hash, "another");
    PRESS(ui, f, ' ', ' ', ' ', ' ', '3');
    fixture_compare(f, ui, 10);
    str_copy(f->compared[1].terms[0].name, sizeof f->compared[1].terms[0].name, "\033]0;t\007");
    f->compared_options[1][2].value = "\033[5mblinks";
    f->model.compared_version++;
    PRESS(ui, f, 'i');
    is_screen(ui, "compare_hostile");
    ui_close(ui);
    fixture_free(f);
}

static void test_ascii(void)
{
    struct fixture *f = fixture_new(40);
    setlocale(LC_ALL, "C");
    struct ui *ui = compared(f, 24, 80, 4, 40);
    PRESS(ui, f, KEY_LEFT, 'E');
    is_screen(ui, "compare_ascii");
    ui_close(ui);
    setlocale(LC_ALL, "C.UTF-8");
    setenv("NO_COLOR", "1", 1);
    ui = compared(f, 24, 80, 4, 40);
    is_screen(ui, "compare_mono");
    unsetenv("NO_COLOR");
    ui_close(ui);
    fixture_free(f);
}

/* Any keys, at any size: every frame has an end, and nothing is written where it must not be. */
static void test_any_keys(void)
{
    static const int keys[] = {
        KEY_LEFT, KEY_RIGHT, KEY_UP, KEY_DOWN, '\t', '\n', 27,  'B', 'E', 'f', 'w', 'y', '+', '-',
        '0',      '<',       '>',    'i',      ' ',  'z',  '3', 'G', 'g', 'm', 'l', '1', '*', 'j'};
    static const int sizes[][2] = {{60, 200}, {24, 80}, {15, 60}, {16, 149}};
    unsigned drawn = 1;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct fixture *f = fixture_new(20);
        struct ui *ui = compared(f, sizes[s][0], sizes[s][1], 6, 12);
        for (int i = 0; i < 400; i++) {
            drawn = drawn * 1103515245 + 12345;
            PRESS(ui, f, keys[drawn / 65536 % (sizeof keys / sizeof *keys)]);
            if (i % 7 == 0)
                fixture_compare(f, ui, i % 5 * 3);
        }
        ok(true, "400 keys at %dx%d", sizes[s][1], sizes[s][0]);
        ui_close(ui);
        fixture_free(f);
    }
}

int main(void)
{
    if (!golden_begin())
        return tap_done();
    test_sizes();
    test_keys();
    test_mouse();
    test_one_setting();
    test_figure();
    test_groups();
    test_hostile();
    test_ascii();
    test_any_keys();
    golden_end();
    return tap_done();
}
