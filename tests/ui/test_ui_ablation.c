/* test_ui_ablation.c - the view of ablations: whole screens against tests/golden/ui_ablation_*.txt,
 * and what its keys do. */
#include "base/mem.h"
#include "results/ablation_tables.h"
#include "tests/kit/ui_golden.h"

#include <curses.h>
#include <math.h>

#define RUNS 40

/* An experiment of two nets, five losses and three seeds, of which some are not finished. */
struct made {
    struct fixture *f;
    struct run_row runs[RUNS];
    size_t n;
    struct ui_ablation of;
    struct ablation *ablation;
    struct ui_needed needed;
    struct table *table; /* of it */
};

static void add(struct made *m, const char *loss, const char *net, int seed, double pc)
{
    struct run_row *r = &m->runs[m->n];
    bool combo = !strcmp(loss, "combo");
    *r = m->f->rows[3]; /* a finished one */
    r->id = 101 + (int64_t)m->n++;
    str_copy(r->experiment, sizeof r->experiment, "losses");
    str_copy(r->loss, sizeof r->loss, loss);
    str_copy(r->backbone, sizeof r->backbone, net);
    str_copy(r->protocol, sizeof r->protocol, "60-40");
    r->fold = 0;
    r->alpha = combo ? 2 : NAN;
    r->beta = r->gamma = combo ? 1 : NAN;
    r->learning_rate = combo ? 0.001 : 0.01;
    r->seed = seed;
    r->started = 1000;
    r->ended = 4000;
    r->last_pc = pc;
    r->last_mae = 1.1 - pc;
    r->last_rmse = 1.2 - pc;
    r->best_pc = pc + 0.004;
    r->best_mae = 1.094 - pc;
    r->best_rmse = 1.195 - pc;
}

static void add_runs(struct made *m)
{
    static const char *const losses[] = {"l1", "mse", "smooth-l1", "smooth-huber", "combo"};
    static const char *const nets[] = {"resnet18", "se-resnext50"};
    for (int net = 0; net < 2; net++)
        for (int loss = 0; loss < 5; loss++)
            for (int seed = 1; seed <= 3; seed++)
                add(m, losses[loss], nets[net], seed,
                    0.881 + 0.01 * net + 0.003 * loss + 0.001 * (seed * (loss + 2) % 3));
    str_copy(m->runs[29].state, sizeof m->runs->state, "running");
    str_copy(m->runs[28].state, sizeof m->runs->state, "failed");
    str_copy(m->runs[22].state, sizeof m->runs->state, "diverged");
}

static int scores(void *context, int64_t run, int epoch, struct ablation_scores *to, struct err *e)
{
    (void)context;
    (void)epoch;
    to->predicted = mem_alloc(3, sizeof(double));
    to->truth = mem_alloc(3, sizeof(double));
    if (!to->predicted || !to->truth)
        return mem_error(e, "scores", 24);
    for (to->n = 0; to->n < 3; to->n++)
        to->predicted[to->n] = (to->truth[to->n] = (double)to->n) + 0.01 * (double)(run % 4);
    return 0;
}

/* As the model does when one has come. */
static void show(struct made *m, enum ablation_at at, const char *baseline)
{
    static const struct reference_row published[] = {{"table 5", "SCUT-FBP5500", "60/40",
                                                      "ResNet18", "mse", NAN, NAN, NAN, 0.2313,
                                                      0.3054, 0.8946, ""}};
    const struct rows_list list = {row_run_columns, m->runs, m->n, sizeof *m->runs, 5000};
    const struct ablation_source source = {.experiment = "losses",
                                           .runs = &list,
                                           .references = published,
                                           .n_references = 1,
                                           .scores = scores};
    const struct ablation_choice choice = {
        .at = at, .baseline = baseline, .level = 0.95, .looks = &ablation_usual_looks};
    struct err e;
    ablation_free(m->ablation);
    if (ablation_make(&m->ablation, &source, &choice, &e))
        diag("%s", e.text);
    m->of = (struct ui_ablation){.at = at};
    str_copy(m->of.experiment, sizeof m->of.experiment, "losses");
    str_copy(m->of.baseline, sizeof m->of.baseline, baseline);
    m->f->model.ablation = m->ablation;
    m->f->model.ablation_of = &m->of;
    m->f->model.ablation_version++;
}

/* As the model does when the runs that it wants are known. */
static void show_needed(struct made *m)
{
    static struct run_config configs[RUNS * 10];
    struct err e;
    table_free(m->table);
    if (ablation_table_missing(&m->table, m->ablation, &e))
        diag("%s", e.text);
    m->needed = (struct ui_needed){.of = m->of,
                                   .table = m->table,
                                   .configs = configs,
                                   .n = m->ablation->n_missing,
                                   .seconds = ablation_missing_s(m->ablation),
                                   .looks = {"3,5,8,12", "pocock", 0},
                                   .to_retry = m->ablation->to_retry,
                                   .problem = ""};
    m->f->model.needed = &m->needed;
}

