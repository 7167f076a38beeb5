/* test_want_sql.c - statements of the screen: rows in parts, as many as are kept, ended when they
 * are not wanted any more, written into a file; the names of the database; and the history, in
 * which several processes add. */
#include "base/clock.h"
#include "src/history.h"
#include "src/model.h"
#include "tests/kit/db_kit.h"

#include <poll.h>
#include <sys/stat.h>

#define MANY "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 25000) "
#define WITHOUT_END "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "

static bool until(struct model *m, bool (*done)(const struct ui_model *))
{
    struct pollfd ready = {model_fd(m), POLLIN, 0};
    for (double end = clock_s() + 60; clock_s() < end;) {
        model_take(m);
        if (done(model_view(m)))
            return true;
        poll(&ready, 1, 100);
    }
    return false;
}

static int64_t number;

static bool is_done(const struct ui_model *v)
{
    return v->sql.number == number && v->sql.done;
}

static bool has_rows(const struct ui_model *v)
{
    return v->sql.number == number && v->sql.n_rows;
}

static bool runs(const struct ui_model *v)
{
    return v->sql.number == number && v->sql.seconds > 0.1;
}

static bool is_written(const struct ui_model *v)
{
    return v->sql_file.number == number && v->sql_file.done;
}

static bool has_names(const struct ui_model *v)
{
    return v->n_names > 0;
}

static bool has_history(const struct ui_model *v)
{
    return v->has_history;
}

static struct ui_want want_of(const char *text, const char *file, bool replaces)
{
    struct ui_want want = {.kind = UI_WANT_SQL, .run = ++number, .replaces = replaces};
    str_copy(want.text, sizeof want.text, text);
    str_copy(want.file, sizeof want.file, file);
    return want;
}

static const struct ui_sql *ask(struct model *m, const char *text)
{
    const struct ui_want want = want_of(text, "", false);
    model_want(m, &want, 1);
    if (!until(m, is_done))
        diag("no answer to %s", text);
    return &model_view(m)->sql;
}

static void test_rows(struct model *m)
{
    const struct ui_sql *s = ask(m, "SELECT 1; SELECT id, name, x'0001' AS b FROM run ORDER BY id");
    ok(s->n_columns == 3 && s->n_rows == 3 && !strcmp(s->names[1], "name") && !s->problem[0] &&
           !s->more,
       "the last statement's rows");
    ok(s->values[3].whole == 2 && !strcmp(s->values[4].bytes, "two") && s->values[5].count == 2,
       "with their values");
    s = ask(m, MANY "SELECT x, 'row ' || x FROM n");
    ok(s->n_rows == 10000 && s->more && s->values[2 * 9999].whole == 10000 &&
           !strcmp(s->values[2 * 9999 + 1].bytes, "row 10000"),
       "of many the first are kept");
    s = ask(m, MANY "SELECT printf('%.*c', 9000, 'x') FROM n");
    ok(s->more && s->n_rows < 3000 && s->values[0].count == 4096 && s->values[0].whole == 9000,
       "of long ones fewer, and of each its begin");
    s = ask(m, "SELECT printf('%.*c', 4095, 'x') || char(233, 233) AS x");
    ok(s->n_rows == 1 && s->values[0].count == 4095, "which does not end within a character");
    s = ask(m, "SELECT lss FROM run");
    ok(!s->n_columns && !strcmp(s->problem, "no such column: lss") && s->problem_at == 7,
       "a mistake has its place");
    s = ask(m, "DELETE FROM run");
    has_text(s->problem, "DELETE is refused", "nothing is written");
    s = ask(m, "SELECT length(zeroblob(2000000))");
    has_text(s->problem, "too big", "no value is so long that it could not be ended");
    s = ask(m, ".tables");
    ok(s->n_rows > 10 && s->n_columns == 4, "lines with a dot");
    s = ask(m, "SELECT 1 WHERE 0");
    ok(s->n_columns == 1 && !s->n_rows && !s->problem[0], "no rows");
}

static void test_ended(struct model *m)
{
    struct ui_want want = want_of(WITHOUT_END "SELECT sum(x) FROM n", "", false);
    model_want(m, &want, 1);
    ok(until(m, runs), "a statement without rows says that it runs");
    double before = clock_s();
    const struct ui_sql *s = ask(m, "SELECT 5");
    ok(s->n_rows == 1 && clock_s() - before < 5, "and ends when another is wanted");
    want = want_of(WITHOUT_END "SELECT x FROM n WHERE x % 1000 = 0", "", false);
    model_want(m, &want, 1);
    ok(until(m, has_rows), "one with rows shows them before its end");
    model_want(m, NULL, 0);
    ok(until(m, is_done) && model_view(m)->sql.n_rows, "and keeps them when it is ended");
}

static int lines_of(const char *path)
{
    FILE *f = fopen(path, "r");
    int n = 0, c;
    while (f && (c = getc(f)) != EOF)
        n += c == '\n';
    if (f)
        fclose(f);
    return f ? n : -1;
}

