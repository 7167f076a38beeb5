/* test_augment.c - augmentation per pixel against torchvision on Pillow images, and the statistics
 * of what is drawn. */
#include "base/hash.h"
#include "base/mem.h"
#include "engine/core/augment.h"
#include "tests/kit/exactness.h"
#include "tests/kit/tap.h"

#include <inttypes.h>
#include <stdlib.h>

#define ONE AUGMENT_FACTOR_ONE

/* --- goldens --- */

struct totals {
    int lines, rows, hashes, jitters, hues;
    int nearest_off, hash_off;
    int bilinear_most, bilinear_off, bilinear_values; /* largest difference, values that differ */
    int jitter_most, jitter_off;
    double hue_most;
};

struct turn_case {
    char filter[16];
    double angle;
    int height, width, top, left, crop_height, crop_width, flip;
};

/* The image of tests/golden/make_augment_golden.py. */
static uint8_t *computed(int height, int width)
{
    uint8_t *rgb = mem_alloc((size_t)height * (size_t)width, 3), *p = rgb;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++)
                *p++ = (uint8_t)(x * 7 + y * 13 + c * 40 + x * y * (c + 1) % 31 * 3);
    return rgb;
}

/* The whole crop, RGB8. */
static uint8_t *applied(const struct augment_source *s, const struct augment_draw *d)
{
    uint8_t *out = mem_alloc((size_t)s->height * (size_t)s->width, 3);
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++)
            augment_pixel(s, d, y, x, out + (y * s->width + x) * 3);
    return out;
}

static uint8_t *turned(const struct turn_case *t)
{
    const struct augment_spec spec = {
        .height = t->crop_height, .width = t->crop_width, .nearest = !strcmp(t->filter, "nearest")};
    struct augment_draw draw = {
        .top = (uint16_t)t->top, .left = (uint16_t)t->left, .flip = (uint8_t)t->flip};
    augment_rotate(&spec, &draw, t->angle);
    uint8_t *image = computed(t->height, t->width);
    const struct augment_source source = {image, t->width, t->crop_height, t->crop_width};
    uint8_t *out = augment_fits(&spec, &draw, t->height, t->width) ? applied(&source, &draw) : NULL;
    mem_free(image);
    return out;
}

static int read_turn(const char *line, struct turn_case *t, int *used)
{
    return sscanf(line, "%*s %15s %lf %d %d %d %d %d %d %d %n", t->filter, &t->angle, &t->height,
                  &t->width, &t->top, &t->left, &t->crop_height, &t->crop_width, &t->flip,
                  used) == 9;
}

static int check_rows(const char *line, struct totals *all)
{
    struct turn_case t;
    int used;
    if (!read_turn(line, &t, &used))
        return -1;
    uint8_t *got = turned(&t);
    for (int i = 0; got && i < t.crop_height * t.crop_width * 3; i++) {
        unsigned wanted;
        if (sscanf(line + used + 2 * i, "%2x", &wanted) != 1)
            return -1;
        int off = abs(got[i] - (int)wanted);
        if (!strcmp(t.filter, "nearest")) {
            all->nearest_off += off != 0;
            continue;
        }
        all->bilinear_off += off != 0;
        all->bilinear_values++;
        if (off > all->bilinear_most)
            all->bilinear_most = off;
    }
    all->rows += got != NULL;
    mem_free(got);
    return 0;
}

static int check_hash(const char *line, struct totals *all)
{
    struct turn_case t;
    uint64_t wanted;
    int used;
    if (!read_turn(line, &t, &used) || sscanf(line + used, "%" SCNx64, &wanted) != 1)
        return -1;
    uint8_t *got = turned(&t);
    if (!got)
        return -1;
    if (hash_bytes(HASH_START, got, (size_t)t.crop_height * (size_t)t.crop_width * 3) != wanted) {
        diag("differs: %.60s", line);
        all->hash_off++;
    }
    all->hashes++;
    mem_free(got);
    return 0;
}

/* "bcs" to the draw's order; the hue comes last. */
static uint8_t order_of(const char *letters)
{
    unsigned order = AUGMENT_HUE * 0x55u;
    for (int i = 0; letters[i]; i++) {
        unsigned jitter = letters[i] == 'b'   ? AUGMENT_BRIGHTNESS
                          : letters[i] == 'c' ? AUGMENT_CONTRAST
                                              : AUGMENT_SATURATION;
        order = (order & ~(3u << 2 * i)) | jitter << 2 * i;
    }
    return (uint8_t)order;
}

