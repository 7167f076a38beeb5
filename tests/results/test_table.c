/* test_table.c - rows as aligned text, CSV, JSON, Markdown and LaTeX. */
#include "base/err.h"
#include "base/mem.h"
#include "results/table.h"
#include "src/command.h"
#include "tests/kit/tap.h"

#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

static const struct table_column columns[] = {
    {"id", "id", TABLE_INT, 0, false},          {"name", "name", TABLE_TEXT, 0, false},
    {"pc", "best PC", TABLE_REAL, 4, true},     {"good", "good", TABLE_FLAG, 0, true},
    {"at", "at", TABLE_TIME, 0, true},          {"took_s", "took", TABLE_DURATION, 0, true},
    {"memory", "memory", TABLE_BYTES, 0, true},
};
#define N_COLUMNS 7

/* Two rows: a plain one, and one full of what makes trouble. */
static int fill(struct table **t, bool record, struct err *e)
{
    if (table_new(t, "runs", record, columns, N_COLUMNS, e))
        return -1;
    table_int(*t, 7);
    table_text(*t, "gr\xc3\xbc\xc3\x9f");
    table_real(*t, 0.1);
    table_flag(*t, true);
    table_real(*t, 86400);
    table_real(*t, 187);
    table_real(*t, 2048);
    if (record)
        return 0;
    table_int(*t, -1234);
    table_text(*t, "a,\"b\"\n\033[2J\xff");
    table_real(*t, NAN);
    table_flag(*t, false);
    table_missing(*t);
    table_missing(*t);
    table_missing(*t);
    return 0;
}

/* What is printed; freed with free. NULL with *e set on failure. */
static char *printed(bool record, int format, int width, bool terminal, struct err *e)
{
    char *text = NULL;
    size_t length;
    struct table *t = NULL;
    FILE *out = open_memstream(&text, &length);
    int result = fill(&t, record, e);
    if (!result)
        result = tables_print(&t, 1, format, width, terminal, out, e);
    table_free(t);
    fclose(out);
    if (!result)
        return text;
    free(text);
    return NULL;
}

static void is_printed(bool record, int format, int width, const char *wanted, const char *what)
{
    struct err e = {0};
    char *text = printed(record, format, width, false, &e);
    is_text(text ? text : e.text, wanted, what);
    free(text);
}

/* Dates as a damaged file gives them. */
static void test_no_dates(void)
{
    static const double dates[] = {1e300, -1e300, 1e18, 253402300800.0, INFINITY, NAN};
    struct table *t;
    struct err e;
    char shown[64];
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        if (table_new(&t, "dates", false, &columns[4], 1, &e))
            return;
        table_real(t, dates[i]);
        table_show(&columns[4], &t->cells[0], shown, sizeof shown);
        is_text(shown, "-", "what is no date is missing");
        table_free(t);
    }
}

static void test_aligned(void)
{
    is_printed(false, FORMAT_TABLE, 0,
               "   id  name              best PC  good  at                    took   memory\n"
               "    7  gr\xc3\xbc\xc3\x9f               0.1000  yes   1970-01-02 00:00:00  3m07s  "
               "2.0 KiB\n"
               "-1234  a,\"b\"^J^[[2J\\xff        -  no    -                        -        -\n",
               "columns are aligned, control characters shown, missing figures are -");
    is_printed(false, FORMAT_TABLE, 40,
               "   id  name              best PC  good\n"
               "    7  gr\xc3\xbc\xc3\x9f               0.1000  yes\n"
               "-1234  a,\"b\"^J^[[2J\\xff        -  no\n"
               "(3 more columns do not fit; --format csv has all)\n",
               "a narrow terminal loses spare columns from the right and is told so");
    is_printed(false, FORMAT_TABLE, 5,
               "   id  name\n    7  gr\xc3\xbc\xc3\x9f\n-1234  a,\"b\"^J^[[..\n"
               "(5 more columns do not fit; --format csv has all)\n",
               "what is not spare stays, long texts cut");
    is_printed(true, FORMAT_TABLE, 0,
               "id       7\nname     gr\xc3\xbc\xc3\x9f\nbest PC  0.1000\ngood     yes\n"
               "at       1970-01-02 00:00:00\ntook     3m07s\nmemory   2.0 KiB\n",
               "a record is a line a column");
}

