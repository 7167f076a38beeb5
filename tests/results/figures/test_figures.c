/* test_figures.c - each kind of figure: numbers stand where their axes say, files are whole and the
 * same each time, and neither numbers nor texts of any kind do harm. With COMBOLAB_FIGURES=FOLDER
 * they are left there to be looked at. */
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "results/figures/figures.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <float.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_POINTS 256
#define EPOCHS 60

static const char blue[] = "rgb(0%,44.705882%,69.803922%)", black[] = "rgb(0%,0%,0%)";
static const char hostile[] =
    "a \033[31mname \xff\xfe of \xe7\x95\x8c \xe2\x80\xae more \n letters <&> "
    "than there can be room for, however small they are written, and then more, "
    "so that an ellipsis has to end it, and still it goes on and on and on and on "
    "and on and on and on and on and on and on";

/* --- what is drawn --- */

static struct plot_curve made(const char *name, int colour, size_t n, int band)
{
    struct err e;
    struct plot_curve c = {.colour = colour, .line = 0};
    snprintf(c.name, sizeof c.name, "%s", name);
    if (plot_curve_make(&c, n, band, &e))
        abort();
    for (size_t i = 0; i < n; i++) {
        c.x[i] = (double)i + 1;
        c.y[i] = 0.2 + exp(-(double)i / 20) + 0.01 * (double)(i * i % 17);
        if (band)
            c.spread[i] = 0.05;
    }
    return c;
}

/* Panels of one curve each, freed by curves_fini. */
static struct plot curves_of(size_t panels, size_t each, size_t n, int band)
{
    static const char *const names[] = {"l1", "combo 2,1,1", hostile};
    struct plot c = {.x_name = "epoch", .x_title = "epoch", .n = panels};
    c.panels = mem_alloc(panels, sizeof *c.panels);
    for (size_t p = 0; p < panels; p++) {
        snprintf(c.panels[p].title, sizeof c.panels[p].title, "test MAE");
        c.panels[p].curves = mem_alloc(each, sizeof *c.panels[p].curves);
        for (size_t i = 0; i < each; i++)
            c.panels[p].curves[i] = made(names[i % 3], (int)i, n, band);
        c.panels[p].n = each;
    }
    return c;
}

static int draw_curves(const struct figure_page *page, struct err *e)
{
    struct plot c = curves_of(3, 3, EPOCHS, 1);
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
        {hostile, predicted, truth, 200, {hostile}}};
    return figure_scatter(page, &(struct figure_scatter){panels, 2}, e);
}

static int draw_samples(const struct figure_page *page, struct err *e)
{
    static uint8_t rgb[20 * 30 * 3];
    struct figure_sample samples[8];
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = (uint8_t)(i * 7);
    for (int i = 0; i < 8; i++)
        samples[i] = (struct figure_sample){.rgb = i == 3 ? NULL : rgb,
                                            .height = i % 2 ? 20 : 30,
                                            .width = i % 2 ? 30 : 20,
                                            .heading = i % 7 ? NULL : "worst predictions",
                                            .lines = {i ? "one.jpg" : hostile, "true 3.25"}};
    return figure_samples(page, &(struct figure_samples){samples, 8}, e);
}

static int draw_ablation(const struct figure_page *page, struct err *e)
{
    static const char *const rows[] = {"l1", "mse", hostile}, *const series[] = {"resnet18",
                                                                                 "resnet50"};
    static const struct figure_mean means[] = {{0.85, 0.84, 0.86, 0.85, false},
                                               {0.87, 0.86, 0.88, (double)NAN, false},
                                               {0.88, 0.88, 0.88, 0.89, false},
                                               {(double)NAN, 1, 2, 3, false},
                                               {0.9, 0.89, (double)INFINITY, 0.88, false},
                                               {0.91, 0.9, 0.92, 0.9, false}};
    const struct figure_ablation_panel panels[] = {{"PC", means, 0.86},
                                                   {hostile, means, (double)NAN}};
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

static char *read_file(const char *path, size_t *count)
{
    struct err e = {0};
    uint8_t *bytes = NULL;
    *count = 0;
    if (file_read(&bytes, count, NULL, path, 1 << 26, &e))
        diag("%s", e.text);
    return (char *)bytes;
}

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
            const struct figure_page page = {.path = scratch_path(name), .title = hostile};
            snprintf(path, sizeof path, "%s/again.%s", scratch, endings[f]);
            const struct figure_page twice = {.path = path, .title = hostile};
            int bad = kinds[k].draw(&page, &e) || kinds[k].draw(&twice, &e);
            ok(!bad, "%s is drawn: %s", name, e.text);
            char *bytes = read_file(page.path, &n), *same = read_file(path, &n_again);
            ok(is_whole(f == 2 ? "png" : endings[f], bytes, n), "%s is whole", name);
            ok(bytes && same && n == n_again && !memcmp(bytes, same, n), "%s: the same bytes twice",
               name);
            mem_free(bytes);
            mem_free(same);
            unlink(path);
        }
}

