/* test_ui_parts.c - layout at every size, text on cells, ticks, charts' reduction, dots, keys. */
#include "base/mem.h"
#include "base/str.h"
#include "tests/kit/tap.h"
#include "ui/canvas.h"
#include "ui/chart.h"
#include "ui/facts.h"
#include "ui/edit.h"
#include "ui/layout.h"
#include "ui/request.h"
#include "ui/scale.h"
#include "ui/text.h"
#include "results/ticks.h"

#include <curses.h>
#include <float.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>

static bool utf8;

static bool within(struct rect part, struct rect whole)
{
    if (!part.rows || !part.columns)
        return part.rows >= 0 && part.columns >= 0;
    return part.rows > 0 && part.columns > 0 && part.y >= whole.y && part.x >= whole.x &&
           part.y + part.rows <= whole.y + whole.rows &&
           part.x + part.columns <= whole.x + whole.columns;
}

static bool apart(struct rect a, struct rect b)
{
    return !a.rows || !b.rows || !a.columns || !b.columns || a.y + a.rows <= b.y ||
           b.y + b.rows <= a.y || a.x + a.columns <= b.x || b.x + b.columns <= a.x;
}

static bool all_good(const struct rect *parts, int n, struct rect whole)
{
    for (int i = 0; i < n; i++) {
        if (!within(parts[i], whole))
            return false;
        for (int k = 0; k < i; k++)
            if (!apart(parts[i], parts[k]))
                return false;
    }
    return true;
}

static bool good_live(struct rect body, int charts, int focus, bool zoom)
{
    struct rect parts[LAYOUT_MOST_CHARTS + 2];
    struct live_layout l = layout_live(body, charts, focus, zoom);
    int n = 0;
    for (int i = 0; i < l.cells; i++)
        parts[n++] = l.cell[i];
    parts[n++] = l.info;
    parts[n++] = l.log;
    return all_good(parts, n, body) && (!charts || (l.first <= focus && focus < l.first + l.cells));
}

static void test_layout(void)
{
    int bad_frame = 0, bad_live = 0, bad_list = 0, bad_form = 0, fitting = 0;
    for (int rows = 1; rows <= 200; rows++) {
        for (int columns = 1; columns <= 200; columns++) {
            struct rect screen = {0, 0, rows, columns};
            struct frame f = layout_frame(rows, columns);
            struct rect parts[] = {f.header, f.body, f.status, f.footer};
            bad_frame += !all_good(parts, 4, screen);
            fitting += f.fits;
            struct rect body = f.fits ? f.body : screen; /* views must cope with any body */
            bad_live += !good_live(body, 8, 5, false) || !good_live(body, 5, 4, false) ||
                        !good_live(body, 8, 7, true) || !good_live(body, 0, 0, false);
            struct list_layout list = layout_list(body);
            struct rect list_parts[] = {list.title, list.head, list.rows, list.details};
            bad_list += !all_good(list_parts, 4, body);
            struct form_layout form = layout_form(body);
            struct rect form_parts[] = {form.title, form.fields, form.rule, form.help, form.button};
            bad_form += !all_good(form_parts, 5, body);
            form_parts[1].columns = form.side.columns ? form.side.x - body.x : body.columns;
            if (form.side.columns && form.side.rows)
                form_parts[0] = form.side; /* beside the fields */
            bad_form += !all_good(form_parts, 5, body);
        }
    }
    is_int(bad_frame, 0, "the frame is inside the screen and without overlap, 1x1 to 200x200");
    is_int(fitting, (200 - 14) * (200 - 59), "it fits from 60x15 on");
    is_int(bad_live, 0, "so is the live view, and the focus is on the page");
    is_int(bad_list, 0, "so is the list");
    is_int(bad_form, 0, "so is the form");
}

