/* test_ui_mouse.c - what the mouse does, from a mouse's reports to what the screen shows. */
#include "tests/kit/ui_keys.h"
#include "ui/axis.h"
#include "ui/chart.h"
#include "ui/pointer.h"
#include "ui/report.h"
#include "ui/request.h"

#include <math.h>

/* --- the pieces --- */

static enum report_state add(struct report *r, enum report_kind kind, const char *text)
{
    enum report_state state = REPORT_MORE;
    report_begin(r, kind);
    while (*text && state == REPORT_MORE)
        state = report_add(r, (wchar_t)*text++);
    return *text ? REPORT_BROKEN : state;
}

static void test_reports(void)
{
    struct report r;
    int n[4];
    ok(add(&r, REPORT_MOUSE, "0;12;3M") == REPORT_WHOLE && report_numbers(&r, n, 4) == 3 &&
           n[0] == 0 && n[1] == 12 && n[2] == 3,
       "a report of the mouse");
    struct report_mouse m;
    ok(report_mouse(&r, &m) && !m.button && m.column == 12 && m.line == 3 && !m.released,
       "by column and line");
    ok(add(&r, REPORT_OLD, " ,#") == REPORT_WHOLE && report_mouse(&r, &m) && !m.button &&
           m.column == 12 && m.line == 3 && !m.released,
       "the same in three characters");
    ok(add(&r, REPORT_OLD, "#,#") == REPORT_WHOLE && report_mouse(&r, &m) && m.released, "let go");
    ok(add(&r, REPORT_DEVICE, "62;4;22c") == REPORT_WHOLE && report_numbers(&r, n, 4) == 3 &&
           n[1] == 4,
       "what a terminal can");
    ok(add(&r, REPORT_GRAPHICS, "i=31;OK\\") == REPORT_WHOLE && !strcmp(r.text, "i=31;OK\\"),
       "an answer about graphics");
    ok(add(&r, REPORT_MOUSE, "0;12x") == REPORT_BROKEN && !r.kind, "a key breaks into a report");
    ok(add(&r, REPORT_MOUSE,
           "11111111111111111111111111111111111111111111111111111111111111111111111M") ==
               REPORT_WHOLE &&
           report_numbers(&r, n, 4) == 1,
       "one that is too long comes to its end");
}

