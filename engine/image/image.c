/* image.c - what is common to all formats: recognising one, bounds, orientation, geometry. */
#include "engine/image/image_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/file.h"

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

int image_read_as(struct image *out, const char *path, const char *name, struct err *e)
{
    uint8_t *bytes;
    size_t count;
    uint64_t whole;
    memset(out, 0, sizeof *out);
    if (file_read(&bytes, &count, &whole, path, FILE_MOST_BYTES, e))
        return -1;
    int result = whole > count ? err_set(e, ERR_FORMAT, "%s: is larger than 1 GiB", name)
                               : image_decode(out, bytes, count, name, e);
    mem_free(bytes);
    return result;
}

int image_read(struct image *out, const char *path, struct err *e)
{
    return image_read_as(out, path, path, e);
}

int image_measure(int *height, int *width, const char *path, const char *name, struct err *e)
{
    size_t most = HEADER_BYTES;
    for (;;) {
        struct image_source source = {.name = name, .header_only = true};
        uint8_t *bytes;
        uint64_t whole;
        if (file_read(&bytes, &source.count, &whole, path, most, e))
            return -1;
        source.bytes = bytes;
        source.partial = whole > source.count;
        int result = decode_source(NULL, &source, e);
        mem_free(bytes);
        /* A header that seems damaged may only be longer than what was read. */
        if (result && source.partial && most < FILE_MOST_BYTES) {
            most = FILE_MOST_BYTES;
            continue;
        }
        if (result)
            return result;
        bool swap = image_orientation_swaps(source.orientation);
        *height = swap ? source.width : source.height;
        *width = swap ? source.height : source.width;
        return 0;
    }
}

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
