/* test_stream.c - rows written as they come: aligned, as CSV and as JSON. */
#include "base/err.h"
#include "base/mem.h"
#include "results/stream.h"
#include "results/table.h"
#include "tests/kit/tap.h"

#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#define TEXT(text)                                                                                 \
    {                                                                                              \
        .kind = ROW_VALUE_TEXT, .bytes = text, .count = sizeof text - 1                            \
    }
#define BLOB(text)                                                                                 \
    {                                                                                              \
        .kind = ROW_VALUE_BLOB, .bytes = text, .count = sizeof text - 1                            \
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

#define N 4
static const char *const names[N] = {"id", "pc", "name", "id"};
static const struct row_value rows[][N] = {
    {INT(1), REAL(0.5), TEXT("plain"), NONE},
    {INT(-20), REAL(12.25), TEXT("a,\"b\"\n\033[2J\xff"), INT(3)},
    {INT(3), NONE, TEXT(""), BLOB("\x01\xff")},
    {INT(4), REAL(INFINITY), TEXT("x\0y"), BLOB("0123456789abcdefg")},
};

/* What is printed of the first n rows; freed with free. */
static char *printed(struct stream_output output, size_t n)
{
    char *text = NULL;
    size_t length;
    struct stream *s;
    struct err e;
    output.to = open_memstream(&text, &length);
    int failed = stream_new(&s, &output, names, N, &e);
    for (size_t i = 0; !failed && i < n; i++)
        failed = stream_row(s, rows[i], &e);
    failed = failed || stream_end(s, &e);
    stream_free(s);
    fclose(output.to);
    if (!failed)
        return text;
    diag("%s", e.text);
    free(text);
    return NULL;
}

static void prints(struct stream_output output, size_t n, const char *wanted, const char *what)
{
    char *text = printed(output, n);
    is_text(text ? text : "nothing", wanted, what);
    free(text);
}

static void test_aligned(void)
{
    struct stream_output o = {.format = FORMAT_TABLE};
    prints(o, 0, "id  pc  name  id\n", "no row is the names");
    prints(o, 4,
           " id      pc  name              id\n"
           "  1    0.5   plain             \n"
           "-20   12.25  a,\"b\"^J^[[2J\\xff  3\n"
           "  3                            x'01ff'\n"
           "  4  inf     x^@y              x'3031323334353637'.. (17 bytes)\n",
           "columns, points below points, nothing to obey");
    o.dims = true;
    prints(o, 1, "id   pc  name   id\n 1  0.5  plain  \033[2mNULL\033[22m\n",
           "a missing value is dim where that is wanted");
    o = (struct stream_output){.format = FORMAT_TABLE, .width = 40};
    prints(o, 4,
           " id      pc  name          id\n"
           "  1    0.5   plain         \n"
           "-20   12.25  a,\"b\"^J^[[..  3\n"
           "  3                        x'01ff'\n"
           "  4  inf     x^@y          x'303132333..\n",
           "a narrow terminal cuts texts, and no number");
}

/* Later rows are as wide as they are. */
static void test_later(void)
{
    char *text = NULL;
    size_t length;
    struct stream *s;
    struct err e;
    const struct stream_output o = {.to = open_memstream(&text, &length), .format = FORMAT_TABLE};
    const struct row_value narrow[2] = {INT(1), TEXT("a")}, wide[2] = {INT(1234567), TEXT("b")};
    int failed = stream_new(&s, &o, names, 2, &e);
    for (int i = 0; !failed && i < 200; i++)
        failed = stream_row(s, narrow, &e);
    fflush(o.to);
    ok(!failed && !length, "the first rows decide how wide columns are");
    failed = stream_row(s, wide, &e);
    fflush(o.to);
    ok(!failed && strstr(text, "\n1234567  b\n"), "later ones go out at once, and may be wider");
    failed = stream_end(s, &e);
    stream_free(s);
    fclose(o.to);
    ok(!failed && !strncmp(text, "id  pc\n 1  a\n", 13), "below the names");
    free(text);
}

static void test_csv(void)
{
    struct stream_output o = {.format = FORMAT_CSV};
    char *text = printed(o, 4);
    const char wanted[] = "id,pc,name,id\r\n"
                          "1,0.5,plain,\r\n"
                          "-20,12.25,\"a,\"\"b\"\"\n\033[2J\xff\",3\r\n"
                          "3,,\"\",x'01ff'\r\n"
                          "4,inf,\"x\0y\",x'3031323334353637383961626364656667'\r\n";
    ok(text && !memcmp(text, wanted, sizeof wanted), "CSV is exact and whole");
    free(text);
    o.terminal = true;
    prints(o, 2, "id,pc,name,id\r\n1,0.5,plain,\r\n-20,12.25,\"a,\"\"b\"\"^J^[[2J\\xff\",3\r\n",
           "on a terminal nothing in it is obeyed");
}

static void test_json(void)
{
    struct stream_output o = {.format = FORMAT_JSON, .terminal = true};
    json_error_t error;
    prints(o, 0, "[]\n", "no row is an empty array");
    prints(o, 1, "[\n {\"id\": 1, \"pc\": 0.5, \"name\": \"plain\", \"id_2\": null}\n]\n",
           "a row is an object, and no name stands twice");
    char *text = printed(o, 3);
    json_t *array = json_loads(text ? text : "", JSON_ALLOW_NUL, &error);
    is_int((long long)json_array_size(array), 3, "JSON can be read");
    const json_t *row = json_array_get(array, 1);
    is_text(json_string_value(json_object_get(row, "name")), "a,\"b\"^J^[[2J\\xff",
            "what is no UTF-8 is written visibly");
    row = json_array_get(array, 2);
    is_text(json_string_value(json_object_get(row, "id_2")), "x'01ff'", "a blob is a text");
    ok(json_is_null(json_object_get(row, "pc")), "NULL is null");
    json_decref(array);
    free(text);
    text = printed(o, 4);
    has_text(text ? text : "", "\"pc\": 1e999, \"name\": \"x\\u0000y\"", "what JSON can't write");
    free(text);
}

static void test_markup(void)
{
    struct stream_output o = {.format = FORMAT_MARKDOWN};
    char *text = printed(o, 3);
    has_text(text ? text : "", "-20 |", "Markdown");
    has_text(text ? text : "", "x'01ff'", "with blobs as texts");
    free(text);
    o.format = FORMAT_LATEX;
    text = printed(o, 3);
    has_text(text ? text : "", "\\toprule", "LaTeX");
    free(text);
    struct stream *s;
    struct err e;
    size_t length;
    o.to = open_memstream(&text, &length);
    int failed = stream_new(&s, &o, names, N, &e), n = 0;
    while (!failed && n < STREAM_MOST_KEPT + 1)
        failed = stream_row(s, rows[n++ % 3], &e);
    ok(failed && n == STREAM_MOST_KEPT + 1 && strstr(e.text, "take 10000 rows"),
       "which take no more rows than they can keep");
    is_int(stream_end(s, &e), 0, "and those are printed");
    stream_free(s);
    fclose(o.to);
    ok(length > 100000, "all of them");
    free(text);
}

static void test_memory(void)
{
    for (int format = FORMAT_TABLE; format < FORMATS; format++) {
        char *text = NULL;
        long n = 0;
        do {
            mem_test_fail_at(++n);
            text = printed((struct stream_output){.format = format}, 4);
        } while (!text && n < 200);
        mem_test_fail_at(0);
        free(text);
        ok(n > 3 && n < 200, "no allocation is needed that may not fail, in format %d", format);
    }
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    setlocale(LC_NUMERIC, "C");
    test_aligned();
    test_later();
    test_csv();
    test_json();
    test_markup();
    test_memory();
    return tap_done();
}
