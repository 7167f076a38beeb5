/* image.c - what is common to all formats: recognising one, bounds, orientation, geometry. */
#include "engine/image/image_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/gate.h"
#include "base/mem.h"

#include <string.h>

#define FILE_MOST_BYTES ((size_t)1 << 30)
#define HEADER_BYTES ((size_t)1 << 18) /* of a file, where its header almost always ends */

void image_fini(struct image *image)
{
    mem_free(image->rgb);
    memset(image, 0, sizeof *image);
}

int image_check_size(uint64_t height, uint64_t width, const char *name, struct err *e)
{
    if (!height || !width)
        return err_set(e, ERR_FORMAT, "%s: damaged: its header says %llu x %llu pixels", name,
                       (unsigned long long)width, (unsigned long long)height);
    if (height > IMAGE_MAX_SIDE || width > IMAGE_MAX_SIDE || height * width > IMAGE_MAX_PIXELS)
        return err_set(e, ERR_FORMAT,
                       "%s: damaged or too large: its header says %llu x %llu pixels; allowed are "
                       "%d a side and %d in all",
                       name, (unsigned long long)width, (unsigned long long)height, IMAGE_MAX_SIDE,
                       IMAGE_MAX_PIXELS);
    return 0;
}

int image_make(struct image *out, int height, int width, const char *name, struct err *e)
{
    memset(out, 0, sizeof *out);
    if (height <= 0 || width <= 0)
        return err_set(e, ERR_INTERNAL, "%s: an image of %d x %d pixels", name, width, height);
    /* Clearing what is written at once takes as long as the digests do. */
    out->rgb = mem_resize(NULL, (size_t)height * (size_t)width, 3);
    if (!out->rgb)
        return mem_error(e, name, (size_t)height * (size_t)width * 3);
    out->height = height;
    out->width = width;
    return 0;
}

/* --- formats --- */

struct signature {
    const char *bytes;
    size_t count;
    const char *what;
    int (*decode)(struct image *out, struct image_source *source, struct err *e);
};

static const struct signature signatures[] = {
    {"\xff\xd8\xff", 3, "a JPEG", image_jpeg_decode},
    {"\x89PNG\r\n\x1a\n", 8, "a PNG", image_png_decode},
    {"GIF8", 4, "a GIF image", NULL},
    {"BM", 2, "a BMP image", NULL},
    {"RIFF", 4, "a RIFF file, perhaps WebP", NULL},
    {"II*\0", 4, "a TIFF image", NULL},
    {"MM\0*", 4, "a TIFF image", NULL},
    {"\0\0\0\x0cjP  ", 8, "a JPEG 2000 image", NULL},
    {"%PDF", 4, "a PDF document", NULL},
};

static const struct signature *recognise(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (count >= signatures[i].count &&
            !memcmp(bytes, signatures[i].bytes, signatures[i].count))
            return &signatures[i];
    return NULL;
}

static int decode_source(struct image *out, struct image_source *source, struct err *e)
{
    if (!source->count)
        return err_set(e, ERR_FORMAT, "%s: is empty (0 bytes)", source->name);
    const struct signature *found = recognise(source->bytes, source->count);
    if (!found || !found->decode)
        return err_set(e, ERR_FORMAT, "%s: is %s; images must be JPEG or PNG", source->name,
                       found ? found->what : "no image");
    source->orientation = 1;
    return found->decode(out, source, e);
}

int image_decode(struct image *out, const uint8_t *bytes, size_t count, const char *name,
                 struct err *e)
{
    struct image_source source = {.bytes = bytes, .count = count, .name = name};
    memset(out, 0, sizeof *out);
    if (decode_source(out, &source, e))
        return -1;
    if (!image_orient(out, source.orientation, e))
        return 0;
    image_fini(out);
    return err_prefix(e, "%s", name);
}

/* The beginning of a file, before more of it is read: is it an image at all? What its header says
 * is in `source`; 1 when the header is longer than that, or there may be more of it at the end. */
