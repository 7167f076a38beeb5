/* sheet_file.c - a sheet in a file: the formats, and files that appear whole or not at all. */
#include "results/figures/sheet_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define LEAST_MM 20
#define MOST_MM 500
#define DOTS_PER_INCH 300.0
#define NO_DATE "2000-01-01T00:00:00Z" /* the same for all, so that files can be compared */

/* --- formats --- */

static cairo_status_t append(void *context, const unsigned char *bytes, unsigned count)
{
    struct str *file = context;
    str_add_bytes(file, bytes, count);
    return file->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *svg_open(struct str *file, double width, double height)
{
    return cairo_svg_surface_create_for_stream(append, file, width, height);
}

static cairo_surface_t *pdf_open(struct str *file, double width, double height)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(append, file, width, height);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, NO_DATE);
    return surface;
}

static cairo_surface_t *png_open(struct str *file, double width, double height)
{
    (void)file;
    double dots = DOTS_PER_INCH / 72;
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)lround(width * dots), (int)lround(height * dots));
    cairo_surface_set_device_scale(surface, dots, dots);
    return surface;
}

static cairo_status_t png_end(struct str *file, cairo_surface_t *surface)
{
    return cairo_surface_write_to_png_stream(surface, append, file);
}

static cairo_status_t stream_end(struct str *file, cairo_surface_t *surface)
{
    (void)file;
    cairo_surface_finish(surface);
    return cairo_surface_status(surface);
}

static const struct sheet_format {
    const char *ending;
    cairo_surface_t *(*open)(struct str *file, double width, double height);
    cairo_status_t (*end)(struct str *file, cairo_surface_t *surface);
} formats[] = {
    {".svg", svg_open, stream_end},
    {".pdf", pdf_open, stream_end},
    {".png", png_open, png_end},
};

#define FORMATS_N (sizeof formats / sizeof *formats)

static const struct sheet_format *format_of(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < FORMATS_N; i++)
        if (length > 4 && !strcasecmp(path + length - 4, formats[i].ending))
            return &formats[i];
    return NULL;
}

/* --- pages --- */

int figure_size(const char *text, double *width_mm, double *height_mm, struct err *e)
{
    char width[32];
    const char *by = strchr(text, 'x');
    size_t digits = by ? (size_t)(by - text) : sizeof width;
    if (digits < sizeof width) {
        memcpy(width, text, digits);
        width[digits] = '\0';
    }
    if (digits >= sizeof width || str_to_real(width, width_mm) || str_to_real(by + 1, height_mm) ||
        !(*width_mm >= LEAST_MM && *width_mm <= MOST_MM) ||
        !(*height_mm >= LEAST_MM && *height_mm <= MOST_MM))
        return err_set(e, ERR_USAGE,
                       "'%.40s' is no size of a figure: give width and height in millimetres, each "
                       "from %d to %d, such as 85x60",
                       text, LEAST_MM, MOST_MM);
    return 0;
}

int figure_check(const struct figure_page *page, struct err *e)
{
    struct stat s;
    if (!format_of(page->path))
        return err_set(e, ERR_USAGE,
                       "figure %s: its ending says no format; there are .svg, .pdf and .png",
                       page->path);
    if (lstat(page->path, &s))
        return 0;
    if (S_ISDIR(s.st_mode))
        return err_set(e, ERR_STATE, "figure %s is a folder: choose another name", page->path);
    if (!page->force)
        return err_set(e, ERR_STATE,
                       "%s is there already: choose another name, or replace it with --force",
                       page->path);
    return 0;
}

static int put_file(const struct figure_page *page, const struct str *bytes, struct err *e)
{
    struct file_new f;
    int failed = file_new_open(&f, page->path, ".tmp");
    f.first = !page->force;
    if (!failed)
        failed = file_write_at(f.fd, bytes->text, bytes->length, 0);
    if (!failed)
        failed = file_new_commit(&f, 0);
    file_new_fini(&f);
    if (failed == EEXIST)
        return figure_check(page, e) ? -1 : err_errno(e, failed, "writing %s", page->path);
    return failed ? err_errno(e, failed, "writing %s (%zu bytes)", page->path, bytes->length) : 0;
}

static void prepare(struct sheet *s, const struct figure_page *page)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(s->cr, options);
    cairo_font_options_destroy(options);
    cairo_set_source_rgb(s->cr, 1, 1, 1);
    cairo_paint(s->cr);
    s->top = SHEET_GAP;
    cairo_set_font_size(s->cr, SHEET_LETTERS);
    if (!page->title || !page->title[0])
        return;
    cairo_select_font_face(s->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    sheet_grey(s, 0);
    sheet_text(s, page->title,
               (struct sheet_place){s->width / 2, s->top, 0.5, 0, s->width - 2 * SHEET_GAP});
    s->top += 1.7 * SHEET_LETTERS;
}

static int told(cairo_status_t status, const char *path, struct err *e)
{
    if (status == CAIRO_STATUS_SUCCESS)
        return 0;
    if (status == CAIRO_STATUS_NO_MEMORY)
        return mem_error(e, "a figure", 0);
    return err_set(e, ERR_INTERNAL, "drawing %s: %s", path, cairo_status_to_string(status));
}

/* The drawn sheet as the bytes of a file. */
static int draw_into(struct str *file, const struct figure_page *page, struct sheet *s,
                     sheet_draw *draw, const void *numbers, struct err *e)
{
    const struct sheet_format *format = format_of(page->path);
    cairo_surface_t *surface = format->open(file, s->width, s->height);
    s->cr = cairo_create(surface);
    prepare(s, page);
    cairo_select_font_face(s->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    int result = draw(s, numbers, e);
    if (!result)
        result = told(cairo_status(s->cr), page->path, e);
    cairo_destroy(s->cr);
    if (!result)
        result = told(format->end(file, surface), page->path, e);
    cairo_surface_destroy(surface); /* writes what it still has */
    if (!result && file->failed)
        result = mem_error(e, "a figure", file->room);
    return result;
}

int sheet_write(const struct figure_page *page, double width_mm, double height_mm, sheet_draw *draw,
                const void *numbers, struct err *e)
{
    struct str file;
    double width = page->width_mm > 0 ? page->width_mm : width_mm;
    double height = page->height_mm > 0 ? page->height_mm : fmin(height_mm, MOST_MM);
    struct sheet s = {.width = width * SHEET_POINTS_PER_MM, .height = height * SHEET_POINTS_PER_MM};
    if (figure_check(page, e))
        return -1;
    str_init(&file);
    int result = draw_into(&file, page, &s, draw, numbers, e);
    if (!result)
        result = put_file(page, &file, e);
    str_fini(&file);
    return result;
}
