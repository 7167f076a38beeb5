/* figure_kit.h - what the tests of figures share: curves to draw, files to read and to keep.
 * Included by one test each. */
#ifndef COMBOLAB_TESTS_KIT_FIGURE_KIT_H
#define COMBOLAB_TESTS_KIT_FIGURE_KIT_H

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "results/figures/figures.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <stdlib.h>

/* No heading, name or label has room for it, or may do harm by it. */
static const char figure_kit_hostile[] =
    "a \033[31mname \xff\xfe of \xe7\x95\x8c \xe2\x80\xae more \n letters <&> "
    "than there can be room for, however small they are written, and then more, "
    "so that an ellipsis has to end it, and still it goes on and on and on and on "
    "and on and on and on and on and on and on";

/* With a band where `band` is set. */
static struct plot_curve figure_kit_curve(const char *name, int colour, size_t n, int band)
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

/* Panels of `each` curves with n epochs, freed by plot_fini. */
static struct plot figure_kit_curves(size_t panels, size_t each, size_t n, int band)
{
    static const char *const names[] = {"l1", "combo 2,1,1", figure_kit_hostile};
    struct plot c = {.x_name = "epoch", .x_title = "epoch", .n = panels};
    c.panels = mem_alloc(panels, sizeof *c.panels);
    for (size_t p = 0; p < panels; p++) {
        snprintf(c.panels[p].title, sizeof c.panels[p].title, "test MAE");
        c.panels[p].curves = mem_alloc(each, sizeof *c.panels[p].curves);
        for (size_t i = 0; i < each; i++)
            c.panels[p].curves[i] = figure_kit_curve(names[i % 3], (int)i, n, band);
        c.panels[p].n = each;
    }
    return c;
}

/* A whole file, to be freed; NULL, which is said, where it cannot be read. */
static char *figure_kit_read(const char *path, size_t *count)
{
    struct err e = {0};
    uint8_t *bytes = NULL;
    *count = 0;
    if (file_read(&bytes, count, NULL, path, 1 << 26, &e))
        diag("%s", e.text);
    return (char *)bytes;
}

/* With COMBOLAB_FIGURES=FOLDER these figures are left there to be looked at. */
static void figure_kit_keep(const char *const *names, size_t n_names)
{
    const char *folder = getenv("COMBOLAB_FIGURES");
    for (size_t i = 0; folder && i < n_names; i++) {
        struct err e;
        char to[4096];
        size_t n;
        char *bytes = figure_kit_read(scratch_path(names[i]), &n);
        snprintf(to, sizeof to, "%s/%s", folder, names[i]);
        if (bytes && file_replace(to, bytes, n, 0, &e))
            diag("%s", e.text);
        mem_free(bytes);
    }
}

#endif