static void test_columns(void)
{
    static const struct column columns[] = {{"a", 10, 12, 0, false},
                                            {"b", 5, 20, 2, false},
                                            {"c", 6, 6, 1, true},
                                            {"d", 8, 8, 3, true}};
    struct column_place p[4];
    int bad = 0, before = 0;
    for (int cells = 1; cells <= 200; cells++) {
        int there = 0, end = 0;
        layout_columns(columns, 4, cells, p);
        for (int i = 0; i < 4; i++) {
            if (!p[i].cells)
                continue;
            bad += (there && p[i].x != end + 1) || p[i].cells < columns[i].least ||
                   p[i].cells > columns[i].most;
            end = p[i].x + p[i].cells;
            there++;
        }
        bad += end > cells || there < before; /* more room never means fewer columns */
        before = there;
    }
    is_int(bad, 0, "columns stand side by side within the width");
    layout_columns(columns, 4, 24, p);
    ok(p[0].cells && p[1].cells && p[2].cells && !p[3].cells, "the least important goes first");
    layout_columns(columns, 4, 30, p);
    ok(p[1].cells == 12 && p[0].cells == 10, "what is left goes by priority");
    is_int(layout_scroll(5, 3, 100, 10), 3, "scrolls up to the selection");
    is_int(layout_scroll(5, 20, 100, 10), 11, "scrolls down to the selection");
    is_int(layout_scroll(95, 97, 100, 10), 90, "leaves no empty lines at the end");
    is_int(layout_scroll(3, 1, 2, 10), 0, "a short list starts at its top");
}

static void is_fit(const char *text, int cells, const char *wanted, int used, const char *what)
{
    wchar_t wide[64];
    char bytes[256] = "";
    size_t at = 0;
    int got = text_fit(text, cells, true, wide, 64);
    for (int i = 0; wide[i]; i++)
        at += (size_t)text_encode(wide[i], bytes + at);
    bytes[at] = '\0';
    is_text(bytes, wanted, what);
    is_int(got, used, "  and its cells");
}

static void test_text(void)
{
    wchar_t wide[64];
    is_fit("abc", 3, "abc", 3, "what fits is not cut");
    is_fit("abcd", 3, "ab…", 3, "what is cut says so");
    is_fit("abcd", 1, "…", 1, "a single cell");
    is_fit("abcd", 0, "", 0, "no cell");
    is_fit("a\033[31m\nb", 20, "a^[[31m^Jb", 10, "escapes are shown");
    is_int(text_fit("caf\xc3\xa9!", 4, false, wide, 64), 4, "without Unicode");
    ok(wide[3] == L'~' && wide[2] == L'f', "the mark of a cut is ASCII");
    text_fit("\xc3\xa9!", 4, false, wide, 64);
    ok(wide[0] == L'?' && wide[1] == L'!', "other characters are question marks");
    if (!utf8) {
        skip("no UTF-8 locale: widths of wide characters");
        return;
    }
    is_fit("\xe6\xbc\xa2\xe5\xad\x97\xe5\x90\x8d", 6, "漢字名", 6,
           "wide characters take two cells");
    is_fit("\xe6\xbc\xa2\xe5\xad\x97\xe5\x90\x8d", 5, "漢字…", 5, "and are never halved");
    is_fit("\xe6\xbc\xa2\xe5\xad\x97\xe5\x90\x8d", 4, "漢…", 3, "even when a cell stays empty");
    is_fit("e\xcc\x81x", 2, "e\xcc\x81x", 2, "accents take no cell");
    is_fit("a\xe2\x80\xae"
           "b",
           9, "a\\u202eb", 8, "directions are not obeyed");
    is_fit("a\xef\xb8\x8f", 9, "a?", 2, "nor are looks");
    is_int(text_cells("a\xe6\xbc\xa2", true), 3, "cells of a text");
    int bad = 0;
    for (int cells = 1; cells < 40; cells++) {
        int used = text_fit("x\xe6\xbc\xa2y\xe5\xad\x97z \xc3\xa9\xc3\xa9 long enough to be cut",
                            cells, true, wide, 64);
        int sum = 0;
        for (int i = 0; wide[i]; i++)
            sum += wcwidth(wide[i]);
        bad += used > cells || sum != used;
    }
    is_int(bad, 0, "never more cells than there are");
}