static int check_jitter(const char *line, struct totals *all)
{
    char order[8];
    int more[3], pivot, from[3], wanted[3];
    if (sscanf(line, "%*s %7s %d %d %d %d %d %d %d %d %d %d", order, &more[0], &more[1], &more[2],
               &pivot, &from[0], &from[1], &from[2], &wanted[0], &wanted[1], &wanted[2]) != 11)
        return -1;
    const struct augment_draw draw = {.order = order_of(order),
                                      .pivot = (uint8_t)pivot,
                                      .brightness = (int16_t)more[0],
                                      .contrast = (int16_t)more[1],
                                      .saturation = (int16_t)more[2]};
    const uint8_t pixel[3] = {(uint8_t)from[0], (uint8_t)from[1], (uint8_t)from[2]};
    const struct augment_source source = {pixel, 1, 1, 1};
    uint8_t got[3];
    augment_pixel(&source, &draw, 0, 0, got);
    for (int c = 0; c < 3; c++) {
        int off = abs(got[c] - wanted[c]);
        all->jitter_off += off != 0;
        if (off > all->jitter_most) {
            all->jitter_most = off;
            diag("%d off: %s", off, line);
        }
    }
    all->jitters++;
    return 0;
}

static int check_hue(const char *line, struct totals *all)
{
    int shift, from[3];
    double wanted[3];
    if (sscanf(line, "%*s %d %d %d %d %lf %lf %lf", &shift, &from[0], &from[1], &from[2],
               &wanted[0], &wanted[1], &wanted[2]) != 7)
        return -1;
    const struct augment_rgb c = {from[0], from[1], from[2]};
    const struct augment_rgb got = augment_shift_hue(c, shift);
    const int32_t value[3] = {got.r, got.g, got.b};
    for (int i = 0; i < 3; i++)
        all->hue_most = fmax(all->hue_most, fabs(value[i] - wanted[i]));
    all->hues++;
    return 0;
}

static int check_line(const char *line, struct totals *all)
{
    if (!strncmp(line, "rows ", 5))
        return check_rows(line, all);
    if (!strncmp(line, "hash ", 5))
        return check_hash(line, all);
    if (!strncmp(line, "jitter ", 7))
        return check_jitter(line, all);
    return strncmp(line, "hue ", 4) ? -1 : check_hue(line, all);
}

static void test_golden(void)
{
    char path[1024], line[4096];
    const char *top = getenv("TOP_SRCDIR");
    struct totals all = {0};
    int bad = 0;
    snprintf(path, sizeof path, "%s/tests/golden/augment_torch.txt", top ? top : ".");
    FILE *f = fopen(path, "r");
    if (!ok(f != NULL, "augment_torch.txt opens"))
        return;
    while (fgets(line, sizeof line, f)) {
        bad += check_line(line, &all) != 0;
        all.lines++;
    }
    fclose(f);
    is_int(bad, 0, "every line can be read");
    ok(all.rows == 66 && all.hashes == 42 && all.jitters == 1008 && all.hues == 624,
       "and all are there");
    is_int(all.nearest_off, 0, "nearest rotation is Pillow's, to the byte");
    is_int(all.hash_off, 0, "on large images too");
    exact_ok("augment", "rotation", "levels", all.bilinear_most);
    ok(all.bilinear_off * 20 < all.bilinear_values,
       "bilinear rotation is Pillow's in all but %d of %d values", all.bilinear_off,
       all.bilinear_values);
    exact_ok("augment", "jitter", "levels", all.jitter_most);
    ok(all.jitter_off * 100 < all.jitters * 3,
       "brightness, contrast, saturation, in every order: %d of %d values off", all.jitter_off,
       all.jitters * 3);
    exact_ok("augment", "hue", "levels beside rounding", fmax(all.hue_most - 0.5, 0));
}

/* --- pixels --- */

