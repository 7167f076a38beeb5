/* image_exif.c - the one EXIF tag that matters, and what it asks for. The parser follows no pointer
 * but the one to the first directory, and checks each read: EXIF blocks come from strangers. */
#include "engine/image/image_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT 3
#define TYPE_LONG 4

struct tiff {
    const uint8_t *bytes;
    size_t count;
    bool big; /* most significant byte first */
};

static uint32_t read_16(const struct tiff *t, size_t at)
{
    uint32_t first = t->bytes[at], second = t->bytes[at + 1];
    return t->big ? first << 8 | second : second << 8 | first;
}

static uint32_t read_32(const struct tiff *t, size_t at)
{
    uint32_t first = read_16(t, at), second = read_16(t, at + 2);
    return t->big ? first << 16 | second : second << 16 | first;
}

int image_exif_orientation(const uint8_t *tiff, size_t count)
{
    struct tiff t = {tiff, count, false};
    if (count < 8)
        return 1;
    if (!memcmp(tiff, "MM\0*", 4))
        t.big = true;
    else if (memcmp(tiff, "II*\0", 4))
        return 1;
    size_t at = read_32(&t, 4);
    if (at > count - 2)
        return 1;
    uint32_t entries = read_16(&t, at);
    at += 2;
    for (uint32_t i = 0; i < entries && count - at >= 12; i++, at += 12) {
        if (read_16(&t, at) != TAG_ORIENTATION)
            continue;
        uint32_t type = read_16(&t, at + 2);
        uint32_t value = type == TYPE_SHORT  ? read_16(&t, at + 8)
                         : type == TYPE_LONG ? read_32(&t, at + 8)
                                             : 0;
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

int image_orient(struct image *image, int orientation, struct err *e)
{
    if (orientation < 2 || orientation > 8)
        return 0;
    struct image turned;
    bool swap = image_orientation_swaps(orientation);
    int height = swap ? image->width : image->height, width = swap ? image->height : image->width;
    if (image_make(&turned, height, width, "a turned image", e))
        return -1;
    /* From which side the stored image's rows and columns are counted. */
    bool rows_backwards =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    bool columns_backwards =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    uint8_t *to = turned.rgb;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++, to += 3) {
            int row = swap ? x : y, column = swap ? y : x;
            if (rows_backwards)
                row = image->height - 1 - row;
            if (columns_backwards)
                column = image->width - 1 - column;
            memcpy(to, image->rgb + ((size_t)row * (size_t)image->width + (size_t)column) * 3, 3);
        }
    image_fini(image);
    *image = turned;
    return 0;
}