static void test_csv(void)
{
    is_printed(false, FORMAT_CSV, 10,
               "id,name,pc,good,at,took_s,memory\r\n"
               "7,gr\xc3\xbc\xc3\x9f,0.1,true,1970-01-02T00:00:00Z,187,2048\r\n"
               "-1234,\"a,\"\"b\"\"\n\033[2J\xff\",,false,,,\r\n",
               "CSV is exact, quotes as RFC 4180 says, and leaves missing figures empty");
    struct err e;
    char *text = printed(false, FORMAT_CSV, 0, true, &e);
    ok(text && !strchr(text, 033), "CSV to a terminal has no raw escapes");
    free(text);
}

static void test_json(void)
{
    struct err e;
    char *text = printed(false, FORMAT_JSON, 0, false, &e);
    json_t *rows = json_loads(text ? text : "", 0, NULL);
    json_t *first = json_array_get(rows, 0), *second = json_array_get(rows, 1);
    is_int((long long)json_array_size(rows), 2, "JSON is an array of two");
    is_int(json_integer_value(json_object_get(first, "id")), 7, "integers");
    is_near(json_real_value(json_object_get(first, "pc")), 0.1, 0, "reals are exact");
    is_int(json_is_true(json_object_get(first, "good")), 1, "flags");
    is_text(json_string_value(json_object_get(first, "at")), "1970-01-02T00:00:00Z", "times");
    ok(json_is_null(json_object_get(second, "pc")), "NaN is null");
    is_text(json_string_value(json_object_get(second, "name")), "a,\"b\"^J^[[2J\\xff",
            "what is not UTF-8 is written visibly");
    json_decref(rows);
    free(text);
    text = printed(true, FORMAT_JSON, 0, true, &e);
    rows = json_loads(text ? text : "", 0, NULL);
    is_text(json_string_value(json_object_get(rows, "name")), "gr\xc3\xbc\xc3\x9f",
            "a record is an object");
    has_text(text ? text : "", "gr\\u00FC\\u00DF", "a terminal gets ASCII");
    json_decref(rows);
    free(text);
}

static void test_several(void)
{
    struct err e = {0};
    char *text = NULL;
    size_t length;
    struct table *t[2] = {NULL, NULL};
    FILE *out = open_memstream(&text, &length);
    int bad = fill(&t[0], false, &e);
    bad |= table_new(&t[1], "empty", false, columns, N_COLUMNS, &e);
    ok(!bad && !tables_print(t, 2, FORMAT_JSON, 0, false, out, &e), "two tables as JSON");
    fflush(out);
    json_t *all = json_loads(text, 0, NULL);
    is_int((long long)json_array_size(json_object_get(all, "runs")), 2, "the first by its name");
    ok(json_is_array(json_object_get(all, "empty")) &&
           !json_array_size(json_object_get(all, "empty")),
       "an empty one is an empty array");
    json_decref(all);
    is_int(tables_print(t, 2, FORMAT_CSV, 0, false, out, &e), -1, "CSV refuses two tables");
    is_int(e.code, ERR_USAGE, "as a matter of usage");
    table_text(t[1], "not a number");
    is_int(tables_print(t, 2, FORMAT_TABLE, 0, false, out, &e), -1, "a cell of the wrong kind");
    is_int(e.code, ERR_INTERNAL, "is told");
    fclose(out);
    free(text);
    table_free(t[0]);
    table_free(t[1]);
}

