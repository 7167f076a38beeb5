/* image_jpeg.c - JPEG through libjpeg(-turbo), with Pillow's settings: the accurate integer DCT and
 * smooth chroma upsampling, which are the library's defaults.
 *
 * The library reports errors by longjmp. All that changes between setjmp and longjmp lives in a
 * struct of the calling frame, so that no local variable can be lost, and one place cleans up.
 */
#include "engine/image/image_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#define MOST_SCANS 200 /* a small file of endless scans would decode for hours */

struct codec {
    struct jpeg_error_mgr errors; /* first: the library hands back its address */
    jmp_buf escape;
    const char *name;
    struct err *e;
};

struct reader {
    struct codec codec;
    struct jpeg_decompress_struct jpeg;
    struct jpeg_progress_mgr progress;
    struct image_source *source;
    struct image *out;
    uint8_t *row; /* one row of CMYK */
};

static void fail(j_common_ptr jpeg)
{
    struct codec *codec = (struct codec *)(void *)jpeg->err;
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    enum err_code code = jpeg->err->msg_code == JERR_OUT_OF_MEMORY ? ERR_MEMORY : ERR_FORMAT;
    err_set(codec->e, code, "%s: damaged JPEG: %s", codec->name, text);
    longjmp(codec->escape, 1);
}

/* Warnings after which pixels are wrong or missing count as errors; harmless ones, such as stray
 * bytes between segments, do not. */
static void warn(j_common_ptr jpeg, int level)
{
    if (level >= 0)
        return;
    switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
        fail(jpeg);
    }
}

static void watch_scans(j_common_ptr jpeg)
{
    if (!jpeg->is_decompressor || ((j_decompress_ptr)jpeg)->input_scan_number <= MOST_SCANS)
        return;
    struct codec *codec = (struct codec *)(void *)jpeg->err;
    err_set(codec->e, ERR_FORMAT, "%s: damaged JPEG: more than %d scans", codec->name, MOST_SCANS);
    longjmp(codec->escape, 1);
}

static struct jpeg_error_mgr *codec_init(struct codec *codec, const char *name, struct err *e)
{
    jpeg_std_error(&codec->errors);
    codec->errors.error_exit = fail;
    codec->errors.emit_message = warn;
    codec->name = name;
    codec->e = e;
    return &codec->errors;
}

static int find_orientation(const struct jpeg_decompress_struct *jpeg)
{
    for (jpeg_saved_marker_ptr m = jpeg->marker_list; m; m = m->next)
        if (m->marker == JPEG_APP0 + 1 && m->data_length > 6 && !memcmp(m->data, "Exif\0", 5))
            return image_exif_orientation(m->data + 6, m->data_length - 6);
    return 1;
}

static int choose_colours(struct reader *r)
{
    switch (r->jpeg.jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_RGB:
    case JCS_YCbCr:
        r->jpeg.out_color_space = JCS_RGB;
        return 0;
    case JCS_CMYK:
    case JCS_YCCK:
        r->jpeg.out_color_space = JCS_CMYK;
        return 0;
    default:
        return err_set(r->codec.e, ERR_FORMAT,
                       "%s: JPEG of %d components in an unknown colour space; known are grey, RGB, "
                       "YCbCr, CMYK and YCCK",
                       r->codec.name, r->jpeg.num_components);
    }
}

/* Pillow takes every CMYK JPEG as Adobe writes them, inverted. */
static void rgb_of_cmyk(uint8_t *to, const uint8_t *from, int width)
{
    for (int x = 0; x < width; x++, from += 4, to += 3)
        for (int c = 0; c < 3; c++) {
            int key = from[3], scaled = (255 - from[c]) * key + 128;
            int value = key - (((scaled >> 8) + scaled) >> 8);
            to[c] = (uint8_t)(value < 0 ? 0 : value);
        }
}

