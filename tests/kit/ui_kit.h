/* ui_kit.h - a made-up model for the screen's tests: a few runs, one of them training.
 * Everything is a formula, so that screens can be compared with stored ones. */
#ifndef COMBOLAB_TESTS_KIT_UI_KIT_H
#define COMBOLAB_TESTS_KIT_UI_KIT_H

#include "ui/ui.h"

#define FIXTURE_EPOCHS 400

struct fixture {
    struct run_row *rows; /* whose texts */
    struct ui_run *runs;  /* these have */
    struct epoch_row epochs[FIXTURE_EPOCHS];
    struct term_row terms[ROW_MAX_TERMS];
    struct option_row options[4];
    struct log_row log[12];
    struct snapshot snapshots[2];
    struct snapshot_steps steps;
    struct ui_compared compared[UI_MOST_COMPARED];
    struct compare_option compared_options[UI_MOST_COMPARED][3];
    struct alike_row alike[UI_MOST_COMPARED];
    char compared_values[UI_MOST_COMPARED][2][24];
    struct ui_model model;
};

/* `n` runs, newest first, run n at the top; the first ones have every state. Freed by fixture_free.
 */
struct fixture *fixture_new(int n);
void fixture_free(struct fixture *f);

/* Opens the run of that number: `done` epochs of `planned` with the terms of ComboLoss. It trains,
 * in this process, when `live`. */
void fixture_open(struct fixture *f, int id, int done, int planned, bool live);

/* Gives the screen what it wants to compare: `epochs` of each run, each with its own curve; of the
 * fourth run some figures are not finite. */
void fixture_compare(struct fixture *f, const struct ui *ui, int epochs);

/* Tells which runs are alike but for the seed, three kinds of them, and but for the fold. At most
 * UI_MOST_COMPARED runs. */
void fixture_alike(struct fixture *f);

/* Says that something of the runs is another now. */
void fixture_changed(struct fixture *f);

/* The run whose rows the screen wants, 0 = none. */
int64_t fixture_wanted(const struct ui *ui);

/* Another process trains run `id`, which is at that epoch and has done so many steps of 500 of it.
 * None: it decodes images. After fixture_open. */
void fixture_elsewhere(struct fixture *f, int id, int epoch, int done);

/* As with --eval-every and --select val. After fixture_open. */
void fixture_evaluate(struct fixture *f, int every);

#endif
