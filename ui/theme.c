/* theme.c - what roles look like. Screen thread only.
 *
 * The palette is Okabe and Ito's, made to be told apart by people with any kind of colour vision,
 * as the nearest of the terminal's fixed colours. The terminal's own background and text colour are
 * kept.
 */
#include "ui/theme.h"

#include <curses.h>

#define USUAL (-1)

struct look {
    short of256, of16, of8;
    attr_t attributes; /* with colours */
    attr_t mono;
};

static const struct look looks[ROLES] = {
    [ROLE_TEXT] = {USUAL, USUAL, USUAL, A_NORMAL, A_NORMAL},
    [ROLE_DIM] = {245, 8, USUAL, A_NORMAL, A_DIM},
    [ROLE_TITLE] = {USUAL, USUAL, USUAL, A_BOLD, A_BOLD},
    [ROLE_BORDER] = {240, 8, USUAL, A_NORMAL, A_DIM},
    [ROLE_FOCUS] = {74, 14, COLOR_CYAN, A_NORMAL, A_BOLD},
    [ROLE_KEY] = {74, 14, COLOR_CYAN, A_BOLD, A_BOLD},
    [ROLE_HEAD] = {250, 7, USUAL, A_BOLD, A_UNDERLINE},
    [ROLE_GOOD] = {36, 10, COLOR_GREEN, A_NORMAL, A_NORMAL},
    [ROLE_WARN] = {214, 11, COLOR_YELLOW, A_NORMAL, A_BOLD},
    [ROLE_BAD] = {166, 9, COLOR_RED, A_BOLD, A_BOLD},
    [ROLE_BUSY] = {74, 14, COLOR_CYAN, A_BOLD, A_BOLD},
    [ROLE_BAR] = {36, 10, COLOR_GREEN, A_NORMAL, A_NORMAL},
    [ROLE_TRAIN] = {74, 14, COLOR_CYAN, A_NORMAL, A_NORMAL},
    [ROLE_TEST] = {214, 11, COLOR_YELLOW, A_NORMAL, A_BOLD},
    [ROLE_VAL] = {36, 10, COLOR_GREEN, A_NORMAL, A_NORMAL},
    [ROLE_CURSOR] = {175, 13, COLOR_MAGENTA, A_NORMAL, A_BOLD},
    [ROLE_EDIT] = {USUAL, USUAL, USUAL, A_UNDERLINE, A_UNDERLINE},
};

/* The selection's background, where there are colours enough for one. */
#define SELECTION_256 238

const struct glyphs glyphs_unicode = {
    .corner = {L'╭', L'╮', L'╰', L'╯'},
    .across = L'─',
    .down = L'│',
    .tick = L'┤',
    .dot = L'·',
    .full = L'█',
    .empty = L'░',
    .part = {0, L'▏', L'▎', L'▍', L'▌', L'▋', L'▊', L'▉'},
    .up_arrow = L'▲',
    .down_arrow = L'▼',
    .here = L'▌',
    .none = "–",
    .separator = " · ",
    .open = "‹ ",
    .close = " ›",
    .solid = "━━",
    .dashed = "╍╍",
    .dotted = "┈┈",
    .folded = "▸",
    .unfolded = "▾",
    .state = {"○", "▶", "‖", "■", "✓", "∞", "✗", "?", " "},
};

const struct glyphs glyphs_ascii = {
    .corner = {L'+', L'+', L'+', L'+'},
    .across = L'-',
    .down = L'|',
    .tick = L'+',
    .dot = L'.',
    .full = L'#',
    .empty = L'.',
    .up_arrow = L'^',
    .down_arrow = L'v',
    .here = L'>',
    .none = "-",
    .separator = " | ",
    .open = "< ",
    .close = " >",
    .solid = "--",
    .dashed = "- ",
    .dotted = "..",
    .folded = "+",
    .unfolded = "-",
    .state = {".", ">", "=", "#", "+", "~", "x", "?", " "},
};

static void mono_theme(struct theme *theme)
{
    for (int r = 0; r < ROLES; r++) {
        theme->plain[r] = looks[r].mono;
        theme->selected[r] = (looks[r].mono & ~(attr_t)A_DIM) | A_REVERSE;
    }
}

void theme_init(struct theme *theme, bool mono)
{
    if (mono || !has_colors() || start_color() == ERR || COLORS < 8 ||
        COLOR_PAIRS < 2 * ROLES + 1) {
        mono_theme(theme);
        return;
    }
    use_default_colors();
    for (int r = 0; r < ROLES; r++) {
        const struct look *l = &looks[r];
        short colour = COLORS >= 256 ? l->of256 : COLORS >= 16 ? l->of16 : l->of8;
        short pair = (short)(1 + 2 * r);
        init_pair(pair, colour, USUAL);
        theme->plain[r] = COLOR_PAIR(pair) | l->attributes;
        if (COLORS < 16 && colour == USUAL && l->mono == A_DIM)
            theme->plain[r] |= A_DIM;
        if (COLORS >= 256) {
            init_pair((short)(pair + 1), colour, SELECTION_256);
            theme->selected[r] = COLOR_PAIR(pair + 1) | l->attributes;
        } else {
            theme->selected[r] = (l->attributes & A_BOLD) | A_REVERSE;
        }
    }
}
