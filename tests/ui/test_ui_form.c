/* test_ui_form.c - keys in the launch form: values, lists of them, groups, presets, paths, another
 * run's settings, and what comes out as runs. */
#include "tests/kit/ui_keys.h"

#include <math.h>

static void test_launch(void)
{
    struct fixture *f = fixture_new(3);
    struct run_config config;
    config_defaults(&config);
    str_copy(config.data, sizeof config.data, "/data");
    struct ui *ui = open_ui(&config);
    struct ui_action a = PRESS(ui, f, 'n', KEY_F(2));
    is_action(a, UI_LAUNCH, 0, "F2 launches what the form was given");
    is_text(a.configs->data, "/data", "with its values");
    is_int(a.configs->epochs, 200, "and defaults");
    ok(shows(ui, &f->model, "[n Launch]"), "the form stays until that is done");
    ui_launched(ui, &f->model, 99);
    ok(shows(ui, &f->model, "[1 Runs]"), "then the list is shown");
    f->runs[0].id = 99; /* the launched run is there */
    fixture_changed(f);
    is_open(ui, PRESS(ui, f, '\n'), 99, "the new run becomes selected");
    PRESS(ui, f, '1', 'n');
    /* data protocol fold backbone loss alpha beta gamma image-size epochs */
    a = PRESS(ui, f, KEY_HOME, KEY_DOWN, KEY_DOWN, KEY_DOWN, KEY_RIGHT, KEY_DOWN, ' ', KEY_UP,
              KEY_UP, '3', '\n', KEY_F(2));
    ok(a.kind == UI_LAUNCH && a.configs->backbone == 1 &&
           a.configs->loss == (config.loss + 1) % LOSS_KINDS && a.configs->fold == 3,
       "choices turn, digits start a number");
    a = PRESS(ui, f, KEY_HOME, 'q', '1', ' ', 'n', KEY_BACKSPACE, '?', '\n', KEY_END, '\n');
    ok(a.kind == UI_LAUNCH && !strcmp(a.configs->data, "q1 ?"),
       "characters are text as soon as they are typed");
    PRESS(ui, f, KEY_HOME, 'z', 27);
    a = PRESS(ui, f, KEY_BACKSPACE, 'x', '\n');
    ok(a.kind == UI_CHECK && !strcmp(a.configs->data, "q1 x"),
       "Escape keeps a value, Backspace edits it");
    a = PRESS(ui, f, KEY_END, 'q', '1', 'n', 127, KEY_UP, 'q', 's', 127);
    ok(a.kind == UI_NONE && shows(ui, &f->model, "[n Launch]"),
       "letters, digits and Backspace never leave the form");
    a = PRESS(ui, f, KEY_HOME, KEY_DOWN, KEY_DOWN, '0', '\n');
    ok(a.kind == UI_NONE && shows(ui, &f->model, "allowed: 1..100"),
       "a value out of range is refused");
    a = PRESS(ui, f, KEY_F(2));
    is_action(a, UI_NONE, 0, "and not launched");
    PRESS(ui, f, 27);
    a = PRESS(ui, f, KEY_F(2));
    ok(a.kind == UI_LAUNCH && a.configs->fold == 3, "Escape keeps the old value");
    a = PRESS(ui, f, KEY_HOME, '\n', 0x15, '\n', KEY_F(2));
    ok(a.kind == UI_NONE && shows(ui, &f->model, "option 'data' is missing"), "data must be named");
    f->model.can_train = false;
    a = PRESS(ui, f, 'x', '\n', KEY_F(2));
    ok(a.kind == UI_NONE && shows(ui, &f->model, "only watches"),
       "a watching screen launches nothing");
    is_action(PRESS(ui, f, 27), UI_NONE, 0, "Escape leaves the form");
    ok(shows(ui, &f->model, "[1 Runs]"), "for the list");
    ui_close(ui);
    fixture_free(f);
}

/* Groups of options that most launches leave alone. */
static void test_groups(void)
{
    struct fixture *f = fixture_new(3);
    struct run_config config;
    config_defaults(&config);
    str_copy(config.data, sizeof config.data, "/data");
    struct ui *ui = open_ui(&config);
    PRESS(ui, f, 'n', KEY_END, KEY_UP, KEY_UP, KEY_UP, KEY_UP);
    ok(shows(ui, &f->model, "Data ") && !shows(ui, &f->model, "how rotated pixels"),
       "rare options are folded away");
    ok(shows(ui, &f->model, "all as by default"), "and said to be as by default");
    PRESS(ui, f, '\n', KEY_DOWN);
    ok(shows(ui, &f->model, "shorter side") && shows(ui, &f->model, "how rotated pixels"),
       "Enter shows them");
    struct ui_action a = PRESS(ui, f, '9', '9', '\n');
    ok(a.kind == UI_CHECK && a.configs->resize == 99, "a value of the data is checked at once");
    ok(shows(ui, &f->model, "99 is smaller than image-size"), "with the others");
    PRESS(ui, f, KEY_UP, KEY_LEFT);
    ok(!shows(ui, &f->model, "how rotated pixels") && shows(ui, &f->model, "resize 99"),
       "folded again, what was changed is still seen");
    PRESS(ui, f, ' ', KEY_DOWN, 0x15);
    a = PRESS(ui, f, KEY_UP, KEY_LEFT, KEY_F(2));
    ok(a.kind == UI_LAUNCH && a.configs->resize == 0, "a default brings it back");
    f->model.launch_problem = "/data: there is no such folder";
    ok(shows(ui, &f->model, "/data: there is no such folder"), "what a check found is shown");
    a = PRESS(ui, f, KEY_HOME, '\n', 'x', '\n');
    ok(a.kind == UI_CHECK && !strcmp(a.configs->data, "/datax"),
       "a path is checked when it is given");
    a = PRESS(ui, f, KEY_DOWN, ' ');
    is_action(a, UI_CHECK, 0, "so is a protocol");
    a = PRESS(ui, f, KEY_DOWN, KEY_DOWN, ' ');
    is_action(a, UI_NONE, 0, "a net is not");
    ui_close(ui);
    fixture_free(f);
}

