/* test_ui_moves.c - what runs do at present, on whole screens: progress of runs of other processes
 * in the list, and losses by step of an epoch, against tests/golden/ui_*.txt. */
#include "tests/kit/ui_golden.h"

#include <curses.h>
#include <limits.h>
#include <math.h>

/* Other processes train run 30 and decode the images of run 29. */
static void screen_of_list(int rows, int columns, const char *name)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(rows, columns, UI_CHART_AUTO);
    str_copy(f->rows[1].state, sizeof f->rows[1].state, "running");
    fixture_elsewhere(f, 30, 13, 499);
    fixture_elsewhere(f, 29, 0, 0);
    ui_draw(ui, &f->model);
    is_screen(ui, name);
    ui_close(ui);
    fixture_free(f);
}

static bool shows(struct ui *ui, const struct ui_model *m, const char *text)
{
    struct str screen;
    str_init(&screen);
    ui_draw(ui, m);
    ui_dump(ui, &screen);
    bool found = strstr(screen.text, text) != NULL;
    str_fini(&screen);
    return found;
}

static void screen_of_steps(int rows, int columns, enum ui_chart_style charts, int epochs, int done,
                            const char *name)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(rows, columns, charts);
    fixture_open(f, 30, epochs, 200, false);
    fixture_elsewhere(f, 30, done ? epochs + 1 : 0, done);
    PRESS(ui, f, '\n');
    is_screen(ui, name);
    ui_close(ui);
    fixture_free(f);
}

static void test_keys(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_BRAILLE);
    fixture_open(f, 30, 12, 200, false);
    PRESS(ui, f, '\n');
    ok(!shows(ui, &f->model, " by step ") && PRESS(ui, f, 'b').kind == UI_NONE &&
           shows(ui, &f->model, "while an epoch is trained"),
       "b says where there are no steps");
    fixture_elsewhere(f, 30, 13, 200);
    ok(!shows(ui, &f->model, "13 by step"), "and changes nothing by that");
    is_screen(ui, "live_tail_80x24");
    PRESS(ui, f, 'b');
    is_screen(ui, "live_tail_steps");
    PRESS(ui, f, '\n', KEY_LEFT, KEY_LEFT, KEY_LEFT);
    is_screen(ui, "live_steps_crosshair");
    PRESS(ui, f, 'w', 'y', 27);
    is_screen(ui, "live_steps_planned");
    PRESS(ui, f, KEY_LEFT);
    f->model.steps = NULL;
    ok(!shows(ui, &f->model, "by step") && !shows(ui, &f->model, "epoch 200"),
       "when the steps are gone, epochs are there, and no crosshair at one of that number");
    f->model.steps = &f->steps;
    f->steps.run = 29;
    ok(!shows(ui, &f->model, "by step"), "another run's steps are not shown");
    ui_close(ui);
    fixture_free(f);
}

/* Steps as a file may have them. */
static void test_extremes(void)
{
    static const double figures[] = {1e308, -1e308, NAN, INFINITY, 5e-324, 0};
    struct fixture *f = fixture_new(4);
    struct ui *ui = open_ui(60, 120, UI_CHART_AUTO);
    fixture_open(f, 4, 0, 200, false);
    fixture_elsewhere(f, 4, INT_MAX, 1000);
    f->snapshots[0].step = f->snapshots[0].steps = INT64_MAX;
    f->steps.each = INT_MAX;
    PRESS(ui, f, '\n');
    for (size_t k = 0; k + 1 < sizeof figures / sizeof *figures; k++) {
        for (int i = 0; i < f->steps.n; i++) {
            f->steps.at[i].step = INT_MAX - f->steps.n + i;
            f->steps.at[i].total = figures[k + (size_t)(i % 2)];
            f->steps.at[i].term[i % 3] = figures[k];
        }
        f->snapshots[0].images_per_s = f->snapshots[0].eta_s = f->snapshots[0].total = figures[k];
        f->steps.n = k % 2 ? 1 : 1000;
        PRESS(ui, f, 'y', 'w', KEY_LEFT, 27, 'b', 'b', 'w', '1', '2');
        ok(shows(ui, &f->model, "total loss") && shows(ui, &f->model, "╮"),
           "losses such as %g are drawn", figures[k]);
        f->steps.n = 1000;
    }
    ui_close(ui);
    fixture_free(f);
}

int main(void)
{
    if (!golden_begin())
        return tap_done();
    screen_of_list(24, 80, "runs_elsewhere_80x24");
    screen_of_list(20, 200, "runs_elsewhere_200x20");
    screen_of_steps(24, 80, UI_CHART_BRAILLE, 0, 0, "live_decoding");
    screen_of_steps(24, 80, UI_CHART_BRAILLE, 0, 120, "live_steps_80x24");
    screen_of_steps(40, 120, UI_CHART_BRAILLE, 1, 400, "live_steps_120x40");
    screen_of_steps(24, 80, UI_CHART_ASCII, 0, 3, "live_steps_ascii");
    test_keys();
    test_extremes();
    golden_end();
    return tap_done();
}
