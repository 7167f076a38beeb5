/* test_figure_places.c - numbers stand where the axes of a figure say. With COMBOLAB_FIGURES=FOLDER
 * a figure of many is left there to be looked at. */
#include "tests/kit/figure_kit.h"

#include <stdlib.h>

#define MOST_POINTS 256

static const char blue[] = "rgb(0%,44.705882%,69.803922%)", black[] = "rgb(0%,0%,0%)";

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
    struct plot c = figure_kit_curves(1, 1, 41, 0);
    struct plot_curve *curve = &c.panels[0].curves[0];
    for (int i = 0; i < 41; i++)
        curve->y[i] = i == 0 ? 2 : i == 40 ? -1 : 0.5 + sin(i);
    for (int i = 0; i < 41; i++)
        curve->x[i] = 10 + 2 * i; /* 10 .. 90 */
    const struct figure_page page = {
        .path = scratch_path("places.svg"), .width_mm = 120, .height_mm = 80};
    ok(!figure_curves(&page, &(struct figure_curves){&c, false}, &e), "a curve is drawn: %s",
       e.text);
    char *svg = figure_kit_read(page.path, &count);
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
    struct plot c = figure_kit_curves(1, 1, 7, 0);
    static const int powers[] = {-9, -3, -8, -5, -7, -6, -4};
    for (int i = 0; i < 7; i++)
        c.panels[0].curves[0].y[i] = pow(10, powers[i]);
    const struct figure_page page = {.path = scratch_path("log.svg")};
    ok(!figure_curves(&page, &(struct figure_curves){&c, true}, &e), "a log axis: %s", e.text);
    char *svg = figure_kit_read(page.path, &count);
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
    struct plot c = figure_kit_curves(1, 1, 20, 0);
    c.panels[0].curves[0].y[8] = (double)NAN;
    c.panels[0].curves[0].y[10] = (double)INFINITY;
    const struct figure_page page = {.path = scratch_path("gap.svg")};
    ok(!figure_curves(&page, &(struct figure_curves){&c, false}, &e), "gaps: %s", e.text);
    char *svg = figure_kit_read(page.path, &count);
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
    struct plot c = figure_kit_curves(1, 1, 20000, 0);
    for (int i = 0; i < 20000; i++)
        c.panels[0].curves[0].y[i] = i == 12345 ? 50 : i % 7 * 0.1;
    const struct figure_page page = {.path = scratch_path("many.svg")};
    ok(!figure_curves(&page, &(struct figure_curves){&c, false}, &e), "20,000 epochs: %s", e.text);
    char *svg = figure_kit_read(page.path, &count);
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

int main(void)
{
    static const char *const kept[] = {"many.svg"};
    scratch_make();
    test_places();
    test_log();
    test_gap();
    test_many();
    figure_kit_keep(kept, 1);
    scratch_remove(scratch);
    return tap_done();
}
