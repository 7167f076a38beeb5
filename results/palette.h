/* palette.h - the colours of series, the same on the screen and in figures: Okabe and Ito's, made
 * to be told apart by people with any kind of colour vision. Terminals show the nearest that they
 * have.
 */
#ifndef COMBOLAB_RESULTS_PALETTE_H
#define COMBOLAB_RESULTS_PALETTE_H

/* In the order in which series get them: red, green and blue of 255. Their yellow is left out: it
 * is not seen on white. */
#define PALETTE_COLOURS(X)                                                                         \
    X(BLUE, 0, 114, 178)                                                                           \
    X(ORANGE, 230, 159, 0)                                                                         \
    X(GREEN, 0, 158, 115)                                                                          \
    X(VERMILION, 213, 94, 0)                                                                       \
    X(PURPLE, 204, 121, 167)                                                                       \
    X(SKY, 86, 180, 233)                                                                           \
    X(BLACK, 0, 0, 0)

enum palette {
#define PALETTE_NAME(name, red, green, blue) PALETTE_##name,
    PALETTE_COLOURS(PALETTE_NAME)
#undef PALETTE_NAME
        PALETTE_N
};

struct palette_colour {
    unsigned char red, green, blue;
};

#endif