static void test_ticks(void)
{
    struct ticks t;
    ticks_linear(&t, 0, 1, 6, false);
    ok(t.n == 6 && !strcmp(t.label[0], "0.0") && !strcmp(t.label[1], "0.2") &&
           !strcmp(t.label[5], "1.0"),
       "0 to 1 in fifths");
    ticks_linear(&t, 1, 200, 5, true);
    ok(t.n == 4 && !strcmp(t.label[0], "50") && !strcmp(t.label[3], "200"), "epochs in fifties");
    ticks_linear(&t, 1, 3, 12, true);
    ok(t.n == 3 && t.at[0] == 1 && t.at[2] == 3, "whole numbers only");
    ticks_linear(&t, -0.3, 0.3, 7, false);
    ok(t.n == 7 && !strcmp(t.label[3], "0.0"), "zero has no sign");
    ticks_linear(&t, 1e-5, 9e-5, 5, false);
    ok(t.n >= 3 && !strcmp(t.label[0], "0.00002"), "small numbers");
    ticks_linear(&t, -435079, 435079, 5, false);
    ok(t.n >= 3 && !strcmp(t.label[0], "-400000"), "large numbers are whole");
    ticks_linear(&t, -9e24, 9e24, 5, false);
    ok(t.n >= 3 && !strcmp(t.label[0], "-5e24"), "or have an exponent");
    ticks_log(&t, 0.002, 30, 5);
    ok(t.n == 4 && !strcmp(t.label[0], "0.01") && !strcmp(t.label[3], "10"), "powers of ten");
    ticks_log(&t, 2, 7, 5);
    ok(t.n >= 2 && t.at[0] >= 2 && t.at[t.n - 1] <= 7, "less than a power of ten");
    int bad = 0;
    const double edges[] = {-INFINITY, -1.7e308, -1e300,          -5,        -1e-310, -5e-324,
                            0,         5e-324,   1e-322,          1.1e-322,  3e-320,  1e-308,
                            1e-9,      3,        nextafter(3, 4), 3 + 1e-12, 1e17,    1e308,
                            1.7e308,   DBL_MAX,  INFINITY,        NAN};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        for (size_t k = 0; k < sizeof edges / sizeof *edges; k++)
            for (int most = 0; most < 14; most++) {
                ticks_linear(&t, edges[i], edges[k], most, most % 2);
                bad += t.n < 0 || t.n > TICKS_MOST || t.n > (most < 2 ? 2 : most);
                for (int j = 0; j < t.n; j++)
                    bad += !isfinite(t.at[j]) || (j && t.at[j] <= t.at[j - 1]);
                ticks_log(&t, edges[i], edges[k], most);
                bad += t.n < 0 || t.n > TICKS_MOST;
            }
    is_int(bad, 0, "any range gives few, finite, rising ticks, and an end");
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        for (int log = 0; log < 2; log++) {
            double from = edges[i], to = edges[i];
            if (!isfinite(from) || (log && from <= 0))
                continue;
            ticks_widen(&from, &to, log);
            bad += !isfinite(from) || !isfinite(to) || from > to || (log && from <= 0);
        }
    is_int(bad, 0, "any value alone gets a finite range");
    ok(chart_column(INT_MAX, 1, 2, 1000) >= 1000 && chart_column(INT_MIN, 1, 2, 1000) < 0,
       "what is far outside of a chart stays outside");
    double low = 3, high = 3;
    ticks_widen(&low, &high, false);
    ok(low < 3 && high > 3, "a constant gets room around it");
    low = high = 0;
    ticks_widen(&low, &high, false);
    ok(low < 0 && high > 0, "so does zero");
    low = high = 1e-3;
    ticks_widen(&low, &high, true);
    ok(low > 0 && low < 1e-3 && high > 1e-3, "and on a logarithmic axis");
}

#define MANY 5000

static void test_reduce(void)
{
    static struct point {
        int x;
        double y;
    } points[MANY];
    struct canvas_column out[40];
    for (int i = 0; i < MANY; i++)
        points[i] = (struct point){i + 1, 0.5 + 0.4 * sin(i * 0.01)};
    points[1234].y = 17;
    points[3210].y = -9;
    points[2450].y = NAN;
    struct chart_series s = {.y = &points->y, .x = &points->x, .stride = sizeof *points, .n = MANY};
    chart_reduce(&s, 1, MANY, false, out, 40);
    int n = 0, bad = 0;
    double least = 0, most = 0;
    for (int i = 0; i < 40; i++) {
        n += out[i].n;
        least = fmin(least, out[i].least);
        most = fmax(most, out[i].most);
        bad += out[i].least > out[i].first || out[i].most < out[i].last;
    }
    is_int(n, MANY - 1, "every value but the missing one is in a column");
    ok(most == 17 && least == -9 && !bad, "the extremes survive");
    ok(out[chart_column(1235, 1, MANY, 40)].most == 17, "in their column");
    for (int i = 2000; i < 2400; i++)
        points[i].y = NAN;
    chart_reduce(&s, 1, MANY, false, out, 40);
    int empty = 0, broken = 0;
    for (int i = 0; i < 40; i++) {
        empty += !out[i].n;
        broken += out[i].broken;
    }
    ok(empty >= 2 && broken == 1, "a long gap leaves columns empty and breaks the line once");
    chart_reduce(&s, 1, MANY, true, out, 40);
    bad = 0;
    for (int i = 0; i < 40; i++)
        bad += out[i].n && out[i].least <= 0;
    is_int(bad, 0, "a logarithmic axis leaves out what is not above 0");
    is_int(chart_column(7, 7, 7, 40), 0, "an axis of a single epoch");
    s.n = 0;
    chart_reduce(&s, 1, 10, false, out, 40);
    is_int(out[0].n, 0, "no values at all");
}