static void test_file(struct model *m)
{
    const char *path = scratch_path("out.csv");
    const struct ui_sql *s = ask(m, "SELECT 7");
    struct ui_want want = want_of(MANY "SELECT x, x FROM n", path, false);
    model_want(m, &want, 1);
    const struct ui_sql_file *f = &model_view(m)->sql_file;
    ok(until(m, is_written) && f->rows == 25000 && !f->problem[0] && lines_of(path) == 25001,
       "all rows are in the file");
    ok(s->n_rows == 1 && s->done, "while those that are shown stay");
    want = want_of("SELECT 1", path, false);
    model_want(m, &want, 1);
    ok(until(m, is_written) && f->exists && lines_of(path) == 25001, "no file is replaced unasked");
    want = want_of("SELECT 1", path, true);
    model_want(m, &want, 1);
    ok(until(m, is_written) && !f->exists && lines_of(path) == 2, "but when it was asked");
    want = want_of("SELECT 1", scratch_path("none/out.csv"), false);
    model_want(m, &want, 1);
    ok(until(m, is_written) && strstr(f->problem, "none/out.csv cannot be written"),
       "a folder that is not there");
    want = want_of(WITHOUT_END "SELECT x FROM n", scratch_path("half.csv"), false);
    int names = scratch_entries(scratch);
    model_want(m, &want, 1);
    struct pollfd ready = {model_fd(m), POLLIN, 0};
    poll(&ready, 1, 5000);
    model_want(m, NULL, 0);
    ok(until(m, is_written) && scratch_entries(scratch) == names,
       "what was ended leaves no file behind");
}

static void test_names(struct model *m)
{
    const struct ui_want wants[] = {{.kind = UI_WANT_NAMES}, {.kind = UI_WANT_HISTORY, .run = 1}};
    model_want(m, wants, 2);
    ok(until(m, has_names), "names come");
    const struct ui_model *v = model_view(m);
    size_t i = 0;
    while (i < v->n_names && (strcmp(v->names[i].table, "run") || v->names[i].column[0]))
        i++;
    ok(i + 1 < v->n_names && !strcmp(v->names[i].type, "table") &&
           !strcmp(v->names[i + 1].column, "id") && !strcmp(v->names[i + 1].type, "INTEGER"),
       "a table, and its columns behind it");
    ok(until(m, has_history) && v->n_history > 5, "the history has what was run");
    is_text(v->history[v->n_history - 1], "SELECT 7", "but not what was exported");
}

/* --- the history --- */

static void is_history(const char *path, size_t n, const char *last, const char *what)
{
    char **texts;
    size_t found;
    struct err e;
    int failed = history_read(path, &texts, &found, &e);
    if (!ok(!failed && found == n && (!n || !strcmp(texts[n - 1], last)), "%s", what))
        diag("%zu: %s", found, !failed && found ? texts[found - 1] : "");
    history_free(texts, found);
}

static int add_many(const void *argument)
{
    struct err e;
    char text[600];
    int failed = 0;
    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "%d of %s %0500d", i, (const char *)argument, i);
        failed |= history_add(scratch_path("history/two"), text, &e);
    }
    return failed;
}

static void test_history(void)
{
    struct err e;
    const char *path = scratch_path("history/one"), *two = scratch_path("history/two");
    is_history(path, 0, "", "there is none at first");
    is_int(history_add(path, "SELECT 'a\\nb',\n  1;", &e), 0, "a statement is added");
    is_history(path, 1, "SELECT 'a\\nb',\n  1;", "as it was");
    history_add(path, "SELECT 2;", &e);
    history_add(path, "SELECT 2;", &e);
    is_history(path, 2, "SELECT 2;", "the same again is once there");
    history_add(path, "2;", &e);
    is_history(path, 3, "2;", "what ends like it is another");

    pid_t one = help_fork(add_many, "A"), other = help_fork(add_many, "B");
    ok(!help_wait(one) && !help_wait(other), "two processes add at the same time");
    char **texts;
    size_t n;
    history_read(two, &texts, &n, &e);
    is_int((long long)n, 200, "none is lost");
    history_free(texts, n);
    for (int i = 0; i < 22; i++) /* beyond a mebibyte */
        add_many("C");
    struct stat file;
    ok(!stat(two, &file) && file.st_size < (1 << 20) + 1000, "a long one is made shorter");
    history_read(two, &texts, &n, &e);
    ok(n >= HISTORY_MOST / 2 && !strncmp(texts[n - 1], "99 of C", 7), "and keeps the last ones");
    history_free(texts, n);
}

static void test_history_path(void)
{
    char path[300];
    struct err e;
    setenv("HOME", "/home/x", 1);
    setenv("XDG_STATE_HOME", "relative", 1);
    ok(!history_path(path, sizeof path, &e) &&
           !strcmp(path, "/home/x/.local/state/combolab/sql-history"),
       "the history lies in the user's folder");
    setenv("XDG_STATE_HOME", scratch, 1);
    ok(!history_path(path, sizeof path, &e) && !strncmp(path, scratch, strlen(scratch)),
       "or where XDG_STATE_HOME says");
    ok(history_path(path, 10, &e) && e.code == ERR_NOT_FOUND, "unless it does not fit");
}

int main(void)
{
    struct model *m;
    struct err e;
    scratch_make();
    test_history_path();
    test_history();
    const char *path = scratch_path("runs.db");
    struct db *d = help_open(path);
    help_add(d, "one");
    help_add(d, "two");
    help_add(d, "three");
    db_close(d);
    if (model_open(&m, path, true, &e)) {
        printf("Bail out! %s\n", e.text);
        return 99;
    }
    test_rows(m);
    test_ended(m);
    test_file(m);
    test_names(m);
    const struct ui_want last = want_of(WITHOUT_END "SELECT sum(x) FROM n", "", false);
    model_want(m, &last, 1);
    until(m, runs);
    double before = clock_s();
    model_close(m);
    ok(clock_s() - before < 5, "closing ends what runs");
    scratch_remove(scratch);
    return tap_done();
}
