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

enum { RUNS = 3, EPOCHS = 5, STEPS = 20, SQL_ROWS = 5, SQL_COLUMNS = 7 };

#define MOUSE 0xff /* a byte before a button, a line and a cell */

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

/* A statement has rows of every kind of value, or is wrong somewhere. */
static void answer(struct ui_model *model, const struct ui_want *want)
{
    static const char *names[SQL_COLUMNS];
    static struct row_value values[SQL_ROWS * SQL_COLUMNS];
    for (int c = 0; c < SQL_COLUMNS; c++)
        names[c] = rows[c % RUNS].backbone;
    for (int i = 0; i < SQL_ROWS * SQL_COLUMNS; i++) {
        struct run_row *r = &rows[i % RUNS];
        values[i] = (struct row_value){.kind = (enum row_value_kind)(i % (ROW_VALUE_BLOB + 1)),
                                       .whole = r->seed,
                                       .real = r->learning_rate};
        if (values[i].kind == ROW_VALUE_TEXT || values[i].kind == ROW_VALUE_BLOB) {
            values[i].bytes = r->state_text;
            values[i].count = strlen(r->state_text);
            values[i].whole = (int64_t)values[i].count + (r->fold & 1);
        }
    }
    bool wrong = rows[0].epochs & 1;
    model->sql = (struct ui_sql){.number = want->run,
                                 .done = !(rows[0].epochs & 2),
                                 .names = names,
                                 .n_columns = wrong ? 0 : SQL_COLUMNS,
                                 .values = values,
                                 .n_rows = wrong ? 0 : SQL_ROWS,
                                 .more = rows[0].epochs & 4,
                                 .seconds = rows[0].learning_rate,
                                 .problem = wrong ? rows[0].state_text : "",
                                 .problem_at = (size_t)(rows[0].seed & 7)};
    if (model->sql.problem_at > strlen(want->text))
        model->sql.problem_at = UI_NOWHERE;
    model->sql_file = (struct ui_sql_file){.number = want->run,
                                           .done = true,
                                           .exists = rows[0].batch & 1,
                                           .seconds = rows[0].best_pc,
                                           .path = rows[0].name,
                                           .problem = rows[1].name};
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
        else if (wants[i].kind == UI_WANT_SQL)
            answer(model, &wants[i]);
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
    const struct ui_name names[] = {{rows[0].name, "", "table"},
                                    {rows[0].name, rows[0].loss, "REAL"},
                                    {"run", "", "view"},
                                    {"run", "id", ""}};
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
                             .launch_problem = "",
                             .names = names,
                             .n_names = 4,
                             .has_history = true};
    show(ui, &model);
    for (size_t i = 0; i < count && i < 400; i++) {
        struct ui_action action;
        if (bytes[i] == MOUSE && i + 3 < count) {
            ui_test_mouse(ui, bytes[i + 1], bytes[i + 2] & 0x3f, bytes[i + 3], bytes[i + 2] & 0x80);
            i += 3;
        } else {
            ui_test_key(ui, bytes[i] < 0x80 ? bytes[i] : 0400 + bytes[i] % 0x80);
        }
        ui_key(ui, &model, &action);
        if (action.kind == UI_QUIT)
            break;
        show(ui, &model);
    }
    ui_close(ui);
    return 0;
}
