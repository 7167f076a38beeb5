/* test_drawer.c - figures that the screen asks for: drawn on another thread, under names that no
 * file has. */
#include "base/clock.h"
#include "src/drawer.h"
#include "tests/kit/db_kit.h"

#include <poll.h>

/* The next answer, within some seconds. */
static struct drawer_answer next(struct drawer *d)
{
    struct drawer_answer a = {.path = "none"};
    struct pollfd ready = {drawer_fd(d), POLLIN, 0};
    for (double end = clock_s() + 60; clock_s() < end && !drawer_take(d, &a);)
        poll(&ready, 1, 100);
    return a;
}

static struct drawer_answer draw(struct drawer *d, const struct ui_figure *figure)
{
    struct err e;
    if (drawer_draw(d, figure, &e))
        diag("%s", e.text);
    return next(d);
}

static void add_predictions(struct db *db, int64_t run)
{
    const struct checkpoint_row weights = {.kind = "last", .epoch = 3, .path = "last"};
    struct split_row split[4] = {{.place = 0}};
    struct prediction_row rows[4] = {{.place = 0}};
    struct err e;
    for (int i = 0; i < 4; i++) {
        split[i].place = rows[i].place = i;
        snprintf(split[i].image, sizeof split->image, "%d.jpg", i);
        split[i].truth = i;
        rows[i].predicted = 0.9 * i;
    }
    if (db_run_split(db, run, split, 4, &e) || db_checkpoint_add(db, run, &weights, rows, 4, &e))
        diag("%s", e.text);
}

static void test_drawing(struct drawer *d, int64_t run)
{
    struct ui_figure figure = {.runs = &run, .n_runs = 1, .metrics = "pc,mae"};
    struct drawer_answer a = draw(d, &figure);
    is_int(a.err.code, ERR_NONE, "a run is drawn");
    is_text(a.path, scratch_path("combolab-run-1.pdf"), "into the present folder");
    a = draw(d, &figure);
    is_text(a.path, scratch_path("combolab-run-1-2.pdf"), "and once more beside it");
    figure.predictions = true;
    a = draw(d, &figure);
    is_int(a.err.code, ERR_NONE, "what it predicts is drawn");
    is_text(a.path, scratch_path("combolab-scatter-1.pdf"), "by a name of its own");
    figure.predictions = false;
    is_int(access(a.path, R_OK), 0, "where it is");
    figure = (struct ui_figure){.metrics = "pc,mae", .ablation = {.experiment = "losses"}};
    a = draw(d, &figure);
    is_text(a.err.text, "", "an ablation is drawn");
    is_text(a.path, scratch_path("combolab-ablation-losses.pdf"), "too");
}

static void test_failing(struct drawer *d)
{
    int64_t run = 99;
    struct ui_figure figure = {.runs = &run, .n_runs = 1, .metrics = "pc"};
    is_int(draw(d, &figure).err.code, ERR_NOT_FOUND, "a run that is gone");
    run = 1;
    snprintf(figure.metrics, sizeof figure.metrics, "speed");
    struct drawer_answer a = draw(d, &figure);
    has_text(a.err.text, "no figure 'speed'", "a figure that there is not");
    int before = scratch_entries(scratch);
    struct err e;
    int refused = 0, drawn = 0;
    snprintf(figure.metrics, sizeof figure.metrics, "pc");
    for (int i = 0; i < 20; i++) {
        refused += drawer_draw(d, &figure, &e);
    }
    is_int(refused, -12, "no more than eight wait");
    while (drawn < 8 && next(d).err.code == ERR_NONE)
        drawn++;
    is_int(scratch_entries(scratch), before + 8, "and those are drawn");
    for (int i = 0; i < 8; i++)
        drawer_draw(d, &figure, &e); /* closing leaves what is not begun */
}

int main(void)
{
    struct drawer *d = NULL;
    struct err e = {0};
    scratch_make();
    const char *path = scratch_path("runs.db");
    struct db *db = help_open(path);
    int64_t run = help_add_running(db, "l1");
    for (int i = 1; i <= 3; i++) {
        struct epoch_row row = help_epoch(i, i == 2);
        if (db_epoch_add(db, run, &row, 0, NULL, 0, &e))
            diag("%s", e.text);
    }
    add_predictions(db, run);
    if (db_run_state(db, run, "finished", "", &e) || chdir(scratch))
        diag("%s", e.text);
    if (ok(!drawer_open(&d, path, &e), "a thread that draws: %s", e.text)) {
        test_drawing(d, run);
        test_failing(d);
    }
    drawer_close(d);
    db_close(db);
    scratch_remove(scratch);
    return tap_done();
}
