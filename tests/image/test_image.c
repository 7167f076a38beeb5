/* test_image.c - JPEG and PNG of all kinds in, RGB8 out; and files that are not what they say.
 */
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "engine/image/image_priv.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <jpeglib.h>
#include <png.h>

struct bytes {
    uint8_t at[1 << 16];
    size_t count;
};

static struct err e;

/* --- JPEG --- */

static size_t from_hex(struct bytes *to, const char *hex)
{
    unsigned value;
    for (to->count = 0; sscanf(hex, "%2x", &value) == 1; hex += 2)
        to->at[to->count++] = (uint8_t)value;
    return to->count;
}

static void check_jpeg(const char *name, int height, int width, const char *hash, struct bytes *b)
{
    struct image image;
    char got[17] = "";
    if (image_decode(&image, b->at, b->count, name, &e))
        diag("%s", e.text);
    else
        snprintf(got, sizeof got, "%016" PRIx64,
                 hash_bytes(HASH_START, image.rgb, (size_t)image.height * (size_t)image.width * 3));
    ok(!strcmp(got, hash) && image.height == height && image.width == width,
       "JPEG %s decodes to Pillow's bytes", name);
    image_fini(&image);
}

static void test_jpeg_golden(void)
{
    static char line[1 << 14], hex[1 << 14];
    static struct bytes b;
    char path[1024], name[64], hash[32];
    int height, width, lines = 0;
    const char *top = getenv("TOP_SRCDIR");
    snprintf(path, sizeof path, "%s/tests/golden/jpeg.txt", top ? top : ".");
    FILE *f = fopen(path, "r");
    if (!ok(f != NULL, "jpeg.txt opens"))
        return;
    while (fgets(line, sizeof line, f)) {
        lines++;
        if (sscanf(line, "%63s %d %d %31s %16383s", name, &height, &width, hash, hex) != 5) {
            ok(0, "line %d of jpeg.txt can be read", lines);
            continue;
        }
        from_hex(&b, hex);
#ifdef LIBJPEG_TURBO_VERSION
        check_jpeg(name, height, width, hash, &b);
#else
        skip("JPEG %s: the bytes are libjpeg-turbo's", name);
#endif
        /* Cut anywhere, the file is an error and never a picture. */
        bool refused = true;
        for (size_t n = 0; n < b.count; n++) {
            struct image image;
            uint8_t *exact = mem_copy(b.at, n);
            refused = refused && image_decode(&image, exact, n, name, &e) == -1 && !image.rgb &&
                      e.code == ERR_FORMAT && !strncmp(e.text, name, strlen(name));
            mem_free(exact);
            image_fini(&image);
        }
        ok(refused, "JPEG %s, cut at each of %zu bytes, is refused by name", name, b.count);
    }
    is_int(lines, 14, "all lines of jpeg.txt");
    fclose(f);
}

/* Any byte may be any other: an error or a picture, but no crash (run under sanitizers). */
static void test_jpeg_noise(struct bytes *b)
{
    uint32_t r = 1;
    int pictures = 0, errors = 0;
    for (int i = 0; i < 1500; i++) {
        r = r * 1664525u + 1013904223u;
        size_t at = (r >> 8) % b->count;
        uint8_t was = b->at[at];
        b->at[at] = (uint8_t)(r >> 3);
        struct image image;
        if (image_decode(&image, b->at, b->count, "noise", &e))
            errors++;
        else
            pictures++;
        image_fini(&image);
        b->at[at] = was;
    }
    ok(pictures > 0 && errors > 0, "flipped bytes: %d pictures, %d errors", pictures, errors);
}