/* A preset sets other options, which can be changed from there. */
static void test_preset(void)
{
    struct fixture *f = fixture_new(3);
    struct run_config config;
    config_defaults(&config);
    config.loss = 0; /* without weights */
    str_copy(config.data, sizeof config.data, "/data");
    struct ui *ui = open_ui(&config);
    ok(shows(ui, &f->model, "[1 Runs]"), "the list is shown");
    PRESS(ui, f, 'n');
    ok(shows(ui, &f->model, "auto 0.002"), "the form says what auto is");
    /* data protocol fold backbone loss image-size preset epochs */
    struct ui_action a = PRESS(ui, f, KEY_HOME, KEY_DOWN, KEY_DOWN, KEY_DOWN, KEY_DOWN, KEY_DOWN,
                               KEY_DOWN, ' ', ' ', KEY_DOWN, '9', '\n', KEY_F(2));
    ok(a.kind == UI_LAUNCH && a.configs->preset == PRESET_PAPER && a.configs->batch == 64 &&
           isnan(a.configs->learning_rate) && a.configs->head_start == HEAD_START_MEAN,
       "preset paper, from scratch with auto's learning rate and heads");
    is_int(a.configs->epochs, 9, "and epochs as they are given after it");
    a = PRESS(ui, f, KEY_UP, KEY_LEFT, KEY_LEFT, KEY_F(2));
    ok(a.kind == UI_LAUNCH && isnan(a.configs->learning_rate) && a.configs->epochs == 200,
       "without it all is as by default");
    a = PRESS(ui, f, ' ', ' ', ' ', ' ', KEY_F(2));
    ok(a.kind == UI_LAUNCH && a.n_configs == 4 && a.configs[0].preset == PRESET_TABLE_5,
       "one that is a sweep makes several runs");
    ok(shows(ui, &f->model, "resnet18,se-resnext50") && shows(ui, &f->model, "[ Launch 4 runs ]"),
       "and the form says so");
    ui_close(ui);
    fixture_free(f);
}

/* Lists of values: several runs in one form. */
static void test_lists(void)
{
    struct fixture *f = fixture_new(20);
    struct run_config config;
    config_defaults(&config);
    str_copy(config.data, sizeof config.data, "/data");
    struct ui *ui = open_ui(&config);
    f->model.host = "lab";
    PRESS(ui, f, 'n', KEY_DOWN, KEY_DOWN, KEY_DOWN, KEY_DOWN);
    ok(shows(ui, &f->model, "about ") && shows(ui, &f->model, "by run 17"),
       "how long a run takes is said by the last one of this machine that ended");
    PRESS(ui, f, '\n');
    ok(shows(ui, &f->model, "[ ] combo") && shows(ui, &f->model, "[ ] mse"),
       "Enter opens the list of choices");
    PRESS(ui, f, 'l', ' ', 'm', ' ', 'c', ' ');
    ok(shows(ui, &f->model, "[x] l1"), "letters go to a choice, Space marks it");
    PRESS(ui, f, '\n');
    ok(shows(ui, &f->model, "[ Launch 3 runs ]") && shows(ui, &f->model, "l1,mse,combo"),
       "three marked losses are three runs");
    ok(shows(ui, &f->model, "weight of combo's"), "and weights that one of them uses are shown");
    struct ui_action a = PRESS(ui, f, KEY_F(2));
    ok(a.kind == UI_LAUNCH && a.n_configs == 3 && a.configs[0].loss != a.configs[1].loss &&
           a.configs[1].loss != a.configs[2].loss,
       "which are launched together");
    PRESS(ui, f, KEY_UP, KEY_UP, '1', '-', '5', '\n');
    ok(shows(ui, &f->model, "[ Launch 15 runs ]"), "folds 1-5 make five of each");
    PRESS(ui, f, 'x', ',', 'y', '\n');
    ok(shows(ui, &f->model, "'fold': 'x'") && shows(ui, &f->model, "[ Launch 15 runs ]"),
       "a list with what is no number is refused, and nothing is changed");
    PRESS(ui, f, 27, KEY_DOWN, KEY_DOWN, 's', 'm', 'o', '\t', 'o', 't', 'h', '-', 'l', '\t', '\n');
    ok(shows(ui, &f->model, "smooth-l1"), "Tab completes a choice that is typed");
    a = PRESS(ui, f, KEY_UP, KEY_UP, '2', '\n', KEY_F(2));
    ok(a.n_configs == 1 && a.configs->fold == 2, "one value again is one run");
    PRESS(ui, f, KEY_DOWN, KEY_DOWN, '\n', 27);
    ok(!shows(ui, &f->model, "[ ] combo"), "Escape closes the list of choices");
    ui_close(ui);
    fixture_free(f);
}

