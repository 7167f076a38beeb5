/* figure.c - options of figures. */
#include "src/figure.h"

#include "base/err.h"

#include <stdio.h>

int figure_options_page(const struct figure_options *o, struct figure_page *page, struct err *e)
{
    *page = (struct figure_page){.path = o->figure, .force = o->force, .title = o->title};
    if (o->size[0] && figure_size(o->size, &page->width_mm, &page->height_mm, e))
        return -1;
    if (o->figure[0])
        return figure_check(page, e);
    return o->size[0] || o->title[0] || o->force
               ? err_set(e, ERR_USAGE,
                         "size, title and force are about a figure: name its file with --figure")
               : 0;
}

const char *figure_sign(double value)
{
    return value > 0 ? "+" : value < 0 ? "\xe2\x88\x92" : "";
}

void figure_say(const struct invocation *in, const struct figure_page *page, const char *what,
                size_t runs)
{
    if (!in->global.quiet)
        printf("%s: %s of %zu run%s\n", page->path, what, runs, runs == 1 ? "" : "s");
}
