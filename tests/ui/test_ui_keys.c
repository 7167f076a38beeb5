/* test_ui_keys.c - keys to actions: what leaves the screen, what is asked first, what is refused.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/kit/tap.h"
#include "tests/kit/ui_kit.h"

#include <curses.h>
#include <math.h>
#include <locale.h>
#include <stdlib.h>

static FILE *in, *out;

static struct ui *open_ui(const struct run_config *config)
{
    struct ui_options options = {.in = in,
                                 .out = out,
                                 .term = "xterm-256color",
                                 .rows = 24,
                                 .columns = 80,
                                 .theme = UI_THEME_MONO,
                                 .launch = config};
    struct ui *ui = NULL;
    struct err e;
    if (ui_open(&ui, &options, &e))
        diag("%s", e.text);
    return ui;
}

/* The action of the last key; every earlier one must have had none, or asked for a check. */
static struct ui_action press(struct ui *ui, const struct ui_model *m, const int *keys)
{
    static struct ui_action action;
    int early = 0;
    ui_draw(ui, m);
    for (; *keys; keys++) {
        ui_test_key(ui, *keys);
        if (ui_key(ui, m, &action) != 1)
            diag("a key was lost");
        early += keys[1] && action.kind != UI_NONE && action.kind != UI_CHECK;
        ui_draw(ui, m);
    }
    if (early)
        diag("%d earlier keys had actions", early);
    return action;
}

#define PRESS(ui, f, ...) press(ui, &(f)->model, (const int[]){__VA_ARGS__, 0})

static bool shows(struct ui *ui, const struct ui_model *m, const char *text)
{
    struct str screen;
    str_init(&screen);
    ui_draw(ui, m);
    ui_test_dump(ui, &screen);
    bool found = strstr(screen.text, text) != NULL;
    str_fini(&screen);
    return found;
}

static void is_action(struct ui_action a, enum ui_action_kind kind, int64_t run, const char *what)
{
    ok(a.kind == kind && (!run || a.run == run), "%s", what);
    if (a.kind != kind || (run && a.run != run))
        diag("got action %d on run %lld", a.kind, (long long)a.run);
}

static void is_open(struct ui *ui, struct ui_action a, int64_t run, const char *what)
{
    ok(a.kind == UI_NONE && fixture_wanted(ui) == run, "%s", what);
    if (fixture_wanted(ui) != run)
        diag("wanted is run %lld", (long long)fixture_wanted(ui));
}