static struct made *made_new(void)
{
    static const char *const names[] = {"losses", "another"};
    struct made *m = mem_alloc(1, sizeof *m);
    m->f = fixture_new(8);
    for (int i = 0; i < 8; i++)
        m->f->runs[i].experiment = i < 5 ? names[0] : names[1];
    return m;
}

static void made_free(struct made *m)
{
    ablation_free(m->ablation);
    table_free(m->table);
    fixture_free(m->f);
    mem_free(m);
}

static void screen_of(int rows, int columns, const char *name)
{
    struct made *m = made_new();
    struct ui *ui = open_ui(rows, columns, UI_CHART_AUTO);
    add_runs(m);
    show(m, ABLATION_LAST, "");
    PRESS(ui, m->f, '4', KEY_DOWN, KEY_DOWN);
    is_screen(ui, name);
    ui_close(ui);
    made_free(m);
}

static void test_sizes(void)
{
    screen_of(60, 200, "ablation_200x60");
    screen_of(24, 80, "ablation_80x24");
    screen_of(15, 60, "ablation_60x15");
}

/* M asks, over the table, and y alone queues. */
static void question_at(int rows, int columns, const char *name)
{
    struct made *m = made_new();
    struct ui *ui = open_ui(rows, columns, UI_CHART_AUTO);
    add_runs(m);
    show(m, ABLATION_LAST, "");
    show_needed(m);
    PRESS(ui, m->f, '4', 'M');
    is_screen(ui, name);
    ui_close(ui);
    made_free(m);
}

static bool wants_needed(struct ui *ui)
{
    struct ui_want wants[UI_MOST_WANTS];
    for (size_t n = ui_wants(ui, wants); n-- > 0;)
        if (wants[n].kind == UI_WANT_NEEDED)
            return true;
    return false;
}

static void test_needed(void)
{
    question_at(60, 200, "ablation_needed_200x60");
    question_at(24, 80, "ablation_needed_80x24");
    question_at(15, 60, "ablation_needed_60x15");
    struct made *m = made_new();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    add_runs(m);
    show(m, ABLATION_LAST, "");
    PRESS(ui, m->f, '4');
    ok(!wants_needed(ui), "nothing is asked for before M");
    PRESS(ui, m->f, 'M');
    ok(wants_needed(ui), "M asks for what is missing");
    is_int(PRESS(ui, m->f, 'y').kind, UI_NONE, "which is not queued before it is known");
    is_screen(ui, "ablation_needed_reading");
    show_needed(m);
    is_int(PRESS(ui, m->f, 'q').kind, UI_NONE, "q leaves the question, and not the program");
    is_int(PRESS(ui, m->f, 'y').kind, UI_NONE, "after which y means nothing");
    struct ui_action a = PRESS(ui, m->f, 'M', KEY_DOWN, 'v', 'y');
    ok(a.kind == UI_QUEUE && a.n_configs == m->ablation->n_missing &&
           !strcmp(a.looks->seeds, "3,5,8,12"),
       "y queues them, with their looks");
    ok(!wants_needed(ui), "and the question goes");
    m->needed.problem = "run 3, whose settings other seeds would take, was brought in from b.csv";
    PRESS(ui, m->f, 'M');
    is_screen(ui, "ablation_needed_problem");
    is_int(PRESS(ui, m->f, 'y').kind, UI_NONE, "what cannot be is not");
    m->f->model.can_train = false;
    PRESS(ui, m->f, 27, 'M');
    ok(!wants_needed(ui), "a screen that only watches does not ask");
    ui_close(ui);
    made_free(m);
}

static bool wants_ablation(struct ui *ui, struct ui_ablation *to)
{
    struct ui_want wants[UI_MOST_WANTS];
    for (size_t n = ui_wants(ui, wants); n-- > 0;)
        if (wants[n].kind == UI_WANT_ABLATION) {
            *to = wants[n].ablation;
            return true;
        }
    return false;
}

