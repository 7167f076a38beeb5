/* test_figures.c - each kind of figure: files are whole and the same each time, and neither numbers
 * nor texts of any kind do harm. With COMBOLAB_FIGURES=FOLDER they are left there to be looked at.
 */
#include "tests/kit/figure_kit.h"

#include <float.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define EPOCHS 60

/* --- what is drawn --- */

static int draw_curves(const struct figure_page *page, struct err *e)
{
    struct plot c = figure_kit_curves(3, 3, EPOCHS, 1);
    c.panels[0].curves[1].y[30] = (double)NAN;
    int result = figure_curves(page, &(struct figure_curves){&c, true}, e);
    plot_fini(&c);
    return result;
}

static int draw_scatter(const struct figure_page *page, struct err *e)
{
    static double truth[500], predicted[500];
    for (int i = 0; i < 500; i++) {
        truth[i] = 1 + i % 100 * 0.04;
        predicted[i] = 0.5 + 0.8 * truth[i] + 0.01 * (i * i % 71);
    }
    const struct figure_scatter_panel panels[] = {
        {"l1", truth, predicted, 500, {"PC 0.9012", "MAE 0.2101"}},
        {figure_kit_hostile, predicted, truth, 200, {figure_kit_hostile}}};
    return figure_scatter(page, &(struct figure_scatter){panels, 2}, e);
}

static int draw_samples(const struct figure_page *page, struct err *e)
{
    static uint8_t rgb[20 * 30 * 3];
    struct figure_sample samples[8];
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = (uint8_t)(i * 7);
    for (int i = 0; i < 8; i++)
        samples[i] =
            (struct figure_sample){.rgb = i == 3 ? NULL : rgb,
                                   .height = i % 2 ? 20 : 30,
                                   .width = i % 2 ? 30 : 20,
                                   .heading = i % 7 ? NULL : "worst predictions",
                                   .lines = {i ? "one.jpg" : figure_kit_hostile, "true 3.25"}};
    return figure_samples(page, &(struct figure_samples){samples, 8}, e);
}

static int draw_ablation(const struct figure_page *page, struct err *e)
{
    static const char *const rows[] = {"l1", "mse", figure_kit_hostile};
    static const char *const series[] = {"resnet18", "resnet50"};
    static const struct figure_mean means[] = {{0.85, 0.84, 0.86, 0.85, false},
                                               {0.87, 0.86, 0.88, (double)NAN, false},
                                               {0.88, 0.88, 0.88, 0.89, false},
                                               {(double)NAN, 1, 2, 3, false},
                                               {0.9, 0.89, (double)INFINITY, 0.88, false},
                                               {0.91, 0.9, 0.92, 0.9, false}};
    const struct figure_ablation_panel panels[] = {{"PC", means, 0.86},
                                                   {figure_kit_hostile, means, (double)NAN}};
    return figure_ablation(
        page, &(struct figure_ablation){rows, 3, series, 2, panels, 2, "published"}, e);
}

static const struct {
    const char *name;
    int (*draw)(const struct figure_page *page, struct err *e);
} kinds[] = {{"curves", draw_curves},
             {"scatter", draw_scatter},
             {"samples", draw_samples},
             {"ablation", draw_ablation}};
#define KINDS (sizeof kinds / sizeof *kinds)
static const char *const endings[] = {"svg", "pdf", "PNG"};

/* --- files --- */

static int is_whole(const char *ending, const char *bytes, size_t count)
{
    if (!bytes || count < 100)
        return 0;
    if (!strcmp(ending, "svg"))
        return !strncmp(bytes, "<?xml", 5) && strstr(bytes, "</svg>") && !strstr(bytes, "nan") &&
               !strstr(bytes, "inf");
    if (!strcmp(ending, "pdf"))
        return !strncmp(bytes, "%PDF", 4) && !strncmp(bytes + count - 6, "%%EOF", 5);
    return !memcmp(bytes, "\x89PNG", 4) && !memcmp(bytes + count - 8, "IEND", 4);
}

