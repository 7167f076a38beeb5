/* test_ui_predictions.c - the view of predictions: whole screens against
 * tests/golden/ui_predictions_*.txt, what it asks for, and what terminals of all colours are sent.
 */
#include "tests/kit/ui_golden.h"
#include "tests/kit/ui_predictions.h"

#include <curses.h>
#include <math.h>

/* Key 5, and then all that is asked for. */
static struct ui *open_view(struct made *m, int rows, int columns, enum ui_chart_style charts)
{
    struct ui *ui = open_ui(rows, columns, charts);
    PRESS(ui, m->f, KEY_DOWN, KEY_DOWN, KEY_DOWN, '5');
    show_rows(m, ui, IMAGES);
    ui_draw(ui, &m->f->model);
    show_pictures(m, ui);
    ui_draw(ui, &m->f->model);
    return ui;
}

static void close_view(struct made *m, struct ui *ui)
{
    ui_close(ui);
    made_free(m);
}

/* The key, and then the pictures that it asks for. */
static void look_after(struct made *m, struct ui *ui, int key, const char *name)
{
    PRESS(ui, m->f, key);
    show_pictures(m, ui);
    ui_draw(ui, &m->f->model);
    is_screen(ui, name);
}

static void screen_of(int rows, int columns, const char *size)
{
    char name[64];
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, rows, columns, UI_CHART_AUTO);
    snprintf(name, sizeof name, "predictions_%s", size);
    is_screen(ui, name);
    close_view(m, ui);
}

static void extremes_of(int rows, int columns, const char *name)
{
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, rows, columns, UI_CHART_AUTO);
    PRESS(ui, m->f, 'W', KEY_RIGHT, KEY_DOWN);
    look_after(m, ui, KEY_RIGHT, name);
    close_view(m, ui);
}

static void test_sizes(void)
{
    screen_of(60, 200, "200x60");
    screen_of(24, 80, "80x24");
    screen_of(15, 60, "60x15");
    extremes_of(60, 200, "predictions_extremes_200x60");
    extremes_of(24, 80, "predictions_extremes_80x24");
    extremes_of(15, 60, "predictions_extremes_60x15");
}

static void test_pages(void)
{
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    look_after(m, ui, 'v', "predictions_errors");
    look_after(m, ui, '\n', "predictions_wide");
    PRESS(ui, m->f, 27, 's');
    is_screen(ui, "predictions_sorting");
    PRESS(ui, m->f, 'n');
    look_after(m, ui, KEY_DOWN, "predictions_by_name");
    ui_close(ui);
    ui = open_view(m, 24, 80, UI_CHART_BLOCK);
    is_screen(ui, "predictions_block");
    ui_close(ui);
    ui = open_view(m, 15, 60, UI_CHART_AUTO);
    look_after(m, ui, 'v', "predictions_60x15_plot");
    close_view(m, ui);
}

static int64_t first_wanted(const struct ui *ui)
{
    struct ui_want want;
    return wanted(ui, UI_WANT_PICTURES, &want) ? want.pictures.places[0] : -1;
}

static bool is_wanted(const struct ui *ui, int64_t place)
{
    struct ui_want want;
    bool any = false;
    for (size_t i = 0; wanted(ui, UI_WANT_PICTURES, &want) && i < want.pictures.n; i++)
        any |= want.pictures.places[i] == place;
    return any;
}