static void test_pixels(void)
{
    uint8_t image[4 * 5 * 3], rgb[3];
    for (int i = 0; i < 60; i++)
        image[i] = (uint8_t)i;
    struct augment_draw d = {.top = 1, .left = 2};
    const struct augment_source source = {image, 5, 3, 3};
    augment_pixel(&source, &d, 2, 1, rgb);
    ok(rgb[0] == (3 * 5 + 3) * 3 && rgb[1] == rgb[0] + 1 && rgb[2] == rgb[0] + 2, "a crop");
    d.flip = 1;
    augment_pixel(&source, &d, 2, 0, rgb);
    ok(rgb[0] == (3 * 5 + 4) * 3 && rgb[1] == rgb[0] + 1, "a mirrored crop starts at its right");
    struct augment_spec spec = {.mean = {0.5f, 0.25f, 0}, .deviation = {0.5f, 0.25f, 2}};
    struct augment_table table;
    augment_table(&spec, &table);
    ok(table.value[0][0] == -1 && table.value[0][255] == 1 && table.value[1][255] == 3 &&
           table.value[2][0] == 0 && table.value[2][255] == 0.5f,
       "normalisation by table");
    is_near((double)table.value[1][64], (64 / 255.0 - 0.25) / 0.25, 1e-6, "and in between");
}

/* An angle of 0, factors of 1 and a shift of 0, in any order, are the plain crop to the byte. */
static void test_identity(void)
{
    uint8_t *image = computed(30, 41);
    const struct augment_source source = {image, 41, 23, 29};
    int same = 0, all = 0;
    for (int flip = 0; flip < 2; flip++) {
        struct augment_draw plain = {.top = 3, .left = 7, .flip = (uint8_t)flip};
        uint8_t *wanted = applied(&source, &plain);
        for (int order = 0; order < 256; order++) {
            const struct augment_spec spec = {.height = 23, .width = 29, .nearest = order % 2};
            struct augment_draw draw = plain;
            augment_rotate(&spec, &draw, 0);
            draw.order = (uint8_t)order;
            draw.pivot = (uint8_t)(order * 7);
            uint8_t *got = applied(&source, &draw);
            same += !memcmp(got, wanted, 23 * 29 * 3);
            all++;
            mem_free(got);
        }
        mem_free(wanted);
    }
    is_int(same, all, "a draw that changes nothing is the plain crop");
    mem_free(image);
}

static void test_fits(void)
{
    const struct augment_spec spec = {.height = 20, .width = 30};
    struct augment_draw good = {.top = 4, .left = 6}, d;
    augment_rotate(&spec, &good, -179);
    ok(augment_fits(&spec, &good, 24, 36), "a drawn augmentation fits its image");
    ok(!augment_fits(&spec, &good, 23, 36) && !augment_fits(&spec, &good, 24, 35),
       "but no smaller one");
    int refused = 0;
#define REFUSED(field, value)                                                                      \
    d = good;                                                                                      \
    d.field = value;                                                                               \
    refused += !augment_fits(&spec, &d, 24, 36)
    REFUSED(flip, 2);
    REFUSED(turn, AUGMENT_NEAREST + 1);
    REFUSED(cosine, AUGMENT_PIXEL + 1);
    REFUSED(sine, -AUGMENT_PIXEL - 1);
    REFUSED(from_y, INT32_MAX);
    REFUSED(from_x, INT32_MIN);
    REFUSED(brightness, ONE + 1);
    REFUSED(contrast, -ONE - 1);
    REFUSED(saturation, INT16_MAX);
    REFUSED(hue, AUGMENT_HUE_TURN / 2 + 1);
    is_int(refused, 10, "numbers that cannot be drawn are refused");
}

/* --- draws --- */

static const struct augment_spec full = {.height = 200,
                                         .width = 150,
                                         .random_crop = true,
                                         .flip_probability = 0.5,
                                         .rotate = 30,
                                         .brightness = 0.1,
                                         .contrast = 0.2,
                                         .saturation = 0.4,
                                         .hue = 0.25};

static bool equal(struct augment_draw a, struct augment_draw b)
{
    return !memcmp(&a, &b, sizeof a);
}

