/* palette.h - the colours of series, the same on the screen and in figures: Okabe and Ito's, made
 * to be told apart by people with any kind of colour vision. Terminals show the nearest that they
 * have.
 */
#ifndef COMBOLAB_RESULTS_PALETTE_H
#define COMBOLAB_RESULTS_PALETTE_H

#include <stdint.h>

/* In the order in which series get them, as on the screen: red, green and blue of 255. Their yellow
 * is darker here, or it would not be seen on white. */
#define PALETTE_COLOURS(X)                                                                         \
    X(BLUE, 0, 114, 178)                                                                           \
    X(ORANGE, 230, 159, 0)                                                                         \
    X(GREEN, 0, 158, 115)                                                                          \
    X(PURPLE, 204, 121, 167)                                                                       \
    X(YELLOW, 150, 140, 0)                                                                         \
    X(VERMILION, 213, 94, 0)                                                                       \
    X(SKY, 86, 180, 233)                                                                           \
    X(GREY, 68, 68, 68)

enum palette {
#define PALETTE_NAME(name, red, green, blue) PALETTE_##name,
    PALETTE_COLOURS(PALETTE_NAME)
#undef PALETTE_NAME
        PALETTE_N
};

struct palette_colour {
    unsigned char red, green, blue;
};

/* How a run looks where runs stand side by side. */
struct palette_look {
    int colour; /* of enum palette */
    int turn;   /* how often that colour was taken before: another line, another sign */
};

/* By its number where nothing is in the way, so that it is the same tomorrow, on the screen and in
 * a figure: its own colour unless another one is taken less often, then the first turn that is
 * free. `taken`: the turns of each colour, by bit. */
struct palette_look palette_look_of(const uint32_t taken[PALETTE_N], int64_t run);
void palette_take(uint32_t taken[PALETTE_N], struct palette_look look);

#endif
