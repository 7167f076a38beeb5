/* test_rows_filter.c - which rows a filter in words lets through, what it refuses and how it says
 * so; and rows in the order of a column.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/rows_filter.h"
#include "results/rows_sort.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RUNS 5

static struct run_row runs[RUNS];
static const struct rows_list list = {row_run_columns, runs, RUNS, sizeof *runs, 10000};

static void make_run(int i, const char *state, const char *name, const char *loss, double pc,
                     double mae, int fold)
{
    struct run_row *r = &runs[i];
    memset(r, 0, sizeof *r);
    r->id = i + 1;
    str_copy(r->state, sizeof r->state, state);
    str_copy(r->name, sizeof r->name, name);
    str_copy(r->experiment, sizeof r->experiment, "first try");
    str_copy(r->loss, sizeof r->loss, loss);
    r->best_pc = pc;
    r->best_mae = mae;
    r->fold = fold;
    r->disk_bytes = (int64_t)i << 30;
    r->created = 10000 - 3600.0 * i - 60;
    r->started = r->ended = NAN;
}

static void make_runs(void)
{
    make_run(0, "finished", "resnet18 combo s1", "combo", 0.75, 0.3, 1);
    make_run(1, "running", "resnet50 combo s12", "combo", 0.5, 0.25, 0);
    make_run(2, "queued", "resnet18 L1 s2", "l1", NAN, NAN, 2);
    make_run(3, "failed", "a combo of names", "mse", -0.25, 0.4, 0);
    make_run(4, "finished", "resnet18 huber", "smooth-huber", 0.75, 0.2, 1);
}

/* The numbers of the runs at these places: "1 3". */
static void names_of(const int *places, size_t n, char *to, size_t room)
{
    size_t at = 0;
    to[0] = '\0';
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(to + at, room - at, "%s%d", i ? " " : "", places[i] + 1);
}

static void lets_through(const char *filter, const char *wanted)
{
    struct rows_filter *f;
    struct err e = {0};
    int places[RUNS];
    char got[64];
    if (rows_filter_new(&f, filter, row_run_columns, &e)) {
        is_text(e.text, wanted, filter);
        return;
    }
    names_of(places, rows_filter_choose(f, &list, places), got, sizeof got);
    is_text(got, wanted, filter);
    rows_filter_free(f);
}

static void test_words(void)
{
    lets_through("", "1 2 3 4 5");
    lets_through("  combo  ", "1 2 4");
    lets_through("RESNET18 !combo", "3 5");
    lets_through("\"combo s1\"", "1 2");
    lets_through("\"first try\" huber", "5");
    lets_through("!", "1 2 3 4 5");
    lets_through("!!combo", "1 2 4");
    lets_through("60-40", "");
}

static void test_fields(void)
{
    lets_through("loss:combo", "1 2");
    lets_through("loss=huber", "");
    lets_through("loss:huber", "5");
    lets_through("loss!=combo state:finished", "5");
    lets_through("name:\"s1", "1 2");
    lets_through("experiment=\"First Try\" state=running", "2");
    lets_through("loss:combo pc>0.5 state:finished", "1");
    lets_through("best_pc>=0.5", "1 2 5");
    lets_through("pc<=0.5", "2 4");
    lets_through("pc<0", "4");
    lets_through("!pc>0.5", "2 3 4");
    lets_through("mae=0.25", "2");
    lets_through("fold=1", "1 5");
    lets_through("fold!=1", "2 3 4");
    lets_through("ID>3", "4 5");
    lets_through("age<2h", "1 2");
    lets_through("age_s>=10860", "4 5");
    lets_through("age<90s", "1");
    lets_through("disk>1.5G", "3 4 5");
    lets_through("disk<=1024MiB", "2");
    lets_through("disk=1048576K", "2");
    lets_through("disk<1", "");
}

static void test_expressions(void)
{
    lets_through("name~s[12]$", "1 3");
    lets_through("~^(l1|mse)$", "3 4");
    lets_through("!name~^resnet(18|50)", "4");
    lets_through("name~", "1 2 3 4 5");
}

