/* test_ui_sql.c - the SQL view: whole screens, what keys make it want, completion, and the editor
 * of several lines. */
#include "tests/kit/ui_golden.h"
#include "ui/editor.h"
#include "ui/views/sql_complete.h"

#include <curses.h>

/* --- a made-up answer --- */

#define TEXT(text)                                                                                 \
    {                                                                                              \
        .kind = ROW_VALUE_TEXT, .bytes = text, .count = sizeof text - 1, .whole = sizeof text - 1  \
    }
#define INT(value)                                                                                 \
    {                                                                                              \
        .kind = ROW_VALUE_INT, .whole = value                                                      \
    }
#define REAL(value)                                                                                \
    {                                                                                              \
        .kind = ROW_VALUE_REAL, .real = value                                                      \
    }
#define NONE                                                                                       \
    {                                                                                              \
        .kind = ROW_VALUE_NULL                                                                     \
    }
#define BLOB(text, all)                                                                            \
    {                                                                                              \
        .kind = ROW_VALUE_BLOB, .bytes = text, .count = sizeof text - 1, .whole = all              \
    }

#define N_COLUMNS 12
static const char *const column_names[N_COLUMNS] = {
    "run", "experiment", "name", "state", "loss", "alpha", "pc", "mae", "scores", "note", "t", "z"};
#define ROW(id, experiment, name, state, pc, note)                                                 \
    INT(id), TEXT(experiment), TEXT(name), TEXT(state), TEXT("combo"), REAL(2), pc, REAL(0.2127),  \
        BLOB("\x00\x00\x80\x3f\x00\x00\x20\x41 and so on.", 8800), note, TEXT(""),                 \
        INT(id * 1000000)
static const struct row_value values[] = {
    ROW(1, "losses", "resnet18 combo 2,1,1 s1", "finished", REAL(0.9117),
        TEXT("two lines\nand \033[31mcontrol\033[0m")),
    ROW(2, "losses", "resnet18 l1 s2", "running", NONE, NONE),
    ROW(30, "\xe6\xbc\xa2\xe5\xad\x97 wide", "e\xcc\x81t\xc3\xa9", "failed", REAL(-0.5), TEXT("x")),
};
static const struct ui_name some_names[] = {
    {"epoch", "", "table"},           {"epoch", "run", "INTEGER"}, {"epoch", "epoch", "INTEGER"},
    {"epoch", "best", "INTEGER"},     {"run", "", "table"},        {"run", "id", "INTEGER"},
    {"run", "best_epoch", "INTEGER"}, {"run", "best_pc", "REAL"},  {"run", "name", "TEXT"},
    {"run_best", "", "view"},         {"run_best", "run", ""},     {"run_best", "pc", ""},
};
static char *const statements[] = {"SELECT 1;", "SELECT *\nFROM run;"};

static struct fixture *new_fixture(void)
{
    struct fixture *f = fixture_new(3);
    f->model.names = some_names;
    f->model.n_names = sizeof some_names / sizeof *some_names;
    f->model.has_history = true;
    return f;
}

/* The want of that kind; NULL when the screen has none. */
static const struct ui_want *wanted(const struct ui *ui, enum ui_want_kind kind)
{
    static struct ui_want wants[UI_MOST_WANTS];
    for (size_t n = ui_wants(ui, wants); n-- > 0;)
        if (wants[n].kind == kind)
            return &wants[n];
    return NULL;
}

/* What the reader would say of the statement that is wanted. */
static void answer(struct fixture *f, const struct ui *ui, size_t n_rows, bool done)
{
    const struct ui_want *want = wanted(ui, UI_WANT_SQL);
    f->model.sql = (struct ui_sql){.number = want ? want->run : 0,
                                   .done = done,
                                   .names = column_names,
                                   .n_columns = N_COLUMNS,
                                   .values = values,
                                   .n_rows = n_rows,
                                   .seconds = 0.0123,
                                   .problem = "",
                                   .problem_at = UI_NOWHERE};
}

