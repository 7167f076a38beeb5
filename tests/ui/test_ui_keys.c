/* test_ui_keys.c - keys to actions: what leaves the screen, what is asked first, what is refused.
 */
#include "base/mem.h"
#include "tests/kit/ui_keys.h"

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
    ok(shows(ui, &f->model, "only one that is queued, paused, stopped"), "and says why");
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

static uint32_t random_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* No sequence of keys and of what the mouse does, at no size, may crash or lose the screen. */
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
            static const int buttons[] = {0, 0, 32, 64, 65, 2};
            r = random_next(&state);
            ui_test_mouse(ui, buttons[r % 6], (int)(r >> 3 & 63), (int)(r >> 9) % 203, r % 7 == 0);
            ui_key(ui, &f->model, &action);
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
    is_int(lost, 0, "ten thousand arbitrary keys, and as much from the mouse, at seven sizes");
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

/* Live shows what was opened, else what trains here, else the newest. */
static void test_newest(void)
{
    struct fixture *f = fixture_new(20);
    struct ui *ui = open_ui(NULL);
    PRESS(ui, f, 'j', '2');
    is_int((int)fixture_wanted(ui), 20, "where nothing is open and nothing trains, the newest run");
    PRESS(ui, f, '1', 'j', 'j', '\n', '1', '2');
    is_int((int)fixture_wanted(ui), 17, "a run that was opened stays open");
    PRESS(ui, f, '2');
    ok(shows(ui, &f->model, "no run trains"), "again, where nothing trains");
    static const struct snapshot training[] = {{.run = 19}, {.run = 18}};
    f->model.snapshots = training;
    f->model.n_snapshots = 2;
    PRESS(ui, f, '2');
    is_int((int)fixture_wanted(ui), 18, "again, the next run that trains");
    PRESS(ui, f, '2', '2');
    is_int((int)fixture_wanted(ui), 18, "and around");
    f->model.n_snapshots = 0;
    f->model.live.run = 20;
    PRESS(ui, f, '2', '2');
    is_int((int)fixture_wanted(ui), 20, "the one that trains here");
    ok(shows(ui, &f->model, "no other run trains"), "alone");
    f->model.live.run = 0;
    ui_close(ui);
    fixture_free(f);
}

/* F asks for a figure of what is shown: all charts, or the zoomed one. */
static void test_figure(void)
{
    struct fixture *f = fixture_new(20);
    struct ui *ui = open_ui(NULL);
    PRESS(ui, f, '\n');
    is_int(PRESS(ui, f, 'F').kind, UI_NONE, "before its rows are there nothing is drawn");
    ok(shows(ui, &f->model, "there is no epoch to draw yet"), "which is said");
    fixture_open(f, 20, 12, 200, true);
    struct ui_action action = PRESS(ui, f, 'F');
    is_int(action.kind, UI_FIGURE, "F draws a figure");
    ok(action.figure && action.figure->n_runs == 1 && action.figure->runs[0] == 20 &&
           !action.figure->log_y,
       "of the run that is open");
    is_text(
        action.figure ? action.figure->metrics : "",
        "total,regression,expectation,classification,regression_gradient,expectation_gradient,"
        "classification_gradient,regression_expectation_cosine,regression_classification_cosine,"
        "expectation_classification_cosine,pc,mae,rmse",
        "with all that is charted");
    action = PRESS(ui, f, '\t', '\n', 'y', 'F');
    is_text(action.figure ? action.figure->metrics : "", "regression", "the zoomed chart alone");
    ok(action.figure && action.figure->log_y, "on the axis that it has");
    ui_close(ui);
    fixture_free(f);
}

int main(void)
{
    if (!keys_begin())
        return tap_done();
    test_verbs();
    test_quit();
    test_selection();
    test_live();
    test_newest();
    test_figure();
    test_any_keys();
    test_end_of_input();
    return keys_end();
}