static void test_wants(void)
{
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    struct ui_want want;
    ok(wanted(ui, UI_WANT_PREDICTIONS, &want) && want.run == 5 && !want.best,
       "it wants what the last weights of the selected run predict");
    int64_t worst = first_wanted(ui);
    PRESS(ui, m->f, KEY_DOWN);
    int64_t second = first_wanted(ui);
    ok(worst != second && is_wanted(ui, worst), "the selected image first, then its neighbours");
    PRESS(ui, m->f, KEY_DOWN, KEY_DOWN);
    int64_t fourth = first_wanted(ui);
    PRESS(ui, m->f, KEY_UP, KEY_UP);
    ok(is_wanted(ui, fourth) && first_wanted(ui) == second, "some of them on either side");
    PRESS(ui, m->f, 'o');
    ok(wanted(ui, UI_WANT_PREDICTIONS, &want) && want.best, "o asks for the best weights");
    show_rows(m, ui, IMAGES);
    ui_draw(ui, &m->f->model);
    is_int(first_wanted(ui), second, "and the same image stays selected");
    PRESS(ui, m->f, 'W', KEY_DOWN, '\n');
    is_int(first_wanted(ui), worst, "the first of the worst six is gone to");
    PRESS(ui, m->f, 's', 'e');
    ok(first_wanted(ui) != worst, "sorted by error again, the least comes first");
    PRESS(ui, m->f, 'S');
    is_int(first_wanted(ui), worst, "S turns the order round");
    struct ui_action action = PRESS(ui, m->f, 'F');
    ok(action.kind == UI_FIGURE && action.figure->predictions && action.figure->best &&
           action.figure->runs[0] == 5,
       "F draws the points into a file");
    PRESS(ui, m->f, '\t');
    ok(wanted(ui, UI_WANT_PREDICTIONS, &want) && want.run == 4, "Tab goes to the run before");
    close_view(m, ui);
}

static void test_none(void)
{
    struct made *m = made_new(0);
    struct ui *ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, m->f, '5', KEY_DOWN, '\n', 'W', 'v', 's', 'o', '\t');
    is_screen(ui, "predictions_no_runs");
    close_view(m, ui);
    m = made_new(8);
    ui = open_ui(24, 80, UI_CHART_AUTO);
    PRESS(ui, m->f, KEY_DOWN, KEY_DOWN, KEY_DOWN, '5');
    is_screen(ui, "predictions_reading");
    show_rows(m, ui, 0);
    PRESS(ui, m->f, KEY_DOWN, 'W', 'v', 's');
    is_screen(ui, "predictions_none");
    PRESS(ui, m->f, '1', KEY_HOME, '5');
    m->f->runs[0].state = "queued";
    show_rows(m, ui, 0);
    ui_draw(ui, &m->f->model);
    is_screen(ui, "predictions_queued");
    close_view(m, ui);
}

static void test_no_pictures(void)
{
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    m->pictures[0].rgb = NULL;
    m->pictures[0].problem = "\033[2Jportrait-00007.jpg: the file ends too early";
    ui_draw(ui, &m->f->model);
    is_screen(ui, "predictions_broken");
    m->f->model.pictures_problem = "The images of run 5 are not where they were: there is no "
                                   "folder /data/faces";
    m->f->model.n_pictures = 0;
    ui_draw(ui, &m->f->model);
    is_screen(ui, "predictions_gone");
    close_view(m, ui);
}

static void test_hostile(void)
{
    struct made *m = made_new(8);
    for (int i = 0; i < IMAGES; i++) {
        str_copy(m->rows[i].image, sizeof m->rows[i].image,
                 i % 2 ? "\033[31mred\033[0m\r\n\xe6\xbc\xa2\x9b.jpg" : "a/");
        if (i % 3 == 0)
            memset(m->rows[i].image, 'n', sizeof m->rows[i].image - 1);
        m->rows[i].predicted = i % 5 ? m->rows[i].predicted : 1e300;
    }
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    is_screen(ui, "predictions_hostile");
    PRESS(ui, m->f, 'W', '\n', '\n', KEY_END, 'v', 27, 'v', 's', 'n', KEY_NPAGE);
    close_view(m, ui);
    m = made_new(8);
    for (int i = 0; i < IMAGES; i++) {
        m->rows[i].predicted = i % 4 ? (double)NAN : (double)INFINITY;
        m->rows[i].truth = NAN;
        m->rows[i].image[0] = '\0';
        m->rows[i].predicted_class = m->rows[i].true_class = 0;
    }
    ui = open_view(m, 24, 80, UI_CHART_AUTO);
    is_screen(ui, "predictions_nan");
    PRESS(ui, m->f, 'W', '\n', '\n', KEY_END, 'v', 27, 'v', 's', 'n', KEY_NPAGE);
    close_view(m, ui);
}