static void due(struct ui *ui, const struct fixture *f)
{
    struct ui_action action;
    ui_due(ui, &f->model, &action);
}

#define SELECT "SELECT run, name, 'text' AS t -- a comment\nFROM run_best WHERE pc > 0.5;"

/* --- screens --- */

static void screens(int rows, int columns, const char *size)
{
    char name[64];
    struct fixture *f = new_fixture();
    struct ui *ui = open_ui(rows, columns, UI_CHART_AUTO);
    PRESS(ui, f, '6');
    snprintf(name, sizeof name, "sql_begin_%s", size);
    is_screen(ui, name);
    type_text(ui, &f->model, SELECT);
    PRESS(ui, f, KEY_F(2));
    answer(f, ui, 1, false);
    PRESS(ui, f, KEY_RESIZE);
    snprintf(name, sizeof name, "sql_running_%s", size);
    is_screen(ui, name);
    answer(f, ui, 3, true);
    PRESS(ui, f, KEY_F(3), KEY_DOWN, KEY_RIGHT, KEY_RIGHT);
    snprintf(name, sizeof name, "sql_rows_%s", size);
    is_screen(ui, name);
    PRESS(ui, f, KEY_UP, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT,
          KEY_RIGHT, '\n');
    snprintf(name, sizeof name, "sql_cell_%s", size);
    is_screen(ui, name);
    ui_close(ui);
    fixture_free(f);
}

static void test_screens(void)
{
    screens(60, 200, "200x60");
    screens(24, 80, "80x24");
    screens(15, 60, "60x15");
    setlocale(LC_ALL, "C");
    screens(24, 80, "80x24_ascii");
    setlocale(LC_ALL, "C.UTF-8");
    setlocale(LC_NUMERIC, "C");
}

static void test_more_screens(void)
{
    struct fixture *f = new_fixture();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '6');
    type_text(ui, &f->model, "SELECT best");
    PRESS(ui, f, '\t');
    type_text(ui, &f->model, " FROM run WHERE ru");
    PRESS(ui, f, KEY_HOME, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT,
          KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, '\t');
    is_screen(ui, "sql_completing");
    PRESS(ui, f, KEY_DOWN, '\n', KEY_F(2));
    answer(f, ui, 0, true);
    f->model.sql.n_columns = 0;
    f->model.sql.problem = "no such column: best";
    f->model.sql.problem_at = 7;
    PRESS(ui, f, KEY_RESIZE);
    is_screen(ui, "sql_mistake");
    answer(f, ui, 3, true);
    f->model.sql.number = 1;
    PRESS(ui, f, KEY_F(4));
    is_screen(ui, "sql_file");
    PRESS(ui, f, '\n');
    f->model.sql_file = (struct ui_sql_file){
        .number = 2, .done = true, .exists = true, .path = "rows.csv", .problem = "exists"};
    PRESS(ui, f, KEY_RESIZE);
    is_screen(ui, "sql_file_exists");
    ui_close(ui);
    fixture_free(f);
}

/* --- keys --- */