/* What libjpeg writes from rows of 4 bytes a pixel, as CMYK or as YCCK. */
static void write_four(struct bytes *to, const uint8_t *pixels, int height, int width, bool ycck)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL;
    unsigned long count = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &out, &count);
    jpeg.image_height = (JDIMENSION)height;
    jpeg.image_width = (JDIMENSION)width;
    jpeg.input_components = 4;
    jpeg.in_color_space = JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, ycck ? JCS_YCCK : JCS_CMYK);
    jpeg_set_quality(&jpeg, 100, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + jpeg.next_scanline * (size_t)width * 4);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    memcpy(to->at, out, count);
    to->count = count;
    free(out);
}

static void test_four_colours(void)
{
    static struct bytes b;
    uint8_t pixels[8 * 8 * 4];
    for (size_t i = 0; i < sizeof pixels; i += 4)
        memcpy(pixels + i, (uint8_t[]){200, 100, 50, 220}, 4);
    for (int ycck = 0; ycck < 2; ycck++) {
        struct image image;
        write_four(&b, pixels, 8, 8, ycck);
        int result = image_decode(&image, b.at, b.count, "four", &e);
        /* Inverted ink: red = key - (255 - cyan) key / 255. */
        ok(!result && abs(image.rgb[0] - 172) < 4 && abs(image.rgb[1] - 86) < 4 &&
               abs(image.rgb[2] - 43) < 4,
           "%s is taken as inverted ink", ycck ? "YCCK" : "CMYK");
        image_fini(&image);
    }
}

static void test_write_jpeg(struct bytes *b)
{
    struct image image = {24, 31, mem_alloc(24 * 31, 3)}, back;
    for (int i = 0; i < 24 * 31; i++) {
        image.rgb[i * 3] = (uint8_t)(i / 31 * 9);
        image.rgb[i * 3 + 1] = (uint8_t)(i % 31 * 7);
        image.rgb[i * 3 + 2] = 90;
    }
    const char *path = scratch_path("out.jpg");
    is_int(image_write_jpeg(&image, path, 95, &e), 0, "a JPEG is written");
    is_int(image_read(&back, path, &e), 0, "and read");
    int worst = 0;
    for (int i = 0; i < 24 * 31 * 3; i++)
        if (abs(image.rgb[i] - back.rgb[i]) > worst)
            worst = abs(image.rgb[i] - back.rgb[i]);
    ok(back.height == 24 && back.width == 31 && worst <= 8, "it is the same picture (off by %d)",
       worst);
    FILE *f = fopen(path, "rb");
    b->count = f ? fread(b->at, 1, sizeof b->at, f) : 0;
    if (f)
        fclose(f);
    is_int(image_write_jpeg(&image, path, 0, &e), -1, "quality 0 is refused");
    is_int(image_write_jpeg(&image, scratch_path("no/such.jpg"), 90, &e), -1,
           "a missing folder is an error");
    has_text(e.text, "such.jpg", "that names the file");
    is_int(scratch_entries(scratch), 1, "and leaves nothing behind");
    image_fini(&image);
    image_fini(&back);
}

/* --- EXIF --- */

/* A JPEG whose APP1 segment is `tiff`. */
static void with_exif(struct bytes *to, const struct bytes *jpeg, const uint8_t *tiff, size_t count)
{
    size_t length = count + 8;
    uint8_t head[12] = {0xff, 0xd8, 0xff, 0xe1, (uint8_t)(length >> 8), (uint8_t)length, 'E', 'x',
                        'i',  'f',  0,    0};
    memcpy(to->at, head, 12);
    memcpy(to->at + 12, tiff, count);
    memcpy(to->at + 12 + count, jpeg->at + 2, jpeg->count - 2);
    to->count = jpeg->count + count + 10;
}

static int turned_height(const struct bytes *jpeg, const uint8_t *tiff, size_t count)
{
    static struct bytes b;
    struct image image;
    with_exif(&b, jpeg, tiff, count);
    int height = image_decode(&image, b.at, b.count, "exif", &e) ? -1 : image.height;
    image_fini(&image);
    return height;
}

