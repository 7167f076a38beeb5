/* test_grid.c - the widget that draws tables: widths, numbers at their points, the mark of sorting,
 * selection and scrolling; and a table of results drawn by it. */
#include "base/err.h"
#include "base/str.h"
#include "results/table.h"
#include "tests/kit/tap.h"
#include "ui/grid.h"
#include "ui/screen.h"

#include <curses.h>
#include <locale.h>
#include <math.h>

static struct screen screen;
static struct theme theme;

/* What a grid looks like on a screen of so many columns; the text lives until the next call. */
static const char *drawn(const struct grid *g, struct grid_place *place, int rows, int columns)
{
    static struct str text;
    struct pen pen = {.window = stdscr, .theme = &theme, .glyphs = &glyphs_ascii, .cursor_y = -1};
    struct rect head = {0, 0, 1, columns}, body = {1, 0, rows, columns};
    wattrset(stdscr, A_NORMAL);
    werase(stdscr);
    grid_draw(&pen, head, body, g, place);
    wnoutrefresh(stdscr);
    doupdate();
    if (!text.text)
        str_init(&text);
    str_clear(&text);
    screen_dump(&screen, &text);
    return text.text;
}

static void fill_numbers(const void *context, const struct pen *pen, size_t line, int column,
                         struct grid_cell *cell)
{
    static const char *const numbers[] = {"80.0", "154", "-", "0.25"};
    (void)context;
    (void)pen;
    if (column == 0)
        snprintf(cell->text, sizeof cell->text, "row %zu", line);
    else
        str_copy(cell->text, sizeof cell->text, numbers[line % 4]);
    cell->has_bar = column == 2;
    cell->fraction = 0.5;
    cell->bar_role = ROLE_BAR;
}

static void test_looks(void)
{
    static const struct column columns[] = {
        {"name", 4, 30, 0, false}, {"speed", 4, 10, 1, true}, {"done", 4, 20, 2, true}};
    struct grid g = {
        .columns = columns, .n_columns = 3, .n = 100, .cell = fill_numbers, .sorted = 1};
    struct grid_place place = {0};
    is_text(drawn(&g, &place, 4, 26),
            "  name  vspeed   done\n"
            "> row 0  80.0   80.0\n"
            "  row 1 154    154\n"
            "  row 2      -      -\n"
            "  row 3   0.25   0.25\n\n\n",
            "columns as wide as their content, points below each other");
    has_text(drawn(&g, &place, 4, 60), "> row 0  80.0  ######.......  80.0",
             "a bar takes what is left");
    has_text(drawn(&g, &place, 4, 16), "> row 0  80.0\n", "the least important column goes first");
    g.reverse = true;
    has_text(drawn(&g, &place, 4, 30), "^speed", "the mark turns with the order");
    ok(grid_move(&place, g.n, REQ_PAGE_DOWN) && place.at == 4, "a page on");
    has_text(drawn(&g, &place, 4, 30), "0.25\n> row 4 ", "scrolls with the selection");
    ok(grid_move(&place, g.n, REQ_LAST) && place.at == 99, "to the end");
    ok(grid_move(&place, g.n, REQ_DOWN) && place.at == 99, "and not beyond");
    ok(!grid_move(&place, g.n, REQ_SORT), "other requests are no movements");
    ok(grid_move(&place, 0, REQ_UP) && place.at == 0, "an empty grid has a place, too");
    g.n = 0;
    has_text(drawn(&g, &place, 4, 30), "  name ", "and a head");
}

static void fill_figures(const void *context, const struct pen *pen, size_t line, int column,
                         struct grid_cell *cell)
{
    static const double figures[] = {0.2122, -0.1536, 435079.2971, 1e25, 1e300, -0.0000001, NAN};
    (void)context;
    (void)pen;
    cell->figure = figures[line];
    cell->decimals = 4;
    if (column == 1) {
        cell->decimals = -1;
        snprintf(cell->text, sizeof cell->text, "%d/100000", 99999 + (int)line);
    }
}

static void test_figures(void)
{
    static const struct column columns[] = {{"MAE", 6, 8, 0, true}, {"epochs", 7, 24, 1, true}};
    struct grid g = {
        .columns = columns, .n_columns = 2, .n = 7, .cell = fill_figures, .sorted = -1};
    struct grid_place place = {0};
    is_text(drawn(&g, &place, 6, 26),
            "       MAE        epochs\n"
            ">   0.2122  99999/100000\n"
            "   -0.1536 100000/100000\n"
            "  435079.3 100001/100000\n"
            "      1e25 100002/100000\n"
            "     1e300 100003/100000\n"
            "     -1e-7 100004/100000\n",
            "a figure is shorter where it does not fit");
    place = (struct grid_place){0};
    is_text(drawn(&g, &place, 6, 9),
            "     MAE\n"
            "> 0.2122\n"
            "  -0.154\n"
            "  435079\n"
            "    1e25\n"
            "   1e300\n"
            "   -1e-7\n",
            "in a narrow column too; what cannot be shorter goes");
}

static void test_table(void)
{
    static const struct table_column columns[] = {{"loss", "loss", TABLE_TEXT, 0, false},
                                                  {"note", "note", TABLE_TEXT, 0, true},
                                                  {"mae", "MAE", TABLE_REAL, 4, false},
                                                  {"n", "n", TABLE_INT, 0, false}};
    struct column places[GRID_MOST_COLUMNS];
    struct grid_place place = {0};
    struct table *t;
    struct err e;
    if (!ok(!table_new(&t, "ablation", false, columns, 4, &e), "a table"))
        return;
    table_text(t, "combo");
    table_text(t, "\033[31mred");
    table_real(t, 0.21275);
    table_int(t, 5);
    table_text(t, "l1");
    table_text(t, "");
    table_real(t, NAN);
    table_int(t, 10);
    struct grid g = grid_of_table(t, places);
    is_text(drawn(&g, &place, 4, 40),
            "  loss  note         MAE  n\n"
            "> combo ^[[31mred 0.2127  5\n"
            "  l1    -              - 10\n\n\n\n\n",
            "a table's texts and numbers, none of them obeyed");
    has_text(drawn(&g, &place, 4, 22), "> combo 0.2127  5\n", "a spare column goes first");
    table_free(t);
}

int main(void)
{
    struct err e;
    FILE *in = fopen("/dev/null", "r"), *out = fopen("/dev/null", "w");
    struct ui_options options = {
        .in = in, .out = out, .term = "xterm-256color", .rows = 7, .columns = 60};
    setlocale(LC_ALL, "C");
    if (!ok(in && out && !screen_open(&screen, &options, &e), "a screen without a terminal"))
        return tap_done();
    theme_init(&theme, UI_THEME_MONO);
    test_looks();
    test_figures();
    test_table();
    screen_close(&screen);
    fclose(in);
    fclose(out);
    return tap_done();
}