/* --- where numbers stand --- */

struct path {
    double x[MOST_POINTS], y[MOST_POINTS];
    size_t n;
};

/* The next path of that stroke, from `from` on: its points. Returns what follows it, or NULL. */
static const char *next_path(const char *from, const char *stroke, struct path *to)
{
    for (const char *at = from; (at = strstr(at, "<path ")); at++) {
        const char *end = strchr(at, '>'), *d = strstr(at, " d=\"");
        const char *colour = strstr(at, stroke);
        if (!end || !d || d > end || !colour || colour > end || strncmp(colour - 7, "stroke", 6))
            continue;
        to->n = 0;
        for (const char *c = d + 4; *c != '"';) {
            char *after;
            if (*c == 'M' || *c == 'L' || *c == ' ') {
                c++;
                continue;
            }
            to->x[to->n] = strtod(c, &after);
            if (after == c)
                break;
            to->y[to->n] = strtod(after, &after);
            to->n += to->n + 1 < MOST_POINTS;
            c = after;
        }
        return end;
    }
    return NULL;
}

/* The ticks' places, by the short lines below and beside the axes. */
static size_t find_ticks(const char *svg, int down, double to[32])
{
    struct path p;
    size_t n = 0;
    while ((svg = next_path(svg, black, &p))) {
        double dx = fabs(p.x[1] - p.x[0]), dy = fabs(p.y[1] - p.y[0]);
        if (p.n == 2 && dx + dy < 4 && n < 32 && (down ? dy : dx) < 1e-3)
            to[n++] = down ? p.y[0] : p.x[0];
    }
    return n;
}

/* Values lie on one straight scale, and those that are ticks lie at the ticks. */
static void test_places(void)
{
    struct err e = {0};
    struct path p = {.n = 0};
    double x_ticks[32], y_ticks[32];
    size_t count = 0;
    struct plot c = curves_of(1, 1, 41, 0);
    struct plot_curve *curve = &c.panels[0].curves[0];
    for (int i = 0; i < 41; i++)
        curve->y[i] = i == 0 ? 2 : i == 40 ? -1 : 0.5 + sin(i);
    for (int i = 0; i < 41; i++)
        curve->x[i] = 10 + 2 * i; /* 10 .. 90 */
    const struct figure_page page = {
        .path = scratch_path("places.svg"), .width_mm = 120, .height_mm = 80};
    ok(!figure_curves(&page, &(struct figure_curves){&c, false}, &e), "a curve is drawn: %s",
       e.text);
    char *svg = read_file(page.path, &count);
    ok(svg && strstr(svg, "width=\"340.15748pt\"") && strstr(svg, "height=\"226.771654pt\""),
       "as large as was asked for");
    ok(svg && next_path(svg, blue, &p) && p.n == 41, "with a corner for each value");
    double across = (p.x[40] - p.x[0]) / 80, up = (p.y[40] - p.y[0]) / -3, worst = 0;
    for (size_t i = 0; i < p.n; i++) {
        worst = fmax(worst, fabs(p.x[0] + across * (curve->x[i] - 10) - p.x[i]));
        worst = fmax(worst, fabs(p.y[0] + up * (curve->y[i] - 2) - p.y[i]));
    }
    ok(p.n == 41 && worst < 4e-3, "values stand where a straight scale has them (%g points off)",
       worst);
    size_t n_x = find_ticks(svg, 0, x_ticks), n_y = find_ticks(svg, 1, y_ticks);
    int x_found = 0, y_found = 0;
    for (size_t i = 0; i < n_x; i++)
        x_found += fabs(x_ticks[i] - p.x[5]) < 2e-3; /* epoch 20 */
    for (size_t i = 0; i < n_y; i++)
        y_found += fabs(y_ticks[i] - p.y[0]) < 2e-3 || fabs(y_ticks[i] - p.y[40]) < 2e-3;
    ok(n_x > 3 && x_found == 1, "20 stands above its tick");
    ok(n_y > 3 && y_found == 2, "2 and -1 stand beside theirs");
    mem_free(svg);
    plot_fini(&c);
}

/* On a logarithmic axis the same factor is the same distance. */
static void test_log(void)
{
    struct err e = {0};
    struct path p = {.n = 0};
    size_t count = 0;
    struct plot c = curves_of(1, 1, 7, 0);
    static const int powers[] = {-9, -3, -8, -5, -7, -6, -4};
    for (int i = 0; i < 7; i++)
        c.panels[0].curves[0].y[i] = pow(10, powers[i]);
    const struct figure_page page = {.path = scratch_path("log.svg")};
    ok(!figure_curves(&page, &(struct figure_curves){&c, true}, &e), "a log axis: %s", e.text);
    char *svg = read_file(page.path, &count);
    ok(svg && next_path(svg, blue, &p) && p.n == 7, "all values are there");
    for (size_t i = 2; i < p.n; i++)
        is_near((p.y[i] - p.y[0]) / (powers[i] + 9), (p.y[1] - p.y[0]) / 6, 4e-3,
                "a power of ten is as far as any other");
    mem_free(svg);
    plot_fini(&c);
}

