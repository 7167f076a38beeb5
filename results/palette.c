/* palette.c - see palette.h. */
#include "results/palette.h"

#define MOST_TURNS 32

static int turns_of(uint32_t taken)
{
    int n = 0;
    for (; taken; taken &= taken - 1)
        n++;
    return n;
}

struct palette_look palette_look_of(const uint32_t taken[PALETTE_N], int64_t run)
{
    struct palette_look look = {(int)((run - 1) % PALETTE_N), 0};
    if (look.colour < 0)
        look.colour = 0;
    for (int i = 1; i < PALETTE_N; i++) {
        int other = (int)((run - 1 + i) % PALETTE_N);
        if (other >= 0 && turns_of(taken[other]) < turns_of(taken[look.colour]))
            look.colour = other;
    }
    while (look.turn < MOST_TURNS - 1 && taken[look.colour] & UINT32_C(1) << look.turn)
        look.turn++;
    return look;
}

void palette_take(uint32_t taken[PALETTE_N], struct palette_look look)
{
    taken[look.colour] |= UINT32_C(1) << look.turn;
}
