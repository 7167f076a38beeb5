/* test_base.c - errors, memory, strings, queue, options, Philox. */
#include "base/err.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/opt.h"
#include "base/philox.h"
#include "base/queue.h"
#include "base/str.h"
#include "base/thread.h"
#include "tests/kit/tap.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>

static void test_err(void)
{
    struct err e;
    err_clear(&e);
    is_int(err_set(&e, ERR_USAGE, "value %d", 7), -1, "err_set returns -1");
    is_text(e.text, "value 7", "err_set formats");
    err_prefix(&e, "file %s", "a");
    is_text(e.text, "file a: value 7", "err_prefix keeps the text");
    err_set(&e, ERR_IO, "again: %s", e.text);
    is_text(e.text, "again: file a: value 7", "err_set may read its own text");
    err_errno(&e, ENOSPC, "writing");
    is_int(e.code, ERR_FULL, "ENOSPC is ERR_FULL");
    is_int(err_set(NULL, ERR_IO, "x"), -1, "a missing err is allowed");
}

static void test_mem(void)
{
    mem_test_fail_at(2);
    void *a = mem_alloc(1, 1), *b = mem_alloc(1, 1), *c = mem_alloc(1, 1);
    ok(a && !b && c, "the second allocation fails, once");
    mem_test_fail_at(0);
    mem_free(a);
    mem_free(c);
    ok(!mem_alloc((size_t)-1, 16), "an overflowing size is refused");
    char *aligned = mem_alloc_aligned(100);
    ok(aligned && (uintptr_t)aligned % 64 == 0 && !aligned[99], "aligned memory is, and is zero");
    mem_free_aligned(aligned);
}

static void test_str(void)
{
    struct str s;
    str_init(&s);
    for (int i = 0; i < 100; i++)
        str_addf(&s, "%d,", i);
    ok(s.length == 290 && !strncmp(s.text, "0,1,2,", 6), "appends grow");
    str_fini(&s);
    mem_test_fail_at(1);
    str_add(&s, "x");
    mem_test_fail_at(0);
    str_add(&s, "y");
    ok(s.failed && !strcmp(s.text, ""), "a failed append is remembered");
    str_fini(&s);

    int64_t i = 5;
    double r = 5;
    ok(!str_to_int("-12", &i) && i == -12, "an integer");
    ok(str_to_int("12x", &i) && str_to_int("", &i) && str_to_int(" 1", &i) &&
           str_to_int("99999999999999999999", &i) && i == -12,
       "no integers");
    ok(!str_to_real("1e-3", &r) && r == 1e-3, "a real");
    ok(str_to_real("nan", &r) && str_to_real("inf", &r) && str_to_real("0x1", &r) &&
           str_to_real("1e999", &r) && str_to_real("1,5", &r) && r == 1e-3,
       "no reals");
    char to[64];
    str_visible(to, sizeof to, "a\x1b[2Jb\n\xff\xc2\x9b\xc3\xa9");
    is_text(to, "a^[[2Jb^J\\xff\\xc2\\x9b\xc3\xa9", "escapes are shown, not obeyed");
    str_visible(to, 4, "ab\xc3\xa9");
    is_text(to, "ab", "a cut never splits a character");
    str_duration(to, sizeof to, 7507);
    is_text(to, "2h05m", "hours");
    ok(str_ends_in("a.tmp", ".tmp") && str_ends_in(".tmp", ".tmp") && !str_ends_in("tmp", ".tmp") &&
           !str_ends_in("a.tmp.b", ".tmp"),
       "ends of texts are known");
    ok(!str_path(to, sizeof to, "a/", "b") && !strcmp(to, "a/b"), "paths join");
    ok(str_path(to, 4, "abc", "def") == -1, "a path that does not fit is refused");
}

static void is_figure(double value, int decimals, int cells, const char *wanted)
{
    char text[64];
    str_figure(text, sizeof text, value, decimals, cells);
    is_text(text, wanted, "a figure within its room");
}

