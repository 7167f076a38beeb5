/* test_storm.c - random keys and sizes on the screen of a hostile database: every view, what was
 * typed into names and notes stored and read again, statements and filters among the keys.
 *
 * Prints its seed; the same seed, keys and sizes are the same storm: rows are fetched between two
 * keys by what the reader thread calls, and not by that thread. STORM_KEYS, STORM_SIZES and
 * STORM_SEED make another one than that of `make check`; `make storm` is a long one.
 *
 * After each key the screen is looked at: what the terminal was sent is text and sequences that we
 * know, no line is longer than the screen, and no cell has a control character.
 */
#include "base/intern.h"
#include "src/reader.h"
#include "src/want.h"
#include "src/want_sql.h"
#include "tests/kit/hostile_db.h"
#include "tests/kit/screen_rules.h"
#include "ui/request.h"
#include "ui/ui.h"

#include <curses.h>
#include <inttypes.h>
#include <locale.h>
#include <sys/mman.h>
#include <time.h>

#define MOST_SESSION_KEYS 400 /* then the screen is opened anew, in another way */
#define LAST_KEYS 60
#define LONGEST_S 600

struct storm {
    uint64_t seed, state;
    long keys, sizes; /* that are still to come */
    struct ui *ui;
    struct ui_model view;
    struct want_source source;
    struct db *writer;
    void *kept[UI_WANT_KINDS];
    struct ui_want wants[UI_MOST_WANTS];
    size_t n_wants;
    struct ui_want serving;
    int64_t mark_run;
    char message[ERR_TEXT_BYTES];
    char portraits[64];
    FILE *in, *out;
    int last[LAST_KEYS];
    long pressed;
};

static struct storm storm;

/* --- chance --- */