/* The fixture's first runs are: running, queued, paused, finished, ... */
static void test_verbs(void)
{
    struct fixture *f = fixture_new(20);
    struct ui *ui = open_ui(NULL);
    ok(shows(ui, &f->model, "p pause") && !shows(ui, &f->model, "r resume") &&
           !shows(ui, &f->model, "d delete"),
       "the footer offers what a running run allows");
    is_action(PRESS(ui, f, 'p'), UI_PAUSE, 20, "p pauses the running run");
    is_action(PRESS(ui, f, 'c'), UI_CHECKPOINT, 20, "c saves it");
    is_action(PRESS(ui, f, 'r'), UI_NONE, 0, "r does nothing to it");
    ok(shows(ui, &f->model, "only one that is queued, paused, was stopped"), "and says why");
    is_action(PRESS(ui, f, 'd'), UI_NONE, 0, "a running run cannot be deleted");
    is_action(PRESS(ui, f, 'y'), UI_NONE, 0, "not even with a yes");
    is_action(PRESS(ui, f, 'x'), UI_NONE, 0, "x asks first");
    ok(shows(ui, &f->model, "Stop run 20 after 12 of 200 epochs?"), "the question names the run");
    is_action(PRESS(ui, f, 'j'), UI_NONE, 0, "other keys wait");
    is_action(PRESS(ui, f, 'y'), UI_STOP, 20, "y stops it");
    is_action(PRESS(ui, f, 'x', 27), UI_NONE, 0, "Escape means no");
    is_action(PRESS(ui, f, 'y'), UI_NONE, 0, "and the question is gone");
    is_action(PRESS(ui, f, 'j', 'r'), UI_NONE, 0, "r asks before it trains a queued run here");
    ok(shows(ui, &f->model, "Train run 19 here? (y/n)"), "the only one");
    is_action(PRESS(ui, f, 'a', 'y'), UI_TAKE, 19, "and y trains it");
    f->runs[19].state = f->runs[1].state;
    PRESS(ui, f, 'r');
    ok(shows(ui, &f->model, "Train run 19 here, or all 2 that are queued? (y/a/n)"),
       "of several it asks whether all are meant");
    struct ui_action all = PRESS(ui, f, 'a');
    ok(all.kind == UI_TAKE && !all.run, "which is said with a");
    is_action(PRESS(ui, f, 'j', 'r'), UI_RESUME, 18, "r resumes the paused run");
    is_action(PRESS(ui, f, KEY_DOWN, 'd'), UI_DELETE, 17, "d puts an ended run into the trash");
    is_action(PRESS(ui, f, 'r'), UI_NONE, 0, "a finished run is not resumed");
    is_action(PRESS(ui, f, 'j', 'r'), UI_NONE, 0, "nor is a diverged one");
    PRESS(ui, f, 'j');
    ok(shows(ui, &f->model, "r resume") && !shows(ui, &f->model, "p pause"), "and a failed one");
    is_action(PRESS(ui, f, 'r'), UI_REQUEUE, 15, "r puts a failed run into the queue");
    is_action(PRESS(ui, f, 'j', 'r'), UI_REQUEUE, 14, "and a stopped one");
    is_action(PRESS(ui, f, 'j', 'r'), UI_REQUEUE, 13, "and a lost one");
    f->model.can_train = false;
    is_action(PRESS(ui, f, 'r'), UI_NONE, 0, "not on a screen that only watches");
    ok(shows(ui, &f->model, "only watches"), "which says so");
    f->model.can_train = true;
    is_open(ui, PRESS(ui, f, 'G', 'g', '\n'), 20, "Enter opens the selected run");
    fixture_open(f, 20, 12, 200, true);
    is_action(PRESS(ui, f, 'p'), UI_PAUSE, 20, "verbs act on the open run");
    f->model.live.paused = true;
    is_action(PRESS(ui, f, 'r'), UI_RESUME, 20, "what the engine says counts, too");
    is_open(ui, PRESS(ui, f, 27), 0, "Escape goes back to the list");
    ui_close(ui);
    fixture_free(f);
}

static void test_quit(void)
{
    struct fixture *f = fixture_new(3);
    struct ui *ui = open_ui(NULL);
    is_action(PRESS(ui, f, 27), UI_NONE, 0, "Escape never quits");
    is_action(PRESS(ui, f, KEY_BACKSPACE), UI_NONE, 0, "nor does Backspace");
    is_action(PRESS(ui, f, 'q'), UI_QUIT, 0, "q quits when nothing trains");
    f->model.live.run = 3;
    is_action(PRESS(ui, f, 'q'), UI_NONE, 0, "q asks when a run would stop");
    is_action(PRESS(ui, f, 'n'), UI_NONE, 0, "n stays");
    is_action(PRESS(ui, f, 'q', 'y'), UI_NONE, 0, "y is no answer: there are two ways to leave");
    is_action(PRESS(ui, f, 's'), UI_QUIT, 0, "s stops it and quits");
    is_action(PRESS(ui, f, 'q', 'D'), UI_DETACH, 0, "d leaves it to a process of its own");
    is_action(PRESS(ui, f, 'q', 'q'), UI_NONE, 0, "q stays");
    is_open(ui, PRESS(ui, f, '2'), 3, "2 opens the run that trains");
    ui_close(ui);
    fixture_free(f);
}