static void test_pointer(void)
{
    struct mouse m = {.held = false};
    struct pointer p;
    ok(pointer_of(&m, 0, 5, 7, false, 10, &p) && p.kind == POINTER_CLICK && p.y == 5 && p.x == 7,
       "a button that goes down is a click");
    ok(!pointer_of(&m, 0, 5, 7, true, 10.1, &p), "going up it is nothing");
    ok(pointer_of(&m, 0, 5, 7, false, 10.2, &p) && p.kind == POINTER_TWICE, "and soon once more");
    pointer_of(&m, 0, 5, 7, true, 10.2, &p);
    ok(pointer_of(&m, 0, 5, 7, false, 10.3, &p) && p.kind == POINTER_CLICK,
       "a third one begins anew");
    pointer_of(&m, 0, 5, 7, true, 10.3, &p);
    ok(pointer_of(&m, 0, 5, 7, false, 12, &p) && p.kind == POINTER_CLICK, "late is another click");
    ok(pointer_of(&m, 32, 5, 9, false, 12, &p) && p.kind == POINTER_DRAGS && p.from_x == 7 &&
           p.x == 9,
       "held it drags");
    ok(pointer_of(&m, 0, 5, 7, true, 12, &p) && p.kind == POINTER_DRAGGED,
       "and ends even where it began");
    ok(!pointer_of(&m, 35, 5, 9, false, 12, &p), "moving alone is nothing");
    ok(pointer_of(&m, 64, 1, 1, false, 13, &p) && p.kind == POINTER_UP &&
           pointer_of(&m, 65, 1, 1, false, 13, &p) && p.kind == POINTER_DOWN,
       "the wheel");
    ok(pointer_of(&m, 2, 1, 1, false, 13, &p) && p.kind == POINTER_RIGHT, "the right button");
    ok(!pointer_of(&m, 1, 1, 1, false, 13, &p) && !pointer_of(&m, 66, 1, 1, false, 13, &p) &&
           !pointer_of(&m, 128, 1, 1, false, 13, &p),
       "others do nothing");
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void test_axis(void)
{
    struct axis a = {.before = 0};
    ok(axis_is_all(&a) && near(axis_size(&a), 1), "all of an axis is seen at first");
    axis_zoom(&a, 0.5, 0.25, 0.25);
    ok(near(axis_size(&a), 0.5) && near(axis_place(&a, 0.25), 0.25),
       "zooming keeps its place where it is");
    axis_pan(&a, 10);
    ok(near(a.behind, 0) && near(axis_size(&a), 0.5), "it ends where the axis does");
    axis_show(&a, 0.1);
    ok(near(a.before, 0.1), "what is to be in sight comes there");
    axis_zoom(&a, 0, 0.1, 0);
    ok(axis_size(&a) > 0, "something is always seen");
    axis_zoom(&a, 1e9, 0.5, 0.5);
    ok(axis_is_all(&a), "never more than all");
}

/* --- on the screen --- */

static struct ui_action mouse(struct ui *ui, const struct ui_model *m, int button, int y, int x,
                              bool released)
{
    struct ui_action action = {.kind = UI_NONE};
    ui_draw(ui, m);
    ui_test_mouse(ui, button, y, x, released);
    ui_key(ui, m, &action);
    ui_draw(ui, m);
    return action;
}

static struct ui_action click(struct ui *ui, const struct ui_model *m, int y, int x)
{
    struct ui_action action = mouse(ui, m, 0, y, x, false);
    mouse(ui, m, 0, y, x, true);
    return action;
}

/* Where a text begins on the screen; false when it does not. Cells are counted, not bytes. */
static bool find(struct ui *ui, const struct ui_model *m, const char *text, int *y, int *x)
{
    struct str screen;
    str_init(&screen);
    ui_draw(ui, m);
    ui_dump(ui, &screen);
    const char *at = strstr(screen.text, text), *line = screen.text;
    *y = *x = 0;
    for (const char *c = screen.text; at && c < at; c++) {
        *y += *c == '\n';
        line = *c == '\n' ? c + 1 : line;
    }
    for (const char *c = line; at && c < at; c++)
        *x += ((unsigned char)*c & 0xc0) != 0x80;
    str_fini(&screen);
    return at != NULL;
}

static struct ui_action click_text(struct ui *ui, const struct ui_model *m, const char *text)
{
    int y, x;
    if (!find(ui, m, text, &y, &x))
        diag("there is no '%s'", text);
    return click(ui, m, y, x);
}

static void test_list(void)
{
    struct fixture *f = fixture_new(60);
    struct ui *ui = open_ui(NULL);
    const struct ui_model *m = &f->model;
    ui_draw(ui, m);
    click(ui, m, 5, 20);
    is_open(ui, PRESS(ui, f, '\n'), 58, "a click selects the line it is on");
    PRESS(ui, f, KEY_ESCAPE);
    click(ui, m, 4, 20);
    is_open(ui, mouse(ui, m, 0, 4, 20, false), 59, "a double click opens it");
    PRESS(ui, f, KEY_ESCAPE);
    for (int i = 0; i < 4; i++)
        mouse(ui, m, 65, 6, 20, false);
    ok(shows(ui, m, "   47 ") && !shows(ui, m, "   60 "), "the wheel scrolls down");
    for (int i = 0; i < 9; i++)
        mouse(ui, m, 64, 6, 20, false);
    ok(shows(ui, m, "   60 "), "and up");
    int y, x;
    ok(find(ui, m, "best PC", &y, &x), "there is a column of PC");
    click(ui, m, y, x);
    ok(shows(ui, m, "by best PC") && !shows(ui, m, "reversed"), "the head of a column sorts");
    click(ui, m, y, x);
    ok(shows(ui, m, "by best PC, reversed"), "and the other way round");
    click_text(ui, m, "filter");
    PRESS(ui, f, 'q', 'q');
    ok(shows(ui, m, "filter qq"), "a word of the footer is its key");
    PRESS(ui, f, KEY_ESCAPE);
    click_text(ui, m, "6 SQL");
    ok(shows(ui, m, "[6 SQL]"), "a view's name in the header shows it");
    click_text(ui, m, "1 Runs");
    ok(shows(ui, m, "[1 Runs]"), "from where digits are typed, too");
    ui_close(ui);
    fixture_free(f);
}

static void test_question(void)
{
    struct fixture *f = fixture_new(20);
    struct ui *ui = open_ui(NULL);
    int y, x;
    fixture_open(f, 20, 3, 20, true);
    PRESS(ui, f, 'q');
    ok(find(ui, &f->model, "/n)", &y, &x), "q asks");
    click(ui, &f->model, 4, 10);
    ok(shows(ui, &f->model, "/n)"), "a click elsewhere is no answer");
    click(ui, &f->model, y, x + 1);
    ok(!shows(ui, &f->model, "/n)"), "one on the letter is");
    ui_close(ui);
    fixture_free(f);
}

/* Of the first chart on a screen of 80x24: ends of its x axis. */
static void test_live(void)
{
    struct fixture *f = fixture_new(20);
    struct ui *ui = open_ui(NULL);
    const struct ui_model *m = &f->model;
    fixture_open(f, 20, 100, 100, false);
    PRESS(ui, f, '2');
    click(ui, m, 8, 30);
    ok(shows(ui, m, "epoch 75"), "a click in a chart puts the crosshair there");
    PRESS(ui, f, '0', '+', KEY_ESCAPE);
    mouse(ui, m, 0, 8, 20, false);
    mouse(ui, m, 32, 8, 30, false);
    mouse(ui, m, 0, 8, 30, true);
    struct str zoomed, again;
    str_init(&zoomed);
    str_init(&again);
    ui_dump(ui, &zoomed);
    ok(!shows(ui, m, " 100 │"), "a drag zooms");
    mouse(ui, m, 2, 8, 20, false);
    ok(shows(ui, m, " 100 │"), "the right button shows all");
    mouse(ui, m, 64, 8, 20, false);
    ui_dump(ui, &again);
    ok(strcmp(zoomed.text, again.text), "the wheel zooms, too");
    PRESS(ui, f, KEY_ESCAPE);
    ok(shows(ui, m, "[2 Live]"), "Escape leads back to all of it first");
    click(ui, m, 8, 20);
    click(ui, m, 8, 20);
    ok(!shows(ui, m, "RMSE"), "a double click makes the chart large");
    str_fini(&zoomed);
    str_fini(&again);
    ui_close(ui);
    fixture_free(f);
}

static void test_form(void)
{
    struct fixture *f = fixture_new(3);
    struct run_config config;
    config_defaults(&config);
    struct ui *ui = open_ui(&config);
    const struct ui_model *m = &f->model;
    f->model.n_runs = 0;
    PRESS(ui, f, 'n');
    click_text(ui, m, "backbone");
    click_text(ui, m, "backbone");
    ok(shows(ui, m, "[ ]"), "a second click opens the choices");
    click_text(ui, m, "se-resnet50");
    ok(!shows(ui, m, "[ ]") && shows(ui, m, "se-resnet50"), "a click takes one");
    click_text(ui, m, "epochs");
    click_text(ui, m, "epochs");
    PRESS(ui, f, KEY_BACKSPACE, KEY_BACKSPACE, KEY_BACKSPACE, '7');
    click_text(ui, m, "batch");
    ok(shows(ui, m, " 7 "), "a click elsewhere takes what was typed");
    is_action(click_text(ui, m, "[ Launch ]"), UI_NONE, 0, "the button is pressed");
    ok(shows(ui, m, "data"), "and says what is missing");
    mouse(ui, m, 2, 5, 5, false);
    ok(shows(ui, m, "[1 Runs]"), "the right button leads back");
    ui_close(ui);
    fixture_free(f);
}

int main(void)
{
    if (keys_begin()) {
        test_reports();
        test_pointer();
        test_axis();
        test_list();
        test_question();
        test_live();
        test_form();
    }
    return keys_end();
}