static void test_draws_pure(void)
{
    int same = 0, seed = 0, epoch = 0, place = 0, outside = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        struct augment_draw d = augment_draw_sample(&full, 1, 2, i, 350, 300, 128);
        same += equal(d, augment_draw_sample(&full, 1, 2, i, 350, 300, 128));
        seed += equal(d, augment_draw_sample(&full, 2, 2, i, 350, 300, 128));
        epoch += equal(d, augment_draw_sample(&full, 1, 3, i, 350, 300, 128));
        place += equal(d, augment_draw_sample(&full, 1, 2, i + 1000, 350, 300, 128));
        outside += !augment_fits(&full, &d, 350, 300);
    }
    is_int(same, 1000, "a draw is a function of seed, epoch and place");
    ok(!seed && !epoch && !place, "and of each of them");
    is_int(outside, 0, "crops lie inside");
}

/* All 7 x 5 crops and both mirrorings, each as often as the others: chi-square with 69 degrees of
 * freedom stays below 120 but once in ten thousand. */
static void test_draws_uniform(void)
{
    enum { DRAWS = 70000 };
    struct augment_spec spec = {
        .height = 10, .width = 20, .random_crop = true, .flip_probability = 0.5};
    int count[7][5][2] = {0};
    for (uint32_t i = 0; i < DRAWS; i++) {
        struct augment_draw d = augment_draw_sample(&spec, 7, i / 500, i % 500, 16, 24, 128);
        if (d.top < 7 && d.left < 5 && d.flip < 2)
            count[d.top][d.left][d.flip]++;
    }
    double square = 0, each = DRAWS / 70.0;
    for (int i = 0; i < 70; i++) {
        double d = count[i / 10][i / 2 % 5][i % 2] - each;
        square += d * d / each;
    }
    ok(square > 30 && square < 120, "crops and flips are uniform and independent: chi-square %.0f",
       square);
}

static void test_flips(void)
{
    struct augment_spec spec = {.height = 8, .width = 8};
    const double probability[4] = {0, 0.25, 0.5, 1};
    for (int k = 0; k < 4; k++) {
        int flips = 0, moved = 0;
        spec.flip_probability = probability[k];
        for (uint32_t i = 0; i < 10000; i++) {
            struct augment_draw d = augment_draw_sample(&spec, 3, 0, i, 11, 9, 128);
            flips += d.flip;
            moved += d.top != 2 || d.left != 0;
        }
        double deviation = sqrt(10000 * probability[k] * (1 - probability[k]));
        ok(fabs(flips - 10000 * probability[k]) <= 4 * deviation && !moved,
           "flip probability %g: %d of 10000, all from the centre", probability[k], flips);
    }
}

enum { ANGLE, BRIGHTNESS, CONTRAST, SATURATION, HUE, KINDS };

static void values_of(const struct augment_draw *d, double value[KINDS])
{
    value[ANGLE] = atan2(d->sine, d->cosine) * 180 / acos(-1.0) / 30;
    value[BRIGHTNESS] = d->brightness / (0.1 * ONE);
    value[CONTRAST] = d->contrast / (0.2 * ONE);
    value[SATURATION] = d->saturation / (0.4 * ONE);
    value[HUE] = d->hue / (0.25 * AUGMENT_HUE_TURN);
}

/* Each is uniform in -1..1 of its range: mean 0 +- 4 deviations, variance 1/3, ends reached and not
 * passed; no two go together. */
static void test_statistics(void)
{
    enum { DRAWS = 40000 };
    static const char *const names[KINDS] = {"angle", "brightness", "contrast", "saturation",
                                             "hue"};
    double sum[KINDS] = {0}, product[KINDS][KINDS] = {{0}}, least[KINDS] = {0}, most[KINDS] = {0};
    for (uint32_t i = 0; i < DRAWS; i++) {
        struct augment_draw d = augment_draw_sample(&full, 9, i / 1000, i % 1000, 350, 300, 128);
        double value[KINDS];
        values_of(&d, value);
        for (int a = 0; a < KINDS; a++) {
            sum[a] += value[a];
            least[a] = fmin(least[a], value[a]);
            most[a] = fmax(most[a], value[a]);
            for (int b = 0; b < KINDS; b++)
                product[a][b] += value[a] * value[b];
        }
    }
    double together = 0;
    for (int a = 0; a < KINDS; a++) {
        double mean = sum[a] / DRAWS, variance = product[a][a] / DRAWS;
        ok(fabs(mean) < 4 * sqrt(1 / 3.0 / DRAWS) && fabs(variance - 1 / 3.0) < 0.006 &&
               least[a] < -0.999 && least[a] > -1.001 && most[a] > 0.999 && most[a] < 1.001,
           "%s is uniform in its range: mean %.4f, variance %.4f, %.4f to %.4f", names[a], mean,
           variance, least[a], most[a]);
        for (int b = 0; b < a; b++)
            together = fmax(together, fabs(product[a][b] / DRAWS) * 3);
    }
    ok(together < 4.5 / sqrt(DRAWS), "no two go together: correlation %.4f at most", together);
}