static int read_head(struct image_source *source, uint8_t **bytes, uint64_t *whole,
                     const char *path, struct err *e)
{
    *bytes = NULL;
    if (file_read(bytes, &source->count, whole, path, HEADER_BYTES, e))
        return -1;
    source->bytes = *bytes;
    source->header_only = true;
    source->partial = *whole > source->count;
    if (*whole > FILE_MOST_BYTES)
        return err_set(e, ERR_FORMAT, "%s: is larger than 1 GiB", source->name);
    const struct signature *found = recognise(source->bytes, source->count);
    int result = decode_source(NULL, source, e);
    return result && source->partial && found && found->decode ? 1 : result;
}

/* The whole file, after its beginning. */
static int read_rest(uint8_t **bytes, struct image_source *source, const char *path, struct err *e)
{
    mem_free(*bytes);
    *bytes = NULL;
    if (file_read(bytes, &source->count, NULL, path, FILE_MOST_BYTES, e))
        return -1;
    source->bytes = *bytes;
    source->partial = false;
    return 0;
}

/* Bytes that decoding takes at most: the file, the pixels, and those turned or the coefficients of
 * a progressive JPEG. All there is room for when the header was not found yet. */
static uint64_t cost_of(const struct image_source *source, uint64_t whole)
{
    uint64_t pixels = (uint64_t)source->height * (uint64_t)source->width;
    return pixels ? whole + 9 * pixels : 9 * (uint64_t)IMAGE_MAX_PIXELS;
}

int image_read_as(struct image *out, const char *path, const char *name, struct gate *gate,
                  uint64_t *in_gate, struct err *e)
{
    struct image_source source = {.name = name};
    uint8_t *bytes;
    uint64_t whole;
    memset(out, 0, sizeof *out);
    *in_gate = 0;
    int result = read_head(&source, &bytes, &whole, path, e);
    if (result >= 0) {
        *in_gate = cost_of(&source, whole);
        gate_enter(gate, *in_gate);
        result = whole > source.count ? read_rest(&bytes, &source, path, e) : 0;
    }
    if (!result)
        result = image_decode(out, source.bytes, source.count, name, e);
    mem_free(bytes);
    if (result) {
        gate_leave(gate, *in_gate);
        *in_gate = 0;
    }
    return result;
}

int image_read(struct image *out, const char *path, struct err *e)
{
    uint64_t in_gate;
    return image_read_as(out, path, path, NULL, &in_gate, e);
}

/* Only as much of a file as its header takes. */
static int read_header(struct image_source *source, const char *path, struct gate *gate,
                       struct err *e)
{
    uint8_t *bytes;
    uint64_t whole, in_gate = 0;
    int result = read_head(source, &bytes, &whole, path, e);
    if (result > 0) {
        in_gate = whole;
        gate_enter(gate, in_gate);
        result = read_rest(&bytes, source, path, e) ? -1 : decode_source(NULL, source, e);
    }
    mem_free(bytes);
    gate_leave(gate, in_gate);
    return result;
}

int image_look(struct image_look *out, const char *path, const char *name, struct gate *gate,
               struct err *e)
{
    struct image_source source = {.name = name};
    if (read_header(&source, path, gate, e))
        return -1;
    bool swap = image_orientation_swaps(source.orientation);
    *out = (struct image_look){swap ? source.width : source.height,
                               swap ? source.height : source.width, source.colours};
    return 0;
}

int image_measure(int *height, int *width, const char *path, const char *name, struct gate *gate,
                  struct err *e)
{
    struct image_look look;
    if (image_look(&look, path, name, gate, e))
        return -1;
    *height = look.height;
    *width = look.width;
    return 0;
}

const char *const image_colour_names[] = {
    [IMAGE_RGB] = "RGB", [IMAGE_GREY] = "grey", [IMAGE_CMYK] = "CMYK", [IMAGE_ALPHA] = "alpha"};

/* --- geometry --- */

void image_shorter_side(int height, int width, int side, int *out_height, int *out_width)
{
    bool portrait = width <= height;
    int64_t shorter = portrait ? width : height, longer = portrait ? height : width;
    /* torchvision computes in Python: the product is exact, the quotient a double cut to an int. */
    int64_t scaled = (int64_t)((double)(side * longer) / (double)shorter);
    int other = scaled > INT32_MAX ? INT32_MAX : (int)scaled;
    *out_height = portrait ? other : side;
    *out_width = portrait ? side : other;
}
