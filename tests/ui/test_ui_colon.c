/* test_ui_colon.c - the command line: whole screens against tests/golden/ui_colon*.txt, and what
 * commands lead to. */
#include "base/mem.h"
#include "tests/kit/ui_golden.h"
#include "ui/groups.h"
#include "ui/request.h"

#include <curses.h>
#include <string.h>

/* What the screen says holds the text. */
static void shows(struct ui *ui, const char *text, const char *what)
{
    struct str screen;
    str_init(&screen);
    ui_dump(ui, &screen);
    if (!ok(strstr(screen.text, text) != NULL, "%s", what))
        diag("wanted: %s\n%s", text, screen.text);
    str_fini(&screen);
}

/* Types a command and ends it. */
static struct ui_action command(struct ui *ui, struct fixture *f, const char *text)
{
    PRESS(ui, f, ':');
    type_text(ui, &f->model, text);
    return PRESS(ui, f, '\n');
}

static void test_screens(int rows, int columns, const char *open, const char *words)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(rows, columns, UI_CHART_AUTO);
    PRESS(ui, f, ':');
    is_screen(ui, open);
    type_text(ui, &f->model, "sor");
    PRESS(ui, f, '\t', '\t', '\t', '\t');
    is_screen(ui, words);
    ui_close(ui);
    fixture_free(f);
}

static void test_completion(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, ':');
    type_text(ui, &f->model, "abl");
    PRESS(ui, f, '\t');
    shows(ui, "\n:ablation\n", "Tab completes a command");
    shows(ui, "default", "and lists what may follow");
    PRESS(ui, f, 'a', '\t');
    shows(ui, "\n:ablation ablation", "an experiment is completed");
    PRESS(ui, f, 27, ':');
    type_text(ui, &f->model, "mark 3 2");
    shows(ui, "29 ", "numbers of runs are listed");
    PRESS(ui, f, KEY_BTAB);
    shows(ui, "\n:mark 3 2", "Shift-Tab goes to the last one");
    PRESS(ui, f, 27);
    shows(ui, "runs.db", "Esc leaves the line");
    PRESS(ui, f, ':', KEY_BACKSPACE);
    shows(ui, "runs.db", "so does Backspace in an empty one");
    PRESS(ui, f, ':', 's', 'o', '\t', KEY_BTAB, KEY_BTAB, KEY_UP, KEY_DOWN, KEY_LEFT, '\t', 21, 27);
    ui_close(ui);
    fixture_free(f);
}

static void test_refused(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    command(ui, f, "sorrt pc");
    shows(ui, "there is no command 'sorrt'; did you mean sort?", "the nearest command is named");
    command(ui, f, "xyzzy\033");
    command(ui, f, "rename\t");
    command(ui, f, "re");
    shows(ui, "'re' may be", "what a beginning may be is named");
    command(ui, f, "run 99");
    shows(ui, "there is no run 99 in the list", "a run that is not there is refused");
    command(ui, f, "view nowhere");
    shows(ui, "there is no view 'nowhere': views are runs, live", "views are named");
    command(ui, f, "sort nothing");
    shows(ui, "nothing", "a column that is not there is refused");
    command(ui, f, "theme pink");
    shows(ui, "there is no such theme", "so is a theme");
    command(ui, f, "group pink");
    shows(ui, "none, experiment, seed or fold", "and a grouping");
    command(ui, f, "mark 3 x");
    shows(ui, "numbers and ranges", "and what is no run");
    command(ui, f, "mark 77-99");
    shows(ui, "no such runs", "or none of the list");
    command(ui, f, "run");
    shows(ui, "run what?", "what is missing is asked for");
    command(ui, f, "quit now");
    shows(ui, "nothing can follow quit", "what is too much is refused");
    command(ui, f, "ablation nothing of it");
    shows(ui, "no run is of experiment 'nothing of it'", "an experiment has blanks");
    ui_close(ui);
    fixture_free(f);
}

