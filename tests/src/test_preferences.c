/* test_preferences.c - the file of preferences: what it says, what is wrong with it, and how one of
 * them is changed in it; and where a layout is kept. */
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "src/keeper.h"
#include "src/layout_file.h"
#include "src/preferences_file.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "ui/ui.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_read(void)
{
    struct ui_preferences p;
    struct err e = {.text = ""};
    ok(!preferences_file_read(scratch_path("none"), &p, &e) && p.theme == UI_THEME_AUTO &&
           p.refresh_ms == 100 && !p.view && p.layout && !strcmp(p.sort, "age_s"),
       "without a file they are the usual ones");
    const char *path = scratch_text("good", "# mine\n\n  theme=light\r\nsort =  -pc \nfilter = a#b "
                                            "loss:l1\nrefresh = 200\ntheme = mono\nlayout = no");
    if (!ok(!preferences_file_read(path, &p, &e), "a file is read"))
        diag("%s", e.text);
    is_int(p.theme, UI_THEME_MONO, "the last line of a name counts");
    ok(!strcmp(p.sort, "-pc") && !strcmp(p.filter, "a#b loss:l1"), "values without blanks around");
    ok(p.refresh_ms == 200 && !p.layout, "numbers and flags");
}

/* Text of a file, a part of the message about it. */
static void refused(const char *text, const char *part)
{
    struct ui_preferences p;
    struct err e = {.text = ""};
    const char *path = scratch_text("bad", text);
    bool failed = preferences_file_read(path, &p, &e) < 0;
    if (!ok(failed && e.code == ERR_FORMAT && strstr(e.text, path) && strstr(e.text, part),
            "refused: %s", part))
        diag("%s", e.text);
}

static void test_refused(void)
{
    refused("# one\n\nthme = light\n",
            "line 3: there is no preference 'thme'; did you mean 'theme'?");
    refused("abcdefgh = 1\n",
            "there are theme, charts, view, filter, sort, group, refresh, layout");
    refused("theme = pink\n", "line 1: option 'theme': 'pink' is not one of the choices; allowed: "
                              "auto|dark|light|safe|contrast|mono");
    refused("theme light\n", "'theme light' is neither NAME = VALUE nor a comment");
    refused("= 1\n", "line 1: there is no preference ''");
    refused("refresh = 5\n", "20..10000");
    refused("\nsort = nothing\n", "line 2: sort: ");
    refused("filter = loss:combo pc>\n", "line 1: filter: ");
    refused("layout = perhaps\n", "line 1");
    struct ui_preferences p;
    struct err e;
    ok(preferences_file_read(scratch_write("nul", "theme = light\n\0x", 16), &p, &e) &&
           strstr(e.text, "NUL"),
       "refused: a NUL byte");
    ok(preferences_file_read(scratch_path("."), &p, &e) < 0, "refused: a folder");
}

/* Whatever is in it, there is an answer; and it is not the program's end. */
static void test_any(void)
{
    static const char good[] = "# mine\ntheme = light\nsort = -pc\nfilter = loss:l1\nview = sql\n";
    char text[sizeof good];
    int read = 0;
    for (unsigned i = 0; i < 500; i++) {
        struct ui_preferences p;
        struct err e;
        memcpy(text, good, sizeof good);
        srand(i);
        for (int k = rand() % 6; k >= 0; k--)
            text[(size_t)rand() % (sizeof good - 1)] = (char)(rand() % 256);
        const char *path = scratch_write("any", text, sizeof good - 1);
        read += preferences_file_read(path, &p, &e) == 0;
        if (i % 250 == 0)
            preferences_file_write(path, "theme", "safe", &e);
    }
    ok(read > 0 && read < 500, "of 500 files with wrong bytes some can be read: %d", read);
}

static void holds(const char *path, const char *wanted, const char *what)
{
    uint8_t *bytes = NULL;
    size_t n;
    struct err e = {.text = ""};
    bool same = !file_read(&bytes, &n, NULL, path, 4096, &e) && !strcmp((char *)bytes, wanted);
    if (!ok(same, "%s", what))
        diag("%s%s", e.text, bytes ? (char *)bytes : "");
    mem_free(bytes);
}

static void test_write(void)
{
    struct err e;
    struct stat is;
    const char *path = scratch_path("new/folder/config");
    ok(!preferences_file_write(path, "theme", "light", &e), "the folder is made");
    holds(path, "theme = light\n", "one line in a new file");
    path = scratch_text("config", "# colours\ntheme = dark\n\n# order\nsort=pc # no comment\n"
                                  "  theme =mono\nview = sql");
    preferences_file_write(path, "theme", "safe", &e);
    holds(path,
          "# colours\ntheme = dark\n\n# order\nsort=pc # no comment\ntheme = safe\nview = sql",
          "the line that counts is another, and no other line");
    preferences_file_write(path, "view", "live", &e);
    preferences_file_write(path, "refresh", "50", &e);
    holds(path,
          "# colours\ntheme = dark\n\n# order\nsort=pc # no comment\ntheme = safe\nview = live\n"
          "refresh = 50\n",
          "the last line too, and one that was not there");
    scratch_text("real", "# real\n");
    const char *link = scratch_path("link");
    ok(!symlink("real", link) && !preferences_file_write(link, "view", "sql", &e) &&
           !lstat(link, &is) && S_ISLNK(is.st_mode),
       "a link stays one");
    holds(scratch_path("real"), "# real\nview = sql\n", "to the file that is changed");
    ok(preferences_file_write(scratch_path("real/config"), "view", "sql", &e) < 0 && e.text[0],
       "a place that is no folder is said");
    struct ui_preferences p;
    ok(!preferences_file_read(scratch_path("real/config"), &p, &e), "but not where there is none");
}

static void test_keeper(void)
{
    struct keeper *k;
    struct keeper_answer a;
    struct err e;
    setenv("XDG_CONFIG_HOME", scratch, 1);
    if (!ok(!keeper_open(&k, &e), "what writes preferences"))
        return;
    ok(!keeper_write(k, "theme", "light", &e), "takes one");
    ok(keeper_write(k, "nothing", "light", &e) < 0, "but none that there is not");
    struct pollfd fd = {.fd = keeper_fd(k), .events = POLLIN};
    poll(&fd, 1, 60000);
    ok(keeper_take(k, &a) && !a.err.code && !strcmp(a.path, scratch_path("combolab/config")),
       "and says where it is");
    holds(a.path, "theme = light\n", "it is there");
    keeper_write(k, "view", "sql", &e);
    keeper_close(k);
    holds(a.path, "theme = light\nview = sql\n", "closing waits for what was asked for");
}

static void test_layout(void)
{
    setenv("XDG_STATE_HOME", scratch_path("state"), 1);
    ok(!layout_file_read("/some/runs.db"), "no layout at first");
    layout_file_write("/some/runs.db", "view live\n");
    layout_file_write("/other/runs.db", "view sql\n");
    char *lines = layout_file_read("/some/runs.db");
    ok(lines && !strcmp(lines, "# /some/runs.db\nview live\n"), "each database has its own");
    mem_free(lines);
    setenv("XDG_STATE_HOME", scratch_text("file", ""), 1);
    layout_file_write("/some/runs.db", "view live\n");
    lines = layout_file_read("/some/runs.db");
    ok(!lines, "where it cannot be kept there is none, and no error");
    mem_free(lines);
}

int main(void)
{
    scratch_make();
    test_read();
    test_refused();
    test_any();
    test_write();
    test_keeper();
    test_layout();
    scratch_remove(scratch);
    return tap_done();
}