/* The row of the n-th largest error, from 0. */
static int nth_error(const struct made *m, int n)
{
    bool taken[IMAGES] = {false};
    int worst = 0;
    for (int k = 0; k <= n; k++) {
        double most = -1;
        for (int i = 0; i < IMAGES; i++) {
            double error = fabs(m->rows[i].predicted - m->rows[i].truth);
            if (taken[i] || error <= most)
                continue;
            most = error;
            worst = i;
        }
        taken[worst] = true;
    }
    return worst;
}

/* A point, a line and one of the best six are selected by clicks. */
static void test_mouse(void)
{
    struct made *m = made_new(8);
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    const struct ui_model *model = &m->f->model;
    mouse(ui, model, 0, 15, 10);
    is_int(first_wanted(ui), m->rows[nth_error(m, 2)].place, "a click on a line selects its image");
    mouse(ui, model, 0, 10, 8);
    int64_t lowest = first_wanted(ui);
    mouse(ui, model, 0, 4, 38);
    int64_t highest = first_wanted(ui);
    ok(lowest != highest && m->rows[(lowest - 1) / 3].truth < 1.5 &&
           m->rows[(highest - 1) / 3].truth > 4.5,
       "one among the points, that of the nearest");
    mouse(ui, model, 65, 15, 10);
    ok(first_wanted(ui) != highest, "the wheel scrolls the list");
    PRESS(ui, m->f, 'W');
    mouse(ui, model, 0, 15, 20);
    mouse(ui, model, 0, 15, 20);
    is_int(first_wanted(ui), m->rows[nth_error(m, 1)].place,
           "a double click on one of the six leads to it");
    mouse(ui, model, 2, 15, 20);
    close_view(m, ui);
}

/* --- colours --- */

/* What a terminal with those settings is sent for a frame. */
static void sent(struct made *m, struct str *to)
{
    char buffer[4096];
    FILE *before = out;
    size_t n;
    out = tmpfile();
    struct ui *ui = open_view(m, 24, 80, UI_CHART_AUTO);
    fseek(out, 0, SEEK_END);
    long all = ftell(out);
    ui_draw(ui, &m->f->model);
    fseek(out, 0, SEEK_END);
    ok(ftell(out) - all < 64, "the same frame sends no pictures again");
    rewind(out);
    while ((n = fread(buffer, 1, sizeof buffer, out)) > 0)
        str_add_bytes(to, buffer, n);
    ui_close(ui);
    fclose(out);
    out = before;
}

static void test_colours(void)
{
    struct made *m = made_new(8);
    struct str all;
    str_init(&all);
    sent(m, &all);
    ok(!strstr(all.text, "[38;2;") && strstr(all.text, "38;5;"), "256 colours are of the table");
    str_clear(&all);
    setenv("COLORTERM", "truecolor", 1);
    sent(m, &all);
    ok(strstr(all.text, "\0337\033[") && strstr(all.text, "\033[38;2;230;") &&
           strstr(all.text, "\033[0m\0338"),
       "every colour is sent as it is, and the cursor put back");
    unsetenv("COLORTERM");
    str_fini(&all);
    made_free(m);
    setenv("NO_COLOR", "1", 1);
    screen_of(24, 80, "mono_80x24");
    unsetenv("NO_COLOR");
}

/* The locale that knows no character above 127. */
static void test_c(void)
{
    if (!setlocale(LC_ALL, "C"))
        return;
    setenv("NO_COLOR", "1", 1);
    screen_of(60, 200, "c_200x60");
    screen_of(24, 80, "c_80x24");
    screen_of(15, 60, "c_60x15");
    extremes_of(24, 80, "predictions_c_extremes_80x24");
    unsetenv("NO_COLOR");
    setlocale(LC_ALL, "C.UTF-8");
}

int main(void)
{
    if (golden_begin()) {
        test_sizes();
        test_pages();
        test_wants();
        test_none();
        test_no_pictures();
        test_hostile();
        test_mouse();
        test_colours();
        test_c();
        golden_end();
    }
    return tap_done();
}
