/* paint.c - see paint.h: pictures made of characters, where nothing is written over them.
 *
 * With 256 or 16 colours each pair of colours is a pair of curses: so that there are no more than
 * curses has, the higher one always comes first, in an upper half block or a lower one. What a
 * pixel differs from its colour goes to its neighbours (Floyd and Steinberg, 1976).
 */
#include "ui/paint_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <curses.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_OF_256 16 /* the colours below are the user's own */
#define SPREAD 0.5f     /* of a colour's error: all of it makes pictures that small grainy */
#define UPPER L'▀'
#define LOWER L'▄'

/* --- colours of terminals --- */

static void colour_of_256(int i, int rgb[3])
{
    static const int steps[] = {0, 95, 135, 175, 215, 255};
    if (i >= 232) {
        rgb[0] = rgb[1] = rgb[2] = 8 + 10 * (i - 232);
        return;
    }
    i -= FIRST_OF_256;
    rgb[0] = steps[i / 36];
    rgb[1] = steps[i / 6 % 6];
    rgb[2] = steps[i % 6];
}

/* Of 16 colours the four greys: the others are too few, and each terminal's own. */
static const struct {
    int number, level; /* as xterm has it */
} greys[] = {{0, 0}, {8, 127}, {7, 229}, {15, 255}};
#define GREYS (int)(sizeof greys / sizeof *greys)

static float distance(const float wanted[3], const int rgb[3])
{
    float r = wanted[0] - (float)rgb[0], g = wanted[1] - (float)rgb[1],
          b = wanted[2] - (float)rgb[2];
    return 3 * r * r + 6 * g * g + b * b; /* as eyes weigh them */
}

static int nearest_step(float value)
{
    return value < 48 ? 0 : value < 115 ? 1 : value > 235 ? 5 : (int)((value - 35) / 40);
}

static int nearest_of_256(const float wanted[3])
{
    int cube = FIRST_OF_256 + 36 * nearest_step(wanted[0]) + 6 * nearest_step(wanted[1]) +
               nearest_step(wanted[2]);
    float mean = (wanted[0] + wanted[1] + wanted[2]) / 3;
    int grey = 232 + (mean < 8 ? 0 : mean > 238 ? 23 : (int)((mean - 3) / 10));
    int a[3], b[3];
    colour_of_256(cube, a);
    colour_of_256(grey, b);
    return distance(wanted, a) <= distance(wanted, b) ? cube : grey;
}

static int nearest_grey(float wanted)
{
    int best = 0;
    for (int i = 1; i < GREYS; i++)
        if (fabsf(wanted - (float)greys[i].level) < fabsf(wanted - (float)greys[best].level))
            best = i;
    return best;
}

/* --- opening --- */

/* GNU screen hands COLORTERM on and does not know such colours; tmux, by the same name, does. */
static bool shows_every_colour(void)
{
    const char *says = getenv("COLORTERM");
    if (!strncmp(termname(), "screen", 6) && !getenv("TMUX"))
        return false;
    return COLORS > 256 || (says && (!strcmp(says, "truecolor") || !strcmp(says, "24bit")));
}

static int pairs_of(int n)
{
    return n * (n + 1) / 2;
}

static enum colours colours_found(const struct theme *theme, bool unicode)
{
    if (!unicode || !theme->pairs)
        return SHADES;
    if (shows_every_colour())
        return EVERY;
    if (COLORS >= 256 && COLOR_PAIRS > theme->pairs + pairs_of(256 - FIRST_OF_256))
        return OF_256;
    return COLORS >= 16 && COLOR_PAIRS > theme->pairs + pairs_of(GREYS) ? OF_16 : SHADES;
}

int paint_open(struct paint **out, const struct theme *theme, bool unicode, enum ui_pictures_as as,
               struct err *e)
{
    static const wchar_t blocks[] = L" ░▒▓█", letters[] = L" .:-=+*#%@";
    struct paint *p = mem_alloc(1, sizeof *p);
    *out = p;
    if (!p)
        return mem_error(e, "pictures", sizeof *p);
    p->colours = colours_found(theme, unicode);
    p->as = as;
    p->mono = theme->mono;
    p->light = theme->light;
    p->shades = unicode ? blocks : letters;
    p->n_shades = (int)wcslen(p->shades);
    p->first_pair = theme->pairs + 1;
    p->over = over_kind_of(p);
    str_init(&p->text);
    size_t pairs = (size_t)pairs_of(256 - FIRST_OF_256);
    p->made = mem_alloc(pairs, sizeof *p->made);
    if (p->made)
        return 0;
    paint_close(p);
    *out = NULL;
    return mem_error(e, "colours of pictures", pairs);
}

void paint_close(struct paint *p)
{
    if (!p)
        return;
    str_fini(&p->text);
    mem_free(p->made);
    mem_free(p->palette);
    mem_free(p->errors);
    mem_free(p);
}

/* --- dithering --- */

static bool make_room(void **block, size_t *room, size_t n, size_t each)
{
    if (n <= *room)
        return true;
    void *more = mem_resize(*block, n, each);
    if (!more)
        return false;
    *block = more;
    *room = n;
    return true;
}

/* The colour that is nearest to `wanted`, and what it looks like. */
static int nearest(const struct paint *p, float wanted[3], int rgb[3])
{
    int i;
    for (int k = 0; k < 3; k++)
        wanted[k] = wanted[k] < 0 ? 0 : wanted[k] > 255 ? 255 : wanted[k];
    switch (p->colours) {
    case SHADES:
        i = (int)(wanted[0] / 255 * (float)(p->n_shades - 1) + 0.5f);
        rgb[0] = rgb[1] = rgb[2] = 255 * i / (p->n_shades - 1);
        return i;
    case OF_16:
        i = nearest_grey(wanted[0]);
        rgb[0] = rgb[1] = rgb[2] = greys[i].level;
        return i;
    default:
        i = nearest_of_256(wanted);
        colour_of_256(i, rgb);
        return i;
    }
}

