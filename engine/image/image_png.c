/* image_png.c - PNG through libpng, every kind made RGB8: palettes and small greys expanded, alpha
 * and transparency dropped, the low byte of 16 bits dropped. No gamma or colour profile is applied.
 *
 * As in image_jpeg.c, what changes between setjmp and longjmp lives in a struct of the caller's
 * frame.
 */
#include "engine/image/image_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>

struct reader {
    png_structp png;
    png_infop info;
    struct image_source *source;
    struct image *out;
    struct err *e;
    size_t at; /* next byte of the source */
};

static void fail(png_structp png, png_const_charp text)
{
    struct reader *r = png_get_error_ptr(png);
    /* What stopped it earlier, such as the source's end, says more. */
    if (r->e && r->e->code == ERR_NONE)
        err_set(r->e, ERR_FORMAT, "%s: damaged PNG: %s", r->source->name, text);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void give_bytes(png_structp png, png_bytep to, size_t count)
{
    struct reader *r = png_get_io_ptr(png);
    size_t left = r->source->count - r->at;
    if (count > left)
        png_error(png, "the file ends too early");
    memcpy(to, r->source->bytes + r->at, count);
    r->at += count;
}

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The eXIf chunk may stand before or after the pixels; a walk over the chunks finds it anywhere. */
static int find_orientation(const uint8_t *bytes, size_t count)
{
    size_t at = 8;
    while (at <= count && count - at >= 12) {
        uint32_t length = big_endian(bytes + at);
        if (length > count - at - 12)
            return 1;
        if (!memcmp(bytes + at + 4, "eXIf", 4))
            return image_exif_orientation(bytes + at + 8, length);
        at += 12 + (size_t)length;
    }
    return 1;
}

static void ask_for_rgb8(struct reader *r)
{
    int colours = png_get_color_type(r->png, r->info), bits = png_get_bit_depth(r->png, r->info);
    if (colours == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(r->png);
    if (colours == PNG_COLOR_TYPE_GRAY && bits < 8)
        png_set_expand_gray_1_2_4_to_8(r->png);
    if (bits == 16)
        png_set_strip_16(r->png);
    if (!(colours & PNG_COLOR_MASK_COLOR))
        png_set_gray_to_rgb(r->png);
    png_set_strip_alpha(r->png);
}

static int decode_pixels(struct reader *r)
{
    ask_for_rgb8(r);
    int passes = png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    size_t row_bytes = (size_t)r->source->width * 3;
    if (png_get_rowbytes(r->png, r->info) != row_bytes)
        return err_set(r->e, ERR_INTERNAL, "%s: libpng gives rows of %zu bytes, not %zu",
                       r->source->name, (size_t)png_get_rowbytes(r->png, r->info), row_bytes);
    if (image_make(r->out, r->source->height, r->source->width, r->source->name, r->e))
        return -1;
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < r->out->height; y++)
            png_read_row(r->png, r->out->rgb + (size_t)y * row_bytes, NULL);
    png_read_end(r->png, NULL);
    return 0;
}

static int read_image(struct reader *r)
{
    if (setjmp(png_jmpbuf(r->png)))
        return -1;
    png_set_user_limits(r->png, 0x7fffffff, 0x7fffffff); /* ours come with a better message */
    png_set_read_fn(r->png, r, give_bytes);
    png_read_info(r->png, r->info);
    uint32_t height = png_get_image_height(r->png, r->info);
    uint32_t width = png_get_image_width(r->png, r->info);
    if (image_check_size(height, width, r->source->name, r->e))
        return -1;
    r->source->height = (int)height;
    r->source->width = (int)width;
    int colours = png_get_color_type(r->png, r->info);
    r->source->colours = colours & PNG_COLOR_MASK_ALPHA   ? IMAGE_ALPHA
                         : colours & PNG_COLOR_MASK_COLOR ? IMAGE_RGB
                                                          : IMAGE_GREY;
    if (r->source->partial)
        return err_set(r->e, ERR_FORMAT, "%s: the orientation may stand at the end",
                       r->source->name);
    r->source->orientation = find_orientation(r->source->bytes, r->source->count);
    return r->source->header_only ? 0 : decode_pixels(r);
}

int image_png_decode(struct image *out, struct image_source *source, struct err *e)
{
    struct err own;
    struct reader r;
    memset(&r, 0, sizeof r);
    r.source = source;
    r.out = out;
    r.e = e ? e : &own;
    err_clear(r.e);
    r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, fail, ignore);
    r.info = r.png ? png_create_info_struct(r.png) : NULL;
    int result = r.info ? read_image(&r) : mem_error(r.e, source->name, 0);
    png_destroy_read_struct(&r.png, &r.info, NULL);
    if (result && out)
        image_fini(out);
    return result;
}
