/* test_ui_encoders.c - pictures as terminals take them: small ones by the byte, larger ones decoded
 * again. */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/kit/tap.h"
#include "ui/kitty.h"
#include "ui/sixel.h"

#include <math.h>
#include <stdlib.h>

#define HEIGHT 57
#define WIDTH 41

static uint8_t pixels[HEIGHT * WIDTH * 3], decoded[HEIGHT * WIDTH * 3];

static void draw(void)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *p = pixels + 3 * (y * WIDTH + x);
            p[0] = (uint8_t)(255 * x / (WIDTH - 1));
            p[1] = (uint8_t)(255 * y / (HEIGHT - 1));
            p[2] = (uint8_t)(127.5 + 127.5 * sin(0.2 * x));
        }
}

/* --- Kitty --- */

static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : 63;
}

/* The pixels of all pieces; returns how many pieces there were, -1 when one is wrong. */
static int decode_kitty(const char *text)
{
    int pieces = 0;
    size_t n = 0;
    bool last = false;
    memset(decoded, 0, sizeof decoded);
    for (; *text && !last; pieces++) {
        const char *data = strchr(text, ';');
        const char *end = data ? strstr(data, "\033\\") : NULL;
        if (strncmp(text, "\033_G", 3) || !end || end - data - 1 > 4096)
            return -1;
        last = data[-1] == '0';
        for (const char *c = data + 1; c < end; c += 4) {
            unsigned three = 0;
            for (int i = 0; i < 4; i++)
                three = three << 6 | (unsigned)digit_of(c[i]);
            for (int i = 2; i >= 0 && n < sizeof decoded; i--)
                decoded[n++] = (uint8_t)(three >> 8 * i);
        }
        text = end + 2;
    }
    return last && !*text && n == sizeof decoded ? pieces : -1;
}

static void test_kitty(void)
{
    static const uint8_t two[] = {255, 0, 0, 0, 255, 128};
    struct str s;
    str_init(&s);
    kitty_add(&s, 7, two, 1, 2, 3, 0);
    is_text(s.text, "\033_Ga=T,f=24,i=7,s=2,v=1,C=1,q=2,r=3,m=0;/wAAAP+A\033\\", "two pixels");
    str_clear(&s);
    kitty_add(&s, 7, pixels, HEIGHT, WIDTH, 0, 5);
    is_int(decode_kitty(s.text), (long)((sizeof pixels + 3071) / 3072), "many come in pieces");
    ok(!memcmp(decoded, pixels, sizeof pixels), "and are the same afterwards");
    has_text(s.text, ",c=5,", "as wide as was asked for");
    str_clear(&s);
    kitty_remove(&s, 7);
    is_text(s.text, "\033_Ga=d,d=I,i=7,q=2\033\\", "a picture goes");
    str_fini(&s);
}

/* --- Sixel --- */

struct decoder {
    int red[256], green[256], blue[256]; /* percent */
    int colour, y, x;
    int painted; /* pixels, which no other colour may have */
    bool failed;
};

static void paint(struct decoder *d, int bits, int n)
{
    for (; n > 0; n--, d->x++)
        for (int i = 0; i < 6; i++) {
            if (!(bits >> i & 1))
                continue;
            d->failed |= d->y + i >= HEIGHT || d->x >= WIDTH;
            if (d->failed)
                return;
            uint8_t *p = decoded + 3 * ((d->y + i) * WIDTH + d->x);
            p[0] = (uint8_t)(d->red[d->colour] * 255 / 100);
            p[1] = (uint8_t)(d->green[d->colour] * 255 / 100);
            p[2] = (uint8_t)(d->blue[d->colour] * 255 / 100);
            d->painted++;
        }
}

static const char *read_colour(struct decoder *d, const char *at)
{
    char *end;
    long n[5] = {0};
    int count = 0;
    do
        n[count++] = strtol(at + 1, &end, 10);
    while (*(at = end) == ';' && count < 5);
    d->colour = (int)(n[0] & 255);
    if (count == 5) {
        d->red[d->colour] = (int)n[2];
        d->green[d->colour] = (int)n[3];
        d->blue[d->colour] = (int)n[4];
    }
    return at;
}

/* Pixels that were painted; -1 when something is wrong. */
static int decode_sixel(const char *at)
{
    static struct decoder d;
    char head[64];
    memset(&d, 0, sizeof d);
    memset(decoded, 0, sizeof decoded);
    snprintf(head, sizeof head, "\033P0;1q\"1;1;%d;%d", WIDTH, HEIGHT);
    if (strncmp(at, head, strlen(head)))
        return -1;
    for (at += strlen(head); *at && *at != '\033' && !d.failed;) {
        int n = 1;
        if (*at == '#') {
            at = read_colour(&d, at);
            continue;
        }
        if (*at == '!') {
            char *end;
            n = (int)strtol(at + 1, &end, 10);
            at = end;
        }
        if (*at == '-')
            d.y += 6;
        if (*at == '$' || *at == '-')
            d.x = 0;
        else
            paint(&d, *at - '?', n);
        at++;
    }
    return d.failed || strcmp(at, "\033\\") ? -1 : d.painted;
}

/* The mean of a channel over a square of 8 x 8, where dithering must be right. */
static double mean(const uint8_t *rgb, int y, int x, int k)
{
    double sum = 0;
    for (int i = 0; i < 64; i++)
        sum += rgb[3 * ((y + i / 8) * WIDTH + x + i % 8) + k];
    return sum / 64;
}

static void test_sixel(void)
{
    static const uint8_t seven[7 * 3] = {0}; /* a column, a band and one more */
    struct str s;
    str_init(&s);
    ok(!sixel_add(&s, seven, 7, 1, NULL), "a black column");
    has_text(s.text, "\033P0;1q\"1;1;1;7#0;2;0;0;0#1;2;0;0;20#", "its size and the colours");
    has_text(s.text, "#251;2;100;100;100#0~-#0@-\033\\", "six pixels, and one");
    str_clear(&s);
    sixel_add(&s, pixels, HEIGHT, WIDTH, NULL);
    is_int(decode_sixel(s.text), HEIGHT * WIDTH, "every pixel has one colour");
    double worst = 0;
    for (int y = 0; y + 8 <= HEIGHT; y += 4)
        for (int x = 0; x + 8 <= WIDTH; x += 4)
            for (int k = 0; k < 3; k++)
                worst = fmax(worst, fabs(mean(decoded, y, x, k) - mean(pixels, y, x, k)));
    ok(worst < 16, "and together they are those of the picture (%.1f of 255)", worst);
    str_fini(&s);
}

int main(void)
{
    draw();
    test_kitty();
    test_sixel();
    return tap_done();
}