static void test_commands(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    command(ui, f, "filter loss:combo");
    shows(ui, "Runs \xc2\xb7 10 of 30", "filter with its text");
    command(ui, f, "sort -pc");
    shows(ui, "by best PC, reversed", "sort by a column, the other way round");
    command(ui, f, "filter");
    PRESS(ui, f, 21, '\n');
    shows(ui, "Runs \xc2\xb7 30", "filter without a text opens the line of the filter");
    command(ui, f, "group experiment");
    shows(ui, "grouped by experiment", "group");
    command(ui, f, "group none");
    command(ui, f, "mark 3 5-7 29");
    shows(ui, "5 marked", "mark runs");
    command(ui, f, "unm");
    command(ui, f, "view live");
    shows(ui, "[2 Live]", "view");
    command(ui, f, "7");
    is_int((int)fixture_wanted(ui), 7, "a number opens that run");
    command(ui, f, "run last");
    is_int((int)fixture_wanted(ui), 30, "so does run with its number, or last");
    command(ui, f, "sort name");
    shows(ui, "by name", "what another view takes shows that one");
    command(ui, f, "compare 3 4 8");
    shows(ui, "Compare \xc2\xb7 3 runs", "compare runs by their numbers");
    command(ui, f, "runs");
    shows(ui, "[1 Runs]", "a request does what its key does");
    command(ui, f, "unmark");
    struct ui_action a = command(ui, f, "tag good -draft");
    ok(a.kind == UI_TAG && !strcmp(a.text, "good -draft"), "tag the selected run");
    a = command(ui, f, "note  two words ");
    ok(a.kind == UI_NOTE && !strcmp(a.text, "two words"), "and write a note on it");
    a = command(ui, f, "archive 20");
    ok(a.kind == UI_ARCHIVE && a.run == 20, "archive a run by its number");
    command(ui, f, "stop 30");
    shows(ui, "Stop run 30", "what asks as a key asks so too");
    PRESS(ui, f, 'n');
    a = command(ui, f, "q");
    is_int(a.kind, UI_QUIT, "a beginning is enough where nothing else begins so");
    PRESS(ui, f, ':', KEY_UP, KEY_UP);
    shows(ui, "\n:stop 30", "Up goes back through what was typed");
    PRESS(ui, f, KEY_DOWN, KEY_DOWN);
    shows(ui, "\n:\n", "and Down to what is typed now");
    PRESS(ui, f, KEY_F(1));
    shows(ui, "[? Help]", "F1 shows help from there too");
    PRESS(ui, f, '6', ':');
    shows(ui, "\xe2\x94\x82 :", "a colon in a statement is one");
    PRESS(ui, f, KEY_F(9), 'r', 'u', 'n', 's', '\n');
    shows(ui, "[1 Runs]", "F9 opens the line there");
    PRESS(ui, f, 'n', KEY_F(9), 'h', 'e', 'l', 'p', '\n');
    shows(ui, "[? Help]", "and in the form");
    ui_close(ui);
    fixture_free(f);
}

/* Each on a screen of its own, with what it takes of a theme to the next. */
static void test_themes(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    char line[40];
    for (int i = 0; ui_theme_names[i]; i++) {
        snprintf(line, sizeof line, "theme %s", ui_theme_names[i]);
        command(ui, f, line);
        shows(ui, "runs.db", line);
    }
    ui_close(ui);
    fixture_free(f);
}

/* What a screen is left with, another one begins with. */
static void test_kept(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    struct str lines, again;
    str_init(&lines);
    str_init(&again);
    command(ui, f, "filter loss:combo");
    command(ui, f, "sort -pc");
    command(ui, f, "group experiment");
    PRESS(ui, f, 'G', KEY_LEFT, ' '); /* the last group is folded, and its runs are marked */
    command(ui, f, "live 12");
    PRESS(ui, f, 'y', '\t');
    command(ui, f, "ablation default");
    PRESS(ui, f, 'v', 'e');
    command(ui, f, "predictions 9");
    PRESS(ui, f, 'o', 'v');
    command(ui, f, "sort -true");
    command(ui, f, "compare");
    PRESS(ui, f, 'E', 'f', 'y', 'w', '\t', 'm');
    ui_keep(ui, &lines);
    ui_close(ui);
    ui = open_ui(24, 80, UI_CHART_AUTO);
    ui_restore(ui, &f->model, lines.text);
    ui_draw(ui, &f->model);
    shows(ui, "[3 Compare]", "the view is back");
    ui_keep(ui, &again);
    if (!ok(!strcmp(lines.text, again.text), "and all that was kept"))
        diag("%s---\n%s", lines.text, again.text);
    PRESS(ui, f, '1');
    shows(ui, "loss:combo", "the filter");
    shows(ui, "by best PC, reversed", "the order");
    shows(ui, "\xe2\x96\xb8 ", "a folded group");
    shows(ui, "marked", "marks");
    ui_close(ui);
    ui = open_ui(24, 80, UI_CHART_AUTO);
    ui_restore(ui, &f->model,
               "# nonsense\n\nview nowhere\nview\nview help\nruns\nruns sort\nruns sort nothing\n"
               "runs folded x\nruns selected -1\nlive chart 99\nlive run x\nmark x\ncharts 9\n"
               "compare images -1\nsql sort pc\nhelp help help\n \n  \ncommand");
    ui_draw(ui, &f->model);
    shows(ui, "[1 Runs]", "lines that say nothing are passed over");
    shows(ui, "by age", "and change nothing");
    str_fini(&lines);
    str_fini(&again);
    ui_close(ui);
    fixture_free(f);
}

