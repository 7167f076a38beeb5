/* figure_samples.c - pictures with what is said of them below, six in a row. */
#include "results/figures/sheet_priv.h"

#include "base/mem.h"

#include <math.h>

#define COLUMNS 6
#define WIDTH_MM 170
#define LINE (1.4 * SHEET_LETTERS)
#define LINES 3
#define BELOW (LINES * LINE + 2 * SHEET_GAP)

/* The bytes as cairo has them; NULL when out of memory. */
static cairo_surface_t *surface_of(const struct figure_sample *sample)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, sample->width, sample->height);
    if (cairo_surface_status(surface)) {
        cairo_surface_destroy(surface);
        return NULL;
    }
    cairo_surface_flush(surface);
    unsigned char *to = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    const uint8_t *from = sample->rgb;
    for (int y = 0; y < sample->height; y++) {
        uint32_t *row = (uint32_t *)(void *)(to + (size_t)y * (size_t)stride);
        for (int x = 0; x < sample->width; x++, from += 3)
            row[x] = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
    }
    cairo_surface_mark_dirty(surface);
    return surface;
}

/* As large as fits, in the middle. */
static int draw_picture(struct sheet *s, const struct figure_sample *sample, struct sheet_box at,
                        struct err *e)
{
    cairo_surface_t *surface = surface_of(sample);
    if (!surface)
        return mem_error(e, "a picture", (size_t)sample->width * (size_t)sample->height * 4);
    double scale = fmin(at.width / sample->width, at.height / sample->height);
    cairo_save(s->cr);
    cairo_translate(s->cr, at.x + (at.width - scale * sample->width) / 2,
                    at.y + (at.height - scale * sample->height) / 2);
    cairo_scale(s->cr, scale, scale);
    cairo_set_source_surface(s->cr, surface, 0, 0);
    cairo_paint(s->cr);
    cairo_restore(s->cr);
    cairo_surface_destroy(surface);
    return 0;
}

static void draw_no_picture(struct sheet *s, struct sheet_box at)
{
    sheet_grey(s, 0.6);
    sheet_line(s, 0, SHEET_HAIR);
    cairo_rectangle(s->cr, at.x, at.y, at.width, at.height);
    cairo_stroke(s->cr);
    sheet_text(s, "no picture",
               (struct sheet_place){at.x + at.width / 2, at.y + at.height / 2, 0.5, 0.5, at.width});
}

static int draw_sample(struct sheet *s, const struct figure_sample *sample, struct sheet_box at,
                       struct err *e)
{
    if (!sample->rgb)
        draw_no_picture(s, at);
    else if (draw_picture(s, sample, at, e))
        return -1;
    for (int i = 0; i < LINES && sample->lines[i]; i++) {
        sheet_grey(s, 0);
        sheet_text(s, sample->lines[i],
                   (struct sheet_place){at.x + at.width / 2,
                                        at.y + at.height + SHEET_GAP + i * LINE, 0.5, 0,
                                        at.width + SHEET_GAP / 2});
    }
    return 0;
}

static int draw(struct sheet *s, const void *numbers, struct err *e)
{
    const struct figure_samples *f = numbers;
    size_t columns = f->n < COLUMNS ? f->n : COLUMNS, rows = (f->n + COLUMNS - 1) / COLUMNS;
    double width = (s->width - SHEET_GAP) / (double)columns;
    double height = (s->height - s->top) / (double)rows;
    for (size_t i = 0; i < f->n; i++) {
        struct sheet_box at = {SHEET_GAP + (double)(i % columns) * width,
                               s->top + (double)(i / columns) * height, width - SHEET_GAP,
                               fmax(height - BELOW, 1)};
        if (draw_sample(s, &f->samples[i], at, e))
            return -1;
    }
    return 0;
}

int figure_samples(const struct figure_page *page, const struct figure_samples *f, struct err *e)
{
    size_t columns = f->n < COLUMNS ? f->n : COLUMNS, rows = (f->n + COLUMNS - 1) / COLUMNS;
    double side = (double)WIDTH_MM / COLUMNS;
    double height = (double)rows * (side + BELOW / SHEET_POINTS_PER_MM);
    if (page->title && page->title[0])
        height += 2 * SHEET_LETTERS / SHEET_POINTS_PER_MM;
    return sheet_write(page, fmax((double)columns * side, 85), height, draw, f, e);
}
