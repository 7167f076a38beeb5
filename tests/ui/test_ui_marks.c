/* test_ui_marks.c - marking runs in the list, and what is done to all of them at once. */
#include "tests/kit/ui_golden.h"
#include "ui/marks.h"

#include <curses.h>

static void test_look(void)
{
    struct marks m = {0};
    unsigned colours = 0;
    for (int64_t run = 1; run <= 8; run++)
        marks_turn(&m, run * 8); /* all would have the same */
    for (size_t i = 0; i < m.n; i++)
        colours |= 1u << m.at[i].colour;
    ok(m.n == 8 && colours == 0xff, "eight marked runs have eight colours, whatever their numbers");
    struct mark before = marks_look(&m, 24);
    marks_turn(&m, 16);
    marks_turn(&m, 1000);
    struct mark after = marks_look(&m, 24);
    ok(before.colour == after.colour && before.turn == after.turn && !marks_has(&m, 16) &&
           marks_has(&m, 1000),
       "a run keeps its own while others are marked and unmarked");
    marks_turn(&m, 3);
    struct mark ninth = marks_look(&m, 3);
    bool unique = true;
    for (size_t i = 0; i < m.n; i++)
        unique &= m.at[i].run == 3 || m.at[i].colour != ninth.colour ||
                  marks_sign(&m.at[i], &glyphs_ascii) != marks_sign(&ninth, &glyphs_ascii);
    ok(unique, "the ninth has the colour of another, but not its sign too");
    struct mark plain = marks_look(&m, 77);
    ok(plain.colour == 76 % 8 && plain.turn == 0, "a run that is not marked has a look, too");
    marks_clear(&m);
    ok(!m.n && marks_look(&m, 3).turn == 0, "no marks");
    marks_fini(&m);
}

static void test_marks(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, ' ', ' ', KEY_DOWN, ' ');
    is_screen(ui, "runs_marked_80x24");
    PRESS(ui, f, '/');
    type_text(ui, &f->model, "loss:combo");
    PRESS(ui, f, '\n', '*', 27);
    is_screen(ui, "runs_marked_filter");
    PRESS(ui, f, '/');
    type_text(ui, &f->model, "loss:combo");
    PRESS(ui, f, '\n', '*', 27, 'g', ' ');
    f->model.n_runs = 28; /* the oldest are deleted */
    fixture_changed(f);
    ui_draw(ui, &f->model);
    is_screen(ui, "runs_marked_rest");
    PRESS(ui, f, 27);
    is_screen(ui, "runs_marked_none");
    ui_close(ui);
    fixture_free(f);
}

static void test_groups(void)
{
    struct fixture *f = fixture_new(12);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    struct ui_want wants[UI_MOST_WANTS];
    PRESS(ui, f, 'z');
    is_screen(ui, "runs_groups_experiment");
    PRESS(ui, f, 'z');
    size_t n = ui_wants(ui, wants);
    bool asks = false;
    for (size_t i = 0; i < n; i++)
        asks |= wants[i].kind == UI_WANT_ALIKE;
    ok(asks, "which runs are alike is asked for");
    fixture_alike(f);
    PRESS(ui, f, KEY_LEFT, ' ');
    is_screen(ui, "runs_groups_line");
    PRESS(ui, f, KEY_DOWN, KEY_DOWN, KEY_DOWN);
    is_screen(ui, "runs_groups_seed");
    PRESS(ui, f, KEY_UP, KEY_UP, KEY_RIGHT, '\n', '\n', KEY_DOWN, KEY_LEFT);
    struct ui_action a = PRESS(ui, f, 'g', ' ', 'd', 'y');
    ok(a.kind == UI_NONE, "a group is no run to be deleted");
    PRESS(ui, f, 'G', 'd');
    is_screen(ui, "runs_groups_folded");
    f->model.n_runs = 5; /* the oldest are gone */
    fixture_changed(f);
    PRESS(ui, f, 'n', 27, 'z', 'z');
    is_screen(ui, "runs_groups_none");
    ui_close(ui);
    fixture_free(f);
}

/* Runs 8 to 1 are in every state: running, queued, paused, finished, diverged, failed, stopped,
 * lost. */
static void test_actions(void)
{
    struct fixture *f = fixture_new(8);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '*');
    struct ui_action a = PRESS(ui, f, 'x');
    is_screen(ui, "runs_marked_question");
    ok(a.kind == UI_NONE, "stopping several asks first");
    a = PRESS(ui, f, 'n');
    ok(a.kind == UI_NONE, "no is no");
    a = PRESS(ui, f, 'x', 'y');
    ok(a.kind == UI_EACH && a.n_each == 3 && a.n_refused == 5, "those that can are stopped");
    bool stops = true;
    for (size_t i = 0; i < a.n_each; i++)
        stops &= a.each[i].kind == UI_STOP && a.each[i].run >= 6;
    ok(stops, "and no others");
    a = PRESS(ui, f, 'r', 'y');
    ok(a.kind == UI_EACH && a.n_each == 5, "going on: queued, paused, failed, stopped and lost");
    ok(a.each[0].kind == UI_REQUEUE && a.each[0].run == 1 && a.each[3].kind == UI_RESUME &&
           a.each[4].kind == UI_TAKE && a.each[4].run == 7,
       "each by what its state asks for");
    a = PRESS(ui, f, 'd', 'y');
    ok(a.kind == UI_EACH && a.n_each == 6 && a.each[0].kind == UI_DELETE, "deleting");
    a = PRESS(ui, f, 'A', 'y');
    ok(a.kind == UI_EACH && a.n_each == 5 && a.each[0].kind == UI_ARCHIVE, "archiving");
    PRESS(ui, f, 't');
    type_text(ui, &f->model, "good");
    a = PRESS(ui, f, '\n', 'y');
    ok(a.kind == UI_EACH && a.n_each == 8 && a.each[7].kind == UI_TAG && a.each[7].run == 8 &&
           !strcmp(a.each[7].text, "good"),
       "a tag is for all of them");
    PRESS(ui, f, 27, 'G', ' ');
    a = PRESS(ui, f, 'p');
    is_screen(ui, "runs_marked_refused");
    ok(a.kind == UI_NONE, "what none of them allows is said");
    PRESS(ui, f, 27);
    a = PRESS(ui, f, 'g', 'p');
    ok(a.kind == UI_PAUSE && a.run == 8, "without marks it is the selected run");
    ui_close(ui);
    fixture_free(f);
}

int main(void)
{
    if (!golden_begin())
        return tap_done();
    test_look();
    test_marks();
    test_groups();
    test_actions();
    golden_end();
    return tap_done();
}