static void test_exif(const struct bytes *jpeg)
{
    /* One directory with one entry: orientation, a short, value 6. */
    uint8_t little[] = {'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0};
    uint8_t big[] = {'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0};
    is_int(turned_height(jpeg, little, sizeof little), 31, "little-endian EXIF turns");
    is_int(turned_height(jpeg, big, sizeof big), 31, "big-endian EXIF turns");
    bool unturned = true;
    for (size_t n = 0; n < sizeof little; n++)
        unturned = unturned && turned_height(jpeg, little, n) == 24;
    ok(unturned, "a cut EXIF block is ignored");
    little[18] = 9;
    is_int(turned_height(jpeg, little, sizeof little), 24, "orientation 9 is ignored");
    little[18] = 6;
    little[4] = little[5] = little[6] = little[7] = 0xff;
    is_int(turned_height(jpeg, little, sizeof little), 24, "an offset far outside is ignored");
    big[8] = 0xff;
    is_int(turned_height(jpeg, big, sizeof big), 31, "more entries than bytes are not read");
}

/* --- PNG --- */

static void put_bytes(png_structp png, png_bytep from, size_t count)
{
    struct bytes *b = png_get_io_ptr(png);
    memcpy(b->at + b->count, from, count);
    b->count += count;
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

struct png_kind {
    const char *name;
    int colours, bits;
    bool interlaced, transparent;
    int orientation; /* 0 = no eXIf */
    bool late;       /* eXIf behind the pixels */
};

#define PNG_HEIGHT 11
#define PNG_WIDTH 13

static int channels_of(int colours)
{
    return colours == PNG_COLOR_TYPE_PALETTE || colours == PNG_COLOR_TYPE_GRAY ? 1
           : colours == PNG_COLOR_TYPE_GRAY_ALPHA                              ? 2
           : colours == PNG_COLOR_TYPE_RGB                                     ? 3
                                                                               : 4;
}

/* Sample `c` of pixel (y, x), of `bits` bits. */
static unsigned sample(const struct png_kind *k, int y, int x, int c)
{
    unsigned value = (unsigned)(y * 9301 + x * 4297 + c * 15731 + 77) * 2654435761u >> 12;
    return value & ((1u << k->bits) - 1);
}

static void write_png(struct bytes *b, const struct png_kind *k)
{
    uint8_t tiff[] = {'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0};
    uint8_t rows[PNG_HEIGHT][PNG_WIDTH * 8] = {{0}};
    int channels = channels_of(k->colours);
    b->count = 0;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, b, put_bytes, flush_nothing);
    png_set_IHDR(png, info, PNG_WIDTH, PNG_HEIGHT, k->bits, k->colours,
                 k->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (k->colours == PNG_COLOR_TYPE_PALETTE) {
        png_color palette[256];
        for (int i = 0; i < 256; i++)
            palette[i] = (png_color){(png_byte)(255 - i), (png_byte)(i * 3), (png_byte)(i * 7 + 1)};
        png_set_PLTE(png, info, palette, 1 << k->bits);
        png_byte alpha[2] = {0, 100};
        if (k->transparent)
            png_set_tRNS(png, info, alpha, 2, NULL);
    } else if (k->transparent) {
        png_color_16 colour = {0, 5, 5, 5, 5};
        png_set_tRNS(png, info, NULL, 0, &colour);
    }
    tiff[18] = (uint8_t)k->orientation;
    if (k->orientation && !k->late)
        png_set_eXIf_1(png, info, sizeof tiff, tiff);
    png_write_info(png, info);
    for (int y = 0; y < PNG_HEIGHT; y++)
        for (int x = 0; x < PNG_WIDTH; x++)
            for (int c = 0; c < channels; c++) {
                unsigned value = sample(k, y, x, c);
                int bit = (x * channels + c) * k->bits;
                if (k->bits == 16) {
                    rows[y][bit / 8] = (uint8_t)(value >> 8);
                    rows[y][bit / 8 + 1] = (uint8_t)value;
                } else {
                    rows[y][bit / 8] |= (uint8_t)(value << (8 - k->bits - bit % 8));
                }
            }
    png_bytep pointers[PNG_HEIGHT];
    for (int y = 0; y < PNG_HEIGHT; y++)
        pointers[y] = rows[y];
    png_write_image(png, pointers);
    if (k->orientation && k->late)
        png_write_chunk(png, (png_const_bytep) "eXIf", tiff, sizeof tiff);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
}

/* What channel `c` of the stored pixel (y, x) must become. */
static unsigned expected(const struct png_kind *k, int y, int x, int c)
{
    bool grey = !(k->colours & PNG_COLOR_MASK_COLOR);
    unsigned value = sample(k, y, x, k->colours == PNG_COLOR_TYPE_PALETTE || grey ? 0 : c);
    if (k->colours == PNG_COLOR_TYPE_PALETTE)
        return (c == 0 ? 255 - value : c == 1 ? value * 3 : value * 7 + 1) & 255;
    if (k->bits == 16)
        return value >> 8;
    return value * 255 / ((1u << k->bits) - 1);
}

static void check_png(const struct png_kind *k)
{
    static struct bytes b;
    struct image image;
    write_png(&b, k);
    if (image_decode(&image, b.at, b.count, k->name, &e)) {
        ok(0, "PNG %s: %s", k->name, e.text);
        return;
    }
    bool turn = k->orientation == 6, same = true;
    same = image.height == (turn ? PNG_WIDTH : PNG_HEIGHT);
    for (int y = 0; same && y < image.height; y++)
        for (int x = 0; same && x < image.width; x++)
            for (int c = 0; same && c < 3; c++) {
                unsigned wanted =
                    turn ? expected(k, PNG_HEIGHT - 1 - x, y, c) : expected(k, y, x, c);
                unsigned got = image.rgb[(y * image.width + x) * 3 + c];
                same = got == wanted;
                if (!same)
                    diag("(%d, %d) channel %d is %u, wanted %u", y, x, c, got, wanted);
            }
    ok(same, "PNG %s", k->name);
    image_fini(&image);
    bool refused = true;
    for (size_t n = 0; n < b.count; n += n < 64 ? 1 : 7)
        refused = refused && image_decode(&image, b.at, n, k->name, &e) == -1 && !image.rgb &&
                  e.code == ERR_FORMAT;
    ok(refused, "PNG %s, cut short, is refused", k->name);
    b.at[b.count / 2] ^= 0x55;
    if (!image_decode(&image, b.at, b.count, k->name, &e))
        image_fini(&image);
}

static void test_png(void)
{
    static const struct png_kind kinds[] = {
        {"grey 1 bit", PNG_COLOR_TYPE_GRAY, 1, false, false, 0, false},
        {"grey 2 bit", PNG_COLOR_TYPE_GRAY, 2, true, false, 0, false},
        {"grey 4 bit", PNG_COLOR_TYPE_GRAY, 4, false, true, 0, false},
        {"grey 8 bit", PNG_COLOR_TYPE_GRAY, 8, true, true, 0, false},
        {"grey 16 bit", PNG_COLOR_TYPE_GRAY, 16, false, true, 0, false},
        {"grey and alpha", PNG_COLOR_TYPE_GRAY_ALPHA, 8, false, false, 0, false},
        {"grey and alpha 16 bit", PNG_COLOR_TYPE_GRAY_ALPHA, 16, true, false, 0, false},
        {"palette 1 bit", PNG_COLOR_TYPE_PALETTE, 1, false, false, 0, false},
        {"palette 4 bit", PNG_COLOR_TYPE_PALETTE, 4, true, true, 0, false},
        {"palette 8 bit", PNG_COLOR_TYPE_PALETTE, 8, false, true, 0, false},
        {"RGB", PNG_COLOR_TYPE_RGB, 8, false, false, 0, false},
        {"RGB interlaced, transparent", PNG_COLOR_TYPE_RGB, 8, true, true, 0, false},
        {"RGB 16 bit", PNG_COLOR_TYPE_RGB, 16, false, false, 0, false},
        {"RGBA", PNG_COLOR_TYPE_RGB_ALPHA, 8, true, false, 0, false},
        {"RGBA 16 bit", PNG_COLOR_TYPE_RGB_ALPHA, 16, false, false, 0, false},
        {"turned", PNG_COLOR_TYPE_RGB, 8, false, false, 6, false},
        {"turned, said behind the pixels", PNG_COLOR_TYPE_PALETTE, 8, true, false, 6, true},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        check_png(&kinds[i]);
}

/* --- files that are no images --- */

static void refused(const char *name, const void *bytes, size_t count, const char *part)
{
    struct image image;
    const char *path = scratch_write(name, bytes, count);
    int result = image_read(&image, path, &e);
    ok(result == -1 && !image.rgb && strstr(e.text, part) && !strncmp(e.text, path, strlen(path)),
       "refused: %s", name);
    diag("%s", result == -1 ? e.text + strlen(scratch) + 1 : "it was read");
}

static void test_refusals(const struct bytes *jpeg)
{
    static struct bytes b;
    struct image image;
    refused("empty.jpg", "", 0, "is empty (0 bytes)");
    refused("text.png", "hello, this is no image", 23, "is no image");
    refused("gif.jpg", "GIF89a........", 14, "a GIF");
    refused("bmp.png", "BM............", 14, "a BMP");
    refused("webp.jpg", "RIFF....WEBP", 12, "WebP");
    refused("short.jpg", jpeg->at, 3, "damaged JPEG");
    refused("half.jpg", jpeg->at, jpeg->count / 2, "damaged JPEG");
    refused("end.jpg", jpeg->at, jpeg->count - 2, "damaged JPEG");
    b = *jpeg;
    size_t sof = 0;
    while (sof < b.count - 9 && !(b.at[sof] == 0xff && b.at[sof + 1] == 0xc0))
        sof++;
    b.at[sof + 5] = 0xff;
    b.at[sof + 7] = 0xff;
    refused("huge.jpg", b.at, b.count, "allowed are");
    static const struct png_kind plain = {"", PNG_COLOR_TYPE_RGB, 8, false, false, 0, false};
    write_png(&b, &plain);
    b.at[60] ^= 1;
    refused("crc.png", b.at, b.count, "damaged PNG");
    is_int(image_read(&image, scratch_path("absent.jpg"), &e), -1, "a missing file is an error");
    is_int(e.code, ERR_NOT_FOUND, "of its own code");
    is_int(image_read(&image, scratch, &e), -1, "a folder is no image");
    has_text(e.text, "is a folder", "and is called one");
}

static void test_memory(const struct bytes *jpeg)
{
    static struct bytes b;
    static const struct png_kind plain = {"", PNG_COLOR_TYPE_RGB, 8, false, false, 6, false};
    bool clean = true;
    write_png(&b, &plain);
    for (int kind = 0; kind < 2; kind++)
        for (long n = 1;; n++) {
            struct image image;
            const struct bytes *from = kind ? &b : jpeg;
            mem_test_fail_at(n);
            int result = image_decode(&image, from->at, from->count, "memory", &e);
            mem_test_fail_at(0);
            clean = clean && (result ? e.code == ERR_MEMORY && !image.rgb : n > 1);
            image_fini(&image);
            if (!result)
                break;
        }
    ok(clean, "allocations may fail while decoding");
}

int main(void)
{
    static struct bytes jpeg;
    scratch_make();
    test_jpeg_golden();
    test_four_colours();
    test_write_jpeg(&jpeg);
    test_exif(&jpeg);
    test_jpeg_noise(&jpeg);
    test_png();
    test_refusals(&jpeg);
    test_memory(&jpeg);
    scratch_remove(scratch);
    return tap_done();
}
