/* theme.c - what roles look like. Screen thread only.
 *
 * The palette is that of results/palette.h, as the nearest of the terminal's fixed colours. The
 * terminal's own background and text colour are kept. What the background is, terminals tell when
 * they are asked (OSC 11), but an answer that comes late would be read as keys; so only what is
 * known beforehand counts, and where nothing is, the selection is in reverse video.
 */
#include "ui/theme.h"

#include "base/str.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#define USUAL (-1)

/* On dark, on light and on unknown backgrounds: what is right for one of them is faint or lost on
 * the other, so for an unknown one colours are of middling brightness, or none. BLACK is painted,
 * whatever the terminal has. */
enum { DARK, LIGHT, EITHER, BLACK, GROUNDS };

struct look {
    short of256[GROUNDS], of8[GROUNDS];
    attr_t attributes; /* with colours */
    attr_t mono;
};

#define USUALLY                                                                                    \
    {USUAL, USUAL, USUAL, USUAL},                                                                  \
    {                                                                                              \
        USUAL, USUAL, USUAL, USUAL                                                                 \
    }
#define BLUE                                                                                       \
    {74, 25, 31, 117},                                                                             \
    {                                                                                              \
        COLOR_CYAN, COLOR_BLUE, USUAL, COLOR_CYAN                                                  \
    }
#define GREEN                                                                                      \
    {36, 29, 29, 49},                                                                              \
    {                                                                                              \
        COLOR_GREEN, COLOR_GREEN, USUAL, COLOR_GREEN                                               \
    }
#define ORANGE                                                                                     \
    {214, 130, 166, 220},                                                                          \
    {                                                                                              \
        COLOR_YELLOW, COLOR_MAGENTA, COLOR_MAGENTA, COLOR_YELLOW                                   \
    }
#define VERMILION                                                                                  \
    {166, 124, 160, 209},                                                                          \
    {                                                                                              \
        COLOR_RED, COLOR_RED, COLOR_RED, COLOR_RED                                                 \
    }
#define YELLOW                                                                                     \
    {227, 100, 142, 229},                                                                          \
    {                                                                                              \
        COLOR_WHITE, COLOR_CYAN, COLOR_CYAN, COLOR_YELLOW                                          \
    }
#define DEEP_BLUE                                                                                  \
    {33, 20, 27, 75},                                                                              \
    {                                                                                              \
        COLOR_BLUE, COLOR_BLACK, COLOR_BLUE, COLOR_CYAN                                            \
    }
#define GREY                                                                                       \
    {252, 238, USUAL, 255},                                                                        \
    {                                                                                              \
        USUAL, USUAL, USUAL, USUAL                                                                 \
    }
#define PURPLE                                                                                     \
    {175, 127, 133, 213},                                                                          \
    {                                                                                              \
        COLOR_MAGENTA, COLOR_RED, COLOR_RED, COLOR_MAGENTA                                         \
    }

