/* fuzz_screen.c - any keys on screens of runs whose texts and figures are any bytes. The first
 * bytes are the rows, the rest is typed; the terminal's size is theirs too. */
#include "base/err.h"
#include "base/mem.h"
#include "base/opt.h"
#include "ui/ui.h"

#include <limits.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum { RUNS = 3, EPOCHS = 5, STEPS = 20 };

static struct run_row *rows;
static struct epoch_row *epochs;
static FILE *in, *out;

/* Bytes over a row; then every text ends, as the reader of rows sees to. */
static void spread(void *row, size_t room, const uint8_t **bytes, size_t *count)
{
    size_t put = *count < room ? *count : room;
    memcpy(row, *bytes, put);
    *bytes += put;
    *count -= put;
}

#define END(field) field[sizeof field - 1] = '\0'

static void end_texts(struct run_row *r)
{
    END(r->name), END(r->experiment), END(r->state), END(r->state_text), END(r->data);
    END(r->protocol), END(r->backbone), END(r->loss), END(r->select), END(r->host);
    END(r->program), END(r->library), END(r->device), END(r->data_hash), END(r->precision);
    memset(&r->anew, 0, sizeof r->anew); /* a bool is 0 or 1 */
    r->curve.n = (int)((unsigned)r->curve.n % (ROW_CURVE_POINTS + 1));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    setlocale(LC_CTYPE, "C.UTF-8");
    in = fopen("/dev/null", "r");
    out = fopen("/dev/null", "w");
    rows = calloc(RUNS, sizeof *rows);
    epochs = calloc(EPOCHS, sizeof *epochs);
    return in && out && rows && epochs ? 0 : -1;
}

/* What the newest run does at present: as the reader of the file lets it be, which is numbers in
 * their ranges and figures of any kind. */
static void make_now(struct snapshot *now, struct snapshot_steps *steps, const uint8_t **bytes,
                     size_t *count)
{
    spread(&now->step, 2 * sizeof now->step, bytes, count);
    spread(&now->total, 6 * sizeof now->total, bytes, count);
    now->run = RUNS;
    now->phase = (enum snapshot_phase)((uint64_t)now->step % (SNAPSHOT_SAVING + 1));
    now->step &= INT64_MAX;
    now->steps &= INT64_MAX;
    now->epoch = now->epochs = (int)(now->steps & INT_MAX);
    steps->run = RUNS;
    steps->epoch = now->epoch;
    steps->each = 1 + (int)(now->step % 5);
    steps->n = (int)(now->step % STEPS);
    for (int i = 0; i < steps->n; i++) {
        spread(&steps->at[i].total, 4 * sizeof steps->at[i].total, bytes, count);
        steps->at[i].step = i + 1 + (now->epoch & (INT_MAX - STEPS));
    }
}

/* With the rows of the run that is on screen. */
static void show(struct ui *ui, struct ui_model *model)
{
    struct ui_want wants[UI_MOST_WANTS];
    size_t n = ui_wants(ui, wants);
    model->rows_of = 0;
    for (size_t i = 0; i < n; i++)
        if (wants[i].kind == UI_WANT_RUN)
            model->rows_of = wants[i].run;
    ui_draw(ui, model);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct ui_run runs[RUNS];
    struct run_config config;
    struct ui *ui;
    struct err e;
    if (count < 2 || opt_defaults(&config_options, &config, &e))
        return 0;
    struct ui_options options = {.in = in,
                                 .out = out,
                                 .term = "xterm-256color",
                                 .rows = 2 + bytes[0] % 60,
                                 .columns = 2 + bytes[1] % 200,
                                 .launch = &config};
    bytes += 2;
    count -= 2;
    for (int i = 0; i < RUNS; i++) {
        spread(&rows[i], sizeof rows[i], &bytes, &count);
        end_texts(&rows[i]);
        rows[i].id = RUNS - i;
        runs[i] = ui_run_of(&rows[i]);
    }
    for (int i = 0; i < EPOCHS; i++) {
        size_t figures = sizeof epochs[i].train; /* no bools there */
        spread(&epochs[i].train, figures, &bytes, &count);
        spread(&epochs[i].test, figures, &bytes, &count);
        epochs[i].epoch = i + 1;
        epochs[i].tested = true;
    }
    static struct snapshot_steps steps;
    struct snapshot now = {.run = 0};
    make_now(&now, &steps, &bytes, &count);
    if (ui_open(&ui, &options, &e))
        return 0;
    struct ui_model model = {.db_path = "fuzz.db",
                             .runs = runs,
                             .n_runs = RUNS,
                             .epochs = epochs,
                             .n_epochs = EPOCHS,
                             .moves = true,
                             .snapshots = &now,
                             .n_snapshots = 1,
                             .steps = &steps,
                             .can_train = true,
                             .message = "",
                             .launch_problem = ""};
    show(ui, &model);
    for (size_t i = 0; i < count && i < 400; i++) {
        struct ui_action action;
        ui_test_key(ui, bytes[i] < 0x80 ? bytes[i] : 0400 + bytes[i] % 0x80);
        ui_key(ui, &model, &action);
        if (action.kind == UI_QUIT)
            break;
        show(ui, &model);
    }
    ui_close(ui);
    return 0;
}