static void test_figures(void)
{
    is_figure(0.12345, 4, 8, "0.1235");
    is_figure(-0.1234, 4, 8, "-0.1234");
    is_figure(-0.1234, 4, 6, "-0.123");
    is_figure(435079.2971, 4, 11, "435079.2971");
    is_figure(435079.2971, 4, 8, "435079.3");
    is_figure(435079.2971, 4, 6, "435079");
    is_figure(435079.2971, 4, 5, "4.4e5");
    is_figure(1e25, 4, 8, "1e25");
    is_figure(-1.23456e25, 4, 8, "-1.23e25");
    is_figure(1e300, 4, 0, "1e300");
    is_figure(-0.0000001, 4, 8, "-1e-7");
    is_figure(-0.0003, 4, 6, "-3e-4");
    is_figure(-1.25e-300, 4, 7, "-1e-300");
    is_figure(999999.96, 1, 8, "1000000");
    is_figure(0, 4, 8, "0.0000");
    is_figure(123456, 0, 4, "1e5");
    is_figure(123456, 0, 2, "##");
    is_figure(NAN, 4, 8, "-");
    is_figure(INFINITY, 4, 8, "-");
    static const double exact[] = {30, 100, -30, 0.1, 1e-5, 123456789, 1e15, 1e300};
    static const char *const texts[] = {"30",   "100",       "-30",  "0.1",
                                        "1e-5", "123456789", "1e15", "1e300"};
    for (int i = 0; i < 8; i++) {
        char text[64];
        str_exact(text, sizeof text, exact[i]);
        is_text(text, texts[i], "the shortest exact text");
    }
    static const double rounded[] = {30, 1e6, 2.0 / 3, 0.1f, 1234567.8, 1.23456789e-7};
    static const char *const shorts[] = {"30", "1000000", "0.6667", "0.1", "1234568", "1.235e-7"};
    for (int i = 0; i < 6; i++) {
        char text[64];
        str_shortest(text, sizeof text, rounded[i], 4);
        is_text(text, shorts[i], "the shortest text with few digits");
    }
}

/* What turns the direction of text, or has no width, is written out. */
static void test_formats(void)
{
    char to[64];
    str_visible(to, sizeof to, "a\xe2\x80\xae\xe2\x81\xa6\xd8\x9c\xe2\x80\x8b\xef\xbb\xbf");
    is_text(to, "a\\u202e\\u2066\\u061c\\u200b\\ufeff", "format characters are shown");
    str_visible(to, sizeof to, "\xe2\x80\xa8\xe2\x80\xa9\xf3\xa0\x81\xa1\xe2\x80\xa6");
    is_text(to, "\\u2028\\u2029\\U000e0061\xe2\x80\xa6", "so are line ends; an ellipsis is none");
    str_visible(to, 4, "ab\xe2\x80\xae");
    is_text(to, "ab", "and none is cut");
}

struct producer {
    struct queue *q;
    int n;
};

static void *produce(void *argument)
{
    struct producer *p = argument;
    for (int i = 0; i < p->n; i++)
        if (queue_push(p->q, &i))
            break;
    queue_close(p->q);
    return NULL;
}

static void test_queue(void)
{
    struct queue *q;
    ok(!queue_new(&q, 4, sizeof(int), NULL), "a queue");
    struct producer p = {q, 1000};
    pthread_t thread;
    pthread_create(&thread, NULL, produce, &p);
    int wanted = 0, got, good = 1;
    for (;;) {
        struct pollfd fd = {queue_fd(q), POLLIN, 0};
        poll(&fd, 1, -1);
        int r = queue_pop(q, &got);
        if (r < 0)
            break;
        if (r)
            good &= got == wanted++;
    }
    pthread_join(thread, NULL);
    ok(good && wanted == 1000, "a thousand items through a queue of four, in order");
    is_int(queue_push(q, &got), 1, "a closed queue refuses");
    queue_free(q);
    for (long n = 1; n <= 2; n++) {
        struct err e;
        mem_test_fail_at(n);
        ok(queue_new(&q, 4, 4, &e) == -1 && !q && e.code == ERR_MEMORY,
           "queue_new survives failing allocation %ld", n);
    }
    mem_test_fail_at(0);
}

static const char *const colours[] = {"red", "green", NULL};

struct things {
    bool flag;
    int64_t number;
    double real;
    int colour;
    char text[OPT_TEXT_BYTES];
};

static const struct opt thing_options[] = {
    {"flag", 'f', OPT_FLAG, offsetof(struct things, flag), 0, 0, "no", NULL, "", "A", "a flag"},
    {"a-number", 0, OPT_INT, offsetof(struct things, number), 1, 9, "3", NULL, "things", "A", "n"},
    {"real", 0, OPT_REAL, offsetof(struct things, real), 0, 1, "0.1", NULL, "", "B", "r"},
    {"colour", 0, OPT_CHOICE, offsetof(struct things, colour), 0, 0, "green", colours, "", "B",
     "c"},
    {"text", 0, OPT_TEXT, offsetof(struct things, text), 0, 0, "hi", NULL, "", "B", "t"},
};
static const struct opt_table thing_table = {thing_options, 5};