static const struct look looks[ROLE_FAINT] = {
    [ROLE_TEXT] = {USUALLY, A_NORMAL, A_NORMAL},
    [ROLE_DIM] = {{245, 242, 244, 252}, {USUAL, USUAL, USUAL, USUAL}, A_NORMAL, A_DIM},
    [ROLE_TITLE] = {USUALLY, A_BOLD, A_BOLD},
    [ROLE_BORDER] = {{240, 248, 244, 250}, {USUAL, USUAL, USUAL, USUAL}, A_NORMAL, A_DIM},
    [ROLE_FOCUS] = {BLUE, A_NORMAL, A_BOLD},
    [ROLE_KEY] = {BLUE, A_BOLD, A_BOLD},
    [ROLE_HEAD] = {USUALLY, A_BOLD, A_UNDERLINE},
    [ROLE_GOOD] = {GREEN, A_NORMAL, A_NORMAL},
    [ROLE_BEST] = {GREEN, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE},
    [ROLE_WARN] = {ORANGE, A_NORMAL, A_BOLD},
    [ROLE_BAD] = {VERMILION, A_BOLD, A_BOLD},
    [ROLE_BUSY] = {BLUE, A_BOLD, A_BOLD},
    [ROLE_BAR] = {GREEN, A_NORMAL, A_NORMAL},
    [ROLE_TRAIN] = {BLUE, A_NORMAL, A_NORMAL},
    [ROLE_TEST] = {ORANGE, A_NORMAL, A_BOLD},
    [ROLE_VAL] = {GREEN, A_NORMAL, A_NORMAL},
    [ROLE_CURSOR] = {PURPLE, A_NORMAL, A_BOLD},
    [ROLE_EDIT] = {USUALLY, A_UNDERLINE, A_UNDERLINE},
    /* In the order in which two, three ... of them are told apart best. */
    [ROLE_LINE] = {BLUE, A_NORMAL, A_NORMAL},
    [ROLE_LINE + 1] = {ORANGE, A_NORMAL, A_BOLD},
    [ROLE_LINE + 2] = {GREEN, A_NORMAL, A_NORMAL},
    [ROLE_LINE + 3] = {PURPLE, A_NORMAL, A_BOLD},
    [ROLE_LINE + 4] = {YELLOW, A_NORMAL, A_NORMAL},
    [ROLE_LINE + 5] = {VERMILION, A_NORMAL, A_BOLD},
    [ROLE_LINE + 6] = {DEEP_BLUE, A_NORMAL, A_NORMAL},
    [ROLE_LINE + 7] = {GREY, A_NORMAL, A_BOLD},
};

#define THEME_NAME(which, name, about) [UI_THEME_##which] = name,
#define THEME_ABOUT(which, name, about) [UI_THEME_##which] = about,
const char *const ui_theme_names[] = {UI_THEMES(THEME_NAME)[UI_THEME_KINDS] = NULL};
const char *const ui_theme_about[] = {UI_THEMES(THEME_ABOUT)[UI_THEME_KINDS] = NULL};
#undef THEME_NAME
#undef THEME_ABOUT

/* What themes with colours are. */
static const struct kind {
    int ground;
    /* The selection: its background and what stands on it, where both can be told apart for
     * certain, of 256 colours. */
    short selection, text;
    bool bright;              /* everything on the selection is `text` */
    short paint256, usual256; /* the background, where it is painted, and what stands on it */
    short paint8, usual8;
} kinds[UI_THEME_KINDS] = {
    [UI_THEME_DARK] = {DARK, 238, 255, false, USUAL, USUAL, USUAL, USUAL},
    [UI_THEME_LIGHT] = {LIGHT, 252, 232, false, USUAL, USUAL, USUAL, USUAL},
    [UI_THEME_SAFE] = {EITHER, USUAL, USUAL, false, USUAL, USUAL, USUAL, USUAL},
    [UI_THEME_CONTRAST] = {BLACK, 226, 16, true, 16, 231, COLOR_BLACK, COLOR_WHITE},
};

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
    .mark = L'◆',
    .line = {L'●', L'▲', L'◆', L'★', L'▼', L'△', L'◇', L'☆'}, /* none is a state's */
    .none = "–",
    .separator = " · ",
    .open = "‹ ",
    .close = " ›",
    .solid = "━━",
    .dashed = "╍╍",
    .dotted = "┈┈",
    .folded = "▸",
    .unfolded = "▾",
    .rising = {"▁", "▂", "▃", "▄", "▅", "▆", "▇"}, /* full ones would join the line above */
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
    .mark = L'@',
    .line = {L'a', L'b', L'c', L'd', L'e', L'f', L'g', L'h'},
    .none = "-",
    .separator = " | ",
    .open = "< ",
    .close = " >",
    .solid = "*", /* as canvas.c draws in ASCII, on any terminal */
    .dashed = "o",
    .dotted = "+",
    .folded = "+",
    .unfolded = "-",
    .rising = {"_", ".", ",", "-", "=", "+", "*"},
    .state = {".", ">", "=", "#", "+", "~", "x", "?", " "},
};