static float grey_of(const uint8_t *rgb)
{
    return 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
}

/* The least and the greatest grey become black and white, since there are few between. */
static void find_contrast(struct paint *p, const uint8_t *rgb, int pixels)
{
    p->low = p->high = grey_of(rgb);
    for (int i = 1; i < pixels; i++) {
        float grey = grey_of(rgb + 3 * i);
        p->low = fminf(p->low, grey);
        p->high = fmaxf(p->high, grey);
    }
    if (p->high - p->low < 1)
        p->high = p->low + 1;
}

/* The pixel that becomes one colour; of shades, which have no halves, the two of a cell. */
static void pixel(const struct paint *p, const uint8_t *rgb, int width, int y, int x, float to[3])
{
    bool both = p->colours == SHADES;
    const uint8_t *at = rgb + 3 * ((size_t)(both ? 2 * y : y) * (size_t)width + (size_t)x);
    if (p->colours == OF_256) {
        for (int k = 0; k < 3; k++)
            to[k] = at[k];
        return;
    }
    float grey = both ? (grey_of(at) + grey_of(at + 3 * (size_t)width)) / 2 : grey_of(at);
    grey = 255 * (grey - p->low) / (p->high - p->low);
    to[0] = to[1] = to[2] = both && p->light ? 255 - grey : grey;
}

/* Into palette, `rows` x width. False without memory. */
static bool dither(struct paint *p, const uint8_t *rgb, int rows, int width)
{
    size_t line = 3 * ((size_t)width + 2), cells = (size_t)rows * (size_t)width;
    if (!make_room((void **)&p->palette, &p->palette_room, cells, 1) ||
        !make_room((void **)&p->errors, &p->errors_room, 2 * line, sizeof *p->errors))
        return false;
    find_contrast(p, rgb, (p->colours == SHADES ? 2 * rows : rows) * width);
    float *here = p->errors, *below = p->errors + line;
    memset(p->errors, 0, 2 * line * sizeof *p->errors);
    for (int y = 0; y < rows; y++) {
        for (int x = 0; x < width; x++) {
            float wanted[3], *e = here + 3 * (x + 1), *b = below + 3 * (x + 1);
            int got[3];
            pixel(p, rgb, width, y, x, wanted);
            for (int k = 0; k < 3; k++)
                wanted[k] += e[k];
            p->palette[(size_t)y * (size_t)width + (size_t)x] = (uint8_t)nearest(p, wanted, got);
            for (int k = 0; k < 3; k++) {
                float error =
                    (wanted[k] - (float)got[k]) / 16 * (p->colours == SHADES ? 1 : SPREAD);
                e[k + 3] += 7 * error;
                b[k - 3] += 3 * error;
                b[k] += 5 * error;
                b[k + 3] += error;
            }
        }
        float *done = here;
        here = below;
        below = done;
        memset(below, 0, line * sizeof *below);
    }
    return true;
}

/* --- drawing --- */

static int number_of(const struct paint *p, int colour)
{
    return p->colours == OF_16 ? greys[colour].number : colour;
}

/* A cell of two colours. */
static void put_pair(struct paint *p, WINDOW *window, int y, int x, int upper, int lower)
{
    int first = p->colours == OF_256 ? FIRST_OF_256 : 0;
    int high = upper > lower ? upper : lower, low = upper > lower ? lower : upper;
    int n = pairs_of(high - first) + low - first, pair = p->first_pair + n;
    if (!p->made[n])
        init_extended_pair(pair, number_of(p, high), number_of(p, low));
    p->made[n] = true;
    const wchar_t text[2] = {upper == high ? UPPER : LOWER, L'\0'};
    cchar_t cell;
    if (setcchar(&cell, text, A_NORMAL, 0, &pair) != ERR)
        mvwadd_wch(window, y, x, &cell);
}

static void draw_line(struct pen *pen, int y, int x, int row, int width)
{
    struct paint *p = pen->paint;
    const uint8_t *upper = p->palette + (size_t)row * (size_t)width;
    for (int i = 0; i < width; i++) {
        if (p->colours == SHADES)
            pen_glyph(pen, y, x + i, ROLE_TEXT, p->shades[upper[i]]);
        else
            put_pair(p, pen->window, y, x + i, upper[row * width + i],
                     upper[row * width + i + width]);
    }
}

bool paint_shows(const struct pen *pen)
{
    return pen->paint->as != UI_PICTURES_NONE;
}

void paint_box(const struct pen *pen, struct rect at, int *height, int *width)
{
    struct paint *p = pen->paint;
    p->asks |= p->as == UI_PICTURES_AUTO && !p->mono;
    *height = *width = 0;
    if (at.rows > 0 && at.columns > 0 && paint_shows(pen))
        over_box(p, at, height, width);
}

void pen_picture(struct pen *pen, struct rect at, const uint8_t *rgb, int height, int width)
{
    struct paint *p = pen->paint;
    int rows = height / 2;
    if (p->over) {
        over_place(pen, at, rgb, height, width);
        return;
    }
    if (rows < 1 || width < 1 || rows > at.rows || width > at.columns)
        return;
    if (!dither(p, rgb, p->colours == SHADES ? rows : height, width))
        return;
    int y = at.y + (at.rows - rows) / 2, x = at.x + (at.columns - width) / 2;
    for (int row = 0; row < rows; row++)
        draw_line(pen, y + row, x, row, width);
}
