/* tui.c - combolab without a subcommand: the screen.
 *
 * The main thread sleeps in ppoll on the keyboard and the session's wake-up; only while a run is in
 * progress, of this process or another, a timer has its figures fetched and drawn. Signals are
 * blocked but for that sleep, so that a resize or a termination that comes just before it is not
 * slept over (tui_guard_priv.h). What keys ask for is done in tui_act.c.
 *
 * Runs are trained here that were asked for on this screen; those that are queued wait for that.
 * Leaving, what trains here stops, or goes on in a worker of its own (detach.h), which is started
 * once the terminal is given back and the run is in the queue again.
 */
#include "src/command.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "src/commands/tui_guard_priv.h"
#include "src/commands/tui_once_priv.h"
#include "src/commands/tui_priv.h"
#include "src/detach.h"
#include "src/drawer.h"
#include "src/keeper.h"
#include "src/layout_file.h"
#include "src/model.h"
#include "src/preferences_file.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PAUSED_MS 1000

struct tui_options {
    bool watch;
    int theme; /* enum ui_theme */
    bool mouse;
    int pictures; /* enum ui_pictures_as */
    int once;     /* a view to be printed, as UI_VIEWS counts from 1 on; 0 = none */
    char size[OPT_TEXT_BYTES];
};

#define VIEW_NAME(name) #name,
static const char *const once[] = {"none", UI_VIEWS(VIEW_NAME) NULL};
#undef VIEW_NAME

static const char *const pictures[] = {
    [UI_PICTURES_AUTO] = "auto",   [UI_PICTURES_BLOCKS] = "blocks", [UI_PICTURES_KITTY] = "kitty",
    [UI_PICTURES_SIXEL] = "sixel", [UI_PICTURES_NONE] = "none",     [UI_PICTURES_NONE + 1] = NULL};