static void test_markup(void)
{
    is_printed(
        false, FORMAT_MARKDOWN, 20,
        "|    id | name                | best PC | good | at                  |  took |  "
        "memory |\n"
        "| ----: | ------------------- | ------: | ---- | ------------------- | ----: | "
        "------: |\n"
        "|     7 | gr\xc3\xbc\xc3\x9f                |  0.1000 | yes  | 1970-01-02 00:00:00 | "
        "3m07s | 2.0 KiB |\n"
        "| -1234 | a,\"b\"^J^\\[\\[2J\\\\xff |      -- | no   | --                  |    "
        "-- |      -- |\n",
        "Markdown has all columns, numbers at the right, missing figures as --");
    is_printed(
        true, FORMAT_MARKDOWN, 0,
        "|         |                     |\n| ------- | ------------------- |\n"
        "| id      | 7                   |\n| name    | gr\xc3\xbc\xc3\x9f                |\n"
        "| best PC | 0.1000              |\n| good    | yes                 |\n"
        "| at      | 1970-01-02 00:00:00 |\n| took    | 3m07s               |\n"
        "| memory  | 2.0 KiB             |\n",
        "a record in Markdown is a line a column");
    is_printed(true, FORMAT_LATEX, 0,
               "% \\usepackage{booktabs}\n\\begin{tabular}{@{}ll@{}}\n\\toprule\n"
               "id      & 7                   \\\\\nname    & gr\xc3\xbc\xc3\x9f                "
               "\\\\\nbest PC & 0.1000              \\\\\ngood    & yes                 \\\\\n"
               "at      & 1970-01-02 00:00:00 \\\\\ntook    & 3m07s               \\\\\n"
               "memory  & 2.0 KiB             \\\\\n\\bottomrule\n\\end{tabular}\n",
               "a record in LaTeX, too");
}

static void test_markup_several(void)
{
    static const struct table_column one[] = {{"n", "n_1", TABLE_INT, 0, false}};
    static const char *const wanted[FORMATS] = {
        [FORMAT_MARKDOWN] = "### a\\_b\n\n| n\\_1 |\n| ---: |\n|    1 |\n\n"
                            "### c\n\n| n\\_1 |\n| ---: |\n",
        [FORMAT_LATEX] =
            "% \\usepackage{booktabs}\n\\begin{table}\n\\caption{a\\_b}\n"
            "\\centering\n\\begin{tabular}{@{}r@{}}\n\\toprule\nn\\_1 "
            "\\\\\n\\midrule\n   1 \\\\\n\\bottomrule\n\\end{tabular}\n\\end{table}\n\n"
            "% \\usepackage{booktabs}\n\\begin{table}\n\\caption{c}\n"
            "\\centering\n\\begin{tabular}{@{}r@{}}\n\\toprule\nn\\_1 "
            "\\\\\n\\midrule\n\\bottomrule\n\\end{tabular}\n\\end{table}\n"};
    for (int format = FORMAT_MARKDOWN; format < FORMATS; format++) {
        struct err e = {0};
        struct table *t[2] = {NULL, NULL};
        char *text = NULL;
        size_t length;
        FILE *out = open_memstream(&text, &length);
        int bad = table_new(&t[0], "a_b", false, one, 1, &e);
        bad |= table_new(&t[1], "c", false, one, 1, &e);
        if (!bad)
            table_int(t[0], 1);
        bad = bad || tables_print(t, 2, format, 0, false, out, &e);
        fclose(out);
        is_text(bad ? e.text : text, wanted[format], "several tables have headings or captions");
        free(text);
        table_free(t[0]);
        table_free(t[1]);
    }
}

/* One cell, as it is printed in a table of its own. */
static void is_cell(int format, const char *name, const char *wanted)
{
    static const struct table_column one[] = {{"name", "x", TABLE_TEXT, 0, false}};
    struct err e = {0};
    struct table *t = NULL;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    int bad = table_new(&t, "names", false, one, 1, &e);
    if (!bad)
        table_text(t, name);
    bad = bad || tables_print(&t, 1, format, 0, false, out, &e);
    fclose(out);
    has_text(bad ? e.text : text, wanted, "a text of any kind");
    free(text);
    table_free(t);
}