static void test_running(void)
{
    struct fixture *f = new_fixture();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '6');
    ok(wanted(ui, UI_WANT_NAMES) && wanted(ui, UI_WANT_HISTORY) && !wanted(ui, UI_WANT_SQL),
       "names and history are wanted");
    type_text(ui, &f->model, "SELECT 1\nq?");
    ok(!wanted(ui, UI_WANT_SQL), "Enter within a statement is a new line, and q a letter");
    PRESS(ui, f, 127, 127);
    type_text(ui, &f->model, ";\n");
    const struct ui_want *want = wanted(ui, UI_WANT_SQL);
    ok(want && !strcmp(want->text, "SELECT 1\n;") && want->run == 1,
       "behind a semicolon it runs the statement");
    ok(wanted(ui, UI_WANT_HISTORY)->run == 1, "after which the history is another");
    answer(f, ui, 2, false);
    due(ui, f);
    ok(wanted(ui, UI_WANT_SQL) != NULL, "it is wanted until it is done");
    answer(f, ui, 3, true);
    due(ui, f);
    ok(!wanted(ui, UI_WANT_SQL), "and no longer");
    PRESS(ui, f, KEY_F(2));
    ok(wanted(ui, UI_WANT_SQL) && wanted(ui, UI_WANT_SQL)->run == 2, "F2 runs it again");
    PRESS(ui, f, 27);
    ok(!wanted(ui, UI_WANT_SQL) && wanted(ui, UI_WANT_NAMES), "Esc ends it, and stays");
    PRESS(ui, f, KEY_F(2));
    ok(ui_interrupt(ui, &f->model) && !wanted(ui, UI_WANT_SQL), "so does Ctrl-C");
    ok(!ui_interrupt(ui, &f->model), "which is another's when nothing runs");
    PRESS(ui, f, KEY_F(2), KEY_F(1));
    ok(!wanted(ui, UI_WANT_SQL), "leaving ends it");
    PRESS(ui, f, 27);
    ok(wanted(ui, UI_WANT_NAMES) && !wanted(ui, UI_WANT_SQL),
       "coming back does not begin it again");
    PRESS(ui, f, 27);
    ok(!wanted(ui, UI_WANT_NAMES), "Esc leads back");
    ui_close(ui);
    fixture_free(f);
}

static void test_enter(void)
{
    struct fixture *f = new_fixture();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '6', '\n', '\n');
    ok(!wanted(ui, UI_WANT_SQL), "nothing is no statement");
    PRESS(ui, f, 127, 127);
    type_text(ui, &f->model, ".tables\n");
    ok(wanted(ui, UI_WANT_SQL) != NULL, "Enter runs a line with a dot");
    PRESS(ui, f, 27, 0x15);
    type_text(ui, &f->model, "SELECT 1\n");
    ok(!wanted(ui, UI_WANT_SQL), "a statement without an end waits");
    PRESS(ui, f, '\n');
    ok(wanted(ui, UI_WANT_SQL) != NULL, "a second Enter runs it");
    PRESS(ui, f, 27, KEY_UP, KEY_HOME, '\n');
    ok(!wanted(ui, UI_WANT_SQL), "but not before its end");
    ui_close(ui);
    fixture_free(f);
}

static void is_wanted(struct ui *ui, struct fixture *f, const char *text, const char *what)
{
    PRESS(ui, f, KEY_F(2));
    const struct ui_want *want = wanted(ui, UI_WANT_SQL);
    is_text(want ? want->text : "nothing", text, what);
    PRESS(ui, f, 27);
}

static void test_history(void)
{
    struct fixture *f = new_fixture();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '6', KEY_F(5));
    is_wanted(ui, f,
              "SELECT id, experiment, name, state, epochs, best_pc\nFROM run_summary LIMIT 20;",
              "without a history there are examples");
    PRESS(ui, f, KEY_F(6));
    f->model.history = statements;
    f->model.n_history = 2;
    PRESS(ui, f, 0x15, KEY_UP, 0x15);
    type_text(ui, &f->model, "begun");
    PRESS(ui, f, KEY_F(5));
    is_wanted(ui, f, "SELECT *\nFROM run;", "the statement before");
    PRESS(ui, f, KEY_UP, KEY_UP, KEY_UP, KEY_UP, KEY_UP);
    is_wanted(ui, f, "SELECT 1;", "Up in the first line goes on to earlier ones");
    f->model.n_history = 2;
    PRESS(ui, f, 0x15);
    type_text(ui, &f->model, "draft");
    PRESS(ui, f, KEY_F(5), KEY_F(5), KEY_F(6), KEY_F(6));
    is_wanted(ui, f, "draft", "what was begun is not lost");
    ui_close(ui);
    fixture_free(f);
}