static void test_preferences(void)
{
    struct fixture *f = fixture_new(30);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    struct ui_preferences p;
    struct err e;
    opt_defaults(&ui_preferences, &p, &e);
    for (int i = 0; i < GROUPS_KINDS; i++)
        ok(!opt_set(&ui_preferences, &p, "group", groups_words[i], &e) && p.group == i,
           "the preference group has %s", groups_words[i]);
    p.group = GROUPS_EXPERIMENT;
    p.view = 2;
    str_copy(p.filter, sizeof p.filter, "loss:l1");
    str_copy(p.sort, sizeof p.sort, "-mae");
    ui_prefer(ui, &f->model, &p, NULL);
    ui_draw(ui, &f->model);
    shows(ui, "[2 Live]", "the first view is preferred");
    ui_due(ui, &f->model, &(struct ui_action){.kind = UI_NONE});
    is_int((int)fixture_wanted(ui), 30, "and opens the newest run, once there is one");
    PRESS(ui, f, '1');
    shows(ui, "loss:l1", "a filter");
    shows(ui, "grouped by experiment \xc2\xb7 by MAE, reversed", "groups and an order");
    struct ui_action a = command(ui, f, "set theme light");
    ok(a.kind == UI_SET && !strcmp(a.name, "theme") && !strcmp(a.text, "light"),
       "set asks for a preference");
    p.theme = UI_THEME_LIGHT;
    ui_prefer(ui, &f->model, &p, "theme");
    command(ui, f, "set theme");
    shows(ui, "by its name and its value", "and for its value");
    PRESS(ui, f, ':');
    type_text(ui, &f->model, "set ");
    shows(ui, "refresh", "names are listed");
    type_text(ui, &f->model, "gr\tse\t");
    shows(ui, "\n:set group seed\n", "and values completed");
    ui_close(ui);
    fixture_free(f);
}

static void test_names(void)
{
    char one[REQUEST_NAME_BYTES], other[REQUEST_NAME_BYTES];
    int same = 0, cut = 0;
    for (int i = 1; i < REQUEST_COUNT; i++) {
        request_name((enum request)i, one);
        cut += strlen(one) + 1 == REQUEST_NAME_BYTES;
        for (int k = i + 1; k < REQUEST_COUNT; k++) {
            request_name((enum request)k, other);
            same += !strcmp(one, other);
        }
    }
    is_int(same + cut, 0, "every request has a name of its own");
}

/* Without Unicode charts are of ASCII, and what was chosen is kept for where there is some. */
static void test_charts_kept(void)
{
    struct fixture *f = fixture_new(3);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    struct str lines;
    str_init(&lines);
    ui_restore(ui, &f->model, "charts 2");
    ui_keep(ui, &lines);
    ok(strstr(lines.text, "charts 2\n") != NULL, "a start without Unicode keeps the charts' marks");
    str_fini(&lines);
    ui_close(ui);
    fixture_free(f);
}

int main(void)
{
    if (golden_begin()) {
        test_screens(24, 80, "colon_80x24", "colon_sort_80x24");
        test_screens(15, 60, "colon_60x15", "colon_sort_60x15");
        test_completion();
        test_refused();
        test_commands();
        test_themes();
        test_kept();
        test_preferences();
        test_names();
        setlocale(LC_ALL, "C");
        test_screens(24, 80, "colon_c_80x24", "colon_sort_c_80x24");
        test_charts_kept();
    }
    golden_end();
    return tap_done();
}