static void test_selection(void)
{
    struct fixture *f = fixture_new(20);
    struct ui *ui = open_ui(NULL);
    is_open(ui, PRESS(ui, f, KEY_DOWN, KEY_DOWN, KEY_DOWN, '\n'), 17, "the fourth run");
    PRESS(ui, f, '1');
    /* One more run comes, at the top: the selection stays on its run. */
    struct ui_run *more = mem_alloc(21, sizeof *more);
    memcpy(more + 1, f->runs, 20 * sizeof *more);
    more[0] = f->runs[0];
    more[0].id = 21;
    f->model.runs = more;
    f->model.n_runs = 21;
    fixture_changed(f);
    is_open(ui, PRESS(ui, f, '\n'), 17, "it stays selected when another comes");
    PRESS(ui, f, '1', 'g', 'j', 'j', '/', 'c', 'o', 'm', 'b', 'o', '\n');
    is_open(ui, PRESS(ui, f, '\n'), 21, "typing a filter selects the first match");
    is_open(ui, PRESS(ui, f, '1', 27, KEY_END, '\n'), 1, "the last run");
    f->model.n_runs = 20; /* it is deleted */
    fixture_changed(f);
    is_open(ui, PRESS(ui, f, '1', '\n'), 2, "then the one before is selected");
    f->model.n_runs = 0;
    fixture_changed(f);
    is_open(ui, PRESS(ui, f, '1', '\n'), 0, "nothing to open in an empty list");
    is_action(PRESS(ui, f, 'p'), UI_NONE, 0, "nothing to pause");
    f->model.n_runs = 21;
    fixture_changed(f);
    for (const char *key = "rsxndblepmRPia"; *key; key++) /* both ways, with NaN among the values */
        PRESS(ui, f, 's', *key, 's', *key, 'G', 'g', 'S');
    PRESS(ui, f, 's', 'm');
    ok(shows(ui, &f->model, "by MAE "), "s and a key sort by that column");
    PRESS(ui, f, 's', 'm');
    ok(shows(ui, &f->model, "by MAE, reversed"), "and once more the other way round");
    PRESS(ui, f, 's', 'z');
    ok(shows(ui, &f->model, "sort by  r run") && shows(ui, &f->model, "a age"),
       "another key sorts by nothing");
    PRESS(ui, f, 27);
    ok(!shows(ui, &f->model, "sort by") && shows(ui, &f->model, "by MAE, reversed"),
       "Escape leaves it as it was");
    is_open(ui, PRESS(ui, f, 's', 'r', 'g', '\n'), 21, "by number, the newest first");
    mem_free(more);
    ui_close(ui);
    fixture_free(f);
}

/* The loss l1 is MAE: one chart, not two. Last comes the panel, which scrolls and zooms. */
static void test_live(void)
{
    struct fixture *f = fixture_new(3);
    struct ui *ui = open_ui(NULL);
    fixture_open(f, 3, 12, 200, false);
    f->model.n_terms = 1;
    str_copy(f->terms[0].name, sizeof f->terms[0].name, "l1");
    PRESS(ui, f, '\n');
    ok(shows(ui, &f->model, "[l1]") && shows(ui, &f->model, " MAE "), "a loss that is no figure");
    for (int i = 0; i < 12; i++) {
        f->epochs[i].train.total = f->epochs[i].train.mae;
        f->epochs[i].test.total = f->epochs[i].test.mae * (1 + 1e-9);
    }
    ok(shows(ui, &f->model, "[l1 = MAE]") && !shows(ui, &f->model, " MAE "), "no curve twice");
    ok(shows(ui, &f->model, "best epoch 12: 0."), "the best epoch's value is said");
    PRESS(ui, f, KEY_LEFT, KEY_LEFT);
    ok(shows(ui, &f->model, " epoch 11 "), "so is the epoch at the crosshair");
    PRESS(ui, f, 27, KEY_BTAB);
    ok(shows(ui, &f->model, "[Run]") && shows(ui, &f->model, " weight-decay    0.0005"),
       "an option that is not as usual stands first");
    ok(!shows(ui, &f->model, " lr-factor "), "one that is, whatever its spelling, at the end");
    PRESS(ui, f, 'G');
    ok(shows(ui, &f->model, " lr-factor ") && !shows(ui, &f->model, " weight-decay "),
       "the panel scrolls to its end");
    PRESS(ui, f, 'k', KEY_NPAGE, 'k', 'k', KEY_PPAGE, 'j', 'k');
    ok(shows(ui, &f->model, " weight-decay ") && !shows(ui, &f->model, "newer below"),
       "and back, and the log does not");
    PRESS(ui, f, '\n', 'G', 27, KEY_BTAB, KEY_UP);
    ok(shows(ui, &f->model, "[learning rate]") && shows(ui, &f->model, "1 newer below"),
       "from a chart the log scrolls");
    ui_close(ui);
    fixture_free(f);
}

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
                               KEY_DOWN, ' ', KEY_DOWN, '9', '\n', KEY_F(2));
    ok(a.kind == UI_LAUNCH && a.configs->preset == PRESET_PAPER &&
           a.configs->learning_rate == 0.01 && a.configs->head_start == HEAD_START_TORCH,
       "preset paper has its learning rate and heads");
    is_int(a.configs->epochs, 9, "and epochs as they are given after it");
    a = PRESS(ui, f, KEY_UP, KEY_LEFT, KEY_F(2));
    ok(a.kind == UI_LAUNCH && isnan(a.configs->learning_rate) && a.configs->epochs == 200,
       "without it all is as by default");
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
    f->model.portraits = "/here/portraits";
    ok(ui_due(ui, &f->model, &a) && a.kind == UI_CHECK &&
           !strcmp(a.configs->data, "/here/portraits"),
       "which takes them when they are there");
    ui_close(ui);
    fixture_free(f);
}

