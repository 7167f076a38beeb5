/* ui_keys.h - for tests of keys: a screen without a terminal, keys that are pressed on it, and what
 * they lead to. Nothing is compared with stored screens. */
#ifndef COMBOLAB_TESTS_KIT_UI_KEYS_H
#define COMBOLAB_TESTS_KIT_UI_KEYS_H

#include "base/err.h"
#include "base/str.h"
#include "tests/kit/tap.h"
#include "tests/kit/ui_kit.h"

#include <curses.h>
#include <locale.h>

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
    ui_dump(ui, &screen);
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

/* False, and a failure, where no screen can be had. */
static bool keys_begin(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8"))
        setlocale(LC_ALL, "C");
    in = fopen("/dev/null", "r");
    out = fopen("/dev/null", "w");
    struct ui *probe = open_ui(NULL);
    ui_close(probe);
    return ok(in && out && probe, "a screen without a terminal");
}

static int keys_end(void)
{
    fclose(in);
    fclose(out);
    return tap_done();
}

#endif