/* A value that is no number is a gap: two lines, and none across. */
static void test_gap(void)
{
    struct err e = {0};
    struct path p = {.n = 0};
    size_t count = 0;
    struct plot c = curves_of(1, 1, 20, 0);
    c.panels[0].curves[0].y[8] = (double)NAN;
    c.panels[0].curves[0].y[10] = (double)INFINITY;
    const struct figure_page page = {.path = scratch_path("gap.svg")};
    ok(!figure_curves(&page, &(struct figure_curves){&c, false}, &e), "gaps: %s", e.text);
    char *svg = read_file(page.path, &count);
    const char *at = svg ? next_path(svg, blue, &p) : NULL;
    is_int((long long)p.n, 8, "what comes before the gap");
    ok(at && next_path(at, blue, &p) && p.n == 9, "and what comes after");
    mem_free(svg);
    plot_fini(&c);
}

/* Everything of a range survives where many epochs share a dot, in few corners. */
static void test_many(void)
{
    struct err e = {0};
    size_t count = 0;
    struct plot c = curves_of(1, 1, 20000, 0);
    for (int i = 0; i < 20000; i++)
        c.panels[0].curves[0].y[i] = i == 12345 ? 50 : i % 7 * 0.1;
    const struct figure_page page = {.path = scratch_path("many.svg")};
    ok(!figure_curves(&page, &(struct figure_curves){&c, false}, &e), "20,000 epochs: %s", e.text);
    char *svg = read_file(page.path, &count);
    ok(svg && count < 300000, "make no large file (%zu bytes)", count);
    double least = 1e9, most = -1e9;
    const char *d = svg ? strstr(svg, blue) : NULL;
    for (d = d ? strstr(d, " d=\"") : NULL; d && *d && *d != '>'; d++)
        if (*d == 'L') {
            double y = strtod(strchr(d + 2, ' '), NULL);
            least = fmin(least, y);
            most = fmax(most, y);
        }
    ok(most - least > 90, "and a spike of one epoch is as high as it is (%g points)", most - least);
    mem_free(svg);
    plot_fini(&c);
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
            struct plot c = curves_of(1, 2, 3, 1);
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
            char *svg = read_file(page.path, &n);
            ok(!bad && is_whole("svg", svg, n), "curves of any numbers (%zu): %s", i, e.text);
            mem_free(svg);
            bad = figure_ablation(
                &page, &(struct figure_ablation){rows, 3, series, 1, &panel, 1, NULL}, &e);
            svg = read_file(page.path, &n);
            ok(!bad && is_whole("svg", svg, n), "means of any numbers (%zu): %s", i, e.text);
            mem_free(svg);
            bad = figure_scatter(&page, &(struct figure_scatter){&dots, 1}, &e);
            svg = read_file(page.path, &n);
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
        char *svg = read_file(page.path, &n);
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
        struct plot c = curves_of(1, 1, sizes[i], 1);
        const struct figure_page page = {
            .path = scratch_path("little.png"), .force = true, .width_mm = 20, .height_mm = 20};
        int bad = figure_curves(&page, &(struct figure_curves){&c, false}, &e);
        char *png = read_file(page.path, &n);
        ok(!bad && is_whole("png", png, n), "%zu epochs on little paper: %s", sizes[i], e.text);
        mem_free(png);
        plot_fini(&c);
    }
}

/* More curves than colours, and than a legend has room for. */
static void test_crowd(void)
{
    struct err e = {0};
    struct plot c = curves_of(1, 100, 5, 0);
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
    char *bytes = read_file(there, &n);
    is_text(bytes ? bytes : "", "former", "and the former one is still there");
    mem_free(bytes);
    struct err e = {0};
    const struct figure_page page = {.path = there, .force = true};
    ok(!draw_ablation(&page, &e), "force replaces it: %s", e.text);
    bytes = read_file(there, &n);
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

/* The figures stay where they can be looked at. */
static void keep(const char *folder)
{
    static const char *const names[] = {"curves.PNG", "scatter.PNG", "samples.PNG", "ablation.PNG",
                                        "crowd.png",  "little.png",  "many.svg",    "curves.pdf"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct err e;
        char to[4096];
        size_t n;
        char *bytes = read_file(scratch_path(names[i]), &n);
        snprintf(to, sizeof to, "%s/%s", folder, names[i]);
        if (bytes && file_replace(to, bytes, n, 0, &e))
            diag("%s", e.text);
        mem_free(bytes);
    }
}

int main(void)
{
    scratch_make();
    test_kinds();
    test_places();
    test_log();
    test_gap();
    test_many();
    test_numbers();
    test_best();
    test_little();
    test_crowd();
    test_files();
    test_sizes();
    test_memory();
    if (getenv("COMBOLAB_FIGURES"))
        keep(getenv("COMBOLAB_FIGURES"));
    scratch_remove(scratch);
    return tap_done();
}
