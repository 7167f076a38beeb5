/* sixel.c - see sixel.h. Any thread.
 *
 * Terminals have 256 colours for a picture, mostly: these are 6 x 7 x 6 levels of red, green and
 * blue, and what a pixel differs from its colour goes to its neighbours (Floyd and Steinberg,
 * 1976). Pixels are sent in bands of six lines: of each colour in turn which of the six pixels of a
 * column have it, as one character, with runs of the same summed up.
 */
#include "ui/sixel.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>
#include <string.h>

#define BAND 6
#define CHANNELS 3
#define COLOURS (6 * 7 * 6)
#define LEAST_RUN 4 /* shorter ones are not longer as they are */

static const int levels[CHANNELS] = {6, 7, 6};

/* The nearest level of a channel; `value` becomes what that one differs by. */
static int nearest_level(int *value, int channel)
{
    int most = levels[channel] - 1;
    int within = *value < 0 ? 0 : *value > 255 ? 255 : *value;
    int level = (within * most + 127) / 255;
    *value = within - level * 255 / most;
    return level;
}

/* Of a line, with errors from the one above, those for the one below going to `below`. In 16ths;
 * both have room for a pixel on either side. */
static void dither_line(const uint8_t *rgb, int width, int *here, int *below, uint8_t *colours)
{
    memset(below, 0, CHANNELS * ((size_t)width + 2) * sizeof *below);
    for (int x = 0; x < width; x++) {
        int colour = 0;
        for (int k = 0; k < CHANNELS; k++) {
            int at = CHANNELS * (x + 1) + k;
            int error = rgb[CHANNELS * x + k] + here[at] / 16;
            colour = colour * levels[k] + nearest_level(&error, k);
            here[at + CHANNELS] += 7 * error;
            below[at - CHANNELS] += 3 * error;
            below[at] += 5 * error;
            below[at + CHANNELS] += error;
        }
        colours[x] = (uint8_t)colour;
    }
}

static void add_palette(struct str *to)
{
    for (int i = 0; i < COLOURS; i++)
        str_addf(to, "#%d;2;%d;%d;%d", i, i / (levels[1] * levels[2]) * 100 / (levels[0] - 1),
                 i / levels[2] % levels[1] * 100 / (levels[1] - 1),
                 i % levels[2] * 100 / (levels[2] - 1));
}

static void add_run(struct str *to, uint8_t bits, int n)
{
    char sixel = (char)('?' + bits);
    if (n >= LEAST_RUN)
        str_addf(to, "!%d%c", n, sixel);
    for (int i = 0; n < LEAST_RUN && i < n; i++)
        str_add_bytes(to, &sixel, 1);
}

/* One colour of a band. */
static void add_colour(struct str *to, int colour, const uint8_t *bits, int width)
{
    str_addf(to, "#%d", colour);
    int from = 0;
    for (int x = 1; x <= width; x++) {
        if (x < width && bits[x] == bits[from])
            continue;
        if (x < width || bits[from]) /* nothing at the end may be left out */
            add_run(to, bits[from], x - from);
        from = x;
    }
}

/* `lines` of them, whose colours are given. `bits` has a row for each colour, all 0 before and
 * after. */
static void add_band(struct str *to, const uint8_t *colours, int lines, int width, uint8_t *bits)
{
    bool used[COLOURS] = {false}, any = false;
    for (int i = 0; i < lines * width; i++) {
        bits[colours[i] * width + i % width] |= (uint8_t)(1 << i / width);
        used[colours[i]] = true;
    }
    for (int c = 0; c < COLOURS; c++) {
        if (!used[c])
            continue;
        if (any)
            str_add(to, "$"); /* back to the beginning of the line */
        any = true;
        add_colour(to, c, bits + c * width, width);
        memset(bits + c * width, 0, (size_t)width);
    }
    str_add(to, "-");
}

/* With room for errors of two lines, and for a band's bits and colours. */
static void add_bands(struct str *to, const uint8_t *rgb, int height, int width, int *errors,
                      uint8_t *bits)
{
    int *here = errors, *below = errors + CHANNELS * (width + 2);
    uint8_t *colours = bits + COLOURS * width;
    str_addf(to, "\033P0;1q\"1;1;%d;%d", width, height);
    add_palette(to);
    for (int y = 0; y < height; y++) {
        int *done = here;
        dither_line(rgb + CHANNELS * (size_t)y * (size_t)width, width, here, below,
                    colours + y % BAND * width);
        here = below;
        below = done;
        if (y % BAND == BAND - 1 || y == height - 1)
            add_band(to, colours, y % BAND + 1, width, bits);
    }
    str_add(to, "\033\\");
}

int sixel_add(struct str *to, const uint8_t *rgb, int height, int width, struct err *e)
{
    size_t line = CHANNELS * ((size_t)width + 2), bytes = (size_t)(COLOURS + BAND) * (size_t)width;
    int *errors = mem_alloc(2 * line, sizeof *errors);
    uint8_t *bits = mem_alloc(bytes, 1);
    if (errors && bits)
        add_bands(to, rgb, height, width, errors, bits);
    int result = errors && bits ? 0 : mem_error(e, "a picture", bytes);
    mem_free(errors);
    mem_free(bits);
    return result;
}
