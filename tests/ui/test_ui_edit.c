/* test_ui_edit.c - what is typed of a run in the list, the trash and the archive by keys.
 */
#include "base/err.h"
#include "base/str.h"
#include "tests/kit/tap.h"
#include "tests/kit/ui_kit.h"

#include <curses.h>
#include <locale.h>

static FILE *in, *out;

/* What a key came to; its text is the view's until the next one. */
struct pressed {
    struct ui_action action;
    char text[256];
};

static struct pressed press(struct ui *ui, const struct ui_model *m, const char *keys)
{
    struct pressed p = {.text = ""};
    for (; *keys; keys++) {
        ui_test_key(ui, (unsigned char)*keys);
        if (ui_key(ui, m, &p.action) != 1)
            diag("a key was lost");
        if (keys[1] && p.action.kind != UI_NONE)
            diag("key '%c' had an action", *keys);
    }
    if (p.action.text)
        str_copy(p.text, sizeof p.text, p.action.text);
    ui_draw(ui, m);
    return p;
}

static bool shows(struct ui *ui, const char *text)
{
    struct str screen;
    str_init(&screen);
    ui_dump(ui, &screen);
    bool found = strstr(screen.text, text) != NULL;
    str_fini(&screen);
    return found;
}

static void is_pressed(struct pressed p, enum ui_action_kind kind, int64_t run, const char *text,
                       const char *what)
{
    if (!ok(p.action.kind == kind && p.action.run == run && !strcmp(p.text, text), "%s", what))
        diag("action %d of run %lld, \"%s\"", p.action.kind, (long long)p.action.run, p.text);
}

static void test_typed(struct ui *ui, const struct ui_model *m)
{
    is_pressed(press(ui, m, "t"), UI_NONE, 0, "", "t asks for tags");
    ok(shows(ui, "tags of run 20") && shows(ui, "-draft"), "of the selected run, with a hint");
    is_pressed(press(ui, m, "good -x"), UI_NONE, 0, "", "letters are typed, and are no keys");
    ok(shows(ui, "tags of run 20 good -x"), "and seen");
    is_pressed(press(ui, m, "\n"), UI_TAG, 20, "good -x", "Enter tags it");
    ok(!shows(ui, "tags of run"), "and the line is gone");
    is_pressed(press(ui, m, "t\x1b"), UI_NONE, 0, "", "Escape leaves it");
    is_pressed(press(ui, m, "tq\x1bjNhm\n"), UI_NOTE, 19, "hm", "a note on the next run");
    is_pressed(press(ui, m, "R\x15new\n"), UI_RENAME, 19, "new", "another name, the old one taken");
}

/* Tags and note stand by the settings of the selected run. */
static void test_shown(struct ui *ui, struct fixture *f)
{
    ok(!shows(ui, "good paper"), "a run without tags says nothing of them");
    f->runs[0].tags = "good paper";
    f->runs[0].note = "look again";
    press(ui, &f->model, "g");
    ok(shows(ui, "good paper · look again"), "one that has some does");
}

static void test_trash(struct ui *ui, const struct ui_model *m)
{
    is_pressed(press(ui, m, "g"), UI_NONE, 0, "", "the first run trains");
    is_pressed(press(ui, m, "A"), UI_NONE, 0, "", "and cannot be archived");
    ok(shows(ui, "run 20 is running: stop it first"), "which is said");
    is_pressed(press(ui, m, "jA"), UI_NONE, 0, "", "nor can a queued one");
    is_pressed(press(ui, m, "d"), UI_DELETE, 19, "", "but it goes to the trash, unasked");
    is_pressed(press(ui, m, "jjA"), UI_ARCHIVE, 17, "", "a finished one is archived");
    is_pressed(press(ui, m, "u"), UI_UNDO, 0, "", "u takes it back");
}

int main(void)
{
    struct err e;
    struct ui *ui = NULL;
    if (!setlocale(LC_ALL, "C.UTF-8"))
        setlocale(LC_ALL, "C");
    in = fopen("/dev/null", "r");
    out = fopen("/dev/null", "w");
    struct ui_options options = {.in = in,
                                 .out = out,
                                 .term = "xterm-256color",
                                 .rows = 24,
                                 .columns = 80,
                                 .theme = UI_THEME_MONO};
    struct run_config config;
    config_defaults(&config);
    options.launch = &config;
    struct fixture *f = fixture_new(20);
    if (!ok(in && out && !ui_open(&ui, &options, &e), "a screen without a terminal"))
        return tap_done();
    ui_draw(ui, &f->model);
    test_typed(ui, &f->model);
    test_shown(ui, f);
    test_trash(ui, &f->model);
    ui_close(ui);
    fixture_free(f);
    fclose(in);
    fclose(out);
    return tap_done();
}