static void test_file(void)
{
    struct fixture *f = new_fixture();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '6', KEY_F(4));
    ok(!wanted(ui, UI_WANT_SQL), "without rows there is nothing to export");
    type_text(ui, &f->model, "SELECT 1;\n");
    answer(f, ui, 3, true);
    PRESS(ui, f, KEY_F(4), 0x15);
    type_text(ui, &f->model, "q.csv\n");
    const struct ui_want *want = wanted(ui, UI_WANT_SQL);
    ok(want && !strcmp(want->file, "q.csv") && !want->replaces &&
           !strcmp(want->text, "SELECT 1;") && want->run == 2,
       "the statement's rows are wanted in a file");
    f->model.sql_file = (struct ui_sql_file){
        .number = 2, .done = true, .exists = true, .path = "q.csv", .problem = "exists"};
    due(ui, f);
    ok(!wanted(ui, UI_WANT_SQL), "which is there already");
    PRESS(ui, f, 'n');
    ok(!wanted(ui, UI_WANT_SQL), "and stays");
    PRESS(ui, f, KEY_F(4), '\n');
    f->model.sql_file.number = 3;
    due(ui, f);
    PRESS(ui, f, 'y');
    want = wanted(ui, UI_WANT_SQL);
    ok(want && want->replaces && want->run == 4, "or is replaced, after a yes");
    ui_close(ui);
    fixture_free(f);
}

/* Keys of the rows are commands. */
static void test_looking(void)
{
    struct fixture *f = new_fixture();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, f, '6', KEY_F(3));
    type_text(ui, &f->model, "1;\n");
    ok(wanted(ui, UI_WANT_SQL) && !strcmp(wanted(ui, UI_WANT_SQL)->text, "1;"),
       "without rows there is only the statement");
    answer(f, ui, 3, true);
    PRESS(ui, f, KEY_F(3), 'G', 'l', 'l', 'h', KEY_PPAGE, '\t');
    type_text(ui, &f->model, ";\n");
    ok(wanted(ui, UI_WANT_SQL) && !strcmp(wanted(ui, UI_WANT_SQL)->text, "1;;"),
       "Tab leads back to the statement");
    answer(f, ui, 3, true);
    PRESS(ui, f, KEY_F(3), '\n', 'j', 'k', 27, 27);
    ok(wanted(ui, UI_WANT_NAMES) != NULL, "Esc leaves a cell, then the rows");
    PRESS(ui, f, KEY_F(3), '1');
    ok(!wanted(ui, UI_WANT_NAMES), "a digit there shows another view");
    ui_close(ui);
    fixture_free(f);
}

static void test_mouse(void)
{
    struct fixture *f = new_fixture();
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    const struct ui_model *m = &f->model;
    PRESS(ui, f, '6');
    type_text(ui, m, "SELECT * FROM r\t");
    mouse(ui, m, 0, 5, 18);
    ok(on_screen(ui, "FROM run_best"), "a click on a completion takes it");
    PRESS(ui, f, KEY_CTRL('U'));
    type_text(ui, m, SELECT "\n");
    answer(f, ui, 3, true);
    mouse(ui, m, 0, 11, 46);
    ok(on_screen(ui, "row 2, column 4 of 12"), "a click selects a cell of the rows");
    mouse(ui, m, 0, 11, 46);
    ok(on_screen(ui, "state, row 2"), "a double click shows it whole");
    mouse(ui, m, 2, 11, 46);
    mouse(ui, m, 0, 3, 13);
    type_text(ui, m, "er");
    ok(on_screen(ui, "FROM run_beerst"), "a click in the statement places the caret");
    ui_close(ui);
    fixture_free(f);
}

/* --- completion --- */

