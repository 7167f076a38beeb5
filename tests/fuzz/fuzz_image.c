/* fuzz_image.c - any bytes as a JPEG or PNG. Large ones are measured only: their decoding is slow,
 * and no other code. */
#include "base/err.h"
#include "engine/image/image_priv.h"

#include <stdint.h>
#include <stdlib.h>

#define MOST_PIXELS 1000000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct image_source source = {
        .bytes = bytes, .count = count, .name = "fuzz", .header_only = true};
    struct image image;
    struct err e;
    int jpeg = image_jpeg_decode(NULL, &source, &e);
    if (jpeg && image_png_decode(NULL, &source, &e))
        return 0;
    if ((int64_t)source.height * source.width > MOST_PIXELS)
        return 0;
    if (image_decode(&image, bytes, count, "fuzz", &e))
        return 0;
    if (!image.rgb || image_grey_mean(&image) > 255)
        abort();
    image_fini(&image);
    return 0;
}