static void test_signs(void)
{
    is_cell(FORMAT_MARKDOWN, "a|b_c*d`e<f>g&h~i$j[k]l\\",
            "| a\\|b\\_c\\*d\\`e\\<f\\>g\\&h\\~i\\$j\\[k\\]l\\\\ |\n");
    is_cell(FORMAT_MARKDOWN, "two\nlines", "| two^Jlines |\n");
    is_cell(FORMAT_LATEX, "50%_#&${}~^",
            "50\\%\\_\\#\\&\\$\\{\\}\\textasciitilde{}\\textasciicircum{} \\\\\n");
    is_cell(FORMAT_LATEX, "\\input{/etc/passwd}",
            "\n\\textbackslash{}input\\{/etc/passwd\\} \\\\\n");
    is_cell(FORMAT_LATEX, "[2cm] a--b ---", "\n{[}2cm{]} a-{}-{}b -{}-{}- \\\\\n");
    is_cell(FORMAT_LATEX, "<|>\"*`''",
            "\\textless{}\\textbar{}\\textgreater{}\\char34{}{*}{`}'{}'{} \\\\\n");
    is_cell(FORMAT_LATEX, "0.90 \xc2\xb1 0.01 \xe2\x89\xa4 \xce\x94",
            "0.90 \\(\\pm\\) 0.01 \\(\\le\\) \\(\\Delta\\) \\\\\n");
    is_cell(FORMAT_LATEX, "\033[31m\xff",
            "\n\\textasciicircum{}{[}{[}31m\\textbackslash{}xff \\\\\n");
    is_cell(FORMAT_LATEX, "", "\n-- \\\\\n");
}

/* The best of a column, and a cell that somebody marked. */
static void test_marks(void)
{
    static const struct table_column two[] = {{"mae", "MAE", TABLE_REAL, 2, false},
                                              {"n", "n", TABLE_INT, 0, false},
                                              {"same", "same", TABLE_REAL, 1, false},
                                              {"name", "name", TABLE_TEXT, 0, false}};
    static const double maes[] = {0.25, NAN, -0.5, 1e-9, -0.5};
    static const char *const wanted[] = {
        [FORMAT_MARKDOWN] = "|       MAE |     n | same | name  |\n"
                            "| --------: | ----: | ---: | ----- |\n"
                            "|      0.25 |     0 |  1.0 | a     |\n"
                            "|        -- |     1 |  1.0 | a     |\n"
                            "| **-0.50** |     2 |  1.0 | **a** |\n"
                            "|      1e-9 |     3 |  1.0 | a     |\n"
                            "| **-0.50** | **4** |  1.0 | a     |\n",
        [FORMAT_LATEX] = "              0.25 &          0 &  1.0 & a          \\\\\n"
                         "                -- &          1 &  1.0 & a          \\\\\n"
                         "\\(\\mathbf{-0.50}\\) &          2 &  1.0 & \\textbf{a} \\\\\n"
                         "\\(1\\times10^{-9}\\) &          3 &  1.0 & a          \\\\\n"
                         "\\(\\mathbf{-0.50}\\) & \\textbf{4} &  1.0 & a          \\\\\n"};
    for (int format = FORMAT_MARKDOWN; format < FORMATS; format++) {
        struct err e = {0};
        struct table *t = NULL;
        char *text = NULL;
        size_t length;
        FILE *out = open_memstream(&text, &length);
        int bad = table_new(&t, "marks", false, two, 4, &e);
        for (int i = 0; !bad && i < 5; i++) {
            table_real(t, maes[i]);
            table_int(t, i);
            table_real(t, 1);
            table_text(t, "a");
            if (i == 2)
                table_mark(t);
        }
        for (size_t c = 0; !bad && c < 3; c++)
            table_mark_best(t, c, c == 0);
        bad = bad || tables_print(&t, 1, format, 0, false, out, &e);
        fclose(out);
        has_text(bad ? e.text : text, wanted[format], "the best are bold, unless all are alike");
        free(text);
        table_free(t);
    }
}

/* A number that does not fit is shorter, not cut. */
static void test_figures(void)
{
    static const double values[] = {435079.29713, 1e25, 1e300, -0.1536, -0.0000001, NAN};
    static const char *const texts[] = {"435079.2971", "1e25", "1e300", "-0.1536", "-1e-7", "-"};
    const struct table_column column = {"mae", "MAE", TABLE_REAL, 4, false};
    for (int i = 0; i < 6; i++) {
        struct table_cell cell = {.real = values[i], .missing = isnan(values[i])};
        char text[32];
        table_show(&column, &cell, text, sizeof text);
        is_text(text, texts[i], "a figure of a table");
    }
    static const double settings[] = {30, 0.002, 1.0 / 3, 1e-5, 2};
    static const char *const shortest[] = {"30", "0.002", "0.333333", "1e-5", "2"};
    const struct table_column setting = {"alpha", "alpha", TABLE_REAL, -6, false};
    for (int i = 0; i < 5; i++) {
        struct table_cell cell = {.real = settings[i]};
        char text[32];
        table_show(&setting, &cell, text, sizeof text);
        is_text(text, shortest[i], "a number that somebody chose");
    }
}