static void test_canvas(void)
{
    struct canvas c = {0};
    is_int(canvas_reserve(&c, 4, 10), 0, "room for a canvas");
    ok(canvas_start(&c, 2, 3, UI_CHART_BRAILLE), "a canvas starts");
    ok(!canvas_start(&c, 100, 3, UI_CHART_BRAILLE), "no larger than reserved");
    canvas_start(&c, 2, 3, UI_CHART_BRAILLE);
    is_int(canvas_glyph(&c, 0, 0), 0, "empty cells are empty");
    canvas_dot(&c, 0, 0, 1);
    is_int(canvas_glyph(&c, 0, 0), 0x2801, "the first dot of Braille");
    canvas_dot(&c, 1, 3, 1);
    is_int(canvas_glyph(&c, 0, 0), 0x2881, "and the last");
    canvas_dot(&c, -1, 0, 1);
    canvas_dot(&c, 6, 0, 1);
    canvas_dot(&c, 0, 8, 1);
    is_int(canvas_glyph(&c, 1, 2), 0, "dots outside are dropped");
    canvas_start(&c, 2, 3, UI_CHART_BLOCK);
    canvas_line(&c, 0, 0, 1, 1, 1, CANVAS_SOLID, &(int){0});
    is_int(canvas_glyph(&c, 0, 0), 0x259a, "a diagonal of blocks");
    canvas_start(&c, 2, 3, UI_CHART_ASCII);
    canvas_dot(&c, 1, 1, 2);
    is_int(canvas_glyph(&c, 1, 1), 'o', "the second series' mark in ASCII");
    canvas_fini(&c);
    for (int n = 1; n <= 3; n++) {
        mem_test_fail_at(n);
        int failed = canvas_reserve(&c, 4, 10);
        mem_test_fail_at(0);
        ok(failed == -1 && !canvas_start(&c, 1, 1, UI_CHART_ASCII), "no memory, no canvas");
    }
    canvas_fini(&c);
}

static void test_requests(void)
{
    int twice = 0, owner[512] = {0};
    for (int code = 1; code < 512; code++) {
        struct key key = {code > 255 ? code : 0, code > 255 ? 0 : (wchar_t)code};
        owner[code] = request_of_key(key);
    }
    for (int r = 1; r < REQUEST_COUNT; r++) {
        char keys[64];
        request_keys((enum request)r, false, keys, sizeof keys);
        int found = 0;
        for (int code = 1; code < 512; code++)
            found += owner[code] == r;
        /* A key in two rows belongs to the first: the second then misses one. */
        int named = 1;
        for (const char *p = keys; *p; p++)
            named += *p == ',';
        twice +=
            found < named || !request_word((enum request)r)[0] || !request_help((enum request)r)[0];
    }
    is_int(twice, 0, "every request has keys of its own, a word and help");
    is_int(request_of_key((struct key){0, L'j'}), REQ_DOWN, "j");
    is_int(request_of_key((struct key){KEY_DOWN, 0}), REQ_DOWN, "the arrow");
    is_int(request_of_key((struct key){0, 0x16a}), REQ_NONE,
           "a letter whose number is a function key's");
    struct str s;
    str_init(&s);
    ui_mdoc_keys(&s);
    has_text(s.text, ".It Ic \\&Up , Ic \\&k\none line up.\n", "the manual's list");
    has_text(s.text, ".Ss Charts\n.Bl -tag -width Ds\n", "by groups");
    ui_mdoc_signs(&s);
    has_text(s.text, ".It Li \\&\\[u2713] Ta Li \\&+ Ta finished", "signs in both forms");
    ui_mdoc_columns(&s);
    has_text(s.text, ".It best PC Ta Ic p Ta best_pc\n", "columns with their keys");
    str_fini(&s);
}

static void keys(struct edit *e, const char *text)
{
    for (const char *p = text; *p; p++)
        edit_key(e, (struct key){0, (wchar_t)*p});
}

