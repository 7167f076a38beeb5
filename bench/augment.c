/* augment.c - times how the CPU backend makes a network's input from stored images.
 *
 *     bench/augment [SIZE [SECONDS]]
 *
 * One thread makes crops of SIZE x SIZE (224) from images a little larger, kind by kind, for
 * SECONDS (0.5) each, in turn three times, and prints the median nanoseconds a pixel. FIGURE lines
 * end it; the share of a step is for ResNet18 in batches of 16 at 224, which take 0.6 s on two
 * threads.
 */
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "cpu/augment_rows.h"

#include <stdio.h>
#include <stdlib.h>

#define IMAGES 64
#define BORDER 32
#define ROUNDS 3
#define STEP_NS 0.6e9
#define STEP_PIXELS (16.0 * 224 * 224 / 2) /* a thread's */

struct kind {
    const char *name;
    struct augment_spec spec;
};

static const struct kind kinds[] = {
    {"crop", {.random_crop = true, .flip_probability = 0.5}},
    {"nearest", {.random_crop = true, .flip_probability = 0.5, .rotate = 30, .nearest = true}},
    {"bilinear", {.random_crop = true, .flip_probability = 0.5, .rotate = 30}},
    {"brightness", {.random_crop = true, .brightness = 0.1}},
    {"contrast", {.random_crop = true, .contrast = 0.1}},
    {"saturation", {.random_crop = true, .saturation = 0.1}},
    {"hue", {.random_crop = true, .hue = 0.1}},
    {"bilinear_3_jitters",
     {.random_crop = true,
      .flip_probability = 0.5,
      .rotate = 30,
      .brightness = 0.1,
      .contrast = 0.1,
      .saturation = 0.1}},
    {"bilinear_4_jitters",
     {.random_crop = true,
      .flip_probability = 0.5,
      .rotate = 30,
      .brightness = 0.1,
      .contrast = 0.1,
      .saturation = 0.1,
      .hue = 0.1}},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct bench {
    enum isa isa;
    int size, side;
    double limit_s;
    uint8_t *pixels;
    float *out;
    double ns[KINDS][ROUNDS];
};

static void one_image(const struct bench *b, const struct augment_spec *spec,
                      const struct augment_table *table, uint32_t number)
{
    uint32_t place = number % IMAGES;
    size_t bytes = (size_t)b->side * (size_t)b->side * 3;
    struct augment_draw draw =
        augment_draw_sample(spec, 1, number / IMAGES, place, b->side, b->side, 128);
    const struct augment_source source = {b->pixels + place * bytes, b->side, b->size, b->size};
    for (int y = 0; y < b->size; y++)
        augment_row(b->isa, &source, &draw, table, y,
                    b->out + (size_t)(number % 16 * (uint32_t)b->size + (uint32_t)y) *
                                 (size_t)b->size * 3);
}

static double measure(const struct bench *b, const struct kind *kind)
{
    struct augment_spec spec = kind->spec;
    struct augment_table table;
    uint32_t n = 0;
    spec.height = spec.width = b->size;
    for (int c = 0; c < 3; c++)
        spec.deviation[c] = 1;
    augment_table(&spec, &table);
    double start = clock_s();
    do
        one_image(b, &spec, &table, n++);
    while (clock_s() - start < b->limit_s);
    return 1e9 * (clock_s() - start) / n / b->size / b->size;
}

static double median(const double v[ROUNDS])
{
    double low = v[0] < v[1] ? v[0] : v[1], high = v[0] < v[1] ? v[1] : v[0];
    return v[2] < low ? low : v[2] > high ? high : v[2];
}

static int make_images(struct bench *b, struct err *e)
{
    size_t bytes = IMAGES * (size_t)b->side * (size_t)b->side * 3;
    size_t floats = 16 * (size_t)b->size * (size_t)b->size * 3;
    b->pixels = mem_alloc(bytes, 1);
    b->out = mem_alloc(floats, sizeof *b->out);
    if (!b->pixels || !b->out)
        return mem_error(e, "images", bytes + floats * sizeof *b->out);
    for (size_t i = 0; i < bytes; i++)
        b->pixels[i] = (uint8_t)(i * 2654435761u >> 24);
    return 0;
}

static void report(const struct bench *b)
{
    for (int k = 0; k < KINDS; k++)
        printf("%-20s %6.2f ns a pixel\n", kinds[k].name, median(b->ns[k]));
    double all = median(b->ns[KINDS - 2]);
    printf("FIGURE augment_share_of_step %.4f ratio 0.03\n", all * STEP_PIXELS / STEP_NS);
    printf("FIGURE augment_ns_a_pixel %.2f ns 10\n", all);
    printf("FIGURE augment_with_hue_ns_a_pixel %.2f ns 10\n", median(b->ns[KINDS - 1]));
    printf("FIGURE augment_crop_ns_a_pixel %.2f ns 2\n", median(b->ns[0]));
}

int main(int argc, char **argv)
{
    struct err e;
    struct bench b = {.size = argc > 1 ? atoi(argv[1]) : 224,
                      .limit_s = argc > 2 ? atof(argv[2]) : 0.5};
    b.side = b.size + BORDER;
    if (argc > 3 || b.size < 1 || b.size > 2048) {
        fprintf(stderr, "usage: bench/augment [SIZE [SECONDS]]\n");
        return 2;
    }
    bool named;
    int failed = isa_choose(&b.isa, &named, &e) || make_images(&b, &e);
    if (failed)
        fprintf(stderr, "bench/augment: %s\n", e.text);
    for (int round = 0; !failed && round < ROUNDS; round++)
        for (int k = 0; k < KINDS; k++)
            b.ns[k][round] = measure(&b, &kinds[k]);
    if (!failed)
        report(&b);
    mem_free(b.pixels);
    mem_free(b.out);
    return failed;
}