static void test_memory(int format)
{
    for (long n = 1; n < 200; n++) {
        struct err e = {0};
        mem_test_fail_at(n);
        char *text = printed(false, format, 0, true, &e);
        long used = mem_test_count();
        mem_test_fail_at(0);
        bool told = !text && e.code == ERR_MEMORY;
        free(text);
        if (told)
            continue;
        ok(used < n, "format %d: each of %ld allocations may fail", format, n - 1);
        return;
    }
    ok(0, "format %d: it ends", format);
}

/* Column names come from loss terms, which a database may hold of any kind. */
static void test_hostile_names(void)
{
    static const struct table_column one[] = {{"a\033[2J", "b\033[31m", TABLE_INT, 0, false}};
    struct err e;
    for (int format = FORMAT_TABLE; format < FORMATS; format++) {
        struct table *t = NULL;
        char *text = NULL;
        size_t length;
        FILE *out = open_memstream(&text, &length);
        int result = table_new(&t, "names", false, one, 1, &e);
        if (!result) {
            table_int(t, 1);
            result = tables_print(&t, 1, format, 0, true, out, &e);
        }
        fclose(out);
        ok(!result && text[0] && !strchr(text, '\033'), "a column's name is not obeyed, format %d",
           format);
        table_free(t);
        free(text);
    }
}

/* Spare columns go first; then texts are cut, the longest first, and numbers never. */
static void test_narrow(void)
{
    static const struct table_column narrow[] = {{"name", "name", TABLE_TEXT, 0, false},
                                                 {"state", "state", TABLE_TEXT, 0, false},
                                                 {"n", "n", TABLE_INT, 0, false},
                                                 {"more", "more", TABLE_INT, 0, true}};
    static const struct {
        int width;
        const char *wanted;
    } cases[] = {
        {46, "name                      state        n  more\n"
             "a n\xc3\xa4me of twenty letters  running  12345     1\n"},
        {40, "name                      state        n\n"
             "a n\xc3\xa4me of twenty letters  running  12345\n"
             "(1 more columns do not fit; --format csv has all)\n"},
        {35, "name                 state        n\n"
             "a n\xc3\xa4me of twenty ..  running  12345\n"
             "(1 more columns do not fit; --format csv has all)\n"},
        {5, "name          state        n\n"
            "a n\xc3\xa4me of ..  running  12345\n"
            "(1 more columns do not fit; --format csv has all)\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        struct table *t = NULL;
        char *text = NULL;
        size_t length;
        FILE *out = open_memstream(&text, &length);
        int failed = table_new(&t, "names", false, narrow, 4, &e);
        if (!failed) {
            table_text(t, "a n\xc3\xa4me of twenty letters");
            table_text(t, "running");
            table_int(t, 12345);
            table_int(t, 1);
            failed = tables_print(&t, 1, FORMAT_TABLE, cases[i].width, true, out, &e);
        }
        fclose(out);
        is_text(failed ? e.text : text, cases[i].wanted, "a table where there is little room");
        table_free(t);
        free(text);
    }
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    setenv("TZ", "UTC", 1);
    test_aligned();
    test_no_dates();
    test_csv();
    test_json();
    test_several();
    test_markup();
    test_markup_several();
    test_signs();
    test_marks();
    test_hostile_names();
    test_figures();
    test_narrow();
    test_memory(FORMAT_TABLE);
    test_memory(FORMAT_CSV);
    test_memory(FORMAT_JSON);
    test_memory(FORMAT_MARKDOWN);
    test_memory(FORMAT_LATEX);
    return tap_done();
}