static void completes(const char *text, const char *all, const char *what)
{
    struct sql_choices c;
    struct str found;
    sql_complete(some_names, sizeof some_names / sizeof *some_names, text, strlen(text), &c);
    str_init(&found);
    for (size_t i = 0; i < c.n && i < 6; i++)
        str_addf(&found, "%s%s", i ? " " : "", c.choice[i].text);
    is_text(found.text, all, what);
    str_fini(&found);
}

static void test_completion(void)
{
    completes("sel", "SELECT", "a word of SQL");
    completes("SELECT * FROM r", "run run_best", "a table");
    completes("SELECT * FROM epoch JOIN ru", "run run_best", "another");
    completes("SELECT r.b FROM run AS r WHERE r.b", "best_epoch best_pc", "columns of an alias");
    completes("SELECT e.b FROM run r JOIN epoch e WHERE e.b", "best", "of a short one");
    completes("SELECT run.i", "id", "columns of a table");
    completes("SELECT nobody.i", "", "of none");
    completes("SELECT 1 FROM run WHERE best", "best_epoch best_pc", "columns of the statement");
    completes("SELECT led", "ledger_count( ledger_score(", "functions");
    completes("SELECT 'FROM r", "", "nothing in a quote");
    completes("SELECT 1 -- FROM r", "", "nor in a comment");
    completes("SELECT 1 /* FROM r", "", "of either kind");
    completes("SELECT 'a' FROM run_", "run_best", "behind a quote");
    completes("SELECT \xc3\xa9", "", "nothing goes on so");
}

/* --- the editor --- */

static enum edit_result key(struct editor *e, int code)
{
    struct key k = {0, 0};
    if (code > KEY_CODE_YES)
        k.code = code;
    else
        k.character = (wchar_t)code;
    return editor_key(e, k);
}

static void test_editor(void)
{
    static struct editor e;
    int line, column;
    editor_start(&e, "one\nlonger \xc3\xa9 line\nx");
    is_int(editor_lines(&e), 3, "three lines");
    key(&e, KEY_UP);
    key(&e, 'A');
    is_text(e.text, "one\nlAonger \xc3\xa9 line\nx", "Up stays at the cell");
    key(&e, KEY_END);
    key(&e, KEY_UP);
    key(&e, '!');
    is_text(e.text, "one!\nlAonger \xc3\xa9 line\nx", "or at the end of a shorter line");
    is_int(key(&e, KEY_UP), EDIT_IGNORED, "there is none before the first");
    key(&e, KEY_DOWN);
    key(&e, KEY_END);
    key(&e, 0x17);
    is_text(e.text, "one!\nlAonger \xc3\xa9 \nx", "Ctrl-W takes a word");
    key(&e, 127);
    key(&e, KEY_BACKSPACE);
    is_text(e.text, "one!\nlAonger \nx", "a character of two bytes is one");
    key(&e, 0x15);
    is_text(e.text, "one!\n\nx", "Ctrl-U takes the line's begin");
    key(&e, KEY_DC);
    is_text(e.text, "one!\nx", "Delete joins lines");
    key(&e, KEY_HOME);
    key(&e, KEY_LEFT);
    key(&e, '\r');
    is_text(e.text, "one!\n\nx", "Enter breaks them");
    is_int(key(&e, KEY_F(5)), EDIT_IGNORED, "other keys are ignored");
    editor_place("ab\n\xc3\xa9y", 6, &line, &column);
    ok(line == 2 && column == 3, "a byte has a line and a column");
    for (int i = 0; i < EDITOR_BYTES + 10; i++)
        key(&e, 'x');
    ok(strlen(e.text) == EDITOR_BYTES - 1, "no text is longer than there is room for");
    ok(!editor_replace(&e, 0, "y") && editor_replace(&e, 1, "y"), "whatever is put into it");
}

int main(void)
{
    if (!golden_begin())
        return tap_done();
    test_screens();
    test_more_screens();
    test_running();
    test_enter();
    test_history();
    test_file();
    test_looking();
    test_mouse();
    test_completion();
    test_editor();
    golden_end();
    return tap_done();
}
