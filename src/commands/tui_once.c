/* tui_once.c - a view as text on standard output: the screen's own drawing, on no terminal.
 *
 * It is drawn until there is nothing more that it wants: what a view wants may depend on what has
 * come, and on how much room there is for it.
 */
#include "src/commands/tui_once_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "src/model.h"
#include "src/output.h"
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MOST_CELLS 1000  /* either way */
#define MOST_FRAMES 100  /* views ask a few times at most */
#define USUAL_COLUMNS 80 /* as terminals began */
#define USUAL_ROWS 24

struct once {
    struct db *db;
    FILE *in, *out; /* /dev/null */
    struct model *model;
    struct ui *ui;
};

/* --- the size --- */

static bool is_size(int64_t columns, int64_t rows)
{
    return columns >= UI_LEAST_COLUMNS && columns <= MOST_CELLS && rows >= UI_LEAST_ROWS &&
           rows <= MOST_CELLS;
}

static int read_size(const char *text, int *columns, int *rows, struct err *e)
{
    char width[OPT_TEXT_BYTES];
    int64_t across, down;
    str_copy(width, sizeof width, text);
    char *height = strchr(width, 'x');
    if (height)
        *height++ = '\0';
    if (!height || str_to_int(width, &across) || str_to_int(height, &down) ||
        !is_size(across, down))
        return err_set(e, ERR_USAGE,
                       "option 'size': '%.40s' is no size in cells, from %dx%d to %dx%d", text,
                       UI_LEAST_COLUMNS, UI_LEAST_ROWS, MOST_CELLS, MOST_CELLS);
    *columns = (int)across;
    *rows = (int)down;
    return 0;
}

/* What the environment says, else the terminal, else the usual; as far as it can be. */
static int usual(const char *variable, int of_terminal, int otherwise, int least)
{
    const char *text = getenv(variable);
    int64_t cells;
    if (!text || str_to_int(text, &cells) || cells < 1)
        cells = of_terminal > 0 ? of_terminal : otherwise;
    return cells < least ? least : cells > MOST_CELLS ? MOST_CELLS : (int)cells;
}

static int find_size(const char *size, struct ui_options *to, struct err *e)
{
    struct winsize terminal = {.ws_row = 0};
    if (size[0])
        return read_size(size, &to->columns, &to->rows, e);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &terminal))
        terminal = (struct winsize){.ws_row = 0};
    to->columns = usual("COLUMNS", terminal.ws_col, USUAL_COLUMNS, UI_LEAST_COLUMNS);
    to->rows = usual("LINES", terminal.ws_row, USUAL_ROWS, UI_LEAST_ROWS);
    return 0;
}

/* --- opening --- */

/* What it would be written to is of no account: the first type that is known here. */
static int open_screen(struct once *o, struct ui_options *options, struct err *e)
{
    static const char *const types[] = {"xterm-256color", "xterm", "vt100", "linux", "ansi"};
    int failed = -1;
    for (size_t i = 0; failed && i < sizeof types / sizeof *types; i++) {
        options->term = types[i];
        failed = ui_open(&o->ui, options, e);
    }
    return failed;
}

static int open_parts(struct once *o, const struct invocation *in, const char *size, struct err *e)
{
    struct run_config defaults;
    struct ui_options options = {.theme = UI_THEME_MONO, .launch = &defaults};
    config_defaults(&defaults);
    if (find_size(size, &options, e) || output_open_db(in, &o->db, e) ||
        model_open(&o->model, db_path(o->db), false, e))
        return -1;
    options.in = o->in = fopen("/dev/null", "r");
    options.out = o->out = fopen("/dev/null", "w");
    if (!o->in || !o->out)
        return err_set(e, ERR_IO, "/dev/null cannot be opened");
    return open_screen(o, &options, e);
}

static void close_parts(struct once *o)
{
    model_close(o->model);
    ui_close(o->ui);
    if (o->in)
        fclose(o->in);
    if (o->out)
        fclose(o->out);
    db_close(o->db);
}

/* --- drawing --- */

/* The form asks whether its settings could be launched. */
static void answer(struct once *o, const struct ui_action *action)
{
    struct run_config config;
    struct data_facts facts;
    struct err e;
    if (action->kind != UI_CHECK)
        return;
    config = action->configs[0];
    int failed = session_check(&config, &facts, &e);
    model_checked(o->model, failed ? e.text : "", &facts);
}

static void settle(struct once *o)
{
    struct ui_want wants[UI_MOST_WANTS];
    struct ui_action action;
    size_t n = ui_wants(o->ui, wants);
    model_want(o->model, wants, n);
    for (int frame = 0; frame < MOST_FRAMES; frame++) {
        model_settle(o->model);
        if (ui_due(o->ui, model_view(o->model), &action))
            answer(o, &action);
        ui_draw(o->ui, model_view(o->model));
        n = ui_wants(o->ui, wants);
        if (!model_want(o->model, wants, n))
            return;
    }
}

static int print(struct once *o, struct err *e)
{
    struct str text;
    const struct ui_model *m = model_view(o->model);
    str_init(&text);
    ui_dump(o->ui, &text);
    int failed = text.failed ? mem_error(e, "the view as text", text.length) : 0;
    if (!failed)
        fputs(text.text, stdout);
    if (!failed && m->message_is_error)
        failed = err_set(e, ERR_IO, "%s", m->message);
    str_fini(&text);
    return failed;
}

/* The list of runs first: from it a view knows what to show. */
static int show(struct once *o, const struct invocation *in, int view, struct err *e)
{
    int64_t *runs = NULL;
    size_t n = 0;
    if (in->n_arguments &&
        output_find_runs(o->db, in->arguments, (size_t)in->n_arguments, &runs, &n, e))
        return -1;
    settle(o);
    int failed = ui_show(o->ui, model_view(o->model), view, runs, n, e);
    if (!failed) {
        settle(o);
        failed = print(o, e);
    }
    mem_free(runs);
    return failed;
}

int tui_once(const struct invocation *in, int view, const char *size)
{
    struct once o = {.db = NULL};
    struct err e;
    int failed = open_parts(&o, in, size, &e) || show(&o, in, view, &e);
    close_parts(&o);
    return failed ? command_fail(&e) : EXIT_GOOD;
}
