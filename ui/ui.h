/* ui.h - the screen. The only room that knows curses; it shows a model and turns keys into actions.
 *
 * It starts nothing and fetches nothing: src/ fills a `struct ui_model` from database rows and the
 * engine's snapshot, calls ui_draw, polls the keyboard, calls ui_key until it returns 0, and
 * carries out the actions. All calls from one thread.
 */
#ifndef COMBOLAB_UI_UI_H
#define COMBOLAB_UI_UI_H

#include "db/rows.h"
#include "engine/config.h"
#include "engine/event.h"

#include <stdbool.h>
#include <stdio.h>

struct ui;
struct err;
struct str;

enum ui_chart_style { UI_CHART_AUTO, UI_CHART_BRAILLE, UI_CHART_BLOCK, UI_CHART_ASCII };

struct ui_options {
    FILE *in, *out;                  /* the terminal; NULL = stdin, stdout */
    const char *term;                /* NULL = $TERM */
    int rows, columns;               /* fixed size for tests; 0 = ask the terminal */
    enum ui_chart_style charts;      /* AUTO: braille in UTF-8 locales, else ASCII */
    bool no_colour;                  /* also when $NO_COLOR is set and not empty */
    const struct run_config *launch; /* what the launch form starts with; copied */
};

/* Everything on screen comes from here. Borrowed during ui_draw and ui_key. */
struct ui_model {
    const char *db_path;
    double now;                 /* seconds since 1970 */
    const struct run_row *runs; /* newest first */
    size_t n_runs;
    /* the opened run: its rows, or run == NULL while none is open or it is gone */
    const struct run_row *run;
    const struct epoch_row *epochs;
    size_t n_epochs;
    const struct term_row *terms;
    size_t n_terms;
    const struct option_row *options;
    size_t n_options;
    const struct log_row *log;
    size_t n_log;
    struct snapshot live; /* of this process's engine; live.run says which run */
    bool can_train;       /* false in --watch: launching is refused */
    const char *message;  /* one line for the status bar: last error or news, or "" */
    bool message_is_error;
    const char *launch_problem; /* answer to the last UI_CHECK, "" = none */
};

enum ui_action_kind {
    UI_NONE,
    UI_OPEN,   /* show run `run`: fetch its rows */
    UI_CLOSE,  /* back to the list */
    UI_CHECK,  /* can `config` be launched? the answer is ui_model.launch_problem */
    UI_LAUNCH, /* insert `config` as a queued run, and when that is done call ui_launched */
    UI_PAUSE,
    UI_RESUME,  /* a paused run */
    UI_REQUEUE, /* an ended run goes on: put it into the queue again */
    UI_STOP,
    UI_CHECKPOINT,
    UI_DELETE,
    UI_QUIT, /* confirmed, if it had to be */
};

struct ui_action {
    enum ui_action_kind kind;
    int64_t run;
    struct run_config config; /* UI_LAUNCH, UI_CHECK */
};

/* Takes the terminal. Messages: unknown TERM, not a terminal. */
int ui_open(struct ui **out, const struct ui_options *options, struct err *e);

/* Gives the terminal back as it was; NULL is allowed. */
void ui_close(struct ui *ui);

/* One frame, one doupdate. Handles a changed terminal size. */
void ui_draw(struct ui *ui, const struct ui_model *model);

/* Takes one pending key without waiting: 1 when there was one (the action may be UI_NONE), 0 when
 * not. -1 at end of input. */
int ui_key(struct ui *ui, const struct ui_model *model, struct ui_action *out);

/* The run of a UI_LAUNCH is in the database: leaves the form for the list, where it becomes
 * selected as soon as the model has it. */
void ui_launched(struct ui *ui, int64_t run);

/* Tests: gives a key by its curses code; and the screen as UTF-8 text, a line a row. */
void ui_test_key(struct ui *ui, int key);
void ui_test_dump(struct ui *ui, struct str *out);

/* Keys and their meaning from the request table, as an mdoc list: for the manual page. */
void ui_mdoc(struct str *out);

#endif