/* 24 orders: chi-square with 23 degrees of freedom. */
static void test_orders(void)
{
    int count[256] = {0}, orders = 0;
    double square = 0;
    for (uint32_t i = 0; i < 24000; i++)
        count[augment_draw_sample(&full, 4, 1, i, 350, 300, 128).order]++;
    for (int order = 0; order < 256; order++) {
        unsigned seen = 0;
        for (int i = 0; i < 4; i++)
            seen |= 1u << (order >> 2 * i & 3);
        if (seen != 15)
            continue;
        orders++;
        square += (count[order] - 1000.0) * (count[order] - 1000.0) / 1000;
    }
    ok(orders == 24 && square > 6 && square < 55,
       "the orders of jitter are equally likely: chi-square %.0f", square);
}

/* Contrast turns about the image's grey, brightened when brightness came before. */
static void test_pivot(void)
{
    int good = 0, brightened = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        struct augment_draw d = augment_draw_sample(&full, 6, 1, i, 350, 300, 240.2);
        bool first = false;
        for (int k = 3; k >= 0; k--) {
            int jitter = d.order >> 2 * k & 3;
            if (jitter == AUGMENT_BRIGHTNESS || jitter == AUGMENT_CONTRAST)
                first = jitter == AUGMENT_BRIGHTNESS;
        }
        double wanted = first ? fmin(255, 240.2 * (1 + (double)d.brightness / ONE)) : 240.2;
        good += abs(d.pivot - (int)(wanted + 0.5)) == 0;
        brightened += first;
    }
    ok(good == 1000 && brightened > 400 && brightened < 600,
       "the pivot of contrast is the image's grey, brightened in %d of 1000", brightened);
}

/* What one kind draws does not depend on which other kinds there are. */
static void test_independence(void)
{
    int same = 0;
    for (uint32_t i = 0; i < 200; i++) {
        struct augment_spec less = full;
        less.hue = 0;
        less.flip_probability = 0;
        less.random_crop = false;
        struct augment_draw a = augment_draw_sample(&full, 5, 3, i, 350, 300, 128);
        struct augment_draw b = augment_draw_sample(&less, 5, 3, i, 350, 300, 128);
        same += a.sine == b.sine && a.brightness == b.brightness && a.contrast == b.contrast &&
                a.saturation == b.saturation && a.order == b.order && !b.hue && !b.flip;
        less = full;
        less.rotate = less.brightness = less.contrast = less.saturation = less.hue = 0;
        b = augment_draw_sample(&less, 5, 3, i, 350, 300, 128);
        same += a.top == b.top && a.left == b.left && a.flip == b.flip && !b.turn && !b.order;
    }
    is_int(same, 400, "what is drawn of one kind does not depend on the others");
}

static void test_centre(void)
{
    static const int rows[][2] = {{8, 0},  {9, 0},  {10, 1}, {11, 2},
                                  {12, 2}, {13, 2}, {15, 4}, {17, 4}};
    struct augment_spec spec = {.height = 8, .width = 8, .rotate = 30, .hue = 0.5};
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct augment_draw d = augment_centre(&spec, rows[i][0], 8);
        wrong += !equal(d, (struct augment_draw){.top = (uint16_t)rows[i][1]});
        d = augment_centre(&spec, 8, rows[i][0]);
        wrong += !equal(d, (struct augment_draw){.left = (uint16_t)rows[i][1]});
    }
    is_int(wrong, 0, "the centre rounds halves to even, and is all that an evaluation does");
}

int main(void)
{
    test_golden();
    test_pixels();
    test_identity();
    test_fits();
    test_draws_pure();
    test_draws_uniform();
    test_flips();
    test_statistics();
    test_orders();
    test_pivot();
    test_independence();
    test_centre();
    return tap_done();
}
