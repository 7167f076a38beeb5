/* test_resize.c - image_resize against Pillow's bytes, image_shorter_side against torchvision.
 */
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "engine/image/image.h"
#include "tests/kit/tap.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

/* The image of tests/golden/make_resize_golden.py. */
static struct image computed(int height, int width)
{
    struct image image = {height, width, mem_alloc((size_t)height * (size_t)width, 3)};
    uint8_t *p = image.rgb;
    for (uint32_t y = 0; y < (uint32_t)height; y++)
        for (uint32_t x = 0; x < (uint32_t)width; x++)
            for (uint32_t c = 0; c < 3; c++) {
                uint32_t smooth = x * x * 3 + x * y * 7 + y * y * 5 + c * (x + 2 * y) * 11;
                uint32_t rough = (x * 2654435761u) ^ (y * 40503u + c);
                *p++ = (uint8_t)((smooth >> 4) + (rough >> 27));
            }
    return image;
}

static void check_hash(const int size[4], const char *wanted)
{
    struct image from = computed(size[0], size[1]), to;
    struct err e;
    char got[17] = "";
    if (image_resize(&to, &from, size[2], size[3], &e))
        diag("%s", e.text);
    else
        snprintf(got, sizeof got, "%016" PRIx64,
                 hash_bytes(HASH_START, to.rgb, (size_t)to.height * (size_t)to.width * 3));
    ok(!strcmp(got, wanted) && to.height == size[2] && to.width == size[3],
       "%d x %d to %d x %d is Pillow's", size[0], size[1], size[2], size[3]);
    image_fini(&from);
    image_fini(&to);
}

static void check_row(const int size[4], int y, const char *hex)
{
    struct image from = computed(size[0], size[1]), to;
    struct err e;
    size_t count = (size_t)size[3] * 3;
    bool same = !image_resize(&to, &from, size[2], size[3], &e) && strlen(hex) == count * 2;
    for (size_t i = 0; same && i < count; i++) {
        unsigned value;
        same = sscanf(hex + i * 2, "%2x", &value) == 1 && to.rgb[(size_t)y * count + i] == value;
        if (!same)
            diag("byte %zu is %d, wanted %u", i, to.rgb[(size_t)y * count + i], value);
    }
    ok(same, "%d x %d to %d x %d: row %d is Pillow's, byte by byte", size[0], size[1], size[2],
       size[3], y);
    image_fini(&from);
    image_fini(&to);
}

static void test_golden(void)
{
    char path[1024], line[4096], text[2048];
    const char *top = getenv("TOP_SRCDIR");
    snprintf(path, sizeof path, "%s/tests/golden/resize.txt", top ? top : ".");
    FILE *f = fopen(path, "r");
    if (!ok(f != NULL, "resize.txt opens"))
        return;
    int lines = 0, size[4], y;
    while (fgets(line, sizeof line, f)) {
        lines++;
        if (sscanf(line, "hash %d %d %d %d %2047s", &size[0], &size[1], &size[2], &size[3], text) ==
            5)
            check_hash(size, text);
        else if (sscanf(line, "row %d %d %d %d %d %2047s", &size[0], &size[1], &size[2], &size[3],
                        &y, text) == 6)
            check_row(size, y, text);
        else
            ok(0, "line %d of resize.txt can be read", lines);
    }
    is_int(lines, 31, "all lines of resize.txt");
    fclose(f);
}

static void test_refusals(void)
{
    struct image from = computed(8, 9), to;
    struct err e;
    is_int(image_resize(&to, &from, 0, 5, &e), -1, "a height of 0 is refused");
    ok(!to.rgb, "and gives no pixels");
    is_int(image_resize(&to, &from, 5, IMAGE_MAX_SIDE + 1, &e), -1, "so is a side beyond the most");
    has_text(e.text, "30001", "with its size");
    bool clean = true;
    long n = 1;
    for (;; n++) {
        mem_test_fail_at(n);
        int result = image_resize(&to, &from, 5, 4, &e);
        mem_test_fail_at(0);
        if (!result)
            break;
        clean = clean && e.code == ERR_MEMORY && !to.rgb;
    }
    ok(clean && n > 5, "each of %ld allocations may fail", n - 1);
    image_fini(&to);
    image_fini(&from);
}

static void check_shorter(int height, int width, int side, int to_height, int to_width)
{
    int got_height, got_width;
    image_shorter_side(height, width, side, &got_height, &got_width);
    if (!ok(got_height == to_height && got_width == to_width, "%d x %d with shorter side %d",
            height, width, side))
        diag("got %d x %d, wanted %d x %d", got_height, got_width, to_height, to_width);
}

/* Of all sizes that a wide loop may end in, to the last bit, and not a byte beyond. */
static void test_grey(void)
{
    bool all = true;
    for (int width = 1; width <= 60; width++) {
        struct image image = computed(3, width);
        uint64_t sum = 0;
        const uint8_t *p = image.rgb;
        for (int i = 0; i < 3 * width; i++, p += 3)
            sum += (p[0] * 19595u + p[1] * 38470u + p[2] * 7471u + 32768u) >> 16;
        all = all && image_grey_mean(&image) == (float)((double)sum / (3 * width));
        image_fini(&image);
    }
    ok(all, "the mean grey level of 3 to 180 pixels");
}

int main(void)
{
    test_golden();
    test_grey();
    test_refusals();
    check_shorter(350, 350, 224, 224, 224);
    check_shorter(480, 640, 224, 224, 298);
    check_shorter(640, 480, 224, 298, 224);
    check_shorter(333, 500, 224, 224, 336);
    check_shorter(3, 7, 3, 3, 7);
    check_shorter(1, 30000, 2048, 2048, 61440000);
    struct image grey = computed(20, 30);
    uint64_t sum = 0;
    for (size_t i = 0; i < 600; i++)
        sum += (grey.rgb[i * 3] * 19595u + grey.rgb[i * 3 + 1] * 38470u +
                grey.rgb[i * 3 + 2] * 7471u + 32768u) >>
               16;
    is_near((double)image_grey_mean(&grey), (double)sum / 600, 1e-4, "the mean grey level");
    memset(grey.rgb, 255, 1800);
    is_near((double)image_grey_mean(&grey), 255, 0, "white is 255");
    image_fini(&grey);
    return tap_done();
}