static void mono_theme(struct theme *theme)
{
    theme->mono = true;
    for (int r = 0; r < ROLE_FAINT; r++) {
        theme->plain[r] = looks[r].mono;
        theme->selected[r] = (looks[r].mono & ~(attr_t)A_DIM) | A_REVERSE;
    }
}

static void make_role(struct theme *theme, int r, const struct kind *kind)
{
    const struct look *l = &looks[r];
    bool many = COLORS >= 256, selection = many && kind->selection != USUAL;
    short colour = many ? l->of256[kind->ground] : l->of8[kind->ground], pair = (short)(1 + 2 * r);
    short paint = many ? kind->paint256 : kind->paint8,
          usual = many ? kind->usual256 : kind->usual8;
    init_pair(pair, colour == USUAL ? usual : colour, paint);
    theme->plain[r] = COLOR_PAIR(pair) | l->attributes;
    if (!many && colour == USUAL && paint == USUAL)
        theme->plain[r] |= l->mono & A_DIM;
    if (r == ROLE_TEXT && paint != USUAL)
        theme->ground = COLOR_PAIR(pair);
    theme->selected[r] = l->attributes | A_REVERSE | (paint != USUAL ? COLOR_PAIR(pair) : 0);
    if (!selection)
        return;
    bool faint = colour == USUAL || l->mono == A_DIM || kind->bright;
    init_pair((short)(pair + 1), faint ? kind->text : colour, kind->selection);
    theme->selected[r] = COLOR_PAIR(pair + 1) | l->attributes;
}

/* Their lines' colours, without pairs of their own: some terminals have 64. */
static void make_faint(struct theme *theme)
{
    for (int i = 0; i < THEME_LINES; i++) {
        theme->plain[ROLE_FAINT + i] = theme->plain[ROLE_LINE + i] | A_DIM;
        theme->selected[ROLE_FAINT + i] = theme->selected[ROLE_LINE + i];
    }
}

static void make_roles(struct theme *theme, enum ui_theme which)
{
    *theme = (struct theme){.light = which == UI_THEME_LIGHT};
    if (which == UI_THEME_MONO || !has_colors() || start_color() == ERR || COLORS < 8 ||
        COLOR_PAIRS < 2 * ROLE_FAINT + 1) {
        mono_theme(theme);
        return;
    }
    use_default_colors();
    theme->pairs = 2 * ROLE_FAINT;
    for (int r = 0; r < ROLE_FAINT; r++)
        make_role(theme, r, &kinds[which]);
}

void theme_init(struct theme *theme, enum ui_theme which)
{
    make_roles(theme, which);
    make_faint(theme);
}

/* COLORFGBG is "15;0" or "15;default;0": the last number is the background, of the 16 colours. */
static enum ui_theme theme_of_colours(const char *colours)
{
    int64_t ground;
    const char *last = colours ? strrchr(colours, ';') : NULL;
    if (!last || str_to_int(last + 1, &ground) || ground < 0 || ground > 15)
        return UI_THEME_SAFE;
    return ground == 7 || ground > 8 ? UI_THEME_LIGHT : UI_THEME_DARK;
}

enum ui_theme theme_found(const char *term)
{
    const char *no_colour = getenv("NO_COLOR");
    if (no_colour && no_colour[0])
        return UI_THEME_MONO;
    if (term && !strcmp(term, "linux")) /* the console */
        return UI_THEME_DARK;
    return theme_of_colours(getenv("COLORFGBG"));
}

void ui_mdoc_themes(struct str *out)
{
    str_add(out, ".Bl -tag -width contrast -compact\n");
    for (int i = 0; ui_theme_names[i]; i++)
        str_addf(out, ".It Cm %s\n%s\n", ui_theme_names[i], ui_theme_about[i]);
    str_add(out, ".El\n");
}