static void test_opt(void)
{
    struct things t;
    struct err e;
    is_int(opt_defaults(&thing_table, &t, &e), 0, "defaults");
    ok(!t.flag && t.number == 3 && t.real == 0.1 && t.colour == 1 && !strcmp(t.text, "hi"),
       "default values");
    ok(!opt_set(&thing_table, &t, "a_number", "9", &e) && t.number == 9, "underscores are dashes");
    ok(opt_set(&thing_table, &t, "a-number", "10", &e) && t.number == 9, "out of range is refused");
    is_text(e.text, "option 'a-number': '10' is not in range; allowed: 1..9", "and says the range");
    ok(opt_set(&thing_table, &t, "colour", "blue", &e), "an unknown choice is refused");
    has_text(e.text, "red|green", "and says the choices");
    ok(opt_set(&thing_table, &t, "colur", "red", &e), "an unknown name is refused");
    has_text(e.text, "did you mean 'colour'?", "and suggests");
    char text[64];
    opt_format(opt_find(&thing_table, "real"), &t, text, sizeof text);
    is_text(text, "0.1", "reals print short");
    opt_set(&thing_table, &t, "real", "0.3333333333333333", &e);
    opt_format(opt_find(&thing_table, "real"), &t, text, sizeof text);
    double back = 0;
    ok(!str_to_real(text, &back) && back == t.real, "and read back to the same bits");
    ok(opt_set(&thing_table, &t, "real", "0,5", &e) && back == t.real, "no decimal comma");
    has_text(e.text, "is the comma a decimal point?", "and that is asked");
    struct str s;
    str_init(&s);
    opt_help(&thing_table, 80, &s);
    has_text(s.text, "--colour NAME", "help names options");
    str_clear(&s);
    opt_mdoc(&thing_table, &s);
    has_text(s.text, ".It Fl f , Fl Fl flag\n", "mdoc names options");
    str_fini(&s);
}

/* Known answers of the Random123 distribution (kat_vectors, philox4x32-10). */
static void test_philox(void)
{
    struct philox a = philox4x32(0, 0, 0, 0, 0);
    ok(a.v[0] == 0x6627e8d5 && a.v[1] == 0xe169c58d && a.v[2] == 0xbc57ac4c && a.v[3] == 0x9b00dbd8,
       "Philox known answer: zeros");
    struct philox b =
        philox4x32(UINT64_C(0xffffffffffffffff), 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff);
    ok(b.v[0] == 0x408f276d && b.v[1] == 0x41c83b0e && b.v[2] == 0xa20bc7c6 && b.v[3] == 0x6d5451fd,
       "Philox known answer: ones");
    struct philox c =
        philox4x32(UINT64_C(0x299f31d0a4093822), 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344);
    ok(c.v[0] == 0xd16cfe09 && c.v[1] == 0x94fdcceb && c.v[2] == 0x5001e420 && c.v[3] == 0x24126ea1,
       "Philox known answer: digits of pi");
    is_int((long long)hash_bytes(HASH_START, "a", 1), (long long)UINT64_C(0xaf63dc4c8601ec8c),
           "FNV-1a known answer");
}

static void keep_line(void *context, enum log_level level, const char *text)
{
    snprintf(context, 64, "%s: %s", log_level_name(level), text);
}

static void test_log(void)
{
    char line[64] = "";
    struct log log = {LOG_INFO, keep_line, line};
    log_say(&log, LOG_DEBUG, "quiet");
    is_text(line, "", "below the level nothing is said");
    log_say(&log, LOG_WARNING, "disk %d%%", 90);
    is_text(line, "warning: disk 90%", "a line reaches its sink");
}

static void test_intern(void)
{
    struct intern *in;
    struct err e;
    char text[32], copy[32];
    static const char *kept[2000];
    int moved = 0;
    if (!ok(!intern_new(&in, &e), "a collection of texts"))
        return;
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "name %d", i);
        kept[i] = intern_text(in, text);
    }
    for (int i = 0; i < 2000; i++) {
        snprintf(copy, sizeof copy, "name %d", i);
        moved += intern_text(in, copy) != kept[i] || strcmp(kept[i], copy);
    }
    is_int(moved, 0, "equal texts are one, and stay where they are");
    ok(intern_text(in, "") && !intern_text(in, "")[0], "the empty text too");
    mem_test_fail_at(1);
    static char longer[100000];
    memset(longer, 'x', sizeof longer - 1);
    ok(!intern_text(in, longer), "without memory there is none");
    mem_test_fail_at(0);
    is_int((long long)strlen(intern_text(in, longer)), sizeof longer - 1, "with memory there is");
    intern_free(in);
    for (int n = 1; n <= 2; n++) {
        mem_test_fail_at(n);
        ok(intern_new(&in, &e) == -1 && !in, "no memory, no collection");
        mem_test_fail_at(0);
    }
}

static void *read_mask(void *argument)
{
    pthread_sigmask(SIG_SETMASK, NULL, argument);
    return NULL;
}

static void test_thread(void)
{
    pthread_t thread;
    sigset_t mask, before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    if (!ok(!thread_start(&thread, read_mask, &mask), "a thread"))
        return;
    pthread_join(thread, NULL);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    ok(sigismember(&mask, SIGTERM) && sigismember(&mask, SIGQUIT) && sigismember(&mask, SIGWINCH),
       "takes no signals");
    ok(!sigismember(&mask, SIGSEGV) && !sigismember(&mask, SIGABRT), "but for its own faults");
    is_int(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM), "its maker's stay");
}

int main(void)
{
    test_thread();
    test_intern();
    test_err();
    test_mem();
    test_str();
    test_queue();
    test_figures();
    test_formats();
    test_opt();
    test_philox();
    test_log();
    return tap_done();
}