static int decode_pixels(struct reader *r)
{
    struct image *out = r->out;
    if (choose_colours(r))
        return -1;
    if (image_make(out, r->source->height, r->source->width, r->codec.name, r->codec.e))
        return -1;
    if (r->jpeg.out_color_space == JCS_CMYK) {
        r->row = mem_alloc((size_t)out->width, 4);
        if (!r->row)
            return mem_error(r->codec.e, r->codec.name, (size_t)out->width * 4);
    }
    jpeg_start_decompress(&r->jpeg);
    while (r->jpeg.output_scanline < r->jpeg.output_height) {
        uint8_t *to = out->rgb + (size_t)r->jpeg.output_scanline * (size_t)out->width * 3;
        JSAMPROW row = r->row ? r->row : to;
        jpeg_read_scanlines(&r->jpeg, &row, 1);
        if (r->row)
            rgb_of_cmyk(to, r->row, out->width);
    }
    jpeg_finish_decompress(&r->jpeg);
    return 0;
}

static int read_image(struct reader *r)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    if (setjmp(r->codec.escape))
        return -1;
    jpeg_create_decompress(jpeg);
    r->progress.progress_monitor = watch_scans;
    jpeg->progress = &r->progress;
    jpeg_mem_src(jpeg, r->source->bytes, r->source->count);
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(jpeg, TRUE);
    if (image_check_size(jpeg->image_height, jpeg->image_width, r->codec.name, r->codec.e))
        return -1;
    r->source->height = (int)jpeg->image_height;
    r->source->width = (int)jpeg->image_width;
    r->source->colours = jpeg->num_components == 1   ? IMAGE_GREY
                         : jpeg->num_components == 4 ? IMAGE_CMYK
                                                     : IMAGE_RGB;
    r->source->orientation = find_orientation(jpeg);
    return r->source->header_only ? 0 : decode_pixels(r);
}

int image_jpeg_decode(struct image *out, struct image_source *source, struct err *e)
{
    struct reader r;
    memset(&r, 0, sizeof r);
    r.source = source;
    r.out = out;
    r.jpeg.err = codec_init(&r.codec, source->name, e);
    int result = read_image(&r);
    jpeg_destroy_decompress(&r.jpeg);
    mem_free(r.row);
    if (result && out)
        image_fini(out);
    return result;
}

/* --- writing --- */

struct writer {
    struct codec codec;
    struct jpeg_compress_struct jpeg;
    const struct image *image;
    int quality;
    unsigned char *bytes; /* of the library: free() */
    unsigned long count;
};

static int encode(struct writer *w)
{
    struct jpeg_compress_struct *jpeg = &w->jpeg;
    if (setjmp(w->codec.escape))
        return -1;
    jpeg_create_compress(jpeg);
    jpeg_mem_dest(jpeg, &w->bytes, &w->count);
    jpeg->image_width = (JDIMENSION)w->image->width;
    jpeg->image_height = (JDIMENSION)w->image->height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, w->quality, TRUE);
    for (int c = 0; c < 3; c++)
        jpeg->comp_info[c].h_samp_factor = jpeg->comp_info[c].v_samp_factor = 1;
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        size_t at = (size_t)jpeg->next_scanline * (size_t)w->image->width * 3;
        JSAMPROW row = w->image->rgb + at;
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    return 0;
}

int image_encode_jpeg(uint8_t **bytes, size_t *count, const struct image *image, int quality,
                      const char *name, struct err *e)
{
    struct writer w;
    if (quality < 1 || quality > 100)
        return err_set(e, ERR_USAGE, "%s: JPEG quality %d; allowed are 1..100", name, quality);
    memset(&w, 0, sizeof w);
    w.image = image;
    w.quality = quality;
    w.jpeg.err = codec_init(&w.codec, name, e);
    int result = encode(&w);
    jpeg_destroy_compress(&w.jpeg);
    if (!result) {
        *count = w.count;
        *bytes = mem_copy(w.bytes, w.count);
        if (!*bytes)
            result = mem_error(e, name, w.count);
    }
    free(w.bytes);
    return result;
}

int image_write_jpeg(const struct image *image, const char *path, int quality, struct err *e)
{
    uint8_t *bytes;
    size_t count;
    if (image_encode_jpeg(&bytes, &count, image, quality, path, e))
        return -1;
    int result = file_replace(path, bytes, count, 0, e);
    mem_free(bytes);
    return result;
}