static void test_keys(void)
{
    struct made *m = made_new();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    struct ui_ablation wanted;
    add_runs(m);
    PRESS(ui, m->f, '4');
    ok(wants_ablation(ui, &wanted) && !strcmp(wanted.experiment, "losses") &&
           wanted.at == ABLATION_LAST,
       "it wants the experiment of the selected run");
    is_screen(ui, "ablation_reading");
    show(m, ABLATION_LAST, "");
    PRESS(ui, m->f, KEY_RIGHT, KEY_RIGHT, KEY_END, '=');
    is_screen(ui, "ablation_behind");
    PRESS(ui, m->f, 27, 'v', 'v', 'B', KEY_HOME);
    ok(wants_ablation(ui, &wanted) && !strcmp(wanted.baseline, "combo 2,1,1"),
       "B makes the selected row the baseline");
    show(m, ABLATION_LAST, "combo 2,1,1");
    PRESS(ui, m->f, KEY_LEFT);
    is_screen(ui, "ablation_baseline");
    PRESS(ui, m->f, 'e', 'I');
    ok(wants_ablation(ui, &wanted) && wanted.at == ABLATION_BEST && wanted.bootstrap,
       "e asks for the best epoch, I for the test images");
    PRESS(ui, m->f, '\t');
    ok(wants_ablation(ui, &wanted) && !strcmp(wanted.experiment, "another") && !wanted.baseline[0],
       "Tab goes to the next experiment");
    PRESS(ui, m->f, '\t', KEY_BTAB);
    ok(wants_ablation(ui, &wanted) && !strcmp(wanted.experiment, "losses"), "Shift-Tab back");
    ui_close(ui);
    made_free(m);
}

static void test_mouse(void)
{
    struct made *m = made_new();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    add_runs(m);
    PRESS(ui, m->f, '4');
    show(m, ABLATION_LAST, "");
    mouse(ui, &m->f->model, 0, 6, 42);
    ok(on_screen(ui, "smooth-huber · se-resnext50"), "a click selects a cell");
    mouse(ui, &m->f->model, 64, 6, 42);
    ok(on_screen(ui, "l1 · se-resnext50"), "the wheel goes up");
    mouse(ui, &m->f->model, 0, 3, 17);
    mouse(ui, &m->f->model, 0, 3, 17);
    ok(on_screen(ui, "[1 Runs]"), "a double click lists the cell's runs");
    ui_close(ui);
    made_free(m);
}

static void test_filter(void)
{
    struct made *m = made_new();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    add_runs(m);
    for (size_t i = 0; i < m->n; i++)
        m->runs[i].id -= 100; /* some of which are in the list */
    show(m, ABLATION_LAST, "");
    PRESS(ui, m->f, '4', KEY_DOWN, '\n');
    is_screen(ui, "ablation_runs");
    ui_close(ui);
    made_free(m);
}

static void test_few(void)
{
    struct fixture *f = fixture_new(0);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '4', KEY_DOWN, '\n', '=', 'B', 'v', '\t');
    is_screen(ui, "ablation_empty");
    ui_close(ui);
    fixture_free(f);
    struct made *m = made_new();
    ui = open_ui(24, 80, UI_CHART_AUTO);
    add(m, "mse", "resnet18", 1, 0.9);
    show(m, ABLATION_LAST, "");
    PRESS(ui, m->f, '4');
    is_screen(ui, "ablation_one_run");
    ui_close(ui);
    made_free(m);
}

/* Names that try to move the cursor, and long ones; figures that are none. */
static void test_hostile(void)
{
    struct made *m = made_new();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    add_runs(m);
    for (int i = 0; i < 3; i++) {
        memset(m->runs[i].backbone, 'n', sizeof m->runs->backbone - 1);
        str_copy(m->runs[i].loss, sizeof m->runs->loss, "\033[31mred\033[0m\r\n\xe6\xbc\xa2");
        m->runs[i].last_pc = i ? NAN : 1e300;
        m->runs[i].last_mae = -1e-300;
    }
    show(m, ABLATION_LAST, "");
    PRESS(ui, m->f, '4');
    is_screen(ui, "ablation_hostile");
    for (int rows = 15; rows < 60; rows += 7)
        for (int i = 0; i < 12; i++)
            PRESS(ui, m->f, KEY_RIGHT, KEY_DOWN, '=', 'v', KEY_NPAGE, KEY_PPAGE, '\t');
    ui_close(ui);
    made_free(m);
}

/* The locale that knows no character above 127. */
static void test_c(void)
{
    if (!setlocale(LC_ALL, "C"))
        return;
    setenv("NO_COLOR", "1", 1);
    screen_of(24, 80, "ablation_c_80x24");
    screen_of(60, 200, "ablation_c_200x60");
    unsetenv("NO_COLOR");
    setlocale(LC_ALL, "C.UTF-8");
}

int main(void)
{
    if (golden_begin()) {
        test_sizes();
        test_keys();
        test_needed();
        test_mouse();
        test_filter();
        test_few();
        test_hostile();
        test_c();
        golden_end();
    }
    return tap_done();
}