static uint64_t draw(void)
{
    storm.state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = storm.state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int below(int n)
{
    return (int)(draw() % (uint64_t)n);
}

static void tell_last_keys(void)
{
    long n = storm.pressed < LAST_KEYS ? storm.pressed : LAST_KEYS;
    printf("# STORM_SEED=%" PRIu64 ", key %ld; the last keys:", storm.seed, storm.pressed);
    for (long i = storm.pressed - n; i < storm.pressed; i++)
        printf(" %d", storm.last[i % LAST_KEYS]);
    printf("\n");
    fflush(stdout);
}

/* --- rows: what the model and its reader do, in one thread --- */

static void say(const char *text)
{
    str_copy(storm.message, sizeof storm.message, text);
}

static void take(void *reader, void *rows)
{
    struct err e;
    enum ui_want_kind kind = storm.serving.kind;
    (void)reader;
    if (reader_kind(kind)->adopt(&storm.kept[kind], rows, &storm.view, &e))
        say(e.text);
}

/* Files outside of the test's folder are left alone, and other folders not listed: they are not the
 * same twice. */
static bool is_inside(const struct ui_want *want)
{
    const char *path = want->kind == UI_WANT_SQL ? want->file : want->text;
    bool names = want->kind == UI_WANT_SQL || want->kind == UI_WANT_PATHS;
    return !names || (path[0] != '/' && path[0] != '~' && !strstr(path, ".."));
}

static void serve(const struct ui_want *want)
{
    struct err e;
    int status = 1;
    storm.serving = *want;
    while (status == 1 && is_inside(want)) {
        void *rows = NULL;
        status = reader_kind(want->kind)->fetch(&storm.source, want, &rows, &e);
        if (status < 0)
            say(e.text);
        if (rows)
            take(NULL, rows);
    }
}

static void forget(enum ui_want_kind kind)
{
    reader_kind(kind)->free_kept(storm.kept[kind], &storm.view);
    storm.kept[kind] = NULL;
}

/* What is newly wanted comes at once, or some keys later. */
static void want(void)
{
    struct ui_want wants[UI_MOST_WANTS];
    size_t n = ui_wants(storm.ui, wants), served = 0;
    for (size_t i = 0; i < storm.n_wants; i++)
        if (want_place(wants, n, &storm.wants[i]) == n &&
            !reader_kind(storm.wants[i].kind)->lasting)
            forget(storm.wants[i].kind);
    for (size_t i = 0; i < n; i++) {
        bool here = want_place(storm.wants, storm.n_wants, &wants[i]) < storm.n_wants;
        if (!here && !below(4))
            continue;
        if (!here)
            serve(&wants[i]);
        wants[served++] = wants[i];
    }
    memcpy(storm.wants, wants, served * sizeof *wants);
    storm.n_wants = served;
}

static void changed(void)
{
    for (size_t i = 0; i < storm.n_wants; i++)
        if (!reader_kind(storm.wants[i].kind)->once)
            serve(&storm.wants[i]);
}

static bool open_model(const char *path)
{
    struct err e;
    if (intern_new(&storm.source.texts, &e) || db_open(&storm.source.db, path, DB_READ, &e)) {
        diag("%s", e.text);
        return false;
    }
    storm.source.part = take;
    storm.view = (struct ui_model){.db_path = path,
                                   .now = 1.7e9,
                                   .can_train = true,
                                   .reading_runs = true,
                                   .message = storm.message,
                                   .launch_problem = "",
                                   .portraits = storm.portraits};
    for (int kind = 0; kind < UI_WANT_KINDS; kind++)
        forget((enum ui_want_kind)kind);
    return true;
}

static void close_model(void)
{
    for (int kind = 0; kind < UI_WANT_KINDS; kind++)
        forget((enum ui_want_kind)kind);
    db_close(storm.source.db);
    db_close(storm.source.sql);
    want_pictures_close(storm.source.pictures);
    intern_free(storm.source.texts);
}

/* --- actions: edits are done, what would train is answered --- */

static void edit(int64_t run, enum db_edit_kind kind, const char *text)
{
    struct err e;
    struct db_edit how = {.kind = kind, .text = text};
    if (db_runs_edit(storm.writer, &run, 1, &how, 1, &e))
        say(e.text);
    changed();
}

static void act(const struct ui_action *a)
{
    static const struct data_facts facts = {.train = 30, .test = 10};
    switch (a->kind) {
    case UI_RENAME:
        edit(a->run, DB_EDIT_NAME, a->text);
        break;
    case UI_NOTE:
        edit(a->run, DB_EDIT_NOTE, a->text);
        break;
    case UI_TAG:
        edit(a->run, a->text[0] == '-' ? DB_EDIT_UNTAG : DB_EDIT_TAG, a->text);
        break;
    case UI_ARCHIVE:
    case UI_DELETE:
        edit(a->run, a->kind == UI_DELETE ? DB_EDIT_DELETE : DB_EDIT_ARCHIVE, "");
        storm.mark_run = a->run;
        break;
    case UI_UNDO:
        edit(storm.mark_run, DB_EDIT_UNDELETE, "");
        edit(storm.mark_run, DB_EDIT_UNARCHIVE, "");
        break;
    case UI_CHECK:
        storm.view.launch_problem = below(2) ? "" : "option 'data' is missing: name a data set";
        storm.view.data = below(2) ? &facts : NULL;
        break;
    case UI_LAUNCH:
        ui_launched(storm.ui, &storm.view, 1 + below(50));
        break;
    case UI_DRAW:
        str_copy(storm.portraits, sizeof storm.portraits, "portraits-1500");
        break;
    case UI_EACH:
        for (size_t i = 0; i < a->n_each; i++)
            act(&a->each[i]);
        break;
    default:
        break;
    }
}

/* --- keys --- */

static const int named_keys[] = {
    KEY_UP,        KEY_DOWN,      KEY_LEFT,      KEY_RIGHT,     KEY_HOME,      KEY_END,
    KEY_PPAGE,     KEY_NPAGE,     KEY_BTAB,      KEY_ENTER,     KEY_BACKSPACE, KEY_F(1),
    KEY_F(2),      KEY_F(3),      KEY_F(4),      KEY_F(5),      KEY_F(6),      KEY_DC,
    KEY_SLEFT,     KEY_SRIGHT,    KEY_RESIZE,    '\t',          '\r',          KEY_ESCAPE,
    KEY_CTRL('U'), KEY_CTRL('X'), KEY_CTRL('L'), KEY_CTRL('P'), KEY_CTRL('A'), KEY_CTRL('K'),
    KEY_CTRL('C'), 0x4e2d,        0x301,         0x1f600,       0x9b,          0x202e};

static const char *const phrases[] = {
    "SELECT * FROM run",
    "SELECT name, note, state_text FROM run ORDER BY 1; ",
    "SELECT e.*, p.* FROM epoch e JOIN phase p USING (run, epoch)",
    "SELECT x'00ff', 1e999, NULL, printf('%.*c', 9000, 'x')",
    ".schema run",
    "SELEC",
    "loss:l1 pc>0.5 !state:failed",
    "~(a|b)[",
    "tag:plain name~^n",
    "out.csv",
    "good -draft",
    "l1,mse,combo",
    "1-5",
    "\xe4\xb8\xad\xe6\x96\x87",
};

static void push(int key)
{
    ui_test_key(storm.ui, key);
    storm.last[storm.pressed++ % LAST_KEYS] = key;
    storm.keys--;
}

static void push_text(const char *text)
{
    wchar_t wide[200];
    size_t n = mbstowcs(wide, text, 200);
    for (size_t i = 0; n != (size_t)-1 && i < n; i++)
        push((int)wide[i]);
}

/* One key, or several that belong together. */
static void push_some(void)
{
    int kind = below(100);
    if (kind < 5) { /* to any view, from wherever */
        push(KEY_ESCAPE);
        push(KEY_ESCAPE);
        push(KEY_ESCAPE);
        push("123456n?"[below(8)]);
    } else if (kind < 7) {
        push_text(phrases[below(sizeof phrases / sizeof *phrases)]);
    } else if (kind < 35) {
        push(named_keys[below(sizeof named_keys / sizeof *named_keys)]);
    } else if (kind < 55) {
        push("jjkhlg \r"[below(8)]);
    } else {
        push(' ' + below(95));
    }
}

static void resize(void)
{
    bool usual = below(3) > 0;
    storm.sizes--;
    resize_term(usual ? 15 + below(60) : 1 + below(100), usual ? 60 + below(180) : 1 + below(300));
}

/* --- the storm --- */

static bool look(void)
{
    char why[200];
    struct str screen;
    str_init(&screen);
    ui_dump(storm.ui, &screen);
    bool good = screen_rules_cells(screen.text, LINES, COLS, why, sizeof why) &&
                screen_rules_sent(storm.out, why, sizeof why);
    if (!good) {
        diag("%s (%d rows, %d columns)", why, LINES, COLS);
        tell_last_keys();
        for (char *at = screen.text, *line; (line = strsep(&at, "\n"));)
            diag("|%s", line);
    }
    str_fini(&screen);
    return good;
}

static bool draw_frame(void)
{
    want();
    ui_draw(storm.ui, &storm.view);
    want(); /* how large pictures are shown is known now */
    return look();
}

static bool step(void)
{
    struct ui_action action;
    push_some();
    while (ui_key(storm.ui, &storm.view, &action) == 1) {
        say("");
        act(&action);
        if (!below(8) && !draw_frame())
            return false;
    }
    if (!below(100))
        storm.view.now += 1e5;
    if (ui_due(storm.ui, &storm.view, &action))
        act(&action);
    return draw_frame();
}

/* Keys until the screen is closed; sizes are spread over all of them. */
static bool session(const struct run_config *config, long keys_each)
{
    struct err e;
    setlocale(LC_ALL, below(4) ? "C.UTF-8" : "C");
    struct ui_options options = {.in = storm.in,
                                 .out = storm.out,
                                 .term = "xterm-256color",
                                 .rows = 24,
                                 .columns = 80,
                                 .charts = (enum ui_chart_style)below(UI_CHART_ASCII + 1),
                                 .theme = (enum ui_theme)(1 + below(UI_THEME_MONO)),
                                 .launch = config};
    if (ui_open(&storm.ui, &options, &e)) {
        diag("%s", e.text);
        return false;
    }
    long end = storm.keys > MOST_SESSION_KEYS ? storm.keys - MOST_SESSION_KEYS : 0;
    bool good = draw_frame();
    while (good && storm.keys > end) {
        good = step();
        if (storm.sizes > 0 && storm.sizes * keys_each > storm.keys) {
            resize();
            good = good && draw_frame();
        }
    }
    ui_close(storm.ui);
    storm.n_wants = 0;
    return good;
}

static long number_of(const char *name, long usual)
{
    const char *text = getenv(name);
    return text && *text ? atol(text) : usual;
}

static void too_long(int number)
{
    (void)number;
    tell_last_keys();
    _exit(99);
}

int main(void)
{
    struct run_config config;
    config_defaults(&config);
    if (!setlocale(LC_ALL, "C.UTF-8")) {
        skip("there is no locale C.UTF-8");
        return tap_done();
    }
    scratch_make();
    setenv("XDG_STATE_HOME", scratch_path("state"), 1);
    setenv("HOME", scratch, 1);
    setenv("TZ", "UTC0", 1);
    storm.seed = storm.state = (uint64_t)number_of("STORM_SEED", 1);
    storm.keys = number_of("STORM_KEYS", 600);
    storm.sizes = number_of("STORM_SIZES", 40);
    storm.in = fopen("/dev/null", "r");
    int sent = memfd_create("sent", MFD_CLOEXEC);
    storm.out = sent < 0 ? NULL : fdopen(sent, "w+");
    diag("STORM_SEED=%" PRIu64 " STORM_KEYS=%ld STORM_SIZES=%ld", storm.seed, storm.keys,
         storm.sizes);
    fflush(stdout);
    signal(SIGALRM, too_long);
    const char *path = scratch_path("storm.db");
    if (ok(storm.in && storm.out && !chdir(scratch) && hostile_db_make(&storm.writer, path) &&
               open_model(path),
           "a hostile database")) {
        long keys = storm.keys, sizes = storm.sizes,
             each = sizes ? (keys + sizes - 1) / sizes : keys;
        bool good = true;
        while (good && storm.keys > 0) {
            alarm(LONGEST_S);
            good = session(&config, each);
        }
        ok(good, "%ld keys and %ld sizes leave every frame whole", keys, sizes - storm.sizes);
        close_model();
    }
    db_close(storm.writer);
    if (storm.out)
        fclose(storm.out);
    if (chdir("/"))
        diag("no root folder");
    scratch_remove(scratch);
    return tap_done();
}