static uint32_t random_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* No sequence of keys, at no size, may crash or lose the screen. */
static void test_any_keys(void)
{
    struct fixture *f = fixture_new(25);
    static const int sizes[][2] = {{24, 80}, {15, 60}, {60, 200}, {14, 60},
                                   {1, 1},   {3, 200}, {200, 3}};
    uint32_t state = 7;
    int lost = 0;
    for (int s = 0; s < 7; s++) {
        struct ui_options options = {.in = in,
                                     .out = out,
                                     .term = "xterm-256color",
                                     .rows = sizes[s][0],
                                     .columns = sizes[s][1]};
        struct ui *ui = NULL;
        struct ui_action action = {.kind = UI_NONE};
        if (ui_open(&ui, &options, NULL))
            break;
        f->model.rows_of = 0;
        for (int i = 0; i < 1500; i++) {
            uint32_t r = random_next(&state);
            ui_test_key(ui, r % 3 ? (int)(1 + r % 126) : (int)(KEY_MIN + r % (KEY_MAX - KEY_MIN)));
            lost += ui_key(ui, &f->model, &action) != 1;
            int64_t wanted = fixture_wanted(ui);
            if (wanted && f->model.rows_of != wanted)
                fixture_open(f, (int)wanted, (int)(r % 60), 200, r % 2);
            if (!wanted)
                f->model.rows_of = 0;
            if (i % 7 == 0)
                ui_draw(ui, &f->model);
        }
        ui_draw(ui, &f->model);
        ui_close(ui);
    }
    is_int(lost, 0, "ten thousand arbitrary keys at seven sizes");
    fixture_free(f);
}

static void test_end_of_input(void)
{
    struct fixture *f = fixture_new(1);
    struct ui *ui = open_ui(NULL);
    struct ui_action action;
    ui_draw(ui, &f->model);
    is_int(ui_key(ui, &f->model, &action), -1, "the end of input is said");
    ui_close(ui);
    ui_close(NULL);
    fixture_free(f);
}

int main(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8"))
        setlocale(LC_ALL, "C");
    in = fopen("/dev/null", "r");
    out = fopen("/dev/null", "w");
    struct ui *probe = open_ui(NULL);
    if (!ok(in && out && probe, "a screen without a terminal"))
        return tap_done();
    ui_close(probe);
    test_verbs();
    test_quit();
    test_selection();
    test_live();
    test_launch();
    test_groups();
    test_preset();
    test_lists();
    test_like();
    test_paths();
    test_portraits();
    test_any_keys();
    test_end_of_input();
    fclose(in);
    fclose(out);
    return tap_done();
}