static void test_edit(void)
{
    struct edit e;
    edit_start(&e, "ab");
    keys(&e, "c");
    edit_key(&e, (struct key){KEY_HOME, 0});
    edit_key(&e, (struct key){0, 0xe9});
    is_text(e.text,
            "\xc3\xa9"
            "abc",
            "typed at both ends");
    edit_key(&e, (struct key){KEY_BACKSPACE, 0});
    edit_key(&e, (struct key){KEY_BACKSPACE, 0});
    is_text(e.text, "abc", "a character of two bytes goes as one");
    edit_key(&e, (struct key){KEY_DC, 0});
    edit_key(&e, (struct key){KEY_END, 0});
    edit_key(&e, (struct key){KEY_DC, 0});
    edit_key(&e, (struct key){KEY_LEFT, 0});
    edit_key(&e, (struct key){KEY_RIGHT, 0});
    is_text(e.text, "bc", "deleted; not beyond the end");
    is_int(edit_key(&e, (struct key){0, L'\n'}), EDIT_DONE, "Enter");
    is_int(edit_key(&e, (struct key){0, KEY_ESCAPE}), EDIT_CANCEL, "Escape");
    is_int(edit_key(&e, (struct key){KEY_UP, 0}), EDIT_IGNORED, "keys for others");
    for (int i = 0; i < 3000; i++)
        keys(&e, "x");
    is_int((long long)strlen(e.text), EDIT_BYTES - 1, "full is full");
    keys(&e, "\x15");
    is_text(e.text, "", "Ctrl-U");
}

/* At most six, and where rows are few, as many of them between any two. */
static void test_even_ticks(void)
{
    int uneven = 0, most = 0, least = TICKS_MOST;
    for (int rows = 3; rows <= 60; rows++) {
        for (int k = 1; k < 400; k++) {
            double low = -1.7 + k * 0.013;
            struct scale s = {
                .low = low, .high = low + 0.3 + k * 0.07, .log = k % 3 == 0 && low > 0};
            scale_ticks(&s, rows);
            most = s.ticks.n > most ? s.ticks.n : most;
            least = rows >= 6 && s.ticks.n < least ? s.ticks.n : least;
            for (int i = 2; i < s.ticks.n; i++) {
                int gap = s.rows[i - 1] - s.rows[i], before = s.rows[i - 2] - s.rows[i - 1];
                uneven += gap < 1 || abs(gap - before) > (gap < 4 ? 0 : 1);
            }
        }
    }
    is_int(uneven, 0, "ticks of an axis are even");
    ok(most == 6 && least >= 2, "and at most six: %d to %d", least, most);
}

static void test_backgrounds(void)
{
    static const struct {
        const char *colours, *term;
        enum ui_theme theme;
    } cases[] = {{"15;0", "xterm", UI_THEME_DARK},         {"0;15", "xterm", UI_THEME_LIGHT},
                 {"0;default;7", "xterm", UI_THEME_LIGHT}, {"7;8", "xterm", UI_THEME_DARK},
                 {"15;default", "xterm", UI_THEME_SAFE},   {"12", "xterm", UI_THEME_SAFE},
                 {"0;231", "xterm", UI_THEME_SAFE},        {"", "linux", UI_THEME_DARK}};
    unsetenv("NO_COLOR");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("COLORFGBG", cases[i].colours, 1);
        is_int(theme_found(cases[i].term), cases[i].theme, cases[i].colours);
    }
    unsetenv("COLORFGBG");
    is_int(theme_found(NULL), UI_THEME_SAFE, "nothing is known");
    setenv("NO_COLOR", "1", 1);
    is_int(theme_found("linux"), UI_THEME_MONO, "no colours are wanted");
    unsetenv("NO_COLOR");
}

/* A run's PC in eight cells: gaps, a constant, and figures without end. */
static void test_curve(void)
{
    static const struct {
        struct row_curve curve;
        const char *wanted;
    } cases[] = {
        {{4, {0, 0.5F, 1, 0.25F}}, "_-*,"}, {{3, {NAN, 0.5F, 0.75F}}, " _*"},
        {{2, {0.5F, 0.5F}}, "--"},          {{3, {NAN, NAN, NAN}}, "   "},
        {{2, {-INFINITY, 1}}, "  "},        {{0, {0}}, ""},
    };
    struct pen pen = {.glyphs = &glyphs_ascii};
    char text[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        facts_curve(&pen, &cases[i].curve, text, sizeof text);
        is_text(text, cases[i].wanted, "a small curve");
    }
}

int main(void)
{
    utf8 = setlocale(LC_ALL, "C.UTF-8") != NULL;
    test_layout();
    test_columns();
    test_text();
    test_ticks();
    test_reduce();
    test_canvas();
    test_requests();
    test_edit();
    test_even_ticks();
    test_backgrounds();
    test_curve();
    return tap_done();
}