static void test_kinds(void)
{
    for (size_t k = 0; k < KINDS; k++)
        for (size_t f = 0; f < 3; f++) {
            struct err e = {0};
            char name[64], path[400];
            size_t n = 0, n_again = 0;
            snprintf(name, sizeof name, "%s.%s", kinds[k].name, endings[f]);
            const struct figure_page page = {.path = scratch_path(name),
                                             .title = figure_kit_hostile};
            snprintf(path, sizeof path, "%s/again.%s", scratch, endings[f]);
            const struct figure_page twice = {.path = path, .title = figure_kit_hostile};
            int bad = kinds[k].draw(&page, &e) || kinds[k].draw(&twice, &e);
            ok(!bad, "%s is drawn: %s", name, e.text);
            char *bytes = figure_kit_read(page.path, &n), *same = figure_kit_read(path, &n_again);
            ok(is_whole(f == 2 ? "png" : endings[f], bytes, n), "%s is whole", name);
            ok(bytes && same && n == n_again && !memcmp(bytes, same, n), "%s: the same bytes twice",
               name);
            mem_free(bytes);
            mem_free(same);
            unlink(path);
        }
}

/* --- numbers of any kind --- */

static void test_numbers(void)
{
    static const double values[][3] = {{NAN, NAN, NAN},
                                       {INFINITY, -INFINITY, 1},
                                       {DBL_MAX, -DBL_MAX, 0},
                                       {DBL_MAX, DBL_MAX, DBL_MAX},
                                       {DBL_MIN, 5e-324, 0},
                                       {5e-324, 5e-324, 5e-324},
                                       {1, 1, 1},
                                       {0, 0, 0},
                                       {-1e-300, 1e300, 1e-300},
                                       {1e15, 1e15 + 1, 1e15 + 2}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (int log = 0; log < 2; log++) {
            struct err e = {0};
            struct figure_mean means[3];
            size_t n = 0;
            struct plot c = figure_kit_curves(1, 2, 3, 1);
            const char *const rows[] = {"a", "b", "c"}, *const series[] = {"one"};
            struct figure_page page = {.path = scratch_path("numbers.svg"), .force = true};
            for (int k = 0; k < 3; k++) {
                c.panels[0].curves[0].y[k] = values[i][k];
                c.panels[0].curves[1].spread[k] = values[i][2 - k];
                means[k] = (struct figure_mean){values[i][k], values[i][0], values[i][1],
                                                values[i][2], false};
            }
            const struct figure_ablation_panel panel = {"PC", means, values[i][0]};
            const struct figure_scatter_panel dots = {NULL, values[i], values[i], 3, {NULL}};
            int bad = figure_curves(&page, &(struct figure_curves){&c, log}, &e);
            char *svg = figure_kit_read(page.path, &n);
            ok(!bad && is_whole("svg", svg, n), "curves of any numbers (%zu): %s", i, e.text);
            mem_free(svg);
            bad = figure_ablation(
                &page, &(struct figure_ablation){rows, 3, series, 1, &panel, 1, NULL}, &e);
            svg = figure_kit_read(page.path, &n);
            ok(!bad && is_whole("svg", svg, n), "means of any numbers (%zu): %s", i, e.text);
            mem_free(svg);
            bad = figure_scatter(&page, &(struct figure_scatter){&dots, 1}, &e);
            svg = figure_kit_read(page.path, &n);
            ok(!bad && is_whole("svg", svg, n), "scores of any numbers (%zu): %s", i, e.text);
            mem_free(svg);
            plot_fini(&c);
        }
}

/* As on the screen: what is best of one series is green, the rest blue. */
static void test_best(void)
{
    static const char *const rows[] = {"l1", "mse"}, *const series[] = {"resnet18"};
    for (int best = 0; best < 2; best++) {
        struct err e = {0};
        size_t n = 0;
        const struct figure_mean means[] = {{0.8, 0.7, 0.9, NAN, false}, {0.9, 0.8, 1, NAN, best}};
        const struct figure_ablation_panel panel = {"PC", means, NAN};
        const struct figure_page page = {.path = scratch_path("best.svg"), .force = true};
        int bad = figure_ablation(
            &page, &(struct figure_ablation){rows, 2, series, 1, &panel, 1, NULL}, &e);
        char *svg = figure_kit_read(page.path, &n);
        ok(!bad && svg && strstr(svg, "69.80") && !strstr(svg, "45.09") == !best,
           best ? "the best row is green" : "nothing is, where nothing is best");
        mem_free(svg);
    }
}

static void test_little(void)
{
    static const size_t sizes[] = {0, 1, 2};
    for (size_t i = 0; i < 3; i++) {
        struct err e = {0};
        size_t n = 0;
        struct plot c = figure_kit_curves(1, 1, sizes[i], 1);
        const struct figure_page page = {
            .path = scratch_path("little.png"), .force = true, .width_mm = 20, .height_mm = 20};
        int bad = figure_curves(&page, &(struct figure_curves){&c, false}, &e);
        char *png = figure_kit_read(page.path, &n);
        ok(!bad && is_whole("png", png, n), "%zu epochs on little paper: %s", sizes[i], e.text);
        mem_free(png);
        plot_fini(&c);
    }
}

/* More curves than colours, and than a legend has room for. */
static void test_crowd(void)
{
    struct err e = {0};
    struct plot c = figure_kit_curves(1, 100, 5, 0);
    const struct figure_page page = {.path = scratch_path("crowd.png")};
    ok(!figure_curves(&page, &(struct figure_curves){&c, false}, &e), "a hundred curves: %s",
       e.text);
    plot_fini(&c);
}

/* --- files --- */

static void refused(const char *path, bool force, enum err_code code, const char *part)
{
    struct err e = {0};
    const struct figure_page page = {.path = path, .force = force};
    ok(draw_ablation(&page, &e) == -1 && e.code == code && strstr(e.text, part), "refused: %s",
       e.text);
}

static void test_files(void)
{
    struct rlimit limit, small;
    size_t n = 0;
    const char *there = scratch_text("there.svg", "former");
    mkdir(scratch_path("folder.svg"), 0777);
    refused(scratch_path("x.gif"), false, ERR_USAGE, ".svg, .pdf and .png");
    refused("svg", false, ERR_USAGE, ".svg, .pdf and .png");
    refused(there, false, ERR_STATE, "--force");
    refused(scratch_path("folder.svg"), true, ERR_STATE, "is a folder");
    refused(scratch_path("no/such/folder.svg"), true, ERR_NOT_FOUND, "folder.svg");
    int before = scratch_entries(scratch);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    small = limit;
    small.rlim_cur = 100;
    setrlimit(RLIMIT_FSIZE, &small);
    refused(there, true, ERR_IO, "writing");
    setrlimit(RLIMIT_FSIZE, &limit);
    is_int(scratch_entries(scratch), before, "nothing is left of a file that found no room");
    char *bytes = figure_kit_read(there, &n);
    is_text(bytes ? bytes : "", "former", "and the former one is still there");
    mem_free(bytes);
    struct err e = {0};
    const struct figure_page page = {.path = there, .force = true};
    ok(!draw_ablation(&page, &e), "force replaces it: %s", e.text);
    bytes = figure_kit_read(there, &n);
    ok(is_whole("svg", bytes, n), "by the figure");
    mem_free(bytes);
}

static void test_sizes(void)
{
    static const char *const wrong[] = {"",      "85",     "85x",    "x60",     "85x60x", "85 x 60",
                                        "85x19", "501x60", "nanx60", "1e2x1e9", "-85x60", "85X60"};
    double width = 0, height = 0;
    struct err e = {0};
    ok(!figure_size("85.5x60", &width, &height, &e) && width == 85.5 && height == 60, "a size");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ok(figure_size(wrong[i], &width, &height, &e) == -1 && e.code == ERR_USAGE, "no size: '%s'",
           wrong[i]);
}

/* But for curves, which the test itself allocates. */
static void test_memory(void)
{
    for (size_t k = 1; k < KINDS; k++)
        for (long n = 1;; n++) {
            struct err e = {0};
            const struct figure_page page = {.path = scratch_path("memory.svg"), .force = true};
            mem_test_fail_at(n);
            int result = kinds[k].draw(&page, &e);
            long used = mem_test_count();
            mem_test_fail_at(0);
            if (result == -1 && e.code == ERR_MEMORY && n < 1000)
                continue;
            ok(!result && used < n, "%s: each of %ld allocations may fail", kinds[k].name, n - 1);
            break;
        }
}

int main(void)
{
    static const char *const kept[] = {"curves.PNG", "scatter.PNG", "samples.PNG", "ablation.PNG",
                                       "crowd.png",  "little.png",  "curves.pdf"};
    scratch_make();
    test_kinds();
    test_numbers();
    test_best();
    test_little();
    test_crowd();
    test_files();
    test_sizes();
    test_memory();
    figure_kit_keep(kept, sizeof kept / sizeof *kept);
    scratch_remove(scratch);
    return tap_done();
}