/* The settings of another run, and those that were launched last. */
static void test_like(void)
{
    struct fixture *f = fixture_new(20);
    struct ui_action a;
    struct ui *ui = open_ui(NULL);
    PRESS(ui, f, 'j', 'a');
    ok(shows(ui, &f->model, "[n Launch]") && fixture_wanted(ui) == 19, "a wants a run's settings");
    fixture_open(f, 19, 12, 77, false);
    str_copy(f->options[0].name, sizeof f->options[0].name, "data");
    str_copy(f->options[0].value, sizeof f->options[0].value, "/data/of/19");
    str_copy(f->options[1].value, sizeof f->options[1].value, "33");
    ok(ui_due(ui, &f->model, &a) && a.kind == UI_CHECK && !strcmp(a.configs->data, "/data/of/19"),
       "and has its data checked when they come");
    ok(!ui_due(ui, &f->model, &a), "once");
    a = PRESS(ui, f, KEY_F(2));
    ok(a.kind == UI_LAUNCH && a.configs->lr_step == 33 && !a.configs->name[0],
       "another run like it is launched");
    ui_close(ui);
    ui = open_ui(NULL);
    f->model.rows_of = 0;
    PRESS(ui, f, 'n');
    is_int(fixture_wanted(ui), 20, "an empty form begins as the newest run");
    PRESS(ui, f, 'x', '\n');
    is_int(fixture_wanted(ui), 0, "unless something has been typed");
    ui_close(ui);
    fixture_free(f);
}

/* Names in a folder come when they come. */
static void test_paths(void)
{
    static char first[] = "portraits/", second[] = "portraits.csv", *names[] = {first, second};
    struct fixture *f = fixture_new(3);
    struct ui_want wants[UI_MOST_WANTS];
    struct ui *ui = open_ui(NULL);
    PRESS(ui, f, 'n', '/', 'd', '/', 'p');
    size_t n = ui_wants(ui, wants);
    ok(n && wants[n - 1].kind == UI_WANT_PATHS && !strcmp(wants[n - 1].text, "/d/p"),
       "names that a path may go on with are wanted");
    PRESS(ui, f, '\t');
    f->model.paths_of = "/d/p";
    f->model.paths = names;
    f->model.n_paths = 2;
    ui_draw(ui, &f->model);
    ok(shows(ui, &f->model, "/d/portraits") && !shows(ui, &f->model, "/d/portraits/"),
       "Tab waits for them and goes as far as they agree");
    f->model.paths_of = "/d/portraits";
    ok(shows(ui, &f->model, "portraits/  portraits.csv"), "and they are shown");
    f->model.n_paths = 1;
    struct ui_action a = PRESS(ui, f, '\t', '\n');
    ok(a.kind == UI_CHECK && !strcmp(a.configs->data, "/d/portraits/"), "a single one is taken");
    ui_close(ui);
    fixture_free(f);
}

static void test_portraits(void)
{
    struct fixture *f = fixture_new(0);
    struct ui_action a;
    struct ui *ui = open_ui(NULL);
    f->model.portraits = "";
    ok(shows(ui, &f->model, "Ctrl-P"), "an empty list offers portraits");
    is_action(PRESS(ui, f, 0x10), UI_DRAW, 0, "Ctrl-P draws them");
    ok(shows(ui, &f->model, "[n Launch]") && shows(ui, &f->model, "no data?"), "for the form");
    a = PRESS(ui, f, KEY_F(2));
    ok(a.kind == UI_NONE && shows(ui, &f->model, "portraits are being drawn"),
       "which waits for them");
    f->model.portraits = "/here/portraits";
    ok(ui_due(ui, &f->model, &a) && a.kind == UI_CHECK &&
           !strcmp(a.configs->data, "/here/portraits"),
       "and takes them when they are there");
    a = PRESS(ui, f, KEY_F(2));
    ok(a.kind == UI_LAUNCH && a.configs->preset == PRESET_QUICK && a.configs->epochs < 20 &&
           a.configs->image_size < 100,
       "with settings that suit them");
    ui_close(ui);
    fixture_free(f);
}

int main(void)
{
    if (!keys_begin())
        return tap_done();
    test_launch();
    test_groups();
    test_preset();
    test_lists();
    test_like();
    test_paths();
    test_portraits();
    return keys_end();
}