static void test_refusals(void)
{
    static const char *const costly[] = {"(a{1,9}){1,9}", "(a)\\1", "\\.(a)\\1", "a+++++++++"};
    for (size_t i = 0; i < sizeof costly / sizeof *costly; i++) {
        char filter[64], wanted[200];
        snprintf(filter, sizeof filter, "~%s", costly[i]);
        snprintf(
            wanted, sizeof wanted,
            "'~%s' may take for ever: repeat counts, references back and more than 8 + are not "
            "taken",
            costly[i]);
        lets_through(filter, wanted);
    }
    lets_through("~((((((((8+)+)+)+)+)+)+)+)", "1 3 5");
    lets_through("id=2,4-5", "2 4 5");
    lets_through("!id=1-3,9", "4 5");
    lets_through("id=3", "3");
    lets_through("id=3-", "'id' is compared with a number, and '3-' is none");
    lets_through("fold=1,x", "'fold' is compared with a number, and '1,x' is none");
    lets_through("pc>", "'best_pc' is compared with a number, and '' is none");
    lets_through("pc>high", "'best_pc' is compared with a number, and 'high' is none");
    lets_through(
        "age>2w",
        "'age_s' is compared with a duration such as 90s, 15m, 2h or 3d, and '2w' is none");
    lets_through("disk>2d",
                 "'disk_bytes' is compared with a size such as 500M or 2G, and '2d' is none");
    lets_through("state>3", "'state' is a text: compare it by : = != or ~");
    lets_through("pc~3", "'best_pc' is a number: compare it by = != < <= > or >=");
    lets_through("created>3", "'created' is a time, which a filter does not compare; use age_s");
    lets_through("a b c d e f g h i j k l m n o p q", "a filter has at most 16 tests");
    struct rows_filter *f;
    struct err e = {0};
    ok(rows_filter_new(&f, "name~[", row_run_columns, &e) &&
           !strncmp(e.text, "'~[' is no regular expression: ", 31),
       "a broken expression is refused: %s", e.text);
    char longest[400];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    ok(rows_filter_new(&f, longest, row_run_columns, &e) && strstr(e.text, "longer than 255 bytes"),
       "a word that would be cut is refused: %s", e.text);
    ok(rows_filter_new(&f, "speed>3", row_run_columns, &e) &&
           !strncmp(e.text, "there is no column 'speed'; there are: id state name", 52) && !f,
       "an unknown column is answered with those that there are");
}

/* Rows of another kind: a column that they lack lets none through. */
static void test_other_rows(void)
{
    struct reference_row published[2] = {{.loss = "combo", .pc = 0.9}, {.loss = "mse", .pc = 0.8}};
    const struct rows_list other = {row_reference_columns, published, 2, sizeof *published, 0};
    static const struct {
        const char *filter;
        size_t n;
    } cases[] = {{"pc>0.85", 1}, {"loss:m", 2}, {"seed=1", 0}, {"!seed=1", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rows_filter *f = NULL;
        struct err e = {0};
        int places[2];
        int failed = rows_filter_new(&f, cases[i].filter, row_run_columns, &e);
        ok(!failed && rows_filter_choose(f, &other, places) == cases[i].n,
           "of published figures %s lets %zu through", cases[i].filter, cases[i].n);
        rows_filter_free(f);
    }
}

static void sorted_by(const char *name, bool reverse, const char *wanted)
{
    struct err e = {0};
    int places[RUNS] = {0, 1, 2, 3, 4};
    char got[64];
    const struct row_column *by = rows_column_meant(row_run_columns, name, &e);
    ok(by && !rows_sort(&list, by, reverse, places, RUNS, &e), "sorted by %s", name);
    names_of(places, RUNS, got, sizeof got);
    is_text(got, wanted, name);
}

static void test_sort(void)
{
    sorted_by("pc", false, "1 5 2 4 3");
    sorted_by("pc", true, "4 2 1 5 3");
    sorted_by("mae", false, "5 2 1 4 3");
    sorted_by("name", false, "4 1 5 3 2");
    sorted_by("loss", true, "5 4 3 1 2");
    sorted_by("age", false, "1 2 3 4 5");
    sorted_by("id", false, "5 4 3 2 1");
    sorted_by("fold", false, "3 1 5 2 4");
}

static void test_names(void)
{
    const struct row_column *to[ROW_MOST_COLUMNS];
    struct err e = {0};
    size_t n;
    ok(!rows_columns_meant(row_run_columns, "id,Learning Rate,pc,last PC", to, &n, &e) && n == 4 &&
           !strcmp(to[1]->name, "learning_rate") && !strcmp(to[2]->name, "best_pc") &&
           !strcmp(to[3]->name, "last_pc"),
       "columns by name and by title");
    ok(rows_columns_meant(row_run_columns, "id,pc,best_pc", to, &n, &e) &&
           strstr(e.text, "'best_pc' is asked for twice"),
       "a column twice: %s", e.text);
    ok(rows_columns_meant(row_run_columns, "id,", to, &n, &e) && strstr(e.text, "no column ''"),
       "an empty name");
    ok(!rows_column_meant(row_run_columns, "anew", &e), "what is in no table is no column");
}

/* Each allocation fails once. */
static void test_memory(void)
{
    int places[RUNS] = {0};
    bool happened = true;
    for (long fail = 1; happened; fail++) {
        struct rows_filter *f = NULL;
        struct err e = {0};
        mem_test_fail_at(fail);
        int failed = rows_filter_new(&f, "combo", row_run_columns, &e) ||
                     rows_sort(&list, &row_run_columns[0], false, places, RUNS, &e);
        happened = mem_test_count() >= fail;
        mem_test_fail_at(0);
        rows_filter_free(f);
        ok(failed == happened && (!failed || e.code == ERR_MEMORY), "allocation %ld", fail);
    }
}

int main(void)
{
    make_runs();
    test_words();
    test_fields();
    test_expressions();
    test_refusals();
    test_other_rows();
    test_sort();
    test_names();
    test_memory();
    return tap_done();
}
