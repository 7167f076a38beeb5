/* ui_golden.h - for tests of whole screens: a screen without a terminal, keys for it, and what it
 * shows against tests/golden/ui_NAME.txt.
 *
 * COMBOLAB_GOLDEN=write makes the stored screens anew: look at what changed before keeping it.
 */
#ifndef COMBOLAB_TESTS_KIT_UI_GOLDEN_H
#define COMBOLAB_TESTS_KIT_UI_GOLDEN_H

#include "base/err.h"
#include "base/str.h"
#include "tests/kit/tap.h"
#include "tests/kit/ui_kit.h"

#include <locale.h>
#include <stdlib.h>
#include <time.h>

static FILE *in, *out;

static struct ui *open_ui(int rows, int columns, enum ui_chart_style charts)
{
    struct run_config config;
    config_defaults(&config);
    struct ui_options options = {.in = in,
                                 .out = out,
                                 .term = "xterm-256color",
                                 .rows = rows,
                                 .columns = columns,
                                 .charts = charts,
                                 .launch = &config};
    struct ui *ui = NULL;
    struct err e;
    if (ui_open(&ui, &options, &e))
        diag("%s", e.text);
    return ui;
}

/* Gives keys one by one, drawing in between as the program does. */
static struct ui_action press(struct ui *ui, const struct ui_model *m, const int *keys)
{
    struct ui_action action = {.kind = UI_NONE};
    ui_draw(ui, m);
    for (; *keys; keys++) {
        ui_test_key(ui, *keys);
        ui_key(ui, m, &action);
        ui_draw(ui, m);
    }
    return action;
}

#define PRESS(ui, f, ...) press(ui, &(f)->model, (const int[]){__VA_ARGS__, 0})

__attribute__((unused)) static void type_text(struct ui *ui, const struct ui_model *m,
                                              const char *text)
{
    for (; *text; text++)
        press(ui, m, (const int[]){*text, 0});
}

/* What a mouse reports: its button's number goes down. */
__attribute__((unused)) static void mouse(struct ui *ui, const struct ui_model *m, int button,
                                          int y, int x)
{
    struct ui_action action;
    ui_draw(ui, m);
    ui_test_mouse(ui, button, y, x, false);
    ui_key(ui, m, &action);
    ui_draw(ui, m);
}

__attribute__((unused)) static bool on_screen(struct ui *ui, const char *text)
{
    struct str screen;
    str_init(&screen);
    ui_dump(ui, &screen);
    bool found = strstr(screen.text, text) != NULL;
    str_fini(&screen);
    return found;
}

static void write_golden(const char *path, const struct str *screen)
{
    FILE *f = fopen(path, "w");
    bool good = f && fwrite(screen->text, 1, screen->length, f) == screen->length;
    if (f)
        good = !fclose(f) && good;
    ok(good, "wrote %s", path);
}

static void show_difference(const char *got, const char *wanted)
{
    for (int line = 1; *got || *wanted; line++) {
        size_t g = strcspn(got, "\n"), w = strcspn(wanted, "\n");
        if (g != w || strncmp(got, wanted, g)) {
            diag("line %d is     |%.*s", line, (int)g, got);
            diag("line %d should |%.*s", line, (int)w, wanted);
        }
        got += g + (got[g] == '\n');
        wanted += w + (wanted[w] == '\n');
    }
}

/* The screen as it is, against tests/golden/ui_NAME.txt. */
static void is_screen(struct ui *ui, const char *name)
{
    const char *top = getenv("TOP_SRCDIR"), *mode = getenv("COMBOLAB_GOLDEN");
    char path[512];
    static char wanted[65536];
    struct str screen;
    str_init(&screen);
    ui_dump(ui, &screen);
    snprintf(path, sizeof path, "%s/tests/golden/ui_%s.txt", top ? top : ".", name);
    if (mode && !strcmp(mode, "write")) {
        write_golden(path, &screen);
    } else {
        FILE *f = fopen(path, "r");
        size_t n = f ? fread(wanted, 1, sizeof wanted - 1, f) : 0;
        wanted[n] = '\0';
        if (f)
            fclose(f);
        if (!ok(n && !strcmp(screen.text, wanted), "screen %s", name))
            show_difference(screen.text, wanted);
    }
    str_fini(&screen);
}

/* Before anything else; false when there can be no such tests here. */
static bool golden_begin(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8")) {
        skip("there is no locale C.UTF-8");
        return false;
    }
    setenv("TZ", "UTC0", 1);
    tzset();
    unsetenv("NO_COLOR");
    unsetenv("COLORTERM");
    in = fopen("/dev/null", "r");
    out = fopen("/dev/null", "w");
    struct ui *probe = open_ui(24, 80, UI_CHART_AUTO);
    ui_close(probe);
    return ok(in && out && probe, "a screen without a terminal");
}

static void golden_end(void)
{
    fclose(in);
    fclose(out);
}

#endif