static const struct opt options[] = {
    {"watch", 'w', OPT_FLAG, offsetof(struct tui_options, watch), 0, 0, "no", NULL, "", "Screen",
     "only look: train nothing in this process"},
    {"theme", 0, OPT_CHOICE, offsetof(struct tui_options, theme), 0, 0, "auto", ui_theme_names, "",
     "Screen", "colours: for a dark or a light background, for any, of high contrast, or none"},
    {"mouse", 0, OPT_FLAG, offsetof(struct tui_options, mouse), 0, 0, "yes", NULL, "", "Screen",
     "use the mouse; --no-mouse leaves it to the terminal, to select and copy text"},
    {"pictures", 0, OPT_CHOICE, offsetof(struct tui_options, pictures), 0, 0, "auto", pictures, "",
     "Screen", "test images as pictures of the terminal, or made of characters"},
    {"once", 0, OPT_CHOICE, offsetof(struct tui_options, once), 0, 0, "none", once, "", "Screen",
     "print this view of the screen as text, once all that it shows has been read"},
    {"size", 0, OPT_TEXT, offsetof(struct tui_options, size), 0, 0, "", NULL, "cells", "Screen",
     "how large --once draws it, such as 120x40; empty means $COLUMNS and $LINES, else the "
     "terminal, else 80x24"},
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

/* --- the loop --- */

static void refresh(struct tui *t)
{
    struct snapshot now;
    int64_t before = t->changes.current;
    session_changes(t->session, &t->changes);
    tui_take_answers(t);
    model_changed(t->model, &t->changes);
    t->draws |= model_take(t->model) || t->changes.current != before || t->changes.trouble[0];
    if (t->changes.trouble[0])
        model_say(t->model, true, t->changes.trouble);
    session_snapshot(t->session, &now);
    model_live(t->model, &now);
}

/* Once, when all runs are known: those that were queued elsewhere are not begun unasked. */
static void say_queued(struct tui *t)
{
    const struct ui_model *m = model_view(t->model);
    char text[120];
    size_t n = 0;
    if (t->told_queued || m->reading_runs || !m->can_train)
        return;
    t->told_queued = true;
    for (size_t i = 0; i < m->n_runs; i++)
        n += run_state_of_name(m->runs[i].state) == RUN_QUEUED;
    if (!n)
        return;
    snprintf(text, sizeof text,
             "%zu %s in the queue: r trains %s here, `combolab work` without a screen", n,
             n > 1 ? "runs wait" : "run waits", n > 1 ? "them" : "it");
    model_say(t->model, false, text);
    t->draws = true;
}

/* What the view on screen wants done, now that something has come. */
static void do_due(struct tui *t)
{
    struct ui_action action;
    if (ui_due(t->ui, model_view(t->model), &action))
        tui_act(t, &action);
}

static void want(struct tui *t)
{
    struct ui_want wants[UI_MOST_WANTS];
    size_t n = ui_wants(t->ui, wants);
    model_want(t->model, wants, n);
}

static void take_keys(struct tui *t)
{
    struct ui_action action = {0};
    int got;
    while (!t->quits && (got = ui_key(t->ui, model_view(t->model), &action))) {
        if (got < 0) { /* the terminal is gone */
            t->quits = true;
            return;
        }
        model_say(t->model, false, "");
        t->n_keys++;
        tui_act(t, &action);
        action.kind = UI_NONE;
        t->draws = true;
    }
}

static void take_signals(struct tui *t)
{
    struct tui_signals came = tui_guard_came();
    if (came.end)
        t->quits = true;
    if (came.stopped)
        ui_redraw(t->ui);
    if (came.interrupt && !ui_interrupt(t->ui, model_view(t->model)))
        model_say(t->model, false, "press q to leave combolab");
    if (came.checkpoint && t->changes.current)
        tui_act(t, &(struct ui_action){.kind = UI_CHECKPOINT, .run = t->changes.current});
}

/* Rows that another process changed are not there yet when the session says so: the reader will
 * say when they are, and until then there is nothing else to draw. So it is with what the timer has
 * fetched; a view that shows nothing of it is drawn for the header's sake. */
static void wait_for_news(struct tui *t)
{
    struct pollfd fds[5] = {
        {STDIN_FILENO, POLLIN, 0},         {session_wake_fd(t->session), POLLIN, 0},
        {model_fd(t->model), POLLIN, 0},   {drawer_fd(t->drawer), POLLIN, 0},
        {keeper_fd(t->keeper), POLLIN, 0},
    };
    bool paused = model_view(t->model)->live.paused;
    int64_t ms = t->preferences.refresh_ms;
    ms = paused && ms < PAUSED_MS ? PAUSED_MS : ms;
    struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    bool moves = model_moves(t->model);
    int ready = ppoll(fds, 5, t->changes.current || moves ? &wait : NULL, &t->awake);
    if (!ready && moves)
        model_tick(t->model);
    t->draws = ready < 0 || (!ready && !moves) || fds[0].revents;
}

static void loop(struct tui *t)
{
    for (;;) {
        take_signals(t);
        refresh(t);
        say_queued(t);
        take_keys(t);
        if (t->quits)
            return;
        do_due(t);
        want(t);
        if (t->draws) {
            ui_draw(t->ui, model_view(t->model));
            want(t); /* how large pictures are shown is known now */
        }
        wait_for_news(t);
    }
}

/* --- opening and closing --- */

/* The option, or what the environment says where it was not given, or the preference. */
static int find_theme(const struct tui *t, const struct tui_options *given, enum ui_theme *theme,
                      struct err *e)
{
    struct tui_options wanted = *given;
    const char *usual = getenv("COMBOLAB_THEME");
    if (!wanted.theme && usual && usual[0] && opt_set(&own, &wanted, "theme", usual, e))
        return err_prefix(e, "the environment variable COMBOLAB_THEME");
    *theme = (enum ui_theme)(wanted.theme ? wanted.theme : t->preferences.theme);
    return 0;
}

/* Without a place for them they are the usual ones. */
static int read_preferences(struct tui *t, struct err *e)
{
    char path[FILE_PATH_BYTES];
    if (preferences_file_path(path, sizeof path, e))
        return opt_defaults(&ui_preferences, &t->preferences, e);
    return preferences_file_read(path, &t->preferences, e);
}

static void begin(struct tui *t)
{
    const struct ui_model *m = model_view(t->model);
    ui_prefer(t->ui, m, &t->preferences, NULL);
    char *lines = t->preferences.layout ? layout_file_read(session_path(t->session)) : NULL;
    if (lines) {
        ui_restore(t->ui, m, lines);
        ui_prefer(t->ui, m, &t->preferences, "view");
    }
    mem_free(lines);
}

static void keep_layout(struct tui *t)
{
    struct str lines;
    str_init(&lines);
    ui_keep(t->ui, &lines);
    if (!lines.failed)
        layout_file_write(session_path(t->session), lines.text);
    str_fini(&lines);
}

static int open_parts(struct tui *t, const struct invocation *in, struct err *e)
{
    bool watch = ((const struct tui_options *)in->own)->watch;
    struct run_config defaults;
    config_defaults(&defaults);
    struct session_options so = {
        .db_path = in->global.database,
        .takes = watch ? SESSION_TAKES_NONE : SESSION_TAKES_NAMED,
    };
    const struct tui_options *own_options = in->own;
    struct ui_options uo = {.launch = &defaults,
                            .pictures = (enum ui_pictures_as)own_options->pictures,
                            .no_mouse = !own_options->mouse};
    if (read_preferences(t, e) || find_theme(t, in->own, &uo.theme, e) ||
        keeper_open(&t->keeper, e) || session_open(&t->session, &so, e) ||
        model_open(&t->model, session_path(t->session), !watch, e) ||
        drawer_open(&t->drawer, session_path(t->session), e))
        return -1;
    t->kept_stderr = tui_guard_divert(session_path(t->session));
    int failed = ui_open(&t->ui, &uo, e);
    tui_guard_screen(t->ui);
    if (!failed)
        begin(t);
    return failed;
}

/* What is left to a worker. */
struct left {
    char path[FILE_PATH_BYTES]; /* of the database */
    int64_t *runs;
    size_t n;
};

static int leave(struct tui *t, struct left *left, struct err *e)
{
    if (str_copy(left->path, sizeof left->path, session_path(t->session)))
        return err_set(e, ERR_USAGE, "the database's path is too long for a worker of its own");
    return session_leave(t->session, &left->runs, &left->n, e);
}

/* Closing waits for the step in progress: the screen says so meanwhile. */
static int close_parts(struct tui *t, struct left *left, struct err *e)
{
    if (t->ui && t->changes.current) {
        model_say(t->model, false,
                  t->detaches ? "saving a checkpoint for the worker ..."
                              : "stopping the run after this step ...");
        ui_draw(t->ui, model_view(t->model));
    }
    if (t->ui && t->preferences.layout)
        keep_layout(t);
    drawer_close(t->drawer);
    keeper_close(t->keeper);
    model_close(t->model); /* readers first: see session_stop */
    int failed = t->detaches ? leave(t, left, e) : 0;
    session_close(t->session);
    tui_guard_screen(NULL);
    ui_close(t->ui);
    tui_guard_restore(t->kept_stderr);
    return failed;
}

static int detach(const struct left *left, bool quiet, struct err *e)
{
    if (!left->n) {
        fputs("combolab: nothing was left to train\n", stderr);
        return 0;
    }
    return detach_runs(left->path, left->runs, left->n, quiet ? NULL : stderr, e);
}

static int run(const struct invocation *in)
{
    const struct tui_options *given = in->own;
    struct tui t = {.kept_stderr = -1, .draws = true};
    struct err e;
    if (given->once)
        return tui_once(in, given->once - 1, given->size);
    if (in->n_arguments) {
        err_set(&e, ERR_USAGE, "unexpected argument '%.60s': runs are for --once",
                in->arguments[0]);
        return command_fail(&e);
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        err_set(&e, ERR_USAGE,
                "the screen needs a terminal; 'combolab runs' lists the runs without one");
        return command_fail(&e);
    }
    tui_guard_signals(&t.awake);
    struct left left = {.n = 0};
    struct err closing;
    int failed = open_parts(&t, in, &e);
    if (!failed)
        loop(&t);
    if (close_parts(&t, &left, &closing) ||
        (t.detaches && detach(&left, in->global.quiet, &closing))) {
        failed = -1;
        e = closing;
    }
    mem_free(left.runs);
    return failed ? command_fail(&e) : EXIT_GOOD;
}

const struct command command_tui = {
    .name = "tui",
    .arguments = "[RUN]...",
    .most_arguments = -1,
    .summary = "the screen: watch, launch and control runs (what combolab does without a command)",
    .details =
        "Shows the runs of the database, the curves of one run while it trains, and a form to "
        "launch "
        "runs, which are then trained by this process in the background. Runs that are queued "
        "already wait until they are asked for (r). Leaving while a run trains asks whether it "
        "stops after its step, with a checkpoint, or is detached: a worker of its own goes on with "
        "it from there, also when the terminal is closed. A terminal that goes away stops the run "
        "as SIGTERM does; SIGUSR1 makes a checkpoint. What libraries print goes to a .log file "
        "beside the database.\n"
        "With --once no terminal is needed: a view is printed as text, of the runs that are named "
        "(several are marked), else of those that it would begin with:\n"
        " combolab --once live last\n"
        " combolab --once compare 3-6 --size 160x50",
    .own = &own,
    .own_bytes = sizeof(struct tui_options),
    .run = run,
};
